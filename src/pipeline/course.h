/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One stream of one account, from its first slice to its last: what must be asked before a slice
 * can be read (reports, parts), then its pages. One thread drives it, one request at a time; waits
 * are instants that it returns, so that the thread can go on with another one meanwhile.
 *
 *     agenda's list ─▶ course: reporting ─▶ reading ─▶ writer
 *
 * What fails stops as little as it can: a slice; or the course, when its account is refused, or
 * when the last slice fails as well, which is read out of turn whenever the API refuses one or
 * several in a row are of no use. Credentials, an outage, a stop and the stage are for the caller
 * to act on.
 */
#ifndef PIPELINE_COURSE_H
#define PIPELINE_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "pipeline/access.h"
#include "pipeline/agenda.h"
#include "pipeline/compare.h"
#include "pipeline/deployment.h"
#include "pipeline/hold.h"
#include "pipeline/restarts.h"
#include "pipeline/writer.h"
#include "record/dedup.h"

/* What the caller notes of slices; from the thread that drives the course. */
struct course_notes {
    void *context;
    compare_report *compared;
    void (*begun)(void *context, size_t stream);
    void (*completed)(void *context, size_t stream);
    /* a slice came to nothing; over: and with it all of the course that is not complete */
    void (*failed)(void *context, const struct agenda_list *list, const struct slice *slice,
                   const struct error *cause, bool over);
};

struct course_options {
    const struct deployment *deployment;
    const struct agenda_list *list;
    const struct access *access; /* these two are the thread's */
    struct store *checkpoints; /* a reading connection */
    struct writer *writer;
    struct packer *packer;
    struct hold_room *room;
    struct dedup_room *keys;
    const struct pseudonym *pseudonym;
    struct restarts *restarts;
    struct compare *compare;
    bool again; /* slices that are complete, too */
    bool force; /* stage what has not changed, too */
    uint64_t expected_records; /* of the whole run, for the one who watches */
    struct course_notes notes;
};

struct course;

bool course_new(const struct course_options *options, struct course **ret_course,
                struct error *err);
void course_free(struct course *c);
CLEANUP_DEFINE(struct course, course_free)

enum course_answer {
    COURSE_ON, /* something was done; there may be more */
    COURSE_LATER, /* nothing can be done before *ret_until_ns */
    COURSE_END, /* all is done */
    COURSE_FAILED, /* nothing else of this run would do better: *err */
    COURSE_FATAL, /* the stage cannot be written: *err */
};

/* About one request. */
enum course_answer course_step(struct course *c, int64_t *ret_until_ns, struct error *err);

#endif
