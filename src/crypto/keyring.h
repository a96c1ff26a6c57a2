/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a state folder. One key-encryption key (KEK) from outside wraps what is kept
 * inside:
 *
 *     KEK --wraps--> pseudonym keys   in <state>/keyring.json; made once, not derived from it
 *         --wraps--> data keys        in each stage, as keyring_wrap returned them
 *
 * The KEK comes from the default key file <state>/kek.key, from a reference to a KEK text
 * (crypto/kek.h) or from a reference to a passphrase (one a line, Argon2id). A text may hold
 * several KEKs, the newest first: any of them unwraps. The one that wraps is named in
 * keyring.json; only rotation moves that name, to the first of the text.
 *
 * Rotation: keyring_rotate, then rewrap every store (unwrap and wrap each of its keys under the
 * store's own lock), then keyring_rotate_finish. Killed at any point, the same three again
 * complete it, because old and new are both at hand until the end. A run that opened its
 * keyring before a rotation cannot spoil it: keyring_wrap looks at keyring.json each time, and
 * refuses rather than wrap with a key that is about to go.
 *
 * keyring.json is replaced atomically, mode 0600, under the lock <state>/keyring.lock. It holds
 * nothing in clear that must be kept secret, and belongs into the backup.
 */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/kek.h"
#include "crypto/pseudonym.h"
#include "crypto/ring.h"
#include "crypto/secret.h"

enum {
    KEYRING_WRAP_OVERHEAD = KEK_WRAP_OVERHEAD, /* a wrapped key is longer by this */
    KEYRING_ENTRIES_MAX = KEK_COUNT_MAX + RING_PSEUDONYMS_MAX,
};

struct keyring_options {
    const char *state_folder;
    const char *kek; /* a reference to a KEK text; NULL: the default key file */
    const char *passphrase; /* a reference to passphrases instead; NULL: none */
    bool create; /* make the keyring, and the default key file, where there is nothing yet */
};

struct keyring;

/* *ret_made says whether a keyring was made: then somebody must be told about the key file and
 * asked for an escrow copy.
 *
 * A key file or a keyring.json that is missing beside the other's remains or beside a stage is
 * never made anew: ERROR_CRYPTO with what to do, as for a KEK that does not fit and a keyring
 * that was tampered with. ERROR_CONFIG and ERROR_AUTH for the references, ERROR_BUSY when the
 * lock is held for long. */
bool keyring_open(const struct keyring_options *options, struct keyring **ret_keyring,
                  bool *ret_made, struct error *err);
void keyring_free(struct keyring *k);
CLEANUP_DEFINE(struct keyring, keyring_free)

/* Where the KEK comes from, for people: a path or a reference. */
const char *keyring_source(const struct keyring *k);
/* The path of the key file that rotation rewrites; NULL when the operator keeps the KEK. */
const char *keyring_key_file(const struct keyring *k);
/* The id of the KEK that wrapped when the keyring was opened or rotated: KEK_ID_SIZE - 1 hex
 * digits. */
const char *keyring_kek_id(const struct keyring *k);

/* Appends key, wrapped, to out; at most KEK_ASSOCIATED_MAX bytes of associated data. Call it
 * with the lock of the store held that will keep the result, and commit before letting go.
 * ERROR_CRYPTO when the keys were rotated since the keyring was opened: run again. */
bool keyring_wrap(const struct keyring *k, const void *associated, size_t associated_len,
                  const struct secret *key, struct buffer *out, struct error *err);
/* ERROR_CRYPTO: not wrapped by a KEK of ours, or not for this place. */
bool keyring_unwrap(const struct keyring *k, const void *associated, size_t associated_len,
                    const void *wrapped, size_t len, struct secret **ret_key,
                    struct error *err);
/* The id of the KEK that a key is wrapped with; false when it is no wrapped key. */
bool keyring_wrapped_with(const void *wrapped, size_t len, char ret_id[KEK_ID_SIZE]);

/* The newest version of the pseudonym key, from 1; all below exist. */
uint32_t keyring_pseudonym_version(const struct keyring *k);
/* ERROR_CRYPTO when there is no such version. */
bool keyring_pseudonym(const struct keyring *k, uint32_t version,
                       struct pseudonym **ret_pseudonym, struct error *err);

/* Puts a new KEK in front of the key file's, unless an earlier rotation left one there, and
 * makes it the one that wraps; an escrow copy of the old one counts no more. When the operator
 * keeps the KEK, the text must have the new one in front of the old already: else ERROR_CONFIG.
 * A key file must belong to this state folder alone: the finish takes the old KEK away from
 * everybody. */
bool keyring_rotate(struct keyring *k, struct error *err);
/* Drops the old KEKs, from the key file too. Only when every store is rewrapped. */
bool keyring_rotate_finish(struct keyring *k, struct error *err);

/* Writes the KEKs as a KEK text to a new private file: with it and a backup of the state folder
 * everything can be read again, passphrase or not. Never replaces a file. */
bool keyring_escrow(const struct keyring *k, const char *path, struct error *err);

/* What was decided about a copy of the KEK, and when. */
enum ring_escrow keyring_escrow_kind(const struct keyring *k, int64_t *ret_settled_ns);
bool keyring_settle_escrow(struct keyring *k, enum ring_escrow kind, struct error *err);

/* What `keys list` shows: KEKs first, then pseudonym keys. No material. */
enum keyring_use {
    KEYRING_WRAPS, /* the KEK in force */
    KEYRING_NEXT, /* a KEK in front of it: rotation was not run yet */
    KEYRING_UNWRAPS, /* an older KEK: rotation was not finished, or the text still has it */
    KEYRING_PSEUDONYMS, /* a pseudonym key */
};
struct keyring_entry {
    enum keyring_use use;
    char kek_id[KEK_ID_SIZE]; /* its own, or the one that wraps it */
    uint32_t version; /* of a pseudonym key */
    int64_t since_ns; /* made, or in force since; 0: not known */
};
const char *keyring_use_name(enum keyring_use use);
size_t keyring_list(const struct keyring *k,
                    struct keyring_entry ret_entries[KEYRING_ENTRIES_MAX]);

#endif
