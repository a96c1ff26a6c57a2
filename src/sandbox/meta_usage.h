/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Meta counts of every call, and when it refuses one: several buckets beside each other,
 * each of which can.
 *
 *     score     an account's; a read is 1, a write 3; decays. Full: everything is refused for a
 *               while, and whoever goes on calling pushes the end of that out
 *     case      an account's calls of one business use case, of the last hour; their CPU time and
 *               their time too. Refused calls are counted with the others
 *     load      what insights queries cost, of the app and of an account; decays
 *     app       all calls of the last hour
 *
 * Pure but for its lock: the time is passed in, and nothing waits. One app, accounts by number.
 */
#ifndef SANDBOX_META_USAGE_H
#define SANDBOX_META_USAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "sandbox/meta_leak.h"
#include "sandbox/meta_window.h"

enum {
    META_USAGE_ACCOUNTS_MAX = 200,
    META_USAGE_READ_POINTS = 1,
    META_USAGE_WRITE_POINTS = 3,
    META_USAGE_HOUR_S = 3600,
};

enum meta_usage_case { META_USAGE_INSIGHTS, META_USAGE_MANAGEMENT, META_USAGE_CASE_COUNT };

/* 0 of a limit: there is none, but for score and calls, which are at least 1. */
struct meta_usage_limits {
    bool off; /* counted, never refused */
    bool full; /* the access tier: "standard_access", else "development_access" */
    bool score_613; /* a full score is 613/1487742, else 17/2446079 */
    uint32_t score;
    uint32_t score_window_s;
    uint32_t block_s;
    uint32_t calls[META_USAGE_CASE_COUNT]; /* an hour, before ads and errors */
    uint32_t calls_per_ad[META_USAGE_CASE_COUNT]; /* more, for each active ad */
    uint32_t cpu_s; /* an hour, of each case of an account */
    uint32_t time_s;
    uint32_t app_load; /* units a second */
    uint32_t account_load;
    uint32_t load_window_s; /* so many seconds' worth may come at once */
    uint32_t app_calls; /* an hour */
    uint32_t abuse; /* calls during one block, from which on the answer is plain 613 */
};

/* What Meta grants an app of the tier. */
void meta_usage_grant(bool full, struct meta_usage_limits *ret_limits);
/* Calls an hour: the base, more for ads, less for the user's errors. */
uint64_t meta_usage_hour(const struct meta_usage_limits *l, enum meta_usage_case use,
                         uint32_t active_ads, uint64_t errors);

struct meta_usage_call {
    int32_t account; /* -1: of none, only the app's buckets count */
    enum meta_usage_case use;
    bool write;
    uint32_t active_ads;
    uint32_t load; /* units */
    uint32_t cpu_ms; /* what answering costs */
    uint32_t time_ms;
};

enum meta_usage_refusal {
    META_USAGE_ALLOWED,
    META_USAGE_SCORE,
    META_USAGE_CASE, /* of the call */
    META_USAGE_APP_LOAD,
    META_USAGE_ACCOUNT_LOAD,
    META_USAGE_APP,
    META_USAGE_ABUSE,
};

/* How full the buckets are, in percent of 0 to 100: what the headers say. */
struct meta_usage_state {
    int32_t account; /* of the call */
    bool full; /* the tier */
    double score;
    int64_t score_reset_s; /* until it has decayed */
    struct {
        bool seen; /* of this account there were such calls */
        double calls;
        double cpu;
        double time;
        int64_t regain_minutes; /* 0: not refused */
    } cases[META_USAGE_CASE_COUNT];
    double app_load;
    double account_load;
    double app_calls;
    double app_cpu;
    double app_time;
};

struct meta_usage_answer {
    enum meta_usage_refusal refusal;
    bool during_block; /* the bucket had refused before, and has not let a call through since */
    struct meta_usage_state state; /* with this call in it */
};

struct meta_usage_account;

struct meta_usage {
    pthread_mutex_t mutex;
    struct meta_usage_limits limits;
    struct meta_usage_account
        *accounts; /* META_USAGE_ACCOUNTS_MAX; windows are made when needed */
    struct meta_leak app_load;
    struct meta_window app_calls;
    struct meta_window app_cpu_ms;
    struct meta_window app_time_ms;
    bool app_refused;
    bool app_load_refused;
};

/* False: memory is out. */
bool meta_usage_init(struct meta_usage *u, const struct meta_usage_limits *limits);
void meta_usage_done(struct meta_usage *u);
/* As if nothing had been called yet. */
void meta_usage_reset(struct meta_usage *u);

/* Counts a call. False when memory is out. */
bool meta_usage_take(struct meta_usage *u, int64_t now_ns, const struct meta_usage_call *call,
                     struct meta_usage_answer *ret_answer);
/* A call that was the user's mistake; a thousand of them cost a call an hour. */
void meta_usage_mistake(struct meta_usage *u, int64_t now_ns, int32_t account);

/* Appends what was counted of accounts that were called, which have these ids:
 * [{"account":"120…","calls":7,"refused":1,"during_block":0,"mistakes":0,"score":11.67,
 *   "blocked_s":0,"insights":5,"management":2},…] */
bool meta_usage_format(struct meta_usage *u, int64_t now_ns,
                       const uint64_t ids[META_USAGE_ACCOUNTS_MAX], struct buffer *out);

#endif
