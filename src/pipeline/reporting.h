/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must be asked before the records of a slice can be read: reports are created and asked
 * after, and a slice that is too big for the API is cut into parts. One for a stream of an account;
 * it drives all of its slices on one thread, and never sleeps: what it waits for is an instant
 * that it returns.
 *
 *     reporting_open
 *       reporting_begin(slice)                                    any number at a time
 *         reporting_step ─▶ WAIT       come back at not_before_ns
 *                        ─▶ READ       read this part: its pages, as always, then
 *                                        reporting_read, or reporting_refused when it failed
 *                        ─▶ COMPLETE   no part is left
 *       reporting_end(slice)
 *     reporting_close
 *
 * A stream without reports and without a way to be cut is one part, read by the stream's request.
 *
 * One poll asks after all reports that are due, of all slices. Reports and cuts are in the stage
 * before anything is built on them (stage/part.h), and leave it with the last page of the slice: a
 * run that is killed goes on with both. Parts are read in the order of their paths, while the
 * reports of later ones are already made.
 */
#ifndef PIPELINE_REPORTING_H
#define PIPELINE_REPORTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "net/http.h"
#include "pipeline/writer.h"
#include "quota/limiter.h"
#include "record/policy.h"
#include "source/credentials.h"
#include "source/exchange.h"
#include "source/reader.h"
#include "source/settings.h"
#include "source/slice.h"
#include "source/version.h"
#include "stage/store.h"

#define REPORTING_UNKNOWN UINT64_MAX

struct reporting_options {
    struct exchange_client client;
    size_t stream; /* by position in the manifest */
    const char *account;
    const struct policy *policy; /* with the schema that {fields} comes from */
    struct store *stage; /* a reading connection of this thread */
    struct writer *writer;
};

struct reporting;

/* The options are copied, what they point to must live longer. */
bool reporting_open(const struct reporting_options *options, struct reporting **ret_reporting,
                    struct error *err);
/* Its slices are ended first. */
void reporting_close(struct reporting *r);
CLEANUP_DEFINE(struct reporting, reporting_close)

struct reporting_slice;

struct reporting_start {
    const struct slice *slice; /* copied */
    bool anew; /* what the stage has of its parts is of no use */
    const char *part; /* of the checkpoint: this one and those behind it are to be read … */
    bool part_read; /* … but this one is already; NULL, false: from the first */
    uint64_t records; /* of its last complete reading; REPORTING_UNKNOWN */
};

bool reporting_begin(struct reporting *r, const struct reporting_start *start,
                     struct reporting_slice **ret_slice, struct error *err);
/* False: the stage had no parts of it, or they are no more those of start->part: all of them are to
 * be read. */
bool reporting_resumed(const struct reporting_slice *s);
/* The parts stay in the stage. NULL is accepted. */
void reporting_end(struct reporting_slice *s);
CLEANUP_DEFINE(struct reporting_slice, reporting_end)

enum reporting_kind { REPORTING_WAIT, REPORTING_READ, REPORTING_COMPLETE };

struct reporting_step {
    enum reporting_kind kind;
    int64_t not_before_ns; /* WAIT */
    /* READ; all of it is valid until the next call for this slice */
    const char *path; /* of the part: for the checkpoint */
    bool last; /* no part follows: with its last page the slice is complete */
    /* Its rows may be as old as this: when its report was asked for, or what it rests on was cut.
     * INT64_MAX: they are as old as the pages. */
    int64_t asked_ns;
    struct reader_part part; /* for the reader */
    /* The rows of this part are some of their columns: they are to be put together by the key with
     * those of the other pieces (record/join.h) before they are staged. NULL: no piece. */
    const char *piece_of;
    bool last_piece; /* the next part is none of them */
    const char *const *key; /* names of columns */
    size_t key_count;
};

/* Does what can be done now for all slices, then says what this one waits for. False: the slice
 * cannot be read (the API's words are in *err), or nothing could be asked now, for this or another
 * slice (ERROR_QUOTA and what else exchange_document says), and it may be tried again; or the
 * writer has failed, as every call of it says then. */
bool reporting_step(struct reporting_slice *s, struct reporting_step *ret_step,
                    struct error *err);

/* The part of the last READ was read and handed to the writer to its last page. */
void reporting_read(struct reporting_slice *s);
/* It could not be, for this reason. True: step again, and start the part anew (a piece: with the
 * first piece of piece_of). False: *err is the reason, for good. */
bool reporting_refused(struct reporting_slice *s, const struct error *cause, struct error *err);
/* The reading has to begin anew: from the first part on, all are to be read again. */
void reporting_read_again(struct reporting_slice *s);

#endif
