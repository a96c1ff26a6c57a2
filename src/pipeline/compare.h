/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what was read adds up: the rows of a day of one stream against what another stream says
 * about the same day of the same account (manifest: reconcile).
 *
 *     lines as they are staged ─▶ tally, page by page ─▶ complete ─┬─▶ the other side is not there
 *                                                                  │   yet: it waits
 *                                                                  └─▶ it is: outcome
 *
 * The other side is there when this run has read it, or when an earlier one did and this one passes
 * it over: its sums are in the stage (stage/sums.h). They count only as long as the slice counts as
 * read: a day that was read when the API could still change it, and not today, says nothing about
 * what it would say now. So no day is compared twice by a run that reads both sides.
 *
 * What the policy of one of the two changes is not summed. Only what one run read from its first
 * page to its last is compared. A day of which only one side was read is not; neither is one that
 * found COMPARE_WAITING_MAX others waiting.
 *
 * A tally belongs to the thread that reads the slice; everything else may be called by any.
 */
#ifndef PIPELINE_COMPARE_H
#define PIPELINE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/event.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "pipeline/deployment.h"
#include "pipeline/result.h"
#include "record/total.h"
#include "stage/sums.h"

enum {
    COMPARE_WAITING_MAX = 16384, /* sides of a day that wait for the other one: 5 MiB */
    COMPARE_ACCOUNT_MAX = 63,
    COMPARE_COLUMNS_MAX = SUMS_MAX, /* of one stream, in all its comparisons */
    COMPARE_SAID_SIZE = 2 * TOTAL_TEXT_SIZE + 8,
};

struct compare;
struct compare_tally;

/* One day, both sides of it. Valid during the call. */
struct compare_outcome {
    const char *stream; /* whose rows were added up */
    const char *with; /* what it was compared with */
    const char *account;
    const char *slice;
    size_t count; /* of sums */
    const char *names[COMPARISON_SUMS_MAX]; /* columns */
    char said[COMPARISON_SUMS_MAX]
             [COMPARE_SAID_SIZE]; /* "12.5", "12.5, not 12", "12.5, near 12" */
    int first; /* of them that differs; -1: none does */
    uint64_t unread; /* values and rows, of both sides, that could not be added */
    bool differs; /* a sum does, or something was not added */
};

/* ERROR_MANIFEST when a stream lacks a column that its manifest wants summed, or has one there
 * that holds no numbers. The deployment must live longer. */
bool compare_new(const struct deployment *d, struct compare **ret_compare, struct error *err);
void compare_free(struct compare *c);
CLEANUP_DEFINE(struct compare, compare_free)

/* Before any slice: this run reads all slices of the stream, complete ones too. So they are waited
 * for, whatever an earlier run has read. */
void compare_await(struct compare *c, size_t stream);

/* A tally for a slice that is read from its first page on; NULL where the stream at that place of
 * the manifest is part of no comparison. The rest of compare_tally_… accepts NULL. */
bool compare_tally_new(const struct compare *c, size_t stream, struct compare_tally **ret_tally,
                       struct error *err);
void compare_tally_free(struct compare_tally *t);
CLEANUP_DEFINE(struct compare_tally, compare_tally_free)

/* A masked line of the open page, with or without its newline. */
void compare_tally_record(struct compare_tally *t, const char *line, size_t len);
/* The open page is asked for again: what came of it does not count. */
void compare_tally_discard(struct compare_tally *t);
/* It is whole. */
void compare_tally_commit(struct compare_tally *t);
/* The slice is read from its first page again. */
void compare_tally_restart(struct compare_tally *t);
/* What the slice adds up to when the open page is its last one; not known when t is NULL. */
void compare_tally_sums(const struct compare_tally *t, struct sums_slice *ret_sums);

/* Whoever wants to know; runs on the thread of compare_complete, without a lock. */
typedef bool compare_report(void *context, const struct compare_outcome *outcome,
                            struct error *err);
/* The same slice of another stream, as an earlier run has read it: the sums of the columns that are
 * named. *ret_known: they are kept, and the slice counts as read. */
typedef bool compare_recall(void *context, size_t stream, struct sums_slice *sums,
                            bool *ret_known, struct error *err);

/* A slice, and who is asked and told about it. */
struct compare_slice {
    const char *account;
    const char *id;
    compare_recall *recall;
    void *recall_context;
    compare_report *report;
    void *report_context;
};

/* The slice is complete: reports every comparison whose other side is known already. Errors are
 * those of recall, of report, and memory. */
bool compare_complete(struct compare *c, const struct compare_tally *t,
                      const struct compare_slice *slice, struct error *err);

/* For the audit log: slice.reconciled or slice.differs. The texts are the outcome's. */
void compare_event(const struct compare_outcome *outcome, struct event *ret_event);
/* For the summary, into the place of outcome->stream. */
void compare_count(const struct compare_outcome *outcome, struct result_stream *result);

#endif
