/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof((struct digest_sha256){0}.state),
               "the state of libsodium must fit");
_Static_assert(sizeof(crypto_generichash_blake2b_state) <=
                   sizeof((struct digest_blake2b){0}.state),
               "the state of libsodium must fit");
_Static_assert(DIGEST_SIZE == crypto_hash_sha256_BYTES, "SHA-256 has 32 bytes");
_Static_assert(DIGEST_SIZE == crypto_auth_hmacsha256_BYTES, "so has its HMAC");
_Static_assert((int)DIGEST_SIPHASH_SIZE == (int)crypto_shorthash_siphashx24_BYTES &&
                   (int)DIGEST_SIPHASH_KEY_SIZE == (int)crypto_shorthash_siphashx24_KEYBYTES,
               "SipHash with 128 bits");

void digest_blake2b(const void *data, size_t len, uint8_t ret_digest[DIGEST_SIZE])
{
    crypto_generichash_blake2b(ret_digest, DIGEST_SIZE, data, len, NULL, 0);
}

static crypto_generichash_blake2b_state *blake2b_of(struct digest_blake2b *d)
{
    return (crypto_generichash_blake2b_state *)(void *)d->state;
}

void digest_blake2b_init(struct digest_blake2b *d)
{
    crypto_generichash_blake2b_init(blake2b_of(d), NULL, 0, DIGEST_SIZE);
}

void digest_blake2b_update(struct digest_blake2b *d, const void *data, size_t len)
{
    crypto_generichash_blake2b_update(blake2b_of(d), data, len);
}

void digest_blake2b_finish(struct digest_blake2b *d, uint8_t ret_digest[DIGEST_SIZE])
{
    crypto_generichash_blake2b_final(blake2b_of(d), ret_digest, DIGEST_SIZE);
}

static crypto_hash_sha256_state *state_of(struct digest_sha256 *d)
{
    return (crypto_hash_sha256_state *)(void *)d->state;
}

void digest_sha256_init(struct digest_sha256 *d)
{
    crypto_hash_sha256_init(state_of(d));
}

void digest_sha256_update(struct digest_sha256 *d, const void *data, size_t len)
{
    crypto_hash_sha256_update(state_of(d), data, len);
}

void digest_sha256_finish(struct digest_sha256 *d, uint8_t ret_digest[DIGEST_SIZE])
{
    crypto_hash_sha256_final(state_of(d), ret_digest);
}

void digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                        uint8_t ret_digest[DIGEST_SIZE])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_len);
    crypto_auth_hmacsha256_update(&state, data, len);
    crypto_auth_hmacsha256_final(&state, ret_digest);
    sodium_memzero(&state, sizeof state);
}

void digest_siphash(const uint8_t key[DIGEST_SIPHASH_KEY_SIZE], const void *data, size_t len,
                    uint8_t ret_digest[DIGEST_SIPHASH_SIZE])
{
    crypto_shorthash_siphashx24(ret_digest, data, len, key);
}
