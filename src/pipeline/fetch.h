/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches one stream, slice by slice from its checkpoints, and hands pages to the writer. A slice
 * that is complete for the same request is passed over; one whose request has changed starts anew,
 * and so does one that was read before its slices were replaced as a whole. An event says so.
 */
#ifndef PIPELINE_FETCH_H
#define PIPELINE_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/deployment.h"
#include "pipeline/result.h"
#include "pipeline/watch.h"
#include "pipeline/writer.h"
#include "quota/limiter.h"

struct fetch_options {
    const struct deployment *deployment;
    struct store *checkpoints; /* a reading connection of this thread */
    struct writer *writer;
    struct http *http;
    struct limiter *limiter;
    const struct pseudonym *pseudonym;
    int64_t since_day; /* days since 1970-01-01, both included */
    int64_t until_day;
    bool again; /* slices that are complete, too */
    bool force; /* stage what has not changed, too */
    int64_t max_wait_ns; /* for quota, before the stream parks */
    const struct watch *watch;
    uint64_t expected_records; /* of the whole run, for the one who watches */
};

/* The stream at this place of the manifest. *result is filled in as it goes, also on failure;
 * what went wrong is result->error. Returns false when the whole run must end: the stage cannot
 * be written, or the error is not the stream's. */
bool fetch_stream(const struct fetch_options *options, size_t stream,
                  struct result_stream *result, struct error *err);

#endif
