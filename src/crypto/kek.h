/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key-encryption keys: their text, their making from a passphrase, and what they wrap.
 *
 * A KEK text has one line for each KEK, the newest first, and comments:
 *
 *     # made 2026-11-20
 *     extract-kek-1 <32 bytes in hexadecimal or base64>
 *
 * The id of a KEK is the first 8 bytes, in hexadecimal, of
 * BLAKE2b-256("extract kek id" || key). A wrapped key is
 *
 *     KEK id 8 | nonce 24 | ciphertext, as long as the key | tag 16
 *
 * sealed (crypto/aead.h) with the associated data
 * "extract wrap 1" NUL | purpose NUL | KEK id 8 | what the caller gives.
 */
#ifndef CRYPTO_KEK_H
#define CRYPTO_KEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "crypto/aead.h"
#include "crypto/secret.h"

enum {
    KEK_COUNT_MAX = 8, /* in one text */
    KEK_TEXT_MAX = 64 * 1024,
    KEK_ID_LENGTH = 8, /* bytes */
    KEK_ID_SIZE = 2 * KEK_ID_LENGTH + 1, /* as text */
    KEK_WRAP_OVERHEAD = KEK_ID_LENGTH + AEAD_OVERHEAD,
    KEK_ASSOCIATED_MAX = 1024,
    KEK_SALT_SIZE = 16,
    KEK_PASSPHRASE_MIN = 12, /* bytes */
};

struct kek {
    char id[KEK_ID_SIZE];
    struct secret *key;
};

/* Newest first. {0} is an empty list. */
struct kek_list {
    size_t count;
    struct kek keks[KEK_COUNT_MAX];
};
void kek_list_done(struct kek_list *l);

const struct kek *kek_find(const struct kek_list *l, const char *id); /* NULL: not there */

/* ERROR_CRYPTO, with name and line, for a text that is anything else; never quotes it. */
bool kek_parse(const struct secret *text, const char *name, struct kek_list *ret_list,
               struct error *err);
/* Puts a random KEK in front. ERROR_CRYPTO when the list is full. */
bool kek_prepend_new(struct kek_list *l, struct error *err);
/* Appends the text of the first `count` KEKs, each under a comment with its id. The buffer
 * wipes what it held. */
bool kek_format(const struct kek_list *l, size_t count, struct buffer *out, struct error *err);

/* How a KEK is made from a passphrase: Argon2id (version 1.3). */
struct kek_derivation {
    uint8_t salt[KEK_SALT_SIZE];
    uint64_t operations;
    uint64_t memory; /* bytes */
};
/* A random salt, and libsodium's MODERATE cost: 3 passes over 256 MiB. */
void kek_derivation_init(struct kek_derivation *d);
/* From MODERATE to SENSITIVE: neither weaker than we make it nor a way to eat all memory. */
bool kek_derivation_valid(const struct kek_derivation *d);
/* One KEK for each line of passphrases, newest first; no comments. ERROR_CRYPTO as above, and
 * when a passphrase is shorter than KEK_PASSPHRASE_MIN or there is too little memory. */
bool kek_derive(const struct secret *passphrases, const char *name,
                const struct kek_derivation *d, struct kek_list *ret_list, struct error *err);

/* Appends the wrapped key to out. purpose keeps apart what the same KEK wraps. */
bool kek_wrap(const struct kek *kek, const char *purpose, const void *associated,
              size_t associated_len, const struct secret *key, struct buffer *out,
              struct error *err);
/* ERROR_CRYPTO when the list has not the KEK (the text names its id) or the seal is broken. */
bool kek_unwrap(const struct kek_list *l, const char *purpose, const void *associated,
                size_t associated_len, const void *wrapped, size_t len, struct secret **ret_key,
                struct error *err);
/* The id of the KEK in front of a wrapped key; false when it is too short to be one. */
bool kek_wrapped_with(const void *wrapped, size_t len, char ret_id[KEK_ID_SIZE]);

#endif
