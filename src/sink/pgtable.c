/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/pgtable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/crashpoint.h"
#include "codec/hex.h"
#include "sink/pgledger.h"
#include "sink/sink_sql.h"
#include "sink/tablecolumn.h"

/* --- What is there ------------------------------------------------------------------------- */

void pgtable_columns_done(struct pgtable_columns *columns)
{
    free(columns->columns);
    *columns = (struct pgtable_columns){0};
}

bool pgtable_columns(const struct pgtarget *t, const char *table,
                     struct pgtable_columns *ret_columns, struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *rows = NULL;
    const char *const values[] = {t->schema, table};
    if (!pgtarget_query(t, sink_sql_postgres_columns, values, 2, &rows, err))
        return false;
    size_t count = pg_rows_count(rows);
    struct pgtable_column *columns = calloc(count + 1, sizeof *columns);
    if (!columns)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct ddl_column *ddl = &columns[i].ddl;
        snprintf(ddl->name, sizeof ddl->name, "%s", pg_rows_text(rows, i, 0));
        snprintf(ddl->type, sizeof ddl->type, "%s", pg_rows_text(rows, i, 1));
        ddl->key = pg_rows_bool(rows, i, 2);
        columns[i].must = pg_rows_bool(rows, i, 3);
    }
    *ret_columns = (struct pgtable_columns){columns, count};
    return true;
}

/* Is the table one of ours, and made for this very schema? */
static bool look_up(const struct pgtarget *t, const struct schema *schema, bool *ret_ours,
                    bool *ret_same_schema, struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *rows = NULL;
    const char *const values[] = {schema_table(schema)};
    char digest[HEX_SIZE(DIGEST_SIZE)];
    if (!pgtarget_query(t, sink_sql_postgres_table_get, values, 1, &rows, err))
        return false;
    hex_encode(schema_digest(schema), DIGEST_SIZE, digest);
    *ret_ours = pg_rows_count(rows) > 0;
    *ret_same_schema = *ret_ours && strcmp(pg_rows_text(rows, 0, 0), digest) == 0;
    return true;
}

/* --- What is refused ----------------------------------------------------------------------- */

static bool check_kind(const struct pgtarget *t, const char *name,
                       const struct pgtarget_table *table, bool ours, struct error *err)
{
    if (!ours)
        return error_set(err, ERROR_SINK,
                         "%s: %s.%s is there and was not made by extract; name another schema, "
                         "or rename it",
                         pg_name(t->db), t->schema, name);
    return table->kind == 'r' || table->kind == 'p' ||
           error_set(err, ERROR_SINK,
                     "%s: %s.%s is no table, and rows cannot be copied into it", pg_name(t->db),
                     t->schema, name);
}

/* A table that is gone takes its rows with it: they would never be loaded again. */
static bool check_gone(struct pgtarget *t, const struct driver_stream *stream,
                       struct error *err)
{
    struct ledger_marker marker;
    if (!pgledger_position(t, stream, &marker, err))
        return false;
    return (!marker.found && !*marker.other_stage) ||
           error_set(
               err, ERROR_SINK,
               "%s: table %s.%s is gone, and the ledger says that records were loaded into "
               "it; restore a backup, or delete the rows of that table_name from "
               "%s.extract_ledger to begin anew",
               pg_name(t->db), t->schema, schema_table(stream->schema), t->schema);
}

static bool check_foreign_columns(const struct pgtarget *t, const struct schema *schema,
                                  const struct pgtable_columns *columns, struct error *err)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct pgtable_column *c = &columns->columns[i];
        if (c->must && !tablecolumn_has(schema, c->ddl.name))
            return error_set(
                err, ERROR_SINK,
                "%s: table %s.%s: every row must have %s, which the schema does not "
                "have: give it a default, or drop NOT NULL",
                pg_name(t->db), t->schema, schema_table(schema), c->ddl.name);
    }
    return true;
}

static bool check_rights(const struct pgtarget *t, const struct schema *schema,
                         const struct pgtarget_table *table, bool changes, struct error *err)
{
    bool deletes = tablecolumn_by_slice(schema);
    bool granted = table->granted && (!deletes || table->deletable);
    if (!table->found || (changes ? table->owned : granted))
        return true;
    return error_set(err, ERROR_SINK,
                     "%s: table %s.%s belongs to role %s, and %s may not %s; let %s run what "
                     "`extract ddl` prints, or GRANT %s TO %s",
                     pg_name(t->db), t->schema, schema_table(schema), table->owner,
                     pg_user(t->db),
                     changes   ? "change it"
                     : deletes ? "select, insert, update and delete there"
                               : "select, insert and update there",
                     table->owner, table->owner, pg_user(t->db));
}

static bool check_schema(const struct pgtarget *t, bool creates, bool *ret_there,
                         struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *rows = NULL;
    const char *const values[] = {t->schema};
    if (!pgtarget_query(t, sink_sql_postgres_schema, values, 1, &rows, err))
        return false;
    *ret_there = pg_rows_count(rows) > 0;
    if (!*ret_there || pg_rows_bool(rows, 0, creates ? 0 : 1))
        return true;
    return error_set(err, ERROR_SINK,
                     "%s: role %s may not %s schema %s; let its owner run what `extract ddl` "
                     "prints, or GRANT USAGE%s ON SCHEMA %s TO %s",
                     pg_name(t->db), pg_user(t->db), creates ? "make tables in" : "use",
                     t->schema, creates ? ", CREATE" : "", t->schema, pg_user(t->db));
}

