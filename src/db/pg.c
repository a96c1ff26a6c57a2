/* SPDX-License-Identifier: Apache-2.0 */
#include "db/pg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/db_sql.h"
#include "db/libpq.h"

struct pg_rows {
    PGresult *result;
};

/* --- What went wrong --------------------------------------------------------------------- */

static void copy_field(const PGresult *result, int field, char *ret_text, size_t size)
{
    const char *text = PQresultErrorField(result, field);
    snprintf(ret_text, size, "%s", text ? text : "");
    text_make_utf8(ret_text);
}

static void read_failure(struct pg *pg, const PGresult *result)
{
    struct sqlstate_failure *f = &pg->failure;
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    copy_field(result, PG_DIAG_SQLSTATE, f->state, sizeof f->state);
    copy_field(result, PG_DIAG_TABLE_NAME, f->table, sizeof f->table);
    copy_field(result, PG_DIAG_COLUMN_NAME, f->column, sizeof f->column);
    copy_field(result, PG_DIAG_CONSTRAINT_NAME, f->constraint, sizeof f->constraint);
    f->line = context ? sqlstate_copy_line(context) : 0;
}

/* " (22P02, table t, column c)" */
static void describe_failure(const struct sqlstate_failure *f, char *ret_text, size_t size)
{
    const char *const names[][2] = {
        {"table", f->table}, {"column", f->column}, {"constraint", f->constraint}};
    size_t len = (size_t)snprintf(ret_text, size, " (%s", f->state);
    for (size_t i = 0; i < sizeof names / sizeof *names && len < size; i++)
        if (*names[i][1])
            len += (size_t)snprintf(ret_text + len, size - len, ", %s %s", names[i][0],
                                    names[i][1]);
    if (len < size)
        snprintf(ret_text + len, size - len, ")");
}

/* result: NULL, or the answer that is an error. */
static bool fail(struct pg *pg, const PGresult *result, struct error *err)
{
    pg->failure = (struct sqlstate_failure){.line = 0};
    pg->copying = false;
    if (result)
        read_failure(pg, result);
    if (!*pg->failure.state)
        return libpq_fail_lost(pg, err);

    char names[4 * SQLSTATE_NAME_SIZE];
    const struct sqlstate_class *class = sqlstate_find(pg->failure.state);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    describe_failure(&pg->failure, names, sizeof names);
    return error_set(err, class->kind, "%s: %s%s%s%s", pg->name, class->text,
                     class->shown && message ? ": " : "",
                     class->shown && message ? message : "", names);
}

/* --- Waiting ----------------------------------------------------------------------------- */

static bool wait_answer(struct pg *pg, short events, short *ret_events, struct error *err)
{
    int64_t end = clock_monotonic_ns() + PG_ANSWER_NS;
    return libpq_wait(pg, events, end, PG_GRACE_NS, ret_events, err);
}

/* Sends what libpq has in its buffer. *ret_answered: the server said something meanwhile, or the
 * connection broke and what it said before tells why; it is for the caller to be read. */
static bool flush(struct pg *pg, bool *ret_answered, struct error *err)
{
    int left;
    while ((left = PQflush(pg->handle)) == 1) {
        short events;
        if (!wait_answer(pg, POLLIN | POLLOUT, &events, err))
            return false;
        if (events & ~POLLOUT) {
            *ret_answered = true;
            if (!PQconsumeInput(pg->handle))
                return true;
        }
    }
    if (left < 0)
        *ret_answered = true;
    return true;
}

/* The next answer; NULL: there are no more. */
static bool next_result(struct pg *pg, PGresult **ret_result, struct error *err)
{
    short events;
    while (PQisBusy(pg->handle)) {
        if (!wait_answer(pg, POLLIN, &events, err))
            return false;
        if (!PQconsumeInput(pg->handle))
            break; /* the connection is gone: the result says so */
    }
    *ret_result = PQgetResult(pg->handle);
    return true;
}

static bool is_error(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE ||
           status == PGRES_EMPTY_QUERY;
}

static void result_clearp(PGresult **result)
{
    PQclear(*result);
}

/* All answers to what was sent: the last one, or the first that is an error. */
static bool receive(struct pg *pg, PGresult **ret_result, struct error *err)
{
    AUTO(result_clearp) PGresult *kept = NULL;
    for (;;) {
        PGresult *result;
        if (!next_result(pg, &result, err))
            return false;
        if (!result)
            break;
        if (kept && is_error(kept)) {
            PQclear(result);
            continue;
        }
        PQclear(kept);
        kept = result;
        if (PQresultStatus(result) == PGRES_COPY_IN)
            break;
    }
    if (!kept || is_error(kept))
        return fail(pg, kept, err);
    *ret_result = steal(&kept);
    return true;
}

static bool answer(struct pg *pg, bool sent, PGresult **ret_result, struct error *err)
{
    bool ignored;
    if (!sent)
        return fail(pg, NULL, err);
    return flush(pg, &ignored, err) && receive(pg, ret_result, err);
}

/* --- The connection ---------------------------------------------------------------------- */

void pg_close(struct pg *pg)
{
    if (!pg)
        return;
    PQfinish(pg->handle);
    buffer_done(&pg->copy);
    free(pg->name);
    free(pg);
}

const char *pg_name(const struct pg *pg)
{
    return pg->name;
}

const char *pg_user(const struct pg *pg)
{
    return PQuser(pg->handle);
}

