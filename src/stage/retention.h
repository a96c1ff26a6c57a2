/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stage forgets: segments that are old and in every sink (those of a slice that is
 * delivered as a whole when all of it is, or when its reading is given up), quarantined records
 * that are old, and data keys that have nothing left to open, which makes what backups still hold
 * of them unreadable with the next rewrite of those.
 *
 *     repeat: store_begin ─▶ retention_purge ─▶ (audit) ─▶ store_commit, while counts.more
 *     then:   retention_reclaim
 *
 * A reading of such a slice that has not ended and was not gone on with for long is given up: what
 * is staged of it belongs to no generation any more. No sink that takes slices as a whole had any
 * of it, and if the slice can be read yet, it is read from its start. Whole readings stay.
 *
 * Purging goes from the oldest number on without leaving holes, and the stream remembers how far,
 * so that what is missing otherwise stands out.
 */
#ifndef STAGE_RETENTION_H
#define STAGE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/store.h"

/* What one transaction takes of a stream: with secure_delete, purging writes as much as it
 * frees. */
enum { RETENTION_SEGMENTS_MAX = 256, RETENTION_QUARANTINE_MAX = 4096 };

struct retention_rules {
    int64_t segments_before_ns; /* older ones go */
    int64_t quarantine_before_ns;
    int64_t open_before_ns; /* readings that were last gone on with before are given up */
    const char *const *sinks; /* the position of each counts; NULL-terminated; none: no segment
                                 is ever acknowledged */
};

struct retention_counts {
    uint64_t segments;
    uint64_t records; /* in them */
    uint64_t bytes; /* sealed */
    uint64_t quarantined;
    uint64_t given_up; /* readings */
    uint64_t deks;
    bool more; /* call again in another transaction */
};

/* Inside a transaction. */
bool retention_purge(struct store *s, const struct retention_rules *rules,
                     struct retention_counts *ret_counts, struct error *err);
/* Gives the free space back to the file system. Outside a transaction. */
bool retention_reclaim(struct store *s, struct error *err);

#endif
