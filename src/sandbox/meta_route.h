/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a call to what answers it, once version and token were looked at. */
#ifndef SANDBOX_META_ROUTE_H
#define SANDBOX_META_ROUTE_H

#include "sandbox/meta_call.h"

/* Fills call->reply; path, method, parameters, version and base of the call are set. False when
 * memory is out. */
bool meta_route(struct meta_call *call);

#endif
