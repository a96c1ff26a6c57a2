/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_leak.h"

static int64_t worth_ns(const struct meta_leak *l, uint64_t amount)
{
    /* twice full is as good as anything more, and the product fits */
    uint64_t most = (uint64_t)l->capacity * 2;
    return (int64_t)(amount < most ? amount : most) * (l->window_ns / 1000) / l->capacity *
           1000;
}

int64_t meta_leak_level_ns(const struct meta_leak *l, int64_t now_ns)
{
    int64_t level_ns = l->empty_ns - now_ns;
    if (level_ns <= 0 || level_ns > 2 * l->window_ns)
        return 0;
    /* more than full: another thread, which asked for the time later, has filled it before us */
    return level_ns < l->window_ns ? level_ns : l->window_ns;
}

int64_t meta_leak_wait(const struct meta_leak *l, int64_t now_ns, uint64_t amount)
{
    int64_t level_ns = meta_leak_level_ns(l, now_ns);
    int64_t room_ns = l->window_ns - worth_ns(l, amount);
    if (room_ns < 0)
        room_ns = 0;
    return level_ns > room_ns ? level_ns - room_ns : 0;
}

void meta_leak_add(struct meta_leak *l, int64_t now_ns, uint64_t amount)
{
    int64_t level_ns = meta_leak_level_ns(l, now_ns) + worth_ns(l, amount);
    l->empty_ns = now_ns + (level_ns < l->window_ns ? level_ns : l->window_ns);
}
