/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage of one source: one SQLite file, <state>/<source>.stage.
 *
 *     store_begin ─▶ append · checkpoint · position · quarantine · (audit) ─▶ store_commit
 *
 * Exactly one connection in one process writes and checkpoints, under the lock file
 * <state>/<source>.lock; readers beside it never do. The other files of this folder each own
 * their tables; all writing functions want an open transaction, so that a page's segments,
 * checkpoint and audit event become durable together or not at all.
 *
 * The file is refused (ERROR_STORE, with what to do) when it is of a newer release, damaged, of
 * another program or source, holds triggers, views or any table that is not ours, or when others
 * than its owner may use it.
 */
#ifndef STAGE_STORE_H
#define STAGE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/keyring.h"
#include "db/sqlite.h"
#include "stage/dek.h"

enum {
    STORE_STREAM_SIZE = 64, /* stream and sink names: identifiers */
    STORE_NAME_SIZE = 257, /* account and slice: up to 256 bytes */
    STORE_UUID_SIZE = 33,
};

struct store;

struct store_options {
    const char *folder; /* the state folder; a writer makes it when missing */
    const char *source; /* an identifier */
    const struct keyring *keyring; /* borrowed; NULL: for reading what is not sealed */
    int64_t wait_ns; /* a writer: how long to wait for the lock */
    /* CREATE statements of tables that somebody else keeps in this file, in the transactions of
     * store_begin (the audit tree does), or NULL. Always the same for a release. */
    const char *guest_schema;
};

/* ERROR_BUSY when another run holds the lock. A stage that was not closed in order the last time
 * is checked first. */
bool store_open_write(const struct store_options *options, struct store **ret_store,
                      struct error *err);
/* ERROR_STORE when there is none yet. */
bool store_open_read(const struct store_options *options, struct store **ret_store,
                     struct error *err);
/* Rolls back what is open. NULL is accepted. */
void store_close(struct store *s);
CLEANUP_DEFINE(struct store, store_close)

/* Is there a stage of this source? */
bool store_exists(const struct store_options *options);

struct sqlite *store_db(const struct store *s);
struct dek_set *store_deks(const struct store *s);
const char *store_path(const struct store *s);
const char *store_source(const struct store *s);
/* The stage id: 16 random bytes made with the file, and as 32 hexadecimal digits. */
const uint8_t *store_id(const struct store *s);
const char *store_uuid(const struct store *s);
int64_t store_created_ns(const struct store *s);
bool store_is_new(const struct store *s); /* made by this open */

bool store_begin(struct store *s, struct error *err);
/* Durable when true; rolled back when false. */
bool store_commit(struct store *s, struct error *err);
void store_rollback(struct store *s);
/* ERROR_STORE: an index answered out of order, so that a loop over it might never end. */
bool store_out_of_order(const struct store *s, const char *table, struct error *err);
/* The statement, its first three parameters bound: a slice of a stream. NULL: *err. */
struct sqlite_statement *store_about_slice(const struct store *s, const char *sql,
                                           const char *stream, const char *account,
                                           const char *slice, struct error *err);
/* ERROR_BUG unless a transaction is open: what every writing function asks first. */
bool store_check_writing(const struct store *s, struct error *err);

#endif
