/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to stay away after a refusal, decided purely. The kinds are a closed table:
 *
 *     backoff   exponential with full jitter between base and cap, never under minimum
 *     window    the API counts in fixed windows and tells nobody when one ends: at first to the
 *               next multiple of the window by our own clock, then as backoff
 *
 *     reading   until the time that the answer named: what its headers say of the bucket, or a span
 *               in its body, exactly (but for up to WAIT_JITTER_NS more, so that not all come back
 *               at once); else as backoff
 *
 * A Retry-After of the API is followed where it asks for longer, up to cap.
 */
#ifndef SOURCE_WAIT_H
#define SOURCE_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/place.h"
#include "source/facts.h"
#include "source/unit.h"

enum wait_kind { WAIT_BACKOFF, WAIT_WINDOW, WAIT_READING };

#define WAIT_JITTER_NS (INT64_C(2) * 1000000000)

struct wait_rule {
    enum wait_kind kind;
    int64_t minimum_ns;
    int64_t base_ns;
    int64_t cap_ns; /* of what we choose, and of Retry-After */
    bool has_at; /* reading: the answer's body may name a span … */
    size_t at; /* … in this capture … */
    enum unit unit; /* … so written */
};

/* What happened, for wait_ns. */
struct wait_facts {
    unsigned count; /* of refusals in a row, this one included: from 1 */
    uint64_t random; /* any 64 random bits */
    int64_t now_ns;
    int64_t window_ns; /* of the bucket concerned; 0: none */
    int64_t retry_after_ns; /* what the API asked for; -1: nothing */
    int64_t until_ns; /* when it opens again, as the answer said; 0: it did not */
};

/* Reads the rule at p. */
bool wait_read(struct place *p, const json_t *value, struct facts_wanted *wanted,
               struct wait_rule *ret_rule, struct error *err);

/* When the API opens again, as an answer's body says; 0: it does not. */
int64_t wait_until(const struct wait_rule *rule, const struct facts *facts, int64_t now_ns);

/* 0 to the rule's cap (a window that ends later, and what a reading says, is waited for). */
int64_t wait_ns(const struct wait_rule *rule, const struct wait_facts *facts);

#endif
