/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody who looks on is told while a run goes on. Calls come from several threads at
 * once; they must return soon.
 */
#ifndef PIPELINE_WATCH_H
#define PIPELINE_WATCH_H

#include <stdint.h>

#include "base/error.h"
#include "source/version.h"

/* A page became durable. */
struct watch_page {
    const char *stream;
    const char *slice;
    uint64_t page;
    uint64_t records; /* of this page, released */
    uint64_t expected_records; /* of the whole run, as far as it is known; 0: unknown */
    uint64_t decoded_bytes;
    uint64_t quota_used; /* of the stream's first bucket, now … */
    uint64_t quota_capacity; /* … 0: there is no limit */
};

struct watch {
    void *context;
    void (*page)(void *context, const struct watch_page *page);
    /* rows reached a sink, durably */
    void (*delivered)(void *context, const char *sink, const char *stream, uint64_t rows);
    /* a wait for quota or back-off begins; why is one line without personal data */
    void (*waiting)(void *context, const char *why, int64_t until_ns);
    void (*retrying)(void *context, const struct error *cause, unsigned attempt,
                     int64_t wait_ns);
    /* the service said something about its version, for the first time in this run */
    void (*version)(void *context, const struct version_notice *notice);
    /* a header on the quota that makes no sense was ignored */
    void (*malformed)(void *context, const char *header, const struct error *why);
    /* the service refused our secrets, and others were found where they are: of these names */
    void (*renewed)(void *context, const char *names);
};

#endif
