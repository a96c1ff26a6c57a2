/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL behind our own nouns; nobody else knows libpq.
 *
 * A connection belongs to one thread. Nothing waits without a bound: connecting PG_CONNECT_NS,
 * an answer PG_ANSWER_NS (the server's own statement_timeout is shorter), a dead peer by
 * keepalives and tcp_user_timeout. A stop (base/stop.h) ends connecting at once; what is running
 * gets PG_GRACE_NS more, so that a batch in hand is finished, and is then cancelled.
 *
 * Errors have the kind that sqlstate.h gives their state; a connection that is lost is
 * ERROR_NETWORK, and pg_lost tells. Of what the server says of a refused row only names and
 * numbers are ever read (struct sqlstate_failure): messages, details and contexts hold its values.
 */
#ifndef DB_PG_H
#define DB_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "db/sqlstate.h"

#define PG_CONNECT_NS (15 * CLOCK_SECOND_NS)
#define PG_ANSWER_NS (660 * CLOCK_SECOND_NS)
#define PG_GRACE_NS (5 * CLOCK_SECOND_NS)

enum {
    PG_COPY_CHUNK = 128 * 1024, /* bytes that COPY sends at a time */
    PG_COPY_MAX = 256 * 1024 * 1024, /* of one row */
};

struct pg;
struct pg_rows;

struct pg_options {
    /* postgresql://user@host:port/database, also with a socket's folder as host. */
    const char *url;
    const struct secret *password; /* NULL: none */
    const char *ca_file; /* who signs the server's certificate; NULL: libpq's own default */
    bool read_only; /* a standby will do */
};

/* ERROR_CONFIG for what is no such URL, holds a password, or holds parameters beside user,
 * host, port and database. The text never shows the URL, which may hold one. */
bool pg_check_url(const char *url, struct error *err);

/* TLS with the server's certificate and name checked, unless the server is on this host (a
 * socket, a loopback address) and no ca_file is given. A new connection looks up the host's
 * address anew. */
bool pg_open(const struct pg_options *options, struct pg **ret_pg, struct error *err);
/* A transaction still open is rolled back by the server. NULL is accepted. */
void pg_close(struct pg *pg);
CLEANUP_DEFINE(struct pg, pg_close)

const char *pg_name(const struct pg *pg); /* host:port/database, for errors */
const char *pg_user(const struct pg *pg);
bool pg_lost(const struct pg *pg);
/* Why the last call failed, as far as it can be told. */
const struct sqlstate_failure *pg_failure(const struct pg *pg);

/* Runs statements without parameters; rows are ignored. */
bool pg_script(struct pg *pg, const char *sql, struct error *err);
/* Runs one statement with values as text, NULL for a null. */
bool pg_query(struct pg *pg, const char *sql, const char *const *values, size_t count,
              struct pg_rows **ret_rows, struct error *err);
/* The same without rows; *ret_changed: how many the statement changed. */
bool pg_run(struct pg *pg, const char *sql, const char *const *values, size_t count,
            int64_t *ret_changed, struct error *err);
/* COMMIT; ERROR_SINK when the server answers that it rolled back instead. After ERROR_NETWORK
 * nobody knows what became of it. */
bool pg_commit(struct pg *pg, struct error *err);
/* ROLLBACK when there is a transaction; failures do not matter: nothing was committed. */
void pg_rollback(struct pg *pg);

void pg_rows_free(struct pg_rows *rows);
CLEANUP_DEFINE(struct pg_rows, pg_rows_free)
size_t pg_rows_count(const struct pg_rows *rows);
/* Columns count from 0; "" for a null. */
const char *pg_rows_text(const struct pg_rows *rows, size_t row, int column);
int64_t pg_rows_int(const struct pg_rows *rows, size_t row, int column);
bool pg_rows_bool(const struct pg_rows *rows, size_t row, int column);

/* COPY … FROM STDIN: begin, then append to pg_copy_buffer and call pg_copy_push after each row,
 * which sends when there is enough to send, then end. When the server refuses a row, the next
 * push fails with what it said. After a failure the copy is over, the transaction is not. */
bool pg_copy_begin(struct pg *pg, const char *sql, struct error *err);
struct buffer *pg_copy_buffer(struct pg *pg);
bool pg_copy_push(struct pg *pg, struct error *err);
bool pg_copy_end(struct pg *pg, int64_t *ret_rows, struct error *err);

#endif
