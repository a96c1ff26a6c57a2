/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds a sink against the stage: what was delivered must be there, and be what was delivered.
 * Changes nothing; looks at everything that the stage still has.
 *
 *     ledger   batches without a gap, each with the rows and the digest of its segments
 *     table    the newest record of every key, written again in a transaction that is undone,
 *              must change no row (a table that is appended to is not compared)
 *              where slices are replaced: every slice as it was delivered last, a row for each
 *              record, and no row more
 *     log      every record of every segment is there once, with the same content, as a consumer
 *              reads it. One that is gone from the log's beginning (retention) is counted; of a
 *              compacted log one may be gone that a later one has replaced.
 */
#ifndef PIPELINE_RECONCILE_H
#define PIPELINE_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/deployment.h"

enum { RECONCILE_KEYS_MAX = 16 * 1024 * 1024 }; /* the newest keys of a table are compared */

struct reconcile_options {
    const struct deployment *deployment; /* its stage is open */
    size_t sink; /* its place in the deployment's options */
    void *context;
    void (*fault)(void *context, const char *text); /* one line a fault */
};

/* Added to. */
struct reconcile_counts {
    uint64_t batches; /* of ledgers */
    uint64_t rows; /* in them */
    uint64_t compared; /* records, with what the sink has */
    uint64_t expired; /* of them, gone from the beginning of a log */
};

/* All streams. False when the sink or the stage cannot be read; a fault is no failure. */
bool reconcile_sink(const struct reconcile_options *options, struct reconcile_counts *counts,
                    struct error *err);

#endif
