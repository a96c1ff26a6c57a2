/* SPDX-License-Identifier: Apache-2.0 */
/* What is about tokens: whose one is, whether it is good, and a longer-lived one for it. */
#ifndef SANDBOX_META_DEBUG_H
#define SANDBOX_META_DEBUG_H

#include "sandbox/meta_call.h"

bool meta_debug_me(struct meta_call *call);
bool meta_debug_token(struct meta_call *call);
bool meta_debug_exchange(struct meta_call *call);

#endif
