/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The budget that all runs on this host share: one small SQLite database (quota.db in the state
 * folder), one transaction a decision, surviving every run. The decisions themselves are pure
 * (quota/bucket.h); here they only get their state and put it back.
 *
 * Errors are ERROR_STORE, and ERROR_BUSY when other runs held the database for
 * LIMITER_BUSY_SECONDS, unless said otherwise.
 */
#ifndef QUOTA_LIMITER_H
#define QUOTA_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "quota/bucket.h"

enum {
    LIMITER_KEY_MAX = 255, /* bytes */
    LIMITER_BUSY_SECONDS = 30,
    LIMITER_KEEP_DAYS = 30, /* an idle bucket's row is kept so long after, then forgotten */
};

struct limiter;

bool limiter_open(const char *path, struct limiter **ret_limiter, struct error *err);
void limiter_close(struct limiter *l);
CLEANUP_DEFINE(struct limiter, limiter_close)

/*
 * Asks to spend `amount` of one bucket now. Granted: *ret_wait_ns is 0 and the amount is
 * booked, durably, before the call returns. Not granted: *ret_wait_ns > 0, how long until it is
 * worth asking again, and nothing is booked. key: "<source>/<account>/<bucket>". An amount of 0
 * or above the capacity, and a rule out of range, are ERROR_CONFIG. now_ns is the time of asking:
 * take it right before the call.
 */
bool limiter_take(struct limiter *l, const char *key, const struct bucket_rule *rule,
                  uint64_t amount, int64_t now_ns, int64_t *ret_wait_ns, struct error *err);

/* The API said no: nothing is granted from this bucket before until_ns. Never shortens a block.
 */
bool limiter_block(struct limiter *l, const char *key, int64_t until_ns, struct error *err);

/* What `status` and `plan` show. */
struct limiter_state {
    uint64_t used; /* within the present window, or missing tokens */
    uint64_t capacity;
    int64_t blocked_until_ns; /* 0: not blocked */
    int64_t free_ns; /* when all of the capacity is free again */
};
bool limiter_state(struct limiter *l, const char *key, const struct bucket_rule *rule,
                   int64_t now_ns, struct limiter_state *ret_state, struct error *err);

#endif
