/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `POST /{version}/` with batch=[{"method":"GET","relative_url":"777/?fields=name"},…]: every
 * entry is a call of its own, and its whole answer a text within the answer. An entry may be
 * null: it is to be sent again.
 */
#ifndef SANDBOX_META_BATCH_H
#define SANDBOX_META_BATCH_H

#include "sandbox/meta_call.h"

enum { META_BATCH_MAX = 50, META_BATCH_BYTES_MAX = 32 * 1024 * 1024 };

bool meta_batch_answer(struct meta_call *call);

#endif
