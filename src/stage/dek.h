/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data encryption keys: random, one per stream and epoch (a UTC day or DEK_RECORDS_MAX records,
 * whichever ends first), kept in the stage, wrapped by the keyring's KEK. When the last row that
 * a DEK sealed is purged, the DEK goes, too.
 *
 *     KEK (keyring) ──wraps──▶ DEK (table dek) ──seals──▶ segments, quarantined records
 *
 * The associated data of a wrapped DEK, as src/record/FORMAT.md joins fields: magic "EXTRDEK1",
 * DEK id, stage id (16 bytes), stream, created, commitment. The commitment is the BLAKE2b-256 of
 * the DEK; it stands in the row and in every seal, because the cipher does not commit to its
 * key.
 */
#ifndef STAGE_DEK_H
#define STAGE_DEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"
#include "db/sqlite.h"

enum {
    DEK_SIZE = 32,
    DEK_RECORDS_MAX = 1000000,
    DEK_CACHE_MAX = 32, /* unwrapped at a time */
    DEK_STAGE_ID_SIZE = 16,
    DEK_NAME_SIZE = 64,
};

struct dek {
    int64_t id; /* random, > 0 */
    struct secret *key;
    uint8_t commitment[DIGEST_SIZE];
};

/* The DEKs of one open stage; unwrapped ones stay in guarded memory. */
struct dek_set;

/* db and keyring are borrowed; keyring NULL: nothing can be sealed or opened (ERROR_CRYPTO).
 * NULL when memory is out. */
struct dek_set *dek_set_new(struct sqlite *db, const struct keyring *keyring,
                            const uint8_t stage_id[DEK_STAGE_ID_SIZE]);
void dek_set_free(struct dek_set *set);
CLEANUP_DEFINE(struct dek_set, dek_set_free)
/* Wipes what is unwrapped: after a rollback the rows of new DEKs are gone. */
void dek_set_forget(struct dek_set *set);

/* The DEK that seals the next `records` records of a stream; a new one when the epoch is over.
 * Inside a transaction. *ret_dek is valid until the next call. */
bool dek_take(struct dek_set *set, const char *stream, uint32_t records,
              const struct dek **ret_dek, struct error *err);
/* The DEK of a row. ERROR_STORE when it is missing, of another stream or damaged; ERROR_CRYPTO
 * when the keyring lacks its KEK. *ret_dek is valid until the next call. */
bool dek_open(struct dek_set *set, int64_t id, const char *stream, const struct dek **ret_dek,
              struct error *err);

/* Wraps every DEK with the KEK in force, but for those that are already; no sealed row is
 * touched. Inside a transaction. *ret_count: how many were wrapped anew. */
bool dek_rewrap_all(struct dek_set *set, uint64_t *ret_count, struct error *err);

/* For `keys list`: no key material. */
struct dek_info {
    int64_t id;
    char stream[DEK_NAME_SIZE];
    int64_t created_ns;
    uint64_t records;
    char kek_id[KEK_ID_SIZE]; /* what it is wrapped with */
};

/* The DEK with the next higher id; start with after_id 0. */
bool dek_next(struct dek_set *set, int64_t after_id, struct dek_info *ret_info, bool *ret_found,
              struct error *err);

#endif
