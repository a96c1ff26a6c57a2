/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the stage into the warehouse, on a thread of its own: reads the segments behind the
 * warehouse's marker, takes their records apart into columns, merges them, and commits rows and
 * marker in one transaction of the warehouse. Then the position moves in the stage.
 *
 *     marker ─▶ segments after it ─▶ columns ─▶ rows + marker, COMMIT ─▶ position + audit event
 *
 * Killed anywhere, the next load reads the marker and goes on behind it.
 */
#ifndef PIPELINE_LOAD_H
#define PIPELINE_LOAD_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "pipeline/deployment.h"
#include "pipeline/result.h"
#include "pipeline/watch.h"
#include "pipeline/writer.h"

/* What the stage calls the warehouse in its positions. */
#define LOAD_SINK "warehouse"

enum { LOAD_SEGMENTS_MAX = 32 }; /* of one transaction of the warehouse */

struct load_options {
    struct deployment *deployment;
    struct writer *writer;
    const struct watch *watch;
    bool accept; /* the operator said: the warehouse is right as it is (sink/ledger.h) */
    struct result *result; /* loaded, load_failed and load_error are set here */
};

struct load;

/* Starts following. */
bool load_new(const struct load_options *options, struct load **ret_load, struct error *err);
/* There may be more in the stage. Any thread. */
void load_wake(struct load *l);
/* Nothing more will be staged: loads what is left and ends. The result is complete then. */
void load_finish(struct load *l);
void load_free(struct load *l); /* ends at the next transaction; NULL is accepted */
CLEANUP_DEFINE(struct load, load_free)

#endif
