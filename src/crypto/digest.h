/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: BLAKE2b-256 for what only we read, SHA-256 for the audit tree (RFC 6962),
 * HMAC-SHA-256 (RFC 2104) for APIs that want requests signed, and SipHash where much is only
 * compared. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_SIZE = 32 };

void digest_blake2b(const void *data, size_t len, uint8_t ret_digest[DIGEST_SIZE]);

/* A BLAKE2b-256 of several pieces: update as often as needed, then finish once. */
struct digest_blake2b {
    _Alignas(64) unsigned char state[384];
};
void digest_blake2b_init(struct digest_blake2b *d);
void digest_blake2b_update(struct digest_blake2b *d, const void *data, size_t len);
void digest_blake2b_finish(struct digest_blake2b *d, uint8_t ret_digest[DIGEST_SIZE]);

/* A SHA-256 of several pieces: update as often as needed, then finish once. */
struct digest_sha256 {
    _Alignas(16) unsigned char state[128];
};
void digest_sha256_init(struct digest_sha256 *d);
void digest_sha256_update(struct digest_sha256 *d, const void *data, size_t len);
void digest_sha256_finish(struct digest_sha256 *d, uint8_t ret_digest[DIGEST_SIZE]);

/* A key of any length. */
void digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                        uint8_t ret_digest[DIGEST_SIZE]);

/* SipHash-2-4 with 128 bits: nobody without the key can find two texts with one of them. Three
 * times as fast as BLAKE2b. */
enum { DIGEST_SIPHASH_SIZE = 16, DIGEST_SIPHASH_KEY_SIZE = 16 };
void digest_siphash(const uint8_t key[DIGEST_SIPHASH_KEY_SIZE], const void *data, size_t len,
                    uint8_t ret_digest[DIGEST_SIPHASH_SIZE]);

#endif
