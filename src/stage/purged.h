/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slices that were read, and of which the stage has not everything any more (stage/retention.h):
 * what was delivered of them cannot be delivered again.
 */
#ifndef STAGE_PURGED_H
#define STAGE_PURGED_H

#include <stdbool.h>

#include "base/error.h"
#include "stage/store.h"

struct purged_slice {
    char account[STORE_NAME_SIZE];
    char slice[STORE_NAME_SIZE];
};

typedef void purged_visit(void *context, const struct purged_slice *slice);

/* All of the stream, in the order of account and slice. by_slice: they are delivered as a whole
 * (stage/generation.h). */
bool purged_slices(struct store *s, const char *stream, bool by_slice, purged_visit *visit,
                   void *context, struct error *err);

#endif
