/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One batch of a stream: the segments behind the sink's marker, into the sink, in one
 * transaction of the sink.
 *
 *     fence ─▶ marker, compared ─▶ segments after it ─▶ columns ─▶ records ─▶ finish ─▶ COMMIT
 *                                                                              │
 *                   a record that the sink refuses: to quarantine, and again ◀─┘
 *
 * Where slices are replaced (x-write replace), a batch for a table is one slice: the next that was
 * read completely since the marker, whatever its size. Its rows that are there go, those of its
 * segments come, and the ledger's entry counts everything up to its end. Of a slice that is not
 * complete nothing is delivered, and of one that was begun anew only the new reading.
 *
 * Then the position moves in the stage, with an audit event. Killed anywhere, the next batch
 * reads the marker and goes on behind it.
 */
#ifndef PIPELINE_BATCH_H
#define PIPELINE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "pipeline/pass.h"
#include "pipeline/writer.h"
#include "record/columns.h"
#include "sink/sink.h"
#include "stage/generation.h"
#include "stage/store.h"

/* How often one batch is written anew: once for each record that the sink refuses, and whenever
 * its driver changes its way. */
enum { BATCH_TRIES_MAX = 100 };

/* A stream of the stage on its way into one sink. */
struct batch_stream {
    struct driver_stream stream;
    struct columns *columns;
    bool compared; /* the marker was found to be ours, since the sink was opened */
};

struct batch_options {
    const char *name; /* what the stage calls the sink in its positions */
    struct sink *sink;
    struct store *store; /* a reading connection of this thread */
    struct writer *writer;
    bool accept; /* the operator said: the sink is right as it is (sink/ledger.h) */
    /* Waits up to so long for more to be staged; false: nothing more comes, or not in time.
     * NULL: what is there is all. */
    bool (*more)(void *context, int64_t wait_ns);
    void *context;
};

/* The buffers of one thread. */
struct batch;

struct batch *batch_new(void); /* NULL when memory is out */
void batch_free(struct batch *b);
CLEANUP_DEFINE(struct batch, batch_free)

struct batch_result {
    int64_t last_seq; /* 0: there was nothing to deliver */
    uint64_t rows;
    uint64_t refused; /* of them, into quarantine, by this batch */
};

/* Errors are those of sink/driver.h, or of the stage. */
bool batch_deliver(struct batch *b, const struct batch_options *options,
                   struct batch_stream *stream, struct batch_result *ret_result,
                   struct error *err);

/* Delivers segments again that were delivered before, from first_seq to last_seq, without moving
 * marker or position: in as many transactions as it takes. wanted: NULL, or which of their
 * records. */
bool batch_replay(struct batch *b, const struct batch_options *options,
                  struct batch_stream *stream, int64_t first_seq, int64_t last_seq,
                  pass_wanted *wanted, void *context, struct batch_result *ret_result,
                  struct error *err);

/* The same for one slice of a table whose slices are replaced, in one transaction. */
bool batch_replay_slice(struct batch *b, const struct batch_options *options,
                        struct batch_stream *stream, const struct generation *generation,
                        struct batch_result *ret_result, struct error *err);

#endif
