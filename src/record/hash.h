/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fast hash of short texts under a random seed, for tables in memory: whoever writes the texts
 * cannot aim at a collision. Multiply and fold, 16 bytes a step, the way of wyhash. No digest:
 * nothing that is kept or compared elsewhere is made of it.
 */
#ifndef RECORD_HASH_H
#define RECORD_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Filled with random bytes once. */
struct hash_seed {
    uint64_t words[3];
};

static inline uint64_t hash_load64(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint64_t hash_load32(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* All 128 bits of the product, folded to 64. */
static inline uint64_t hash_multiply(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* space: equal texts of different spaces have different hashes. Never 0. */
static inline uint64_t hash_text(const struct hash_seed *seed, uint64_t space, const char *text,
                                 size_t len)
{
    const uint64_t *s = seed->words;
    uint64_t hash = hash_multiply(s[0] ^ space, s[1] ^ len);
    for (; len > 16; text += 16, len -= 16)
        hash = hash_multiply(hash_load64(text) ^ s[1], hash_load64(text + 8) ^ hash);

    uint64_t low = 0;
    uint64_t high = 0;
    if (len >= 8) {
        low = hash_load64(text);
        high = hash_load64(text + len - 8);
    } else if (len >= 4) {
        low = hash_load32(text);
        high = hash_load32(text + len - 4);
    } else if (len > 0) {
        low = (uint8_t)text[0];
        high = (uint64_t)(uint8_t)text[len / 2] << 8 | (uint8_t)text[len - 1];
    }
    return hash_multiply(low ^ s[2], high ^ hash) | 1;
}

#endif
