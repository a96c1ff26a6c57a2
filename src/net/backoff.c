/* SPDX-License-Identifier: Apache-2.0 */
#include "net/backoff.h"

int64_t backoff_ceiling(const struct backoff_rule *rule, unsigned attempt)
{
    int64_t ceiling = backoff_clamp(rule->base_ns, rule->cap_ns);
    for (; attempt > 0 && ceiling > 0 && ceiling < rule->cap_ns; attempt--)
        ceiling = ceiling > rule->cap_ns / 2 ? rule->cap_ns : ceiling * 2;
    return ceiling;
}

int64_t backoff_wait(const struct backoff_rule *rule, unsigned attempt, uint64_t random)
{
    /* scaled by the high half of the product: no modulo, no bias to speak of */
    uint64_t choices = (uint64_t)backoff_ceiling(rule, attempt) + 1;
    return (int64_t)(((unsigned __int128)random * choices) >> 64);
}

int64_t backoff_clamp(int64_t asked_ns, int64_t cap_ns)
{
    if (asked_ns < 0 || cap_ns < 0)
        return 0;
    return asked_ns < cap_ns ? asked_ns : cap_ns;
}
