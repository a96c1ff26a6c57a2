/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of one slice while it is read, in memory and in the stage (source/split.h,
 * stage/part.h): a part is cut there and here, or not at all.
 */
#ifndef PIPELINE_PARTS_H
#define PIPELINE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/writer.h"
#include "source/report.h"
#include "source/settings.h"
#include "source/slice.h"
#include "source/split.h"
#include "stage/store.h"

enum { PARTS_MAX = 20000 /* of a slice */ };

/* One of them, and how far its report is. */
struct parts_work {
    struct split_part part;
    struct report report;
    bool plain; /* read by the stream's request */
    bool read;
    bool too_big; /* to be cut; report.cause says why, made or not */
};

/* All that is borrowed must live longer. */
struct parts {
    const struct settings *settings;
    const struct manifest_stream *stream;
    const char *account;
    struct split_fields fields;
    struct slice slice;
    struct writer *writer;
    struct parts_work *list; /* in the order of their paths; what was cut is not here */
    size_t count;
    int64_t cut_ns; /* the first cut that the list rests on; INT64_MAX: it rests on none */
    bool stale; /* what the stage has of the slice is to be forgotten */
};

/* The parts that the stage has, or one that is the whole. The members down to writer are the
 * caller's. stage: NULL when there is nothing that counts. *ret_resumed: there were some, for the
 * requests of today. */
bool parts_open(struct parts *p, struct store *stage, bool *ret_resumed, struct error *err);
void parts_close(struct parts *p);

/* Texts that values of a part point into. */
struct parts_texts {
    struct buffer filter;
    struct buffer fields;
};
void parts_texts_init(struct parts_texts *t);
void parts_texts_done(struct parts_texts *t);
/* All that a request of a part may name, but for {report.…} and what a page adds. */
bool parts_values(const struct parts *p, const struct split_part *part,
                  struct parts_texts *texts, struct template_values *ret_values,
                  struct error *err);

/* A report of the part was created: durable when true. */
bool parts_keep_report(struct parts *p, const struct parts_work *work, struct error *err);
/* Puts these in the place of a part that is too big, which says why: durable when true. Takes what
 * they hold. */
bool parts_cut(struct parts *p, size_t at, struct split_parts *parts, struct error *err);
/* The slice cannot be read from these: the next run begins with the whole, and a new report. */
bool parts_forget(struct parts *p, struct error *err);

#endif
