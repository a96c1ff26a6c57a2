/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate limits as pure state machines: given the state, the time and an amount, they answer how
 * long to wait. They never sleep and never ask for the time.
 *
 *   token    capacity tokens, refilled evenly over `window_ns`; a request takes `amount`.
 *   window   at most `capacity` in any span of `window_ns` (rolling: safe whatever the phase of
 *            the server's own fixed window is).
 *   usage    a capacity that nobody tells: steered by what the API says is used; a request takes no
 *            amount of it.
 *
 * An API's own reading counts for all of them. It paces requests (quota/usage.h), and what it
 * says is used beyond what we know of was used by others: it counts beside ours until the next
 * reading, or until it has aged away. As long as there is one, requests end (USAGE_OURS) a little
 * below the use at which it would stop them: a stop lasts until the API has forgotten, and what is
 * never reached costs no time, as capacity comes back no slower. A capacity that the API grants
 * holds where it is less than the rule's. Blocks hold for all of them, too. A part of the capacity
 * may be reserved for other tools.
 *
 * A window is kept as slots. What was granted within a slot is held until the whole slot is
 * older than the window, so a wait may be up to one slot (window_ns / 59) longer than needed,
 * never shorter:
 *
 *     ┊  7   ┊      ┊  13  ┊      ┊  4   ┊      ┊
 *            └────────── window_ns ───────────┘ now: the 7 have just become free again
 *
 * Time that goes backwards is treated as standing still. A small step back (processes that
 * overtake each other) waits until the time seen before comes again; a step back of more than
 * BUCKET_SKEW_MAX_NS is a clock that was set: the state moves back with it, as it was, and time
 * goes on from there.
 *
 * A state of all zeros is a bucket that was never used.
 */
#ifndef QUOTA_BUCKET_H
#define QUOTA_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quota/usage.h"

enum bucket_kind { BUCKET_TOKEN, BUCKET_WINDOW, BUCKET_USAGE };

enum { BUCKET_SLOTS = 60 }; /* a window is kept as this many slots; grants expire by slot */

#define BUCKET_WINDOW_MIN_NS INT64_C(1000000) /* 1 ms */
#define BUCKET_WINDOW_MAX_NS (INT64_C(366) * 86400 * 1000000000)
#define BUCKET_CAPACITY_MAX (UINT64_C(1) << 40) /* a double still tells a thousandth apart */
#define BUCKET_SKEW_MAX_NS (INT64_C(60) * 1000000000)

enum { BUCKET_PARALLEL_MAX = 64 };

struct bucket_rule {
    enum bucket_kind kind;
    uint64_t capacity; /* of the API: 1 to BUCKET_CAPACITY_MAX; usage: 0 */
    int64_t window_ns; /* BUCKET_WINDOW_MIN_NS to BUCKET_WINDOW_MAX_NS */
    unsigned
        parallel; /* requests in flight at once, up to BUCKET_PARALLEL_MAX; 0: any number */
    unsigned reserved; /* percent of it for other tools: 0 to USAGE_RESERVED_MAX */
};

struct bucket {
    int64_t blocked_until_ns;
    int64_t seen_ns; /* the latest time seen */
    struct usage_reading said; /* the API's last reading */
    double ours; /* how much of it was ours, of the capacity */
    /* token */
    double tokens;
    /* window: what was granted in slot i, which ends at slot_end_ns[i] */
    uint64_t granted[BUCKET_SLOTS];
    int64_t slot_end_ns[BUCKET_SLOTS];
};

/* Why a request is not granted. */
enum bucket_cause {
    BUCKET_SPENT, /* by us */
    BUCKET_SAID, /* the API says that too much is used */
    BUCKET_BLOCKED,
};

bool bucket_rule_is_valid(const struct bucket_rule *rule);
/* The rule with the capacity that the API last granted. */
struct bucket_rule bucket_rule_in_force(const struct bucket_rule *rule, const struct bucket *b);
/* What we may use: without what is reserved, at least 1; 100 (percent) for a usage bucket. */
uint64_t bucket_capacity(const struct bucket_rule *rule);

/* An unused bucket: all of the capacity is free. */
void bucket_init(struct bucket *b, const struct bucket_rule *rule, int64_t now_ns);
/* How long until `amount` can be taken; 0: now. *b only notes the time. amount must be in
 * 1..bucket_capacity(rule), unless the bucket is a usage bucket; what is more than the API grants
 * is taken for all of that. */
int64_t bucket_wait(struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                    int64_t now_ns);
/* The same, and what can be taken now is booked in *b. */
int64_t bucket_take(struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                    int64_t now_ns);
/* What bucket_wait waits for, when it does not answer 0. */
enum bucket_cause bucket_cause(const struct bucket *b, const struct bucket_rule *rule,
                               uint64_t amount, int64_t now_ns);
/* How many requests of `amount` each, of at most `most`, can be sent together now: fewer as usage
 * rises, as for those in flight at once. */
unsigned bucket_room(const struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                     unsigned most, int64_t now_ns);
/* The clock shows now_ns: when it was set back, the state moves back with it. Before a block; wait,
 * take and note do it themselves. */
void bucket_see(struct bucket *b, int64_t now_ns);
/* Nothing is granted before until_ns, by the clock that was seen last. Never shortens a block. */
void bucket_block(struct bucket *b, int64_t until_ns);
/* The API said how much is used; replaces what it said before, but never shortens a block. When the
 * API is to open again, what was used is forgotten by then. A reading without at_ns says nothing of
 * the use. */
void bucket_note(struct bucket *b, const struct bucket_rule *rule,
                 const struct usage_reading *reading, int64_t now_ns);
/* How many of `parallel` requests may be in flight at once, as of now; 0: any number. */
unsigned bucket_parallel(const struct bucket *b, const struct bucket_rule *rule,
                         int64_t now_ns);
/* What is not free now, rounded up: granted within the window or missing tokens, and what others
 * used; percent for a usage bucket. May be above the capacity. */
uint64_t bucket_used(const struct bucket *b, const struct bucket_rule *rule, int64_t now_ns);
/* When all of the capacity is free again and no block is left; now_ns when that is so. */
int64_t bucket_free_ns(const struct bucket *b, const struct bucket_rule *rule, int64_t now_ns);

#endif