bool pg_lost(const struct pg *pg)
{
    return PQstatus(pg->handle) != CONNECTION_OK;
}

const struct sqlstate_failure *pg_failure(const struct pg *pg)
{
    return &pg->failure;
}

/* --- Statements -------------------------------------------------------------------------- */

bool pg_script(struct pg *pg, const char *sql, struct error *err)
{
    AUTO(result_clearp) PGresult *result = NULL;
    return answer(pg, PQsendQuery(pg->handle, sql), &result, err);
}

static bool run(struct pg *pg, const char *sql, const char *const *values, size_t count,
                PGresult **ret_result, struct error *err)
{
    bool sent = PQsendQueryParams(pg->handle, sql, (int)count, NULL, values, NULL, NULL, 0);
    return answer(pg, sent, ret_result, err);
}

bool pg_query(struct pg *pg, const char *sql, const char *const *values, size_t count,
              struct pg_rows **ret_rows, struct error *err)
{
    struct pg_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return error_memory(err);
    if (!run(pg, sql, values, count, &rows->result, err)) {
        pg_rows_free(rows);
        return false;
    }
    *ret_rows = rows;
    return true;
}

static int64_t changed_rows(PGresult *result)
{
    const char *text = PQcmdTuples(result);
    int64_t count = 0;
    text_parse_int64(text, strlen(text), &count);
    return count;
}

bool pg_run(struct pg *pg, const char *sql, const char *const *values, size_t count,
            int64_t *ret_changed, struct error *err)
{
    AUTO(result_clearp) PGresult *result = NULL;
    if (!run(pg, sql, values, count, &result, err))
        return false;
    if (ret_changed)
        *ret_changed = changed_rows(result);
    return true;
}

bool pg_commit(struct pg *pg, struct error *err)
{
    AUTO(result_clearp) PGresult *result = NULL;
    if (!answer(pg, PQsendQuery(pg->handle, db_sql_commit), &result, err))
        return false;
    return strcmp(PQcmdStatus(result), db_sql_commit) == 0 ||
           error_set(err, ERROR_SINK, "%s: a transaction that failed was not committed",
                     pg->name);
}

void pg_rollback(struct pg *pg)
{
    struct error ignored;
    if (pg->copying)
        PQputCopyEnd(pg->handle, "aborted");
    pg->copying = false;
    PGTransactionStatusType status = PQtransactionStatus(pg->handle);
    AUTO(result_clearp) PGresult *result = NULL;
    if (status == PQTRANS_ACTIVE && !answer(pg, true, &result, &ignored) && pg_lost(pg))
        return;
    if (PQtransactionStatus(pg->handle) != PQTRANS_IDLE && !pg_lost(pg))
        pg_script(pg, db_sql_rollback, &ignored);
}

void pg_rows_free(struct pg_rows *rows)
{
    if (!rows)
        return;
    PQclear(rows->result);
    free(rows);
}

size_t pg_rows_count(const struct pg_rows *rows)
{
    return (size_t)PQntuples(rows->result);
}

const char *pg_rows_text(const struct pg_rows *rows, size_t row, int column)
{
    return PQgetvalue(rows->result, (int)row, column);
}

int64_t pg_rows_int(const struct pg_rows *rows, size_t row, int column)
{
    const char *text = pg_rows_text(rows, row, column);
    int64_t value = 0;
    text_parse_int64(text, strlen(text), &value);
    return value;
}

bool pg_rows_bool(const struct pg_rows *rows, size_t row, int column)
{
    return *pg_rows_text(rows, row, column) == 't';
}

/* --- COPY -------------------------------------------------------------------------------- */

bool pg_copy_begin(struct pg *pg, const char *sql, struct error *err)
{
    AUTO(result_clearp) PGresult *result = NULL;
    if (!answer(pg, PQsendQuery(pg->handle, sql), &result, err))
        return false;
    if (PQresultStatus(result) != PGRES_COPY_IN)
        return error_set(err, ERROR_BUG, "%s: not a COPY FROM STDIN", pg->name);
    buffer_clear(&pg->copy);
    pg->copying = true;
    return true;
}

struct buffer *pg_copy_buffer(struct pg *pg)
{
    return &pg->copy;
}

static bool end_copy(struct pg *pg, int64_t *ret_rows, struct error *err)
{
    AUTO(result_clearp) PGresult *result = NULL;
    PQputCopyEnd(pg->handle, NULL); /* if it cannot be sent, the answer tells why */
    pg->copying = false;
    if (!answer(pg, true, &result, err))
        return false;
    *ret_rows = changed_rows(result);
    return true;
}

/* While it copies, the server speaks only when it has had enough. */
static bool send_copy(struct pg *pg, struct error *err)
{
    bool answered = false;
    int64_t ignored;
    if (PQputCopyData(pg->handle, (const char *)pg->copy.data, (int)pg->copy.len) != 1)
        answered = true;
    else if (!flush(pg, &answered, err))
        return false;
    buffer_clear(&pg->copy);
    if (!answered)
        return true;
    return end_copy(pg, &ignored, err) &&
           error_set(err, ERROR_NETWORK, "%s: the server ended the copy", pg->name);
}

bool pg_copy_push(struct pg *pg, struct error *err)
{
    return pg->copy.len < PG_COPY_CHUNK || send_copy(pg, err);
}

bool pg_copy_end(struct pg *pg, int64_t *ret_rows, struct error *err)
{
    return (pg->copy.len == 0 || send_copy(pg, err)) && end_copy(pg, ret_rows, err);
}
