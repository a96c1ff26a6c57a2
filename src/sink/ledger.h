/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: what a warehouse knows of what was loaded into it, one entry a batch, written in
 * the batch's own transaction. The newest entry of a stream is its marker, and the marker is
 * the truth about how far a load has come; the position in the stage only remembers it.
 *
 * After any fault: take the fence, read the marker, compare it with the stage (ledger_compare),
 * go on behind it. Four things must never be papered over, and each has its verdict.
 */
#ifndef SINK_LEDGER_H
#define SINK_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/digest.h"

enum { LEDGER_STAGE_SIZE = 33, LEDGER_STREAM_SIZE = 64 };

/* One batch: the segments first_seq to last_seq of a stream. */
struct ledger_entry {
    int64_t first_seq;
    int64_t last_seq;
    int64_t rows; /* records in them */
    uint8_t digest[DIGEST_SIZE]; /* ledger_fold over them */
    uint8_t schema_digest[DIGEST_SIZE]; /* what they were loaded with */
    uint8_t policy_digest[DIGEST_SIZE];
    int64_t loaded_ns;
};

/* What the warehouse says about a stream of a stage and its table. */
struct ledger_marker {
    bool found; /* a batch of this stage and stream is there */
    struct ledger_entry last; /* when found */
    /* The table's newest batch is of another stage or stream; "" when it is not. */
    char other_stage[LEDGER_STAGE_SIZE];
    char other_stream[LEDGER_STREAM_SIZE];
};

/* What the stage says. */
struct ledger_local {
    const char *sink; /* "warehouse", "kafka" */
    const char *stage_id; /* in hex */
    const char *stream;
    const char *table;
    int64_t position; /* the last seq known to be loaded, 0: none */
    int64_t newest; /* the last seq ever given, 0: none */
    /* ledger_fold over the segments of the marker's batch; NULL when they were purged. */
    const uint8_t *digest;
    /* The operator said: the warehouse is right as it is. Then BEHIND and FOREIGN are no
     * alarms. */
    bool accept;
};

enum ledger_verdict {
    LEDGER_CONTINUE, /* go on behind ledger_position */
    LEDGER_BEHIND, /* the warehouse lost batches: it was replaced, or restored from a backup */
    LEDGER_AHEAD, /* the stage lost segments: an old copy of it was restored */
    LEDGER_FOREIGN, /* another stage or stream writes to this table */
    LEDGER_DIFFERENT, /* the batch has other content here than there */
};

/* Adds a segment's digest to a batch's, which starts as zeros:
 * digest = BLAKE2b-256(digest ‖ segment). */
void ledger_fold(uint8_t digest[DIGEST_SIZE], const uint8_t segment[DIGEST_SIZE]);

/* The last seq that is in the warehouse, 0: none. */
int64_t ledger_position(const struct ledger_marker *marker);

/* Pure. Unless the verdict is LEDGER_CONTINUE, *err is ERROR_SINK: what was found, what it
 * means and what to do. */
enum ledger_verdict ledger_compare(const struct ledger_local *local,
                                   const struct ledger_marker *marker, struct error *err);

#endif
