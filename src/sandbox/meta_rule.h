/* SPDX-License-Identifier: Apache-2.0 */
/* Fault rules that put an error in the place of the answer to a call. */
#ifndef SANDBOX_META_RULE_H
#define SANDBOX_META_RULE_H

#include "sandbox/meta_call.h"

/* False: no rule wants one. An entry of a batch has rules of its own. */
bool meta_rule_error(const struct meta_call *call, struct meta_error_wish *ret_wish);

#endif
