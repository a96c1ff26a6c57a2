/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a set of masked records says, in whatever order and pages they came: the sum, modulo
 * 2^128, of the keyed digest of each line (crypto/nhash.h), and how many lines there were.
 *
 *     setdigest_add(line without its fleeting end) …  ─▶  setdigest_finish
 *     setdigest_term  ─▶  setdigest_add_term …        the same, where the term is wanted as well
 *
 * A record that comes twice counts twice: this is a digest of multisets. Two that differ get the
 * same digest with a probability of at most 2^(k-128), where 2^k is the highest power of two that
 * divides every difference of how often a line is in the one and in the other: 2^-128 when some
 * line is in one of them only, once; to which comes that two of n lines have one digest, less than
 * n^2 * 2^-128. The key keeps those who can choose what an API says from
 * choosing lines whose sums meet: it is the deployment's own, as pseudonyms' is, and nobody sees a
 * sum. It tells that a slice is what it was, and proves nothing to anybody else.
 */
#ifndef RECORD_SETDIGEST_H
#define RECORD_SETDIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "crypto/nhash.h"
#include "crypto/pseudonym.h"

struct setdigest_key {
    struct nhash_key hash;
};

/* All zero: of no records. May be stored as it is and gone on with on a machine of the same byte
 * order. */
struct setdigest {
    uint64_t sum[NHASH_SIZE / sizeof(uint64_t)]; /* least significant first */
    uint64_t count;
};

/* The deployment's. With another one every set has another digest. */
void setdigest_key(const struct pseudonym *p, struct setdigest_key *ret_key);

/* One record: the bytes of its line that say what it is (record/walk.h: len - fleeting). */
struct setdigest_term {
    uint64_t words[NHASH_SIZE / sizeof(uint64_t)];
};
void setdigest_term(const struct setdigest_key *key, const void *line, size_t len,
                    struct setdigest_term *ret_term);

void setdigest_init(struct setdigest *d);
void setdigest_add_term(struct setdigest *d, const struct setdigest_term *term);
/* Both at once. */
void setdigest_add(struct setdigest *d, const struct setdigest_key *key, const void *line,
                   size_t len);
/* The records of another set as well, as if each of them had been added. */
void setdigest_join(struct setdigest *d, const struct setdigest *other);
/* BLAKE2b-256 of sum and count, both with their least significant byte first. *d can be gone on
 * with. */
void setdigest_finish(const struct setdigest *d, uint8_t ret_digest[DIGEST_SIZE]);

#endif
