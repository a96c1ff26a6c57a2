/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One time through the records of a batch: from the stage into the open transaction of a sink. What
 * the sink makes of them, and whether they are committed, is for the caller (pipeline/batch).
 */
#ifndef PIPELINE_PASS_H
#define PIPELINE_PASS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/staged.h"
#include "pipeline/writer.h"
#include "record/columns.h"
#include "sink/ledger.h"
#include "sink/sink.h"
#include "stage/generation.h"

/* Which records of their segments are delivered. */
typedef bool pass_wanted(void *context, int64_t seq, uint32_t index);

/* What passes of one stream into one sink share. */
struct pass_work {
    struct staged staged; /* says which: store, sink, stream */
    struct sink *sink;
    struct writer *writer; /* takes what the sink refuses */
    const struct driver_stream *stream;
    struct columns *columns;
    /* Waits up to so long for more to be staged; false: nothing more comes, or not in time.
     * NULL: what is there is all. */
    bool (*more)(void *context, int64_t wait_ns);
    void *more_context;
    pass_wanted *wanted; /* NULL: all */
    void *wanted_context;
};

/* Records that were refused before do not count, so the number that a driver gives a record in one
 * pass finds it in the next. */
struct pass {
    int64_t after; /* the segments behind this one … */
    int64_t last; /* … up to this one; 0: there is no end */
    bool exact; /* all of them, whatever the limits say */
    /* Of these, only those of the generation are written: a slice is replaced. The entry counts
     * all behind the marker, so that entries follow each other without a gap; the generation may
     * have begun before it. */
    bool by_slice;
    struct generation generation;
    int64_t marker;
    int64_t segments; /* of the generation, so far */
    int64_t stop; /* only so many records, for a trial; -1: all of them */
    int64_t culprit; /* this one goes to quarantine; -1: none does */
    char reason[DRIVER_REASON_SIZE];
    int64_t records; /* so far */
    uint64_t refused; /* by this pass */
    uint64_t bytes;
    int64_t started_ns;
    struct ledger_entry entry;
};

struct pass pass_of(int64_t after, int64_t last, bool exact);
/* The slice of this generation is replaced, in a sink whose marker is there. */
void pass_set_generation(struct pass *p, const struct generation *g, int64_t marker);
/* The same segments once more. */
struct pass pass_again(const struct pass *done);

/* Writes what the pass is about, as far as limits, stop and the stage allow. A segment that is
 * damaged or missing ends it, and is an error when nothing stands before it. Errors are those of
 * sink/driver.h, or of the stage. */
bool pass_write(struct pass_work *w, struct pass *p, struct error *err);

#endif
