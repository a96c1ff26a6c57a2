/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite behind our own nouns; the only file that knows it. Every database of ours is opened
 * with the same care: untrusted schema, defensive mode, cell checks, no extensions, nothing
 * attached, temporary data in memory, no mmap.
 *
 * A connection belongs to one thread at a time. Statements are prepared once per connection
 * from the constants that sql2c.awk makes of the .sql files, and kept until the connection
 * closes.
 *
 * Errors are of the kind that the options name, and ERROR_BUSY when another process holds the
 * database for longer than busy_timeout_ns. They name the file, what happened and what to do:
 * a full disk, a damaged file and a file without write permission each have their own text.
 * Row content never gets into one. After any failure inside a transaction: sqlite_rollback;
 * the connection stays usable.
 */
#ifndef DB_SQLITE_H
#define DB_SQLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

enum {
    SQLITE_STATEMENTS_MAX = 256, /* different texts per connection */
    SQLITE_VALUE_MAX = 64 * 1024 * 1024, /* bytes of one text, blob or row */
};

struct sqlite;
struct sqlite_statement;

/* How a database is opened. */
enum sqlite_mode {
    SQLITE_MODE_CREATE, /* read and write; made 0600 when missing */
    SQLITE_MODE_WRITE, /* read and write; must exist */
    SQLITE_MODE_READ, /* reads only, never checkpoints: safe beside a writer */
    SQLITE_MODE_MEMORY, /* no file: a scratch database; the path names it in errors */
};

struct sqlite_options {
    enum sqlite_mode mode;
    enum error_kind kind; /* of errors: ERROR_STORE or ERROR_SINK */
    /* What a file with content must say it is; 0: it may be anybody's, and the version below is
     * not looked at either. */
    int32_t application_id;
    int32_t version; /* the newest user_version we know; a newer file is refused */
    int64_t busy_timeout_ns;
    bool refuse_foreign_schema; /* triggers, views and virtual tables are refused */
    /* Several processes write, in turns: whoever writes or checkpoints holds the lock of
     * PATH.lock, as up to SQLite 3.51.2 two at once can destroy a WAL (found in 2026). Writes are
     * to be between sqlite_begin and its end. A commit outlives its process at once, and a power
     * cut only after the next checkpoint: what is decided for every request need not wait for a
     * disk. */
    bool many_writers;
    /* Rows are tens of KB: a new file has pages of 16 KiB, a quarter of the calls for each row. */
    bool large_rows;
};

/* synchronous=FULL (but see many_writers), secure_delete, WAL, auto_vacuum=INCREMENTAL (when
 * new). Refuses what it should not touch, with a text that says what the file is: a symbolic
 * link, newer, damaged, of another program, with triggers or views. */
bool sqlite_open(const char *path, const struct sqlite_options *options, struct sqlite **ret_db,
                 struct error *err);
/* Finalises all statements; a transaction still open is rolled back. A writer empties the WAL.
 * NULL is accepted. */
void sqlite_close(struct sqlite *db);
CLEANUP_DEFINE(struct sqlite, sqlite_close)

const char *sqlite_path(const struct sqlite *db);
/* user_version: 0 in a file without content. */
int32_t sqlite_version(const struct sqlite *db);

/* Brings a database to version `count` in one transaction: scripts[i] leads from version i to
 * i + 1 and ends with `PRAGMA user_version = i + 1` (the first one sets application_id, too).
 * Nothing happens to one that is there already. Safe when several processes do it at once.
 * Inside a transaction of the caller, its end is the caller's, and sqlite_version stays. */
bool sqlite_migrate(struct sqlite *db, const char *const *scripts, int32_t count,
                    struct error *err);

/* Runs a script of statements without parameters; rows are ignored. */
bool sqlite_script(struct sqlite *db, const char *sql, struct error *err);

/* Transactions: begin takes the write lock at once (BEGIN IMMEDIATE). */
bool sqlite_begin(struct sqlite *db, struct error *err);
bool sqlite_begin_read(struct sqlite *db, struct error *err);
bool sqlite_commit(struct sqlite *db, struct error *err);
void sqlite_rollback(struct sqlite *db); /* nothing to undo is no error */
bool sqlite_in_transaction(const struct sqlite *db);

/* The statement for this text (one statement), prepared on first use and found again by its
 * content. NULL on failure. The result is reset, with no bindings, and borrowed. */
struct sqlite_statement *sqlite_statement(struct sqlite *db, const char *sql,
                                          struct error *err);

/* Parameters count from 1. Text and blobs are borrowed until the statement is reset. A mistake
 * here (no such parameter, too long) is reported by the step. */
void sqlite_bind_int(struct sqlite_statement *s, int parameter, int64_t value);
void sqlite_bind_real(struct sqlite_statement *s, int parameter, double value);
void sqlite_bind_text(struct sqlite_statement *s, int parameter, const char *text, size_t len);
void sqlite_bind_cstring(struct sqlite_statement *s, int parameter, const char *text);
void sqlite_bind_blob(struct sqlite_statement *s, int parameter, const void *data, size_t len);
void sqlite_bind_null(struct sqlite_statement *s, int parameter);

/* *ret_row: there is a row to read. A failure resets the statement. */
bool sqlite_step(struct sqlite_statement *s, bool *ret_row, struct error *err);
/* Steps to the end, ignoring rows, and resets. */
bool sqlite_run(struct sqlite_statement *s, struct error *err);
void sqlite_reset(struct sqlite_statement *s);

/* Columns count from 0; pointers are valid until the next step or reset, and NULL for a null;
 * a blob of length 0 is NULL, too. Texts end with a NUL that is not counted. */
int64_t sqlite_column_int(struct sqlite_statement *s, int column);
const char *sqlite_column_text(struct sqlite_statement *s, int column, size_t *ret_len);
const void *sqlite_column_blob(struct sqlite_statement *s, int column, size_t *ret_len);
bool sqlite_column_is_null(struct sqlite_statement *s, int column);
int sqlite_column_count(struct sqlite_statement *s);

/* Rows changed by the last run. */
int64_t sqlite_changes(const struct sqlite *db);

/* Reads the whole database: every page, every index; an error with the first finding. The quick
 * one leaves out that indexes match their tables. */
bool sqlite_check(struct sqlite *db, struct error *err);
bool sqlite_check_quick(struct sqlite *db, struct error *err);
/* Gives free pages back to the file system, at most `pages` of them; *ret_more: there may be
 * others. Outside a transaction. */
bool sqlite_vacuum_step(struct sqlite *db, int pages, bool *ret_more, struct error *err);
/* Moves the WAL into the database file and cuts it to nothing; when a reader is in the way, as
 * much of it as can be done now. Outside a transaction. */
bool sqlite_checkpoint(struct sqlite *db, struct error *err);

/* The linked library's version, e.g. 3040001. */
int sqlite_library_version(void);

#endif
