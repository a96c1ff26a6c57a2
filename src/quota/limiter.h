/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The budget that all runs on this host share: one small SQLite database (quota.db in the state
 * folder), one transaction a decision, surviving every run, however it ends. The decisions
 * themselves are pure (quota/bucket.h); here they only get their state and put it back. A power
 * cut may take back what was booked last, but no block.
 *
 * Counts, readings, blocks and the number of requests in flight hold for all runs of the state
 * folder together. What is in flight is a lease: it ends when it is released or its process ends,
 * however it ends (quota/slot.h).
 *
 * The threads of a run share one limiter, and take turns. Errors are ERROR_STORE, ERROR_IO for
 * the leases' file, and ERROR_BUSY when other runs held the database for LIMITER_BUSY_SECONDS,
 * unless said otherwise.
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
    LIMITER_CHARGES_MAX = 8, /* buckets that one request can be charged to */
    LIMITER_KEEP_DAYS = 30, /* an idle bucket's row is kept so long after, then forgotten */
};

/* When all places are taken, it is worth asking again after this. */
#define LIMITER_CROWDED_NS (INT64_C(100) * 1000000)

struct limiter;

bool limiter_open(const char *path, struct limiter **ret_limiter, struct error *err);
void limiter_close(struct limiter *l);
CLEANUP_DEFINE(struct limiter, limiter_close)

/* What a request is charged to. key: "SOURCE/ACCOUNT/BUCKET" or "SOURCE/BUCKET". */
struct limiter_charge {
    const char *key;
    const struct bucket_rule *rule;
    uint64_t amount;
};

/* The places of a request in flight, of the buckets whose rule says `parallel`. */
struct limiter_lease {
    bool held;
    int fd;
};

struct limiter_answer {
    int64_t wait_ns; /* 0: granted; else how long until it is worth asking again */
    size_t charge; /* the one that is waited for, by position */
    bool crowded; /* nothing is used up: too many requests are in flight */
    enum bucket_cause cause; /* what that one waits for */
    struct bucket bucket; /* that one, as it is */
};

/*
 * Asks to send a request now that is charged to all of these buckets (each once) or to none.
 * Granted: wait_ns is 0, the amounts are booked before the call returns, and *ret_lease is to be
 * released when the answer has been read. Not granted: nothing is booked, and the lease
 * is empty. An amount of 0 or above bucket_capacity, and a rule out of range, are ERROR_CONFIG.
 * now_ns is the time of asking: take it right before the call.
 */
bool limiter_take(struct limiter *l, const struct limiter_charge *charges, size_t count,
                  int64_t now_ns, struct limiter_answer *ret_answer,
                  struct limiter_lease *ret_lease, struct error *err);
void limiter_release(struct limiter_lease *lease);

/* How many requests, of at most `most`, that are charged so, can be sent together now: 0 when none
 * can. Books nothing. */
bool limiter_room(struct limiter *l, const struct limiter_charge *charges, size_t count,
                  unsigned most, int64_t now_ns, unsigned *ret_room, struct error *err);

/* The API said no: nothing is granted from this bucket before until_ns, whatever happens. Never
 * shortens a block. */
bool limiter_block(struct limiter *l, const char *key, int64_t until_ns, struct error *err);

/* What an answer of the API says about one bucket. */
struct limiter_note {
    const char *key;
    const struct bucket_rule *rule;
    struct usage_reading reading;
};

/* Notes all of them in one transaction. */
bool limiter_note(struct limiter *l, const struct limiter_note *notes, size_t count,
                  int64_t now_ns, struct error *err);

/* What `status` and `plan` show. */
struct limiter_state {
    uint64_t used; /* by all we know of: bucket_used */
    uint64_t capacity; /* ours: bucket_capacity of the rule in force */
    struct bucket bucket; /* as it is, for quota/forecast.h */
    int64_t next_ns; /* when the least amount is granted; now_ns: at once */
    int64_t blocked_until_ns; /* 0: not blocked */
    int64_t free_ns; /* when all of the capacity is free again */
};
bool limiter_state(struct limiter *l, const char *key, const struct bucket_rule *rule,
                   int64_t now_ns, struct limiter_state *ret_state, struct error *err);

/* The key behind `after` ("": the first) that anything is known of, in the order of their
 * bytes. */
bool limiter_next(struct limiter *l, const char *after, char ret_key[LIMITER_KEY_MAX + 1],
                  bool *ret_found, struct error *err);

#endif
