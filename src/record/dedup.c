/* SPDX-License-Identifier: Apache-2.0 */
#include "record/dedup.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "record/hash.h"

enum { CAP_FIRST = 256 };

struct entry {
    uint64_t key; /* its hash */
    uint64_t content;
};

struct dedup {
    struct dedup_room *room;
    struct hash_seed seed;
    struct entry *entries; /* in the order in which they came */
    size_t count;
    size_t cap; /* a power of two, or 0 */
    uint32_t *slots; /* by hash: 1 + the entry's index; 0: free. Twice as many as entries fit */
};

_Static_assert(sizeof(struct entry) + 2 * sizeof(uint32_t) == DEDUP_KEY_BYTES,
               "what a key takes");

void dedup_room_init(struct dedup_room *room)
{
    atomic_init(&room->left, DEDUP_ROOM);
}

struct dedup *dedup_new(struct dedup_room *room)
{
    struct dedup *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->room = room;
    secret_fill_random(&d->seed, sizeof d->seed);
    return d;
}

void dedup_free(struct dedup *d)
{
    if (!d)
        return;
    atomic_fetch_add(&d->room->left, d->cap * DEDUP_KEY_BYTES);
    free(d->entries);
    free(d->slots);
    free(d);
}

/* The slot that stands for the hash, or the free one where it belongs. */
static uint32_t *find(const struct dedup *d, uint64_t hash)
{
    size_t mask = 2 * d->cap - 1;
    size_t i = (size_t)(hash >> 32) & mask;
    while (d->slots[i] && d->entries[d->slots[i] - 1].key != hash)
        i = (i + 1) & mask;
    return &d->slots[i];
}

static bool take_room(struct dedup_room *room, size_t size)
{
    size_t left = atomic_load(&room->left);
    do {
        if (left < size)
            return false;
    } while (!atomic_compare_exchange_weak(&room->left, &left, left - size));
    return true;
}

/* Moves to so many places, oldest keys first, so that release still works. */
static bool resize(struct dedup *d, size_t cap)
{
    uint32_t *slots = calloc(2 * cap, sizeof *slots);
    struct entry *entries = realloc(d->entries, cap * sizeof *entries);
    if (entries)
        d->entries = entries;
    if (!slots || !entries) {
        free(slots);
        return false;
    }
    free(d->slots);
    d->slots = slots;
    d->cap = cap;
    for (size_t i = 0; i < d->count; i++)
        *find(d, entries[i].key) = (uint32_t)i + 1;
    return true;
}

static bool grow(struct dedup *d)
{
    size_t cap = d->cap ? 2 * d->cap : CAP_FIRST;
    size_t more = (cap - d->cap) * DEDUP_KEY_BYTES;
    if (!take_room(d->room, more))
        return false;
    if (resize(d, cap))
        return true;
    atomic_fetch_add(&d->room->left, more);
    return false;
}

size_t dedup_mark(const struct dedup *d)
{
    return d->count;
}

enum dedup_verdict dedup_add(struct dedup *d, const char *key, size_t len, uint64_t content)
{
    uint64_t hash = hash_text(&d->seed, 0, key, len);
    if (d->cap == 0 && !grow(d))
        return DEDUP_FULL;
    uint32_t *slot = find(d, hash);
    if (*slot)
        return d->entries[*slot - 1].content == content ? DEDUP_SAME : DEDUP_OTHER;
    if (d->count == d->cap) {
        if (!grow(d))
            return DEDUP_FULL;
        slot = find(d, hash);
    }
    d->entries[d->count++] = (struct entry){hash, content};
    *slot = (uint32_t)d->count;
    return DEDUP_NEW;
}

void dedup_release(struct dedup *d, size_t mark)
{
    while (d->count > mark) {
        *find(d, d->entries[d->count - 1].key) = 0;
        d->count--;
    }
}
