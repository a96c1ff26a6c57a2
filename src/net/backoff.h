/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before a request is tried again, decided purely: the caller brings the random
 * number and does the sleeping.
 *
 * Exponential with full jitter: a wait drawn evenly from 0 to base * 2^attempt, capped, so that
 * clients that failed together do not come back together (M. Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015).
 */
#ifndef NET_BACKOFF_H
#define NET_BACKOFF_H

#include <stdint.h>

struct backoff_rule {
    int64_t base_ns; /* the longest first wait */
    int64_t cap_ns; /* the longest wait of all */
};

/* The longest wait after `attempt` failures in a row before this one (the first failure is 0).
 * Never negative, never above the cap. */
int64_t backoff_ceiling(const struct backoff_rule *rule, unsigned attempt);

/* The wait itself: evenly spread over 0 to the ceiling by `random`, any 64 random bits. */
int64_t backoff_wait(const struct backoff_rule *rule, unsigned attempt, uint64_t random);

/* What a server asked for (Retry-After), within 0 to cap_ns. */
int64_t backoff_clamp(int64_t asked_ns, int64_t cap_ns);

#endif
