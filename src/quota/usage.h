/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an API says about its own limit, and how that paces the next request. Pure.
 *
 *     used     0 ────────── free ───────── tight ──── stop ─────────▶
 *     at once      all             fewer          one     none until it has gone down
 *
 * A reading is what was used when the answer came, by whoever used it. Where the API says when
 * it forgets (reset_ns), the reading holds until then; else it ages evenly to nothing over the
 * window of its bucket. No reading: nothing is known, nothing is paced.
 *
 * Between free and tight fewer requests may be in flight at once, evenly down to one; what that is
 * a share of is the bucket's `parallel` (quota/bucket.h), and it is counted over all runs on the
 * host (quota/slot.h). A bucket that does not limit them is only stopped.
 *
 * Whoever leaves a part of the limit to other tools meets all three thresholds earlier: with
 * 30 % reserved, at 0.7 of each.
 */
#ifndef QUOTA_USAGE_H
#define QUOTA_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#define USAGE_FREE 0.60
#define USAGE_TIGHT 0.85
#define USAGE_OURS 0.93 /* what we count ourselves ends here, before a reading has to stop us */
#define USAGE_STOP 0.95
#define USAGE_USED_MAX 100.0 /* a reading beyond is taken for this */
/* What an API may ask us to stay away; what it says beyond is taken for this. */
#define USAGE_AWAY_MAX_NS (INT64_C(24) * 3600 * 1000000000)

enum { USAGE_RESERVED_MAX = 99 }; /* percent */

/* All zeros: nothing was read. */
struct usage_reading {
    double used; /* of what the API allows: 0.5 is half; 0 to USAGE_USED_MAX */
    int64_t at_ns; /* when it was read; 0: never */
    int64_t reset_ns; /* when it is forgotten; 0: it ages */
    int64_t regain_ns; /* nothing is answered before; 0: the API is open */
    uint64_t capacity; /* what the whole limit is, as the API grants it; 0: it did not say */
};

/* How the next request is sent. */
struct usage_pace {
    double share; /* of the requests that may be in flight at once: 1 all, 0 one at a time */
    int64_t not_before_ns; /* 0: at once */
};

/* What is left of a reading. */
double usage_used(const struct usage_reading *r, int64_t window_ns, int64_t now_ns);
/* From then on nothing is left of it. */
int64_t usage_forgotten_ns(const struct usage_reading *r, int64_t window_ns);
/* reserved: percent of the limit that is left to others. */
struct usage_pace usage_pace(const struct usage_reading *r, int64_t window_ns,
                             unsigned reserved, int64_t now_ns);
/* How many of at most `parallel` requests a pace allows at once: at least 1. */
unsigned usage_parallel(const struct usage_pace *pace, unsigned parallel);

/* Several statements of one answer about one bucket: the most of each counts, and the least
 * capacity. */
void usage_merge(struct usage_reading *into, const struct usage_reading *other);

#endif
