/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call of Meta's API on its way through the router: what was asked, by whom, and the reply
 * that is to be filled. An HTTP request is one call, an entry of a batch is one too.
 */
#ifndef SANDBOX_META_CALL_H
#define SANDBOX_META_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sandbox/fault.h"
#include "sandbox/meta_auth.h"
#include "sandbox/meta_ended.h"
#include "sandbox/meta_error.h"
#include "sandbox/meta_job.h"
#include "sandbox/meta_keys.h"
#include "sandbox/meta_params.h"
#include "sandbox/meta_usage.h"
#include "sandbox/meta_version.h"
#include "sandbox/meta_world.h"
#include "sandbox/reply.h"
#include "sandbox/service.h"

#define META_JSON_TYPE "application/json; charset=UTF-8"

enum { META_PATH_MAX = 512, META_HOST_MAX = 256 };

/* What a call was, for the statistics. */
enum meta_counter {
    META_COUNT_NODE,
    META_COUNT_EDGE,
    META_COUNT_INSIGHTS, /* sync */
    META_COUNT_JOB_CREATE,
    META_COUNT_JOB_POLL,
    META_COUNT_JOB_RESULT,
    META_COUNT_JOB_CANCEL,
    META_COUNT_BATCH,
    META_COUNT_DEBUG_TOKEN,
    META_COUNT_OAUTH,
    META_COUNT_OTHER,
    META_COUNTERS
};

/* The service. All but usage, ended, runs and counters stays as it is while requests are served. */
struct meta {
    struct service_host *host;
    struct meta_keys keys;
    struct meta_world world;
    struct meta_jobs jobs;
    struct meta_usage usage;
    struct meta_ended ended;
    uint32_t active_ads[META_WORLD_ACCOUNTS_MAX];
    atomic_uint_fast64_t counters[META_COUNTERS];
    atomic_uint_fast64_t replies; /* for header values that differ */
};

struct meta_call {
    struct meta *meta;
    const char *method;
    struct meta_version version;
    char path[META_PATH_MAX]; /* behind the version, no slash at either end: "act_1/insights" */
    struct meta_params params; /* the token among them, wherever it came from */
    struct meta_token token;
    char base[META_HOST_MAX]; /* "http://127.0.0.1:8080", as the client calls us */
    const struct fault_set *faults; /* of the HTTP request */
    bool entry; /* of a batch */
    int64_t now_s; /* Unix seconds, by the sandbox's clock */
    struct reply *reply;
    bool (*route)(struct meta_call *call); /* what answers it, entries of batches too */
};

/* Sets version and path of the call from "/v26.0/act_1/ads/"; a path without a version gets the
 * one that is named, which may be "". False: the path is too long. */
bool meta_call_take_path(struct meta_call *call, const char *path, const char *version);

void meta_call_count(struct meta_call *call, enum meta_counter what);
/* What the token is worth now. */
struct meta_token meta_call_token(struct meta_call *call, const char *text);
/* A parameter, NULL when it is not there or empty. */
const char *meta_call_param(const struct meta_call *call, const char *name);

#endif
