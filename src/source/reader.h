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
#include "source/settings.h"
#include "source/slice.h"

/* What a checkpoint keeps of a slice. */
struct reader_checkpoint {
    const char *cursor; /* page.cursor of the last page that was committed */
    const uint8_t *digest; /* reader_request_digest of then, DIGEST_SIZE bytes */
};

struct reader_options {
    const struct settings *settings; /* checked */
    size_t stream; /* by position in the manifest */
    const char *account; /* MANIFEST_SINGLE_ACCOUNT where the API has none */
    const struct slice *slice; /* copied */
    const struct reader_checkpoint *checkpoint; /* NULL: from the start; copied */
    struct http *http;
    struct limiter *limiter;
    const struct policy *policy;
    const struct pseudonym *pseudonym; /* NULL only when the policy needs none */
    int64_t max_wait_ns; /* a longer wait for the quota parks */
    struct exchange_output output;
    struct exchange_watch watch;
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
 * manifest): its pages and ours do not belong together, and the slice starts anew. */
bool reader_resumed(const struct reader *r);
/* Pages of the slice, and how many are behind us already; pages 0: nobody knows. */
uint64_t reader_pages(const struct reader *r);
uint64_t reader_pages_done(const struct reader *r);

struct reader_page {
    bool done; /* there was no page left: nothing else is set */
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

#endif
