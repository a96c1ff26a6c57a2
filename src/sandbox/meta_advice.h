/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers that say how much of the limits is used: X-App-Usage, X-Ad-Account-Usage,
 * X-Business-Use-Case-Usage, X-FB-Ads-Insights-Throttle. Each comes when it has something to
 * say, from 1 % on, with good answers and errors alike.
 */
#ifndef SANDBOX_META_ADVICE_H
#define SANDBOX_META_ADVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/meta_usage.h"
#include "sandbox/reply.h"

/* How they are spoiled, as --fault has it and in the order of the list behind it. */
#define META_ADVICE_FAULTS "absent|malformed|duplicate|zero"

enum meta_advice_fault {
    META_ADVICE_GOOD,
    META_ADVICE_ABSENT,
    META_ADVICE_MALFORMED, /* JSON that is cut off */
    META_ADVICE_DUPLICATE, /* a key twice in its object, as in a sample of Meta's own */
    META_ADVICE_ZERO, /* all is said to be unused */
};

/* account_id: the key in the map of use cases. False: the reply has no room. */
bool meta_advice_add(struct reply *reply, const struct meta_usage_state *state,
                     uint64_t account_id, enum meta_usage_case use,
                     enum meta_advice_fault fault);

#endif
