/* SPDX-License-Identifier: Apache-2.0 */
#include "record/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "record/hash.h"

enum { FIRST_BITS = 8, LAST_BITS = 17 };

_Static_assert((1 << (LAST_BITS - 1)) == KEYSET_MAX, "the table is at most half full");

struct keyset {
    struct hash_seed seed;
    unsigned bits; /* the table has 2^bits slots, at most half of them in use */
    size_t count;
    uint64_t *slots; /* hashes; 0 is a free slot */
    uint32_t *order; /* the slots in use, in the order of their use */
};

static bool resize(struct keyset *k, unsigned bits);

struct keyset *keyset_new(void)
{
    AUTO(keyset_freep) struct keyset *k = calloc(1, sizeof *k);
    if (!k || !resize(k, FIRST_BITS))
        return NULL;
    secret_fill_random(&k->seed, sizeof k->seed);
    return steal(&k);
}

void keyset_free(struct keyset *k)
{
    if (!k)
        return;
    free(k->slots);
    free(k->order);
    free(k);
}

/* The slot that holds hash, or the free one where it belongs. */
static inline uint32_t find(const struct keyset *k, uint64_t hash)
{
    uint32_t mask = (UINT32_C(1) << k->bits) - 1;
    uint32_t slot = (uint32_t)(hash >> 32) & mask;
    while (k->slots[slot] && k->slots[slot] != hash)
        slot = (slot + 1) & mask;
    return slot;
}

/* Moves to a table of 2^bits slots, oldest keys first, so that release still works. */
static bool resize(struct keyset *k, unsigned bits)
{
    struct keyset larger = *k;
    larger.bits = bits;
    larger.slots = calloc((size_t)1 << bits, sizeof *larger.slots);
    larger.order = malloc(((size_t)1 << (bits - 1)) * sizeof *larger.order);
    if (!larger.slots || !larger.order) {
        free(larger.slots);
        free(larger.order);
        return false;
    }
    for (size_t i = 0; i < k->count; i++) {
        uint64_t hash = k->slots[k->order[i]];
        larger.order[i] = find(&larger, hash);
        larger.slots[larger.order[i]] = hash;
    }
    free(k->slots);
    free(k->order);
    *k = larger;
    return true;
}

size_t keyset_mark(const struct keyset *k)
{
    return k->count;
}

enum keyset_verdict keyset_add(struct keyset *k, size_t depth, const char *text, size_t len)
{
    uint64_t hash = hash_text(&k->seed, depth, text, len);
    uint32_t slot = find(k, hash);
    if (k->slots[slot])
        return KEYSET_SEEN;

    if (k->count == (size_t)1 << (k->bits - 1)) {
        if (k->bits == LAST_BITS || !resize(k, k->bits + 1))
            return KEYSET_FULL;
        slot = find(k, hash);
    }
    k->slots[slot] = hash;
    k->order[k->count++] = slot;
    return KEYSET_NEW;
}

void keyset_release(struct keyset *k, size_t mark)
{
    while (k->count > mark)
        k->slots[k->order[--k->count]] = 0;
}
