/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content of keyring.json: what crypto/keyring.h keeps between runs, as plain data. Reading
 * is strict (an unknown or missing member is an error), and nothing here is secret: the keys
 * inside are wrapped.
 */
#ifndef CRYPTO_RING_H
#define CRYPTO_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/kek.h"
#include "crypto/pseudonym.h"

enum {
    RING_PSEUDONYMS_MAX = 64,
    RING_WRAPPED_SIZE = PSEUDONYM_KEY_SIZE + KEK_WRAP_OVERHEAD,
};

enum ring_escrow {
    RING_ESCROW_OPEN, /* nobody has said yet */
    RING_ESCROW_COPIED, /* a copy was written by us */
    RING_ESCROW_ELSEWHERE, /* the KEK is kept by another system */
    RING_ESCROW_DECLINED, /* there shall be none: losing the KEK loses the stage */
    RING_ESCROW_COUNT
};
/* "open", "copied", "elsewhere", "declined". */
const char *ring_escrow_name(enum ring_escrow kind);

struct ring_pseudonym {
    int64_t created_ns;
    uint8_t wrapped[RING_WRAPPED_SIZE];
};

/* Instants are whole seconds. */
struct ring {
    int64_t created_ns;
    char kek_id[KEK_ID_SIZE]; /* the KEK that wraps */
    int64_t kek_since_ns;
    bool has_derivation; /* made for a passphrase */
    struct kek_derivation derivation;
    enum ring_escrow escrow;
    int64_t escrow_ns;
    uint32_t pseudonym_count; /* version v is at v - 1 */
    struct ring_pseudonym pseudonyms[RING_PSEUDONYMS_MAX];
};

/* ERROR_CRYPTO: not private, not readable, damaged, or made by a newer version. */
bool ring_load(const char *path, struct ring *ret_ring, struct error *err);
/* Replaces the file atomically. */
bool ring_save(const char *path, const struct ring *ring, struct error *err);

#endif
