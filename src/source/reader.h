/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages of one slice of one account of one stream, in order, from a checkpoint or from the
 * start: what the pipeline reads a source with.
 *
 *     reader_new, reader_next -> commit the page and its cursor, reader_next …, page.done
 *
 * A page's records were handed to output.record before the page is known to be whole: they
 * count when reader_next returns true, and only then.
 */
#ifndef SOURCE_READER_H
#define SOURCE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"
#include "record/walk.h"
#include "source/exchange.h"
#include "source/paginator.h"
#include "source/settings.h"
#include "source/slice.h"

/* What a checkpoint keeps of a slice. */
struct reader_checkpoint {
    const char *cursor; /* page.cursor of the last page that was committed */
    const uint8_t *digest; /* reader_request_digest of then, DIGEST_SIZE bytes */
    const char *mark; /* reader_mark of then; "" or NULL: none */
    bool complete; /* the slice was read to its end */
};

/* A part of a slice that is not read as a whole by the stream's request (pipeline/reporting.h). */
struct reader_part {
    const struct request_rule *request;
    const char *filter; /* {part.filter} */
    const char *fields; /* in place of {fields}; NULL: as they are */
    const char *report; /* {report.id}; NULL: none */
};

struct reader_options {
    struct exchange_client client;
    size_t stream; /* by position in the manifest */
    const char *account; /* MANIFEST_SINGLE_ACCOUNT where the API has none */
    const struct slice *slice; /* copied */
    const struct reader_part *part; /* NULL: all of it; what it points to must live longer */
    struct paginator_sizing *sizing; /* of the list, for all of its slices; NULL: of this one */
    const struct reader_checkpoint *checkpoint; /* NULL: from the start; copied */
    const struct policy *policy;
    const struct pseudonym *pseudonym; /* NULL only when the policy needs none */
    struct exchange_output output;
};

struct reader;

/* ERROR_CONFIG when the settings do not fit the API, ERROR_STORE when the checkpoint's cursor
 * is none of this stream. What the options point to must live longer, but for what is
 * copied. */
bool reader_new(const struct reader_options *options, struct reader **ret_reader,
                struct error *err);
void reader_free(struct reader *r);
CLEANUP_DEFINE(struct reader, reader_free)

/* BLAKE2b-256 over all that decides what the slice's pages hold, and how it is cut into pages:
 * the resolved request but for what the paginator puts in, the page size, the total. */
const uint8_t *reader_request_digest(const struct reader *r);
/* False: no checkpoint, or its digest is another one (other settings, another server, another
 * manifest): its pages and ours do not belong together, and the slice starts anew. True for the
 * next reading of a slice that is read anew by every run, too; that one begins at its first page
 * (reader_pages_done is 0). */
bool reader_resumed(const struct reader *r);
/* What this reading covers (struct slice_mark as text), for the checkpoint; "" where slices have
 * no marks. After a digest that differs, it covers everything. */
const char *reader_mark(const struct reader *r);
/* Pages of the slice, and how many are behind us already; pages 0: nobody knows. */
uint64_t reader_pages(const struct reader *r);
uint64_t reader_pages_done(const struct reader *r);

struct reader_page {
    bool done; /* there was no page left: nothing else is set */
    /* The API no longer knows the cursor: nothing was read, nothing else is set, and the next call
     * asks for the first page. What the slice gave so far comes again. */
    bool restarted;
    unsigned shrunk; /* times that a smaller page had to be asked for before this one came */
    /* The one object that the page should have held can only be told apart, not read: it went to
     * quarantine, and this is why, in the API's own words. NULL: none of that. */
    const char *isolated;
    /* From this page on the stream's gated fields are not asked for, and this is why. NULL: it is
     * as it was before. */
    const char *withheld;
    bool last; /* no page follows this one */
    uint64_t number; /* from 1 */
    struct walk_counts counts;
    uint64_t received_bytes;
    uint64_t decoded_bytes;
    unsigned attempts;
    const char *cursor; /* where to go on behind this page: for the checkpoint */
    const struct walk_drift *drifts; /* unknown fields, most frequent first */
    size_t drift_count;
};

/* The next page; its texts are valid until the next call. Errors as of exchange_page, with
 * source, stream, slice and page before them; the reader stands where it was and may be asked
 * again. */
bool reader_next(struct reader *r, struct reader_page *ret_page, struct error *err);

/* The slice gave no record at all: asks what the stream says has to be asked then
 * (source/emptiness.h). ERROR_DATA: records are missing. */
bool reader_prove_empty(struct reader *r, struct error *err);

#endif
