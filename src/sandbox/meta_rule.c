/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_rule.h"

bool meta_rule_error(const struct meta_call *call, struct meta_error_wish *ret_wish)
{
    const struct fault_hit *hits = call->faults->hits;
    const struct fault_hit *hit =
        &hits[call->entry ? FAULT_META_ENTRY_ERROR : FAULT_META_ERROR];
    struct meta_error_wish wish;
    if (!hit->on || !meta_error_parse_wish(hit->argument, &wish))
        return false;
    if (hit->status > 0)
        wish.status = hit->status;
    if (hits[FAULT_META_ERROR_DATA].on)
        wish.data = hits[FAULT_META_ERROR_DATA].argument;
    wish.spanish = hits[FAULT_META_ERROR_SPANISH].on;
    *ret_wish = wish;
    return true;
}
