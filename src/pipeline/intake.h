/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the records of a slice go, page by page: those whose key came before are sorted out, the
 * others fill segments, and these go to the writer; or, where the slice is to be replaced and what
 * it held is known, they are held until its end, to be compared.
 *
 *     judge ─▶ record, quarantine … ─▶ page        the page counts
 *                                  └─▶ discard     it never was
 *
 * The writer has one page open at a time: it is claimed when the first thing of a page goes there.
 */
#ifndef PIPELINE_INTAKE_H
#define PIPELINE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/pseudonym.h"
#include "pipeline/deployment.h"
#include "pipeline/hold.h"
#include "pipeline/packer.h"
#include "pipeline/repeats.h"
#include "pipeline/writer.h"

struct intake_options {
    const struct deployment_stream *stream;
    const struct append_origin *origin; /* of the open page; the caller counts it on */
    struct store *stage; /* a reading connection */
    struct writer *writer;
    struct packer *packer;
    struct hold_room *room;
    struct dedup_room *keys;
    const struct pseudonym *pseudonym;
    bool force; /* what has not changed goes on, too */
};

struct intake;

/* The options are copied, what they point to must live longer. */
bool intake_new(const struct intake_options *options, struct intake **ret_intake,
                struct error *err);
void intake_free(struct intake *i);
CLEANUP_DEFINE(struct intake, intake_free)

/* Where slices are replaced, before anything else. The slice is read from its first page: what it
 * holds is summed up, and compared with what it held. parts: a part of it may be begun anew, or
 * become smaller. */
bool intake_compare(struct intake *i, bool parts, struct error *err);
/* Or the slice is gone on with: the keys of its staged pages count. */
bool intake_recall(struct intake *i, struct error *err);

/* False when records have no keys: nothing is judged. */
bool intake_judges(const struct intake *i);
/* As repeats_judge, repeats_judge_line. */
enum walk_fate intake_judge(struct intake *i, const struct walk_keyed *record,
                            const char **ret_reason);
bool intake_judge_line(struct intake *i, const char *line, size_t len, enum walk_fate *ret_fate,
                       const char **ret_reason, struct error *err);

/* The record that was judged last; one that is set aside. */
bool intake_record(struct intake *i, const char *line, size_t len, size_t fleeting,
                   struct error *err);
bool intake_quarantine(struct intake *i, const char *line, size_t len, const char *reason,
                       uint64_t position, struct error *err);

/* The open page is whole; with the slice's last one it is decided what was held. */
bool intake_page(struct intake *i, struct writer_page *page, struct error *err);
/* The open page is to be read again. */
bool intake_discard(struct intake *i, struct error *err);
/* A part begins here. */
void intake_begin_part(struct intake *i);
/* All of it is to be read again. False: what came of it is no longer here. */
bool intake_discard_part(struct intake *i);
/* The slice begins anew. */
void intake_forget(struct intake *i);
/* Nothing comes for a while: a segment that is empty is somebody else's. */
void intake_pause(struct intake *i);

/* Nothing of the slice has gone to the writer. */
bool intake_holds(const struct intake *i);
/* The last failure was the writer's: nothing can be staged any more. */
bool intake_writer_failed(const struct intake *i);

#endif
