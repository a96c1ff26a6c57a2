/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing: XChaCha20-Poly1305 (IETF) with a random nonce in front,
 *
 *     nonce 24 | ciphertext, as long as the plain text | tag 16
 *
 * and associated data, which is not in the seal but must be the same when it is opened: that
 * binds a seal to its place. Nonces are long enough to be drawn at random for ever. The
 * cipher does not commit to its key: whoever may be offered several keys keeps an id made from
 * the key beside the seal.
 */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "crypto/secret.h"

enum {
    AEAD_KEY_SIZE = 32,
    AEAD_NONCE_SIZE = 24,
    AEAD_TAG_SIZE = 16,
    AEAD_OVERHEAD = AEAD_NONCE_SIZE + AEAD_TAG_SIZE,
};

/* Keys have AEAD_KEY_SIZE bytes. Both append to out; ERROR_BUG when it has no room. */
bool aead_seal(const struct secret *key, const void *associated, size_t associated_len,
               const void *plain, size_t len, struct buffer *out, struct error *err);
/* ERROR_CRYPTO when the key, the associated data or any bit of the seal is not the one. */
bool aead_open(const struct secret *key, const void *associated, size_t associated_len,
               const void *sealed, size_t len, struct buffer *out, struct error *err);
/* The same for a seal that holds a secret. */
bool aead_open_secret(const struct secret *key, const void *associated, size_t associated_len,
                      const void *sealed, size_t len, struct secret **ret_secret,
                      struct error *err);

#endif
