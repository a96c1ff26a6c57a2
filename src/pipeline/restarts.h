/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slices that a run reads anew, told so that somebody reads it: other settings are as many restarts
 * as there are slices, all for the same reason. The first of a stream and a reason is told when it
 * happens, all of them with their number at the end; those that were asked for at the end alone.
 * The audit log has each. Safe from any thread.
 */
#ifndef PIPELINE_RESTARTS_H
#define PIPELINE_RESTARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct restarts;

struct restart {
    const char *stream; /* these two are borrowed until restarts_tell */
    const char *why;
    const char *slice;
    uint64_t pages; /* that it had */
    bool asked; /* by the user */
};

struct restarts *restarts_new(void); /* NULL when memory is out */
void restarts_free(struct restarts *r);
CLEANUP_DEFINE(struct restarts, restarts_free)

void restarts_note(struct restarts *r, const struct restart *restart);
/* At the end of the run. */
void restarts_tell(struct restarts *r);

#endif
