/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One slice while it is read: from its checkpoint, part by part and page by page; its records go
 * to the writer (pipeline/intake.h).
 *
 *     reading_new ─▶ reading_part ─▶ reading_step … done ─▶ reading_part … ─▶ the last one's end
 *
 * A slice that is complete for the same request is passed over; one whose request has changed
 * starts anew, and so does one that was read before its slices were replaced as a whole. An event
 * says so.
 *
 * A slice that is replaced as a whole and was read before is held back (pipeline/hold.h): when it
 * holds what it held, in whatever order, nothing of it is staged, and an event says so.
 */
#ifndef PIPELINE_READING_H
#define PIPELINE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "pipeline/access.h"
#include "pipeline/compare.h"
#include "pipeline/deployment.h"
#include "pipeline/intake.h"
#include "pipeline/reporting.h"
#include "pipeline/restarts.h"
#include "pipeline/scope.h"
#include "pipeline/writer.h"
#include "source/slice.h"

struct reading_options {
    const struct deployment *deployment;
    size_t stream; /* by its place in the manifest */
    const struct scope_account *account; /* these two must live until the writer is flushed */
    const struct slice *slice;
    const struct access *access; /* these two are of one thread */
    struct store *checkpoints; /* a reading connection */
    struct writer *writer;
    struct packer *packer;
    struct hold_room *room;
    struct dedup_room *keys;
    struct paginator_sizing *sizing; /* of the list, for all of its slices */
    const struct pseudonym *pseudonym;
    struct restarts *restarts;
    struct compare *compare; /* what it says is told to report, on this thread */
    compare_report *report;
    void *report_context;
    bool again; /* though the slice is complete */
    bool force; /* stage what has not changed, too */
    uint64_t expected_records; /* of the whole run, for the one who watches */
};

struct reading;

/* The options are copied, what they point to must live longer. *ret_reading is NULL when there is
 * nothing to be read. */
bool reading_new(const struct reading_options *options, struct reading **ret_reading,
                 struct error *err);
void reading_free(struct reading *r);
CLEANUP_DEFINE(struct reading, reading_free)

/* The last complete reading's records; REPORTING_UNKNOWN when there was none. */
uint64_t reading_records(const struct reading *r);

/* The next part, or the first one anew: READ of reporting_step. With the whole slice in one part
 * the reading goes on where the checkpoint says; anything else begins anew. Pieces of a part are
 * kept until all of them are there; a record of one that does not fit is ERROR_DATA, for it is only
 * some columns of a row. */
bool reading_part(struct reading *r, const struct reporting_step *part, struct error *err);
/* Reads one page of the part, and hands it on when it is whole. *ret_done: it was the last one.
 * After a failure the reading stands before this page, and may go on later. */
bool reading_step(struct reading *r, bool *ret_done, struct error *err);
/* The part that failed cannot be begun anew alone: the slice is to be replaced, and rows of this
 * part are staged already. */
bool reading_is_spoilt(const struct reading *r);
/* Begins the slice anew: its first part comes next, and what was staged does not count. */
bool reading_begin_anew(struct reading *r, struct error *err);
/* The last failure was the writer's: nothing can be staged any more. */
bool reading_writer_failed(const struct reading *r);

#endif
