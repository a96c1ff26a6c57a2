/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyed tokens in place of personal values:
 *
 *     <class>_<key version>_<26 characters of base32>        email_1_k5fh2…
 *
 * The token is BLAKE2b-128 of the normalised value, keyed with the deployment's pseudonym key,
 * with the class (padded with NUL) as personalisation and the key version (16 bytes, little
 * endian) as salt: equal values of one class are equal everywhere (across fields, streams and
 * sources), and values of different classes never are. Without the key a token cannot be
 * recomputed by trying all values.
 */
#ifndef CRYPTO_PSEUDONYM_H
#define CRYPTO_PSEUDONYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/secret.h"

enum {
    PSEUDONYM_KEY_SIZE = 32,
    PSEUDONYM_CLASS_MAX = 16, /* bytes of a class name: BLAKE2b's personalisation */
    PSEUDONYM_TEXT_MAX = PSEUDONYM_CLASS_MAX + 1 + 10 + 1 + 26,
    PSEUDONYM_DERIVED_SIZE = 16,
};

/* One key version; read-only once made, so threads may share it. */
struct pseudonym;

/* Takes a copy of the key, PSEUDONYM_KEY_SIZE bytes. version >= 1. NULL when memory is out. */
struct pseudonym *pseudonym_new(const struct secret *key, uint32_t version);
void pseudonym_free(struct pseudonym *p);
CLEANUP_DEFINE(struct pseudonym, pseudonym_free)

uint32_t pseudonym_version(const struct pseudonym *p);

/* [a-z][a-z0-9]*, at most PSEUDONYM_CLASS_MAX. */
bool pseudonym_class_valid(const char *class_name);

/* Writes the token (no NUL) and returns its length, at most PSEUDONYM_TEXT_MAX. */
size_t pseudonym_token(const struct pseudonym *p, const char *class_name, const void *value,
                       size_t len, char *ret_text);

/* Another key, for something else that the deployment compares with what it had: BLAKE2b-128 of
 * nothing, with key and salt as above and the purpose as personalisation. A purpose is written in
 * capitals, at most PSEUDONYM_CLASS_MAX, so that no class is one. */
void pseudonym_derive(const struct pseudonym *p, const char *purpose,
                      uint8_t ret_key[PSEUDONYM_DERIVED_SIZE]);

#endif
