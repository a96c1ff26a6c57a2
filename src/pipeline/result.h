/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run did, stream by stream, and what went wrong: filled in by fetch and load while they
 * work, read when they are done.
 */
#ifndef PIPELINE_RESULT_H
#define PIPELINE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/deployment.h"

/* What became of one stream in this run. */
struct result_stream {
    const char *name;
    uint64_t slices; /* worked on */
    uint64_t complete; /* of them, complete now */
    uint64_t pages;
    uint64_t records; /* in the answers */
    uint64_t released; /* of them, staged but for those that … */
    uint64_t unchanged; /* … are in segments that are as they were when they were last read */
    uint64_t quarantined;
    uint64_t unknown; /* values of fields that the schema does not name */
    char drift[256]; /* the most frequent of those paths; "" */
    uint64_t decoded_bytes;
    uint64_t loaded; /* rows the warehouse got, of this and earlier runs */
    bool failed;
    struct error error; /* when failed */
};

struct result {
    struct result_stream streams[DEPLOYMENT_STREAMS_MAX];
    size_t stream_count;
    bool load_failed;
    struct error load_error;
    int64_t started_ns; /* Unix time, both */
    int64_t ended_ns;
};

/* Nothing done yet, begun now. */
void result_init(struct result *result, const struct deployment *d);

/* The first thing that went wrong, or NULL: of a stream, else of the warehouse. */
const struct error *result_failure(const struct result *result);

/* The exit status: 0; 75 when the run is to be run again to go on; 1 when a part failed (some
 * streams, some records in quarantine) and the rest is done; otherwise that of the failure. */
int result_exit_status(const struct result *result);

#endif
