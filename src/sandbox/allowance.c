/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/allowance.h"

#include <stdio.h>
#include <string.h>

void allowance_init(struct allowance *a, uint64_t limit, int64_t window_ns, int64_t now_ns)
{
    *a = (struct allowance){.limit = limit, .window_ns = window_ns, .start_ns = now_ns};
    pthread_mutex_init(&a->mutex, NULL);
}

void allowance_done(struct allowance *a)
{
    pthread_mutex_destroy(&a->mutex);
}

void allowance_reset(struct allowance *a, int64_t now_ns)
{
    pthread_mutex_lock(&a->mutex);
    a->start_ns = now_ns;
    a->window = 0;
    a->count = 0;
    pthread_mutex_unlock(&a->mutex);
}

static struct allowance_counter *find(struct allowance *a, const char *address)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->counters[i].address, address) == 0)
            return &a->counters[i];
    if (a->count == ALLOWANCE_ADDRESSES_MAX)
        return &a->counters[a->count - 1];
    struct allowance_counter *fresh = &a->counters[a->count++];
    *fresh = (struct allowance_counter){0};
    snprintf(fresh->address, sizeof fresh->address, "%s", address);
    return fresh;
}

static int64_t window_of(const struct allowance *a, int64_t now_ns)
{
    int64_t since = now_ns - a->start_ns;
    return since >= 0 ? since / a->window_ns : -1 - (-1 - since) / a->window_ns;
}

struct allowance_answer allowance_take(struct allowance *a, int64_t now_ns, const char *address,
                                       uint64_t users)
{
    char key[ALLOWANCE_ADDRESS_SIZE];
    snprintf(key, sizeof key, "%s", address);

    pthread_mutex_lock(&a->mutex);
    int64_t window = window_of(a, now_ns);
    if (window != a->window) {
        a->window = window;
        a->count = 0;
    }
    struct allowance_counter *counter = find(a, key);
    struct allowance_answer answer = {
        .allowed = a->limit == 0 || counter->users < a->limit,
        .blocked = counter->refused,
    };
    if (answer.allowed)
        counter->users += users;
    else
        counter->refused = true;
    answer.users = counter->users;
    pthread_mutex_unlock(&a->mutex);
    return answer;
}
