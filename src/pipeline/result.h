/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run did, stream by stream and sink by sink, and what went wrong: filled in while it
 * works, by each thread in its own place, read when all are done.
 */
#ifndef PIPELINE_RESULT_H
#define PIPELINE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "pipeline/deployment.h"
#include "pipeline/failures.h"

/* What became of one stream in this run. */
struct result_stream {
    const char *name;
    bool wanted; /* by this run */
    uint64_t slices; /* worked on */
    uint64_t complete; /* of them, complete now */
    uint64_t pages;
    bool
        staged; /* anything but what was there; of a slice that is replaced, that it is empty now */
    uint64_t records; /* in the answers */
    uint64_t released; /* of them, staged but for those that … */
    uint64_t unchanged; /* … are in segments that are as they were when they were last read */
    uint64_t quarantined;
    uint64_t repeated; /* a record of the same slice said the same; it counts as neither */
    uint64_t purged; /* slices that a replay was asked for, and not all in the stage any more */
    uint64_t unknown; /* values of fields that the schema does not name */
    char drift[256]; /* the most frequent of those paths; "" */
    uint64_t withheld; /* slices without fields that the credentials may not see */
    char withheld_why[256]; /* of the first one, in the service's words; "" */
    uint64_t decoded_bytes;
    uint64_t compared; /* days whose rows were added up (pipeline/compare.h) */
    uint64_t differing; /* of them, which say something else than the other stream */
    char difference[256]; /* the first one; "" */
    /* By sink, of this and earlier runs: rows that it got, records that it refused … */
    uint64_t delivered[DEPLOYMENT_SINKS_MAX];
    uint64_t refused[DEPLOYMENT_SINKS_MAX];
    uint64_t batches[DEPLOYMENT_SINKS_MAX]; /* … and how often it got anything, or lost rows */
    char out_of_reach[CLOCK_DATE_SIZE]; /* the service keeps no days before this one; "" */
    bool failed;
    struct error error; /* when failed: the worst of what it suffered */
};

struct result_sink {
    const char *name; /* "warehouse", "kafka" */
    bool failed;
    struct error error; /* when failed */
};

struct result {
    struct result_stream streams[DEPLOYMENT_STREAMS_MAX];
    size_t stream_count;
    struct result_sink sinks[DEPLOYMENT_SINKS_MAX];
    size_t sink_count;
    size_t accounts; /* in all */
    size_t accounts_failed; /* of them, cannot be read … */
    struct error account_error; /* … the first one for this reason */
    struct failures failures; /* of streams and accounts, all sorts of them */
    int64_t
        resume_ns; /* Unix time: until then the longest wait for quota lasts; 0: none does */
    int64_t started_ns; /* Unix time, both */
    int64_t ended_ns;
};

/* Nothing done yet, begun now. */
void result_init(struct result *result, const struct deployment *d);

/* The first thing that went wrong, or NULL: of a stream, an account, a sink. A wait for quota hides
 * nothing that is wrong; where there is nothing else, it is the longest one. */
const struct error *result_failure(const struct result *result);

/* Rows that the sink of this name got. */
uint64_t result_delivered(const struct result *result, const struct result_stream *stream,
                          const char *sink);
/* Records of the stream that went to quarantine, on the way in or out. */
uint64_t result_quarantined(const struct result *result, const struct result_stream *stream);
/* Whether anything new of the stream was staged, or delivered. */
bool result_is_new(const struct result *result, const struct result_stream *stream);

/* The exit status: 0; 75 when nothing is wrong and the run is to be run again to go on; 77 when the
 * token was refused, however far the run had come; 1 when a part failed (some streams, some records
 * in quarantine, days that do not add up, or are not there to be replayed) and the rest is done;
 * otherwise that of the failure. */
int result_exit_status(const struct result *result);

#endif
