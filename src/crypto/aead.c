/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/aead.h"

#include <assert.h>
#include <sodium.h>

_Static_assert(AEAD_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "");
_Static_assert(AEAD_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "");
_Static_assert(AEAD_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES, "");

bool aead_seal(const struct secret *key, const void *associated, size_t associated_len,
               const void *plain, size_t len, struct buffer *out, struct error *err)
{
    assert(secret_length(key) == AEAD_KEY_SIZE);
    if (len > SIZE_MAX - AEAD_OVERHEAD || !buffer_reserve(out, len + AEAD_OVERHEAD))
        return error_set(err, ERROR_BUG, "no room for a seal of %zu bytes", len);

    uint8_t *nonce = out->data + out->len;
    randombytes_buf(nonce, AEAD_NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + AEAD_NONCE_SIZE, NULL, plain, len,
                                               associated, associated_len, NULL, nonce,
                                               secret_view(key));
    out->len += len + AEAD_OVERHEAD;
    return true;
}

/* plain has room for len - AEAD_OVERHEAD bytes; len is at least AEAD_OVERHEAD. */
static bool open_into(uint8_t *plain, const struct secret *key, const void *associated,
                      size_t associated_len, const uint8_t *sealed, size_t len,
                      struct error *err)
{
    assert(secret_length(key) == AEAD_KEY_SIZE);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, NULL, NULL, sealed + AEAD_NONCE_SIZE, len - AEAD_NONCE_SIZE, associated,
            associated_len, sealed, secret_view(key)) != 0)
        return error_set(err, ERROR_CRYPTO, "the seal is broken");
    return true;
}

static bool refuse_short(struct error *err)
{
    return error_set(err, ERROR_CRYPTO, "the seal is cut short");
}

bool aead_open(const struct secret *key, const void *associated, size_t associated_len,
               const void *sealed, size_t len, struct buffer *out, struct error *err)
{
    if (len < AEAD_OVERHEAD)
        return refuse_short(err);
    size_t plain_len = len - AEAD_OVERHEAD;
    if (!buffer_reserve(out, plain_len))
        return error_set(err, ERROR_BUG, "no room for %zu sealed bytes", plain_len);
    if (!open_into(out->data + out->len, key, associated, associated_len, sealed, len, err))
        return false;
    out->len += plain_len;
    return true;
}

bool aead_open_secret(const struct secret *key, const void *associated, size_t associated_len,
                      const void *sealed, size_t len, struct secret **ret_secret,
                      struct error *err)
{
    if (len < AEAD_OVERHEAD)
        return refuse_short(err);
    AUTO(secret_freep) struct secret *plain = secret_new(len - AEAD_OVERHEAD);
    if (!plain)
        return error_memory(err);
    if (!open_into(secret_bytes(plain), key, associated, associated_len, sealed, len, err))
        return false;
    *ret_secret = steal(&plain);
    return true;
}