/* --- The statements ------------------------------------------------------------------------ */

static bool append_part(const struct pgtarget *t, const char *template, const char *table,
                        struct buffer *script, struct error *err)
{
    return pgtarget_render(t, template, table, script, err) &&
           (buffer_append_text(script, "\n") || error_memory(err));
}

static bool append_registration(const struct pgtarget *t, const struct driver_stream *stream,
                                struct buffer *script, struct error *err)
{
    char digest[HEX_SIZE(DIGEST_SIZE)];
    hex_encode(schema_digest(stream->schema), DIGEST_SIZE, digest);
    const char *const texts[] = {schema_table(stream->schema), stream->name, digest};
    struct buffer literals[3];
    for (int i = 0; i < 3; i++)
        buffer_init(&literals[i], DIALECT_STATEMENT_MAX);
    bool ok = true;
    for (int i = 0; i < 3; i++)
        ok = ok && dialect_literal(&literals[i], texts[i], err);
    const struct dialect_value values[] = {
        {"schema", t->schema},
        {"name", buffer_text(&literals[0])},
        {"stream", buffer_text(&literals[1])},
        {"digest", buffer_text(&literals[2])},
        {NULL, NULL},
    };
    ok = ok && dialect_render(script, sink_sql_postgres_table_put, values, err) &&
         (buffer_append_text(script, "\n") || error_memory(err));
    for (int i = 0; i < 3; i++)
        buffer_done(&literals[i]);
    return ok;
}

/* The difference between the table that is there and the schema's. */
static bool append_table(const struct pgtarget *t, const struct driver_stream *stream,
                         const struct pgtable_columns *columns, struct buffer *script,
                         struct ddl_change *ret_change, struct error *err)
{
    AUTO(cleanup_free) struct ddl_column *plain = calloc(columns->count + 1, sizeof *plain);
    if (!plain)
        return error_memory(err);
    for (size_t i = 0; i < columns->count; i++)
        plain[i] = columns->columns[i].ddl;
    const struct ddl_table present = {columns->count, plain};
    return ddl_plan(&t->dialect, stream->schema, &present, script, ret_change, err);
}

bool pgtable_plan(struct pgtarget *t, const struct driver_stream *stream,
                  struct buffer *ret_script, struct ddl_change *ret_change, struct error *err)
{
    AUTO(pgtable_columns_done) struct pgtable_columns columns = {0};
    AUTO(buffer_done) struct buffer changes;
    buffer_init(&changes, DIALECT_STATEMENT_MAX);
    const char *name = schema_table(stream->schema);
    struct pgtarget_table table;
    struct ddl_change change;
    bool ledger, schema_there;
    bool ours = false, same_schema = false;
    if (!pgtarget_ledger(t, &ledger, err) || !pgtarget_table(t, name, &table, err) ||
        !check_schema(t, !ledger || !table.found, &schema_there, err) ||
        (ledger && !look_up(t, stream->schema, &ours, &same_schema, err)) ||
        !(table.found ? check_kind(t, name, &table, ours, err) : check_gone(t, stream, err)) ||
        !pgtable_columns(t, name, &columns, err) ||
        !check_foreign_columns(t, stream->schema, &columns, err) ||
        !append_table(t, stream, &columns, &changes, &change, err) ||
        !check_rights(t, stream->schema, &table, changes.len > 0, err))
        return false;
    if ((!schema_there &&
         !append_part(t, sink_sql_postgres_create_schema, name, ret_script, err)) ||
        (!ledger && !append_part(t, sink_sql_postgres_ledger, name, ret_script, err)))
        return false;
    if (!buffer_append(ret_script, changes.data, changes.len))
        return error_memory(err);
    if ((!same_schema || !table.found) && !append_registration(t, stream, ret_script, err))
        return false;
    *ret_change = change;
    return true;
}

static bool run_plan(struct pgtarget *t, const struct driver_stream *stream,
                     struct ddl_change *ret_change, struct error *err)
{
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, DIALECT_STATEMENT_MAX);
    if (!pgtable_plan(t, stream, &script, ret_change, err))
        return false;
    if (!buffer_text(&script))
        return error_memory(err);
    crashpoint("warehouse.prepare");
    return (script.len == 0 || pg_script(t->db, buffer_text(&script), err)) &&
           pg_commit(t->db, err);
}

bool pgtable_prepare(struct pgtarget *t, const struct driver_stream *stream,
                     struct ddl_change *ret_change, struct error *err)
{
    if (!pgtarget_begin(t, "", err))
        return false;
    if (run_plan(t, stream, ret_change, err)) {
        crashpoint("warehouse.prepared");
        return true;
    }
    pg_rollback(t->db);
    if (err->kind == ERROR_DATA)
        err->kind = ERROR_SINK;
    return false;
}

bool pgtable_script(const struct pgtarget *t, const struct driver_stream *stream,
                    struct buffer *ret_script, struct error *err)
{
    const char *name = schema_table(stream->schema);
    const struct pgtable_columns nothing = {0};
    struct ddl_change ignored;
    return append_part(t, sink_sql_postgres_roles, name, ret_script, err) &&
           append_part(t, sink_sql_postgres_ledger, name, ret_script, err) &&
           append_table(t, stream, &nothing, ret_script, &ignored, err) &&
           append_registration(t, stream, ret_script, err) &&
           (!tablecolumn_by_slice(stream->schema) ||
            append_part(t, sink_sql_postgres_grant_delete, name, ret_script, err)) &&
           append_part(t, sink_sql_postgres_grants, name, ret_script, err);
}
