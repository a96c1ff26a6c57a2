/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a load into PostgreSQL costs, by its two ways, in milliseconds:
 *
 *     bench_postgres URL SCHEMA.json ROWS.jsonl
 *
 * The schema's table is dropped first and then made in schema "bench". Rows are masked lines of a
 * stage, without blanks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "db/pg.h"
#include "record/columns.h"
#include "sink/postgres.h"
#include "sink/sink.h"

enum { ROWS_MAX_BYTES = 1024 * 1024 * 1024 };

struct bench {
    struct pg *db;
    struct sink *sink;
    struct schema *schema;
    struct columns *columns;
    struct driver_stream stream;
    struct buffer rows;
    int64_t seq;
};

static bool run(struct bench *b, const char *sql)
{
    struct error err;
    if (pg_script(b->db, sql, &err))
        return true;
    fprintf(stderr, "%s\n", err.text);
    return false;
}

static double since(int64_t *start)
{
    int64_t now = clock_monotonic_ns();
    double ms = (double)(now - *start) / 1e6;
    *start = now;
    return ms;
}

static bool write_all(struct bench *b, bool sends, int64_t *ret_rows, struct error *err)
{
    const char *end = (const char *)b->rows.data + b->rows.len;
    int64_t rows = 0;
    for (const char *line = (const char *)b->rows.data; line < end; rows++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *refused;
        struct driver_record record = {.line = line, .len = (size_t)(stop - line)};
        if (!columns_parse(b->columns, line, record.len, &record.values, err) ||
            (sends && !sink_write(b->sink, &record, &refused, err)))
            return false;
        line = stop + 1;
    }
    *ret_rows = rows;
    return true;
}

static bool load(struct bench *b, const char *what, struct error *err)
{
    struct driver_outcome outcome = {.verdict = DRIVER_AGAIN};
    int64_t rows = 0;
    int64_t begun = clock_monotonic_ns();
    int64_t start = begun;
    double copy = 0;
    for (int tries = 0; outcome.verdict == DRIVER_AGAIN && tries < 2; tries++) {
        sink_abort(b->sink);
        if (!sink_begin(b->sink, &b->stream, err))
            return false;
        since(&start);
        if (!write_all(b, true, &rows, err))
            return false;
        copy = since(&start);
        if (!sink_finish(b->sink, &outcome, err))
            return false;
    }
    double finish = since(&start);
    b->seq++;
    const struct ledger_entry entry = {.first_seq = b->seq, .last_seq = b->seq, .rows = rows};
    if (outcome.verdict != DRIVER_DONE)
        return error_set(err, ERROR_SINK, "%s", outcome.reason);
    if (!sink_commit(b->sink, &entry, err))
        return false;
    double commit = since(&start);
    printf("%-44s %7.0f  (send %.0f, finish %.0f, commit %.0f; %" PRIu64 " rows changed)\n",
           what, (double)(clock_monotonic_ns() - begun) / 1e6, copy, finish, commit,
           outcome.changed);
    return true;
}

static bool open_all(struct bench *b, const char *const *arguments, struct error *err)
{
    const char *const values[] = {arguments[0], NULL, NULL, "bench"};
    const struct pg_options options = {.url = arguments[0]};
    const struct sink_options own = {.driver = &postgres_driver, .values = values};
    struct ddl_change change;
    buffer_init(&b->rows, ROWS_MAX_BYTES);
    if (!secret_init(err) || !pg_open(&options, &b->db, err) ||
        !run(b, "DROP SCHEMA IF EXISTS bench CASCADE") ||
        !schema_load(arguments[1], &b->schema, err) ||
        !file_read(arguments[2], &b->rows, err) || !sink_open(&own, &b->sink, err))
        return false;
    b->columns = columns_new(b->schema);
    b->stream = (struct driver_stream){"00", "bench", "bench", b->schema};
    return sink_prepare(b->sink, &b->stream, true, &change, err);
}

static bool on_table(struct bench *b, const char *verb)
{
    char sql[256];
    snprintf(sql, sizeof sql, "%s bench.%s", verb, schema_table(b->schema));
    return run(b, sql);
}

static bool bench(struct bench *b, struct error *err)
{
    int64_t start = clock_monotonic_ns();
    int64_t rows;
    if (!write_all(b, false, &rows, err))
        return false;
    printf("%" PRId64 " rows; taking lines apart %.0f ms\n", rows, since(&start));
    for (int i = 0; i < 3; i++)
        if (!run(b, "CHECKPOINT") || !on_table(b, "TRUNCATE") ||
            !load(b, "straight, empty table", err))
            return false;
    if (!load(b, "the straight way fails, same rows", err))
        return false;
    for (int i = 0; i < 3; i++)
        if (!on_table(b, "VACUUM ANALYZE") || !run(b, "CHECKPOINT") ||
            !load(b, "staged, same rows", err))
            return false;
    for (int i = 0; i < 3; i++)
        if (!run(b, "CHECKPOINT") || !on_table(b, "TRUNCATE") ||
            !load(b, "staged, empty table", err))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    struct error err = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: bench_postgres URL SCHEMA.json ROWS.jsonl\n");
        return 64;
    }
    bool ok = open_all(&b, (const char *const *)argv + 1, &err) && bench(&b, &err);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    sink_close(b.sink);
    pg_close(b.db);
    columns_free(b.columns);
    schema_free(b.schema);
    buffer_done(&b.rows);
    return !ok;
}
