/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an API looks like: sources/<source>.json, read, checked whole and compiled. No C file
 * knows an API; a new one of a known kind is a manifest and its schemas.
 * schemas/manifest.schema.json is the published grammar; what this file accepts is the same,
 * but for what a JSON Schema cannot say (that a name is declared elsewhere in the document).
 *
 *     source, version, versions, base_url           who is asked                (version)
 *     auth, accounts                                as whom, about whom         (auth, account)
 *     settings                                      what users may set
 *     limits: buckets │ retry │ transfer            how much, how often, how big
 *     errors                                        what an answer means        (verdict)
 *     streams: slice │ fields │ request │ isolate │ paginator │ cost │ records │ complete │
 *              constants
 *              report │ split                       what the API makes first, or not at once
 *              when_empty │ reconcile               what the rows have to prove, and add up to
 *
 * Every `kind` is a row of one closed table in one file. Every error names the file and the
 * JSON Pointer. Immutable once loaded; shared by all threads.
 */
#ifndef SOURCE_MANIFEST_H
#define SOURCE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "codec/json.h"
#include "net/http.h"
#include "quota/bucket.h"
#include "source/account.h"
#include "source/auth.h"
#include "source/facts.h"
#include "source/manifest_stream.h"
#include "source/origin.h"
#include "source/setting.h"
#include "source/template.h"
#include "source/usage_header.h"
#include "source/verdict.h"
#include "source/version.h"

enum {
    MANIFEST_STREAMS_MAX = 64,
    MANIFEST_ATTEMPTS_MAX = 20,
    MANIFEST_CONCURRENCY_MAX = 16,
};

/* The one account of an API that has none (accounts.kind "single"): what checkpoints and quota
 * keys call it. */
#define MANIFEST_SINGLE_ACCOUNT "default"

/* How much of something may be spent in a while. */
struct manifest_bucket {
    const char *name;
    const char *description;
    struct bucket_rule rule;
    bool of_app; /* "scope": all accounts together */
};

/* Bounds for what is tried again. */
struct manifest_retry {
    int64_t attempts; /* of one page, the first included */
    int64_t deadline_ns; /* of one page, waits for the quota not counted */
    struct wait_rule wait; /* where a rule has none of its own */
};

struct manifest {
    json_t *root; /* owns all texts … */
    json_t *resolved; /* … but those of the streams (likeness) */
    const char *source; /* an identifier */
    const char *title;
    const char *description; /* "" when none */
    const char *version; /* of the API, unless another one is set */
    struct version_rule versions;
    const char *base_url;
    struct auth_rule auth;
    struct account_rule accounts;
    struct setting settings[SETTING_COUNT_MAX];
    size_t setting_count;
    struct manifest_bucket buckets[MANIFEST_BUCKETS_MAX];
    const char *bucket_names[MANIFEST_BUCKETS_MAX + 1]; /* NULL-terminated */
    size_t bucket_count;
    struct usage_header usage[USAGE_HEADERS_MAX]; /* what answers say about the buckets */
    size_t usage_count;
    int64_t concurrency; /* requests at a time, at most */
    struct manifest_retry retry;
    struct http_limits transfer; /* for the HTTP client */
    struct facts_wanted wanted;
    struct verdict_rule *errors;
    size_t error_count;
    struct manifest_stream *streams;
    size_t stream_count;
};

/* ERROR_MANIFEST: "FILE#/streams/0/request/path: …". */
bool manifest_load(const char *path, struct manifest **ret_manifest, struct error *err);
/* The same from a parsed document; name stands for the path in errors. Keeps a reference. */
bool manifest_from_json(json_t *root, const char *name, struct manifest **ret_manifest,
                        struct error *err);
void manifest_free(struct manifest *m);
CLEANUP_DEFINE(struct manifest, manifest_free)

/* The stream of a name. ERROR_USAGE names the nearest one, or all. */
bool manifest_find_stream(const struct manifest *m, const char *name, size_t *ret_index,
                          struct error *err);

#endif
