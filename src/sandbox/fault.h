/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to go wrong, and at which requests. A rule reads
 *
 *     NAME[=ARGUMENT][@FIRST[-[LAST]]][~PATH]     html-503@2   drip=100@3-   reset~/insights
 *     NAME[=ARGUMENT][@PERCENT%][~PATH]           html-502@20%
 *
 * and counts the API requests since it was added, from 1; without @ it holds for all, with a
 * percentage for as many of them, which the seed picks. With ~ only those count whose path, or the
 * query behind it as it was sent, holds that text.
 */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum { FAULT_RULES_MAX = 64, FAULT_ARGUMENT_SIZE = 256, FAULT_PATH_SIZE = 128 };

enum fault_kind {
    /* instead of an answer of the API */
    FAULT_HTML,
    FAULT_HANG,
    FAULT_REDIRECT,
    FAULT_NOT_MODIFIED,
    /* answers of the API that bear no records */
    FAULT_ERROR,
    FAULT_RETRY_AFTER,
    FAULT_DEADBEEF,
    /* records that are not what was asked for */
    FAULT_CLAMP,
    FAULT_VERSION_JUMP,
    FAULT_WRONG_SEED,
    FAULT_WRONG_PAGE,
    FAULT_EXTRA,
    FAULT_MISSING,
    FAULT_DUPLICATE,
    /* of Meta's API: pages, and their first record */
    FAULT_META_EMPTY_PAGE,
    FAULT_META_SHORT_PAGE,
    FAULT_META_NO_CURSORS,
    FAULT_META_SAME_CURSOR,
    FAULT_META_NEXT_ELSEWHERE,
    FAULT_META_CURSOR_DEAD,
    FAULT_META_EXTRA_FIELD,
    FAULT_META_MISSING_FIELD,
    FAULT_META_LIST,
    FAULT_META_OTHER,
    FAULT_META_BATCH_NULL,
    /* … its errors, and what becomes of a report run */
    FAULT_META_ERROR,
    FAULT_META_ENTRY_ERROR,
    FAULT_META_ERROR_DATA,
    FAULT_META_ERROR_SPANISH,
    FAULT_META_JOB,
    /* of its headers that tell of limits */
    FAULT_META_USAGE,
    /* a good answer spoiled on its way */
    FAULT_TRUNCATE,
    FAULT_SHORT,
    FAULT_RESET,
    FAULT_ENDLESS,
    FAULT_BOMB,
    FAULT_DOUBLE_GZIP,
    FAULT_CONTENT_TYPE,
    FAULT_HEADERS,
    FAULT_DRIP,
    FAULT_KIND_COUNT
};

/* The faults of one request. */
struct fault_hit {
    bool on;
    int status; /* html-503: 503; error-200, fb-error-200: 200; else 0 */
    char argument[FAULT_ARGUMENT_SIZE]; /* given, or the default */
};

struct fault_set {
    struct fault_hit hits[FAULT_KIND_COUNT];
};

struct fault_rule;

struct fault_plan {
    pthread_mutex_t mutex;
    uint64_t seed;
    size_t count;
    struct fault_rule *rules;
};

bool fault_init(struct fault_plan *plan, const char *seed, struct error *err);
void fault_done(struct fault_plan *plan);
/* ERROR_USAGE names the rule, and the nearest name when it has none of ours. */
bool fault_add(struct fault_plan *plan, const char *spec, struct error *err);
void fault_clear(struct fault_plan *plan);
/* Counts a request of this path and query, and tells what is to go wrong with it. */
void fault_take(struct fault_plan *plan, const char *uri, struct fault_set *ret_set);

/* The answer will not reach its end. */
bool fault_set_cuts(const struct fault_set *set);

/* The table of names for --help. */
void fault_print(FILE *out);

#endif
