/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Report runs: what was asked for, how far it is, and what becomes of it. Time is passed in; how
 * far a run is follows from it, and from how often it was asked after:
 *
 *     Job Not Started ─▶ Job Started ─▶ Job Running ─▶ … at 100 % ─▶ Job Completed
 *                                                                 └─▶ Job Failed, Job Skipped
 *
 * The newest META_JOBS_MAX are kept, and fewer when their queries are long.
 */
#ifndef SANDBOX_META_JOB_H
#define SANDBOX_META_JOB_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "sandbox/api_settings.h"
#include "sandbox/meta_error.h"
#include "sandbox/meta_world.h"

enum {
    META_JOBS_MAX = 16384,
    META_JOBS_BYTES_MAX = 64 * 1024 * 1024, /* of their queries */
};

/* What a run is to come to. */
enum meta_job_fate {
    META_JOB_GOOD,
    META_JOB_FAILS,
    META_JOB_FAILS_AT_ONCE, /* and does not say why */
    META_JOB_TOO_LARGE,
    META_JOB_SKIPPED,
    META_JOB_STAYS_AT_ZERO, /* until it is cancelled, as the next one */
    META_JOB_STAYS_RUNNING,
    META_JOB_STAYS_AT_HUNDRED, /* for twice as long, and some polls more */
    META_JOB_LATE, /* its results come some reads after it is completed */
    META_JOB_EARLY, /* completed below 100 %, and half of its rows are there, until it is done */
    META_JOB_EMPTY, /* completed, and without any row */
    META_JOB_GONE, /* nobody knows its id */
    META_JOB_FATES
};

enum { META_JOB_ID_TEXT, META_JOB_ID_NUMBER };

struct meta_job_rules {
    int64_t seconds;
    int64_t polls;
    int64_t race;
    int64_t late;
    int64_t rows;
    int64_t limit;
    int64_t days;
    int64_t id;
    int64_t reach;
};

struct settings_group meta_job_settings_group(struct meta_job_rules *values);

/* What a run is asked for. */
struct meta_job_order {
    struct meta_node node;
    const char *query; /* its parameters, as in a URL; borrowed */
    int64_t since; /* days since 1970 */
    int64_t until;
    enum meta_job_fate fate;
    bool
        old_reach; /* of people by breakdown, from days too old for it: a few runs a day have it */
};

struct meta_job;

struct meta_jobs {
    pthread_mutex_t mutex;
    struct meta_job_rules rules;
    uint64_t seed;
    struct meta_job *slots; /* a run is at its number modulo META_JOBS_MAX */
    uint32_t oldest; /* numbers of the runs that are kept: up to, not including, next */
    uint32_t next;
    size_t bytes;
    uint64_t cancelled;
};

struct meta_job_view {
    struct meta_job_order order; /* without the query */
    const char *status; /* "Job Running" */
    int percent;
    bool running; /* what is_running says, which is not to be relied on */
    bool reach; /* of order.old_reach: it is one of those that have it */
    bool half; /* of its rows, the first ones, is all there is yet */
    bool failed; /* for a reason that can be told */
    int64_t created_s;
    int64_t completed_s; /* 0: it is not */
};

bool meta_jobs_init(struct meta_jobs *jobs, const struct meta_job_rules *rules, uint64_t seed,
                    struct error *err);
void meta_jobs_done(struct meta_jobs *jobs);

/* META_ERROR_NONE and the number of the run, whose node is {META_RUN, account, number}. */
enum meta_error meta_jobs_create(struct meta_jobs *jobs, const struct meta_job_order *order,
                                 int64_t now_s, uint32_t *ret_number);
/* Counts as asked after. False: there is no such run (yet, any more). */
bool meta_jobs_poll(struct meta_jobs *jobs, struct meta_node run, int64_t now_s,
                    struct meta_job_view *ret_view);
/* META_ERROR_NONE when its results are to be had: appends its query. */
enum meta_error meta_jobs_read(struct meta_jobs *jobs, struct meta_node run, int64_t now_s,
                               struct meta_job_view *ret_view, struct buffer *ret_query);
/* A page of its results was served. */
void meta_jobs_count_page(struct meta_jobs *jobs, struct meta_node run);
bool meta_jobs_cancel(struct meta_jobs *jobs, struct meta_node run, int64_t now_s);

/* Appends an array of those that are kept, in JSON. */
bool meta_jobs_list(struct meta_jobs *jobs, const struct meta_world *world, int64_t now_s,
                    struct buffer *out);
/* Appends how many were made, cancelled, are unfinished, and are done and were never read. */
bool meta_jobs_stats(struct meta_jobs *jobs, int64_t now_s, struct buffer *out);

/* "failed", "zero" …; false: there is no such fate. */
bool meta_job_find_fate(const char *name, enum meta_job_fate *ret_fate);

#endif
