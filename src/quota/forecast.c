/* SPDX-License-Identifier: Apache-2.0 */
#include "quota/forecast.h"

/* Times of more than this many windows are not told apart: they are years. */
static int64_t add_windows(int64_t at_ns, uint64_t windows, int64_t window_ns)
{
    int64_t added;
    if (windows > INT64_MAX || __builtin_mul_overflow((int64_t)windows, window_ns, &added) ||
        __builtin_add_overflow(at_ns, added, &at_ns))
        return INT64_MAX;
    return at_ns;
}

/* What is free now is spent now. Of the rest a whole capacity takes a window each, whatever the
 * phase, and the last part comes when it is free again. */
static int64_t finish(const struct forecast_need *need, int64_t now_ns)
{
    const struct bucket_rule force = bucket_rule_in_force(&need->rule, &need->bucket);
    const struct bucket_rule *rule = &force;
    struct bucket b = need->bucket;
    if (need->amount == 0)
        return now_ns;
    if (rule->kind == BUCKET_USAGE)
        return now_ns + bucket_wait(&b, rule, 1, now_ns);

    uint64_t capacity = bucket_capacity(rule), rest = need->amount;
    uint64_t used = bucket_used(&b, rule, now_ns);
    uint64_t free = used < capacity ? capacity - used : 0;
    uint64_t at_once = rest < free ? rest : free;
    /* a block only delays what is free meanwhile */
    if (at_once > 0 && bucket_take(&b, rule, at_once, now_ns) == 0)
        rest -= at_once;
    if (rest == 0)
        return now_ns;
    uint64_t windows = (rest - 1) / capacity;
    int64_t wait_ns = bucket_wait(&b, rule, rest - windows * capacity, now_ns);
    return add_windows(now_ns + wait_ns, windows, rule->window_ns);
}

int64_t forecast_finish(const struct forecast_need *needs, size_t count, int64_t now_ns)
{
    int64_t latest = now_ns;
    for (size_t i = 0; i < count; i++) {
        int64_t at = finish(&needs[i], now_ns);
        latest = at > latest ? at : latest;
    }
    return latest;
}
