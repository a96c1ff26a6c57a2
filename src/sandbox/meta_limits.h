/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `--facebook KEY=VALUE` sets of the limits, and the shortest time in which calls fit into
 * them: what a benchmark compares a run with.
 */
#ifndef SANDBOX_META_LIMITS_H
#define SANDBOX_META_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/api_settings.h"
#include "sandbox/meta_usage.h"

/* -1: what the tier grants. */
struct meta_limits {
    int64_t score;
    int64_t score_window;
    int64_t block_seconds;
    int64_t score_error;
    int64_t buc_insights;
    int64_t buc_management;
    int64_t cpu_seconds;
    int64_t time_seconds;
    int64_t app_load;
    int64_t account_load;
    int64_t load_window;
    int64_t app_calls;
    int64_t abuse;
};

struct settings_group meta_limits_group(struct meta_limits *values);
/* A limit of calls that was set is the whole one: nothing comes on top of it for ads. */
void meta_limits_resolve(const struct meta_limits *set, bool on, bool full,
                         struct meta_usage_limits *ret_limits);

/* The calls of one account. */
struct meta_limits_work {
    uint32_t active_ads;
    uint64_t calls[META_USAGE_CASE_COUNT]; /* reads and writes */
    uint64_t writes; /* of these */
    uint64_t load; /* of its insights queries, in units */
};

/* A lower bound: seconds from the first call to the last one, of all accounts at once, when
 * nothing was called before and no call is refused. What CPU and time cost is left out. */
int64_t meta_limits_floor_s(const struct meta_usage_limits *l,
                            const struct meta_limits_work *work, size_t accounts);

#endif
