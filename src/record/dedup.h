/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of the records that came so far, each with what its record says: whether one that comes
 * is new, says again what one said before, or something else under the same key.
 *
 *     mark = dedup_mark(d) ─▶ dedup_add … ─▶ it is to be read again: dedup_release(d, mark)
 *
 * A key is kept as 64 bits of a hash under a random key of the set: whoever writes the records
 * cannot aim at a collision, and by chance one of 250 million sets of DEDUP_KEYS_MAX keys has one.
 * All sets that share a room are bounded together, by DEDUP_ROOM.
 */
#ifndef RECORD_DEDUP_H
#define RECORD_DEDUP_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

enum {
    DEDUP_KEY_BYTES = 24, /* for each key that a set has place for, a power of two of them */
    DEDUP_KEYS_MAX = 256 * 1024, /* of all sets of a room; one set alone can have them all */
    DEDUP_ROOM = DEDUP_KEYS_MAX * DEDUP_KEY_BYTES, /* 6 MiB */
};

/* Bytes that are left to all sets that share it. */
struct dedup_room {
    atomic_size_t left;
};

void dedup_room_init(struct dedup_room *room);

enum dedup_verdict {
    DEDUP_NEW,
    DEDUP_SAME, /* the key was added before, with this content */
    DEDUP_OTHER, /* … with another one */
    DEDUP_FULL, /* not seen, and not kept: no room, or no memory, is left */
};

struct dedup;

/* The room must live longer. NULL when memory is out. */
struct dedup *dedup_new(struct dedup_room *room);
void dedup_free(struct dedup *d);
CLEANUP_DEFINE(struct dedup, dedup_free)

/* How many keys are held: those that are added from here on can be taken back. */
size_t dedup_mark(const struct dedup *d);
/* content: 64 bits of a digest of what the record says. */
enum dedup_verdict dedup_add(struct dedup *d, const char *key, size_t len, uint64_t content);
/* Forgets all that was added since the mark. */
void dedup_release(struct dedup *d, size_t mark);

#endif
