/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/pgtarget.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "sink/sink_sql.h"

/* Shorter than PG_ANSWER_NS, so that it is the server that gives up. */
#define STATEMENT_NS (600 * CLOCK_SECOND_NS)
#define IDLE_NS (300 * CLOCK_SECOND_NS)

static const struct dialect dialect = {
    .types =
        {
            [SCHEMA_TEXT] = "text",
            [SCHEMA_INTEGER] = "integer",
            [SCHEMA_BIGINT] = "bigint",
            [SCHEMA_NUMERIC] = "numeric({precision},{scale})",
            [SCHEMA_BOOLEAN] = "boolean",
            [SCHEMA_DATE] = "date",
            [SCHEMA_TIMESTAMPTZ] = "timestamp with time zone",
            [SCHEMA_JSON] = "jsonb",
        },
    .create = sink_sql_postgres_create,
    .column = sink_sql_postgres_column,
    .key_column = sink_sql_postgres_key_column,
    .primary_key = sink_sql_postgres_primary_key,
    .add_column = sink_sql_postgres_add_column,
    .widen_column = sink_sql_postgres_widen_column,
    .comment_table = sink_sql_postgres_comment_table,
    .comment_column = sink_sql_postgres_comment_column,
    .set_column_aside = sink_sql_postgres_set_column_aside,
    .set_table_aside = sink_sql_postgres_set_table_aside,
    .merge = sink_sql_postgres_merge,
    .merge_key = sink_sql_postgres_merge_key,
    .append = sink_sql_postgres_copy, /* no rows to compare with: never by way of a stage */
    .name = sink_sql_postgres_name,
    .parameter = sink_sql_postgres_fresh,
    .assignment = sink_sql_postgres_assignment,
    .difference = sink_sql_postgres_difference,
};

struct dialect pgtarget_dialect(const char *schema)
{
    struct dialect own = dialect;
    own.schema = schema;
    return own;
}

bool pgtarget_render(const struct pgtarget *t, const char *template, const char *table,
                     struct buffer *ret_sql, struct error *err)
{
    const struct dialect_value values[] = {
        {"schema", t->schema}, {"table", table}, {NULL, NULL}};
    return dialect_render(ret_sql, template, values, err) &&
           (buffer_text(ret_sql) || error_memory(err));
}

/* Data is refused where rows are written (pgload); nowhere else does that mean a record. */
static bool failed(struct error *err)
{
    if (err->kind == ERROR_DATA)
        err->kind = ERROR_SINK;
    return false;
}

bool pgtarget_script(const struct pgtarget *t, const char *template, const char *table,
                     struct error *err)
{
    AUTO(buffer_done) struct buffer sql;
    buffer_init(&sql, DIALECT_STATEMENT_MAX);
    return pgtarget_render(t, template, table, &sql, err) &&
           (pg_script(t->db, buffer_text(&sql), err) || failed(err));
}

bool pgtarget_query(const struct pgtarget *t, const char *template, const char *const *values,
                    size_t count, struct pg_rows **ret_rows, struct error *err)
{
    AUTO(buffer_done) struct buffer sql;
    buffer_init(&sql, DIALECT_STATEMENT_MAX);
    return pgtarget_render(t, template, NULL, &sql, err) &&
           (pg_query(t->db, buffer_text(&sql), values, count, ret_rows, err) || failed(err));
}

bool pgtarget_run(const struct pgtarget *t, const char *template, const char *const *values,
                  size_t count, struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *ignored = NULL;
    return pgtarget_query(t, template, values, count, &ignored, err);
}

/* --- The fence ----------------------------------------------------------------------------- */

/* The same for every version of the server and of ours, and for nobody else. */
static int64_t fence_of(const char *schema, const char *table)
{
    char name[2 * SQLSTATE_NAME_SIZE + 16];
    uint8_t digest[DIGEST_SIZE];
    uint64_t number;
    int len = snprintf(name, sizeof name, "extract/%s/%s", schema, table);
    digest_blake2b(name, (size_t)len, digest);
    memcpy(&number, digest, sizeof number);
    return (int64_t)be64toh(number);
}

static bool begin(const struct pgtarget *t, const char *table, struct error *err)
{
    char texts[4][24];
    const int64_t numbers[] = {t->wait_ns / 1000000, STATEMENT_NS / 1000000, IDLE_NS / 1000000,
                               fence_of(t->schema, table)};
    for (int i = 0; i < 4; i++)
        snprintf(texts[i], sizeof texts[i], "%" PRId64, numbers[i]);
    const struct dialect_value values[] = {
        {"lock_ms", texts[0]}, {"statement_ms", texts[1]},
        {"idle_ms", texts[2]}, {"fence", texts[3]},
        {NULL, NULL},
    };
    AUTO(buffer_done) struct buffer sql;
    buffer_init(&sql, DIALECT_STATEMENT_MAX);
    return dialect_render(&sql, sink_sql_postgres_begin, values, err) &&
           pg_script(t->db, buffer_text(&sql), err) &&
           (!*table || pgtarget_script(t, sink_sql_postgres_lock_table, table, err));
}

bool pgtarget_begin(const struct pgtarget *t, const char *table, struct error *err)
{
    if (begin(t, table, err))
        return true;
    pg_rollback(t->db);
    char wait[32];
    text_format_duration(t->wait_ns, wait, sizeof wait);
    if (err->kind == ERROR_BUSY)
        error_set(err, ERROR_BUSY,
                  "%s: somebody else loads %s%s%s, or holds a lock on it, for more than %s",
                  pg_name(t->db), t->schema, *table ? "." : "", table, wait);
    return false;
}

/* --- What is there ------------------------------------------------------------------------- */

bool pgtarget_table(const struct pgtarget *t, const char *table,
                    struct pgtarget_table *ret_table, struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *rows = NULL;
    const char *const values[] = {t->schema, table};
    if (!pgtarget_query(t, sink_sql_postgres_table, values, 2, &rows, err))
        return false;
    struct pgtarget_table found = {.found = pg_rows_count(rows) > 0};
    if (found.found) {
        found.kind = *pg_rows_text(rows, 0, 0);
        snprintf(found.owner, sizeof found.owner, "%s", pg_rows_text(rows, 0, 1));
        found.owned = pg_rows_bool(rows, 0, 2);
        found.granted = pg_rows_bool(rows, 0, 3);
        found.deletable = pg_rows_bool(rows, 0, 4);
    }
    *ret_table = found;
    return true;
}

bool pgtarget_ledger(struct pgtarget *t, bool *ret_there, struct error *err)
{
    struct pgtarget_table ledger = {.found = true};
    if (!t->has_ledger && !pgtarget_table(t, "extract_ledger", &ledger, err))
        return false;
    *ret_there = t->has_ledger = ledger.found;
    return true;
}
