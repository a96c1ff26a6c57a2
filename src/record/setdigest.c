/* SPDX-License-Identifier: Apache-2.0 */
#include "record/setdigest.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

enum { WORDS = NHASH_SIZE / sizeof(uint64_t) };

_Static_assert((int)PSEUDONYM_DERIVED_SIZE == (int)NHASH_KEY_SIZE, "a key for nhash");

void setdigest_key(const struct pseudonym *p, struct setdigest_key *ret_key)
{
    uint8_t bytes[PSEUDONYM_DERIVED_SIZE];
    pseudonym_derive(p, "KEY:setdigest", bytes);
    nhash_key(bytes, &ret_key->hash);
    explicit_bzero(bytes, sizeof bytes);
}

void setdigest_init(struct setdigest *d)
{
    *d = (struct setdigest){0};
}

/* What is carried out of the highest word is lost: modulo 2^128. */
static void add(uint64_t sum[WORDS], const uint64_t more[WORDS])
{
    bool carry = false;
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t partial;
        bool first = __builtin_add_overflow(sum[i], more[i], &partial);
        carry = __builtin_add_overflow(partial, (uint64_t)carry, &sum[i]) || first;
    }
}

void setdigest_term(const struct setdigest_key *key, const void *line, size_t len,
                    struct setdigest_term *ret_term)
{
    uint8_t digest[NHASH_SIZE];
    nhash_digest(&key->hash, line, len, digest);
    memcpy(ret_term->words, digest, sizeof ret_term->words);
    for (size_t i = 0; i < WORDS; i++)
        ret_term->words[i] = le64toh(ret_term->words[i]);
}

void setdigest_add_term(struct setdigest *d, const struct setdigest_term *term)
{
    add(d->sum, term->words);
    d->count++;
}

void setdigest_add(struct setdigest *d, const struct setdigest_key *key, const void *line,
                   size_t len)
{
    struct setdigest_term term;
    setdigest_term(key, line, len, &term);
    setdigest_add_term(d, &term);
}

void setdigest_join(struct setdigest *d, const struct setdigest *other)
{
    add(d->sum, other->sum);
    d->count += other->count;
}

void setdigest_finish(const struct setdigest *d, uint8_t ret_digest[DIGEST_SIZE])
{
    uint64_t words[WORDS + 1];
    for (size_t i = 0; i < WORDS; i++)
        words[i] = htole64(d->sum[i]);
    words[WORDS] = htole64(d->count);
    digest_blake2b(words, sizeof words, ret_digest);
}
