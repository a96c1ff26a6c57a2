/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/nhash.h"

#include <endian.h>
#include <string.h>

enum {
    PAIR = 16, /* bytes: two words, one product */
    SUMS = 32, /* bytes that a block becomes */
    BLOCKS = 16, /* whose sums SipHash reads at a time */
};

typedef unsigned __int128 product;

/* What SipHash reads. Numbers of words are shorter, so that these two never meet. */
struct message {
    uint8_t before[NHASH_SIZE]; /* the digest so far */
    uint64_t len; /* of the whole text */
    uint8_t sums[BLOCKS][SUMS];
};

static inline uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

static inline product multiply(const uint64_t *key, uint64_t first, uint64_t second)
{
    return (product)(first + key[0]) * (second + key[1]);
}

static void store(product sum, uint8_t *at)
{
    uint64_t low = htole64((uint64_t)sum), high = htole64((uint64_t)(sum >> 64));
    memcpy(at, &low, sizeof low);
    memcpy(at + sizeof low, &high, sizeof high);
}

/* At most NHASH_BLOCK bytes; the last pair is filled up with zeros. */
static void sum_block(const uint64_t *key, const uint8_t *block, size_t len, uint8_t *ret_sums)
{
    product one = 0, two = 0;
    for (; len >= PAIR; block += PAIR, len -= PAIR, key += 2) {
        uint64_t first = load(block), second = load(block + 8);
        one += multiply(key, first, second);
        two += multiply(key + 2, first, second);
    }
    if (len > 0) {
        uint8_t rest[PAIR] = {0};
        memcpy(rest, block, len);
        one += multiply(key, load(rest), load(rest + 8));
        two += multiply(key + 2, load(rest), load(rest + 8));
    }
    store(one, ret_sums);
    store(two, ret_sums + SUMS / 2);
}

void nhash_key(const uint8_t bytes[NHASH_KEY_SIZE], struct nhash_key *ret_key)
{
    uint8_t pair[PAIR];
    memcpy(ret_key->siphash, bytes, NHASH_KEY_SIZE);
    for (size_t i = 0; i < NHASH_WORDS; i += 2) {
        uint64_t number = htole64(i);
        digest_siphash(bytes, &number, sizeof number, pair);
        ret_key->words[i] = load(pair);
        ret_key->words[i + 1] = load(pair + 8);
    }
    explicit_bzero(pair, sizeof pair);
}

void nhash_digest(const struct nhash_key *key, const void *text, size_t len,
                  uint8_t ret_digest[NHASH_SIZE])
{
    const uint8_t *at = text;
    size_t left = len;
    struct message message = {.len = htole64(len)};
    do {
        size_t blocks = 0;
        do {
            size_t size = left < NHASH_BLOCK ? left : NHASH_BLOCK;
            sum_block(key->words, at, size, message.sums[blocks++]);
            at += size;
            left -= size;
        } while (left > 0 && blocks < BLOCKS);
        digest_siphash(key->siphash, &message, offsetof(struct message, sums) + blocks * SUMS,
                       message.before);
    } while (left > 0);
    memcpy(ret_digest, message.before, NHASH_SIZE);
}
