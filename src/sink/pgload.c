/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/pgload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/crashpoint.h"
#include "base/text.h"
#include "sink/merge.h"
#include "sink/pgtable.h"
#include "sink/sink_sql.h"

static const char unique_violation[] = "23505";

/* --- Which way ----------------------------------------------------------------------------- */

void pgload_init(struct pgload *l)
{
    *l = (struct pgload){.collided = NULL};
    rowkeys_init(&l->keys);
}

void pgload_done(struct pgload *l)
{
    rowkeys_done(&l->keys);
    free(l->collided);
    l->collided = NULL;
}

static bool has_collided(const struct pgload *l, const char *table)
{
    for (size_t i = 0; i < l->collided_count; i++)
        if (strcmp(l->collided[i], table) == 0)
            return true;
    return false;
}

static bool remember(struct pgload *l, const char *table, struct error *err)
{
    void *grown = realloc(l->collided, (l->collided_count + 1) * sizeof *l->collided);
    if (!grown)
        return error_memory(err);
    l->collided = grown;
    snprintf(l->collided[l->collided_count++], DDL_NAME_SIZE, "%s", table);
    return true;
}

/* --- The table's types --------------------------------------------------------------------- */

/* The type of ours that the database's words stand for, whatever its width. */
static bool wire_type(const struct dialect *d, const char *text, enum schema_type *ret_type)
{
    for (size_t i = 0; i < DIALECT_TYPES; i++) {
        size_t len = strcspn(d->types[i], "(");
        if (strncmp(d->types[i], text, len) == 0 && (text[len] == '\0' || text[len] == '(')) {
            *ret_type = (enum schema_type)i;
            return true;
        }
    }
    return false;
}

static bool find_type(const struct dialect *d, const struct pgtable_columns *present,
                      const struct schema_column *column, enum schema_type *ret_type)
{
    for (size_t i = 0; i < present->count; i++)
        if (strcmp(present->columns[i].ddl.name, column->name) == 0)
            return wire_type(d, present->columns[i].ddl.type, ret_type) &&
                   (*ret_type == column->type ||
                    (*ret_type == SCHEMA_BIGINT && column->type == SCHEMA_INTEGER));
    return false;
}

/* The table was prepared; that was before it was locked. */
static bool read_types(struct pgload *l, const struct pgtarget *t, const struct schema *schema,
                       struct error *err)
{
    AUTO(pgtable_columns_done) struct pgtable_columns present = {0};
    if (!pgtable_columns(t, schema_table(schema), &present, err))
        return false;
    for (size_t i = 0; i < tablecolumn_count(schema); i++) {
        const struct schema_column *column = tablecolumn_at(schema, i);
        if (!find_type(&t->dialect, &present, column, &l->types[i]))
            return error_set(
                err, ERROR_SINK,
                "%s: column %s of table %s.%s is gone or has another type: somebody "
                "changed the table; run again",
                pg_name(t->db), column->name, t->schema, schema_table(schema));
    }
    return true;
}

bool pgload_begin(struct pgload *l, const struct pgtarget *t,
                  const struct driver_stream *stream, struct error *err)
{
    const char *table = schema_table(stream->schema);
    if (!pgtarget_begin(t, table, err))
        return false;
    if (!read_types(l, t, stream->schema, err)) {
        pg_rollback(t->db);
        return false;
    }
    l->staged = has_collided(l, table);
    l->key_count = schema_key(stream->schema, l->key);
    rowkeys_clear(&l->keys);
    l->copying = l->failed = l->cleared = false;
    l->rows = 0;
    return true;
}

/* --- Refusals ------------------------------------------------------------------------------ */

/* "a check constraint is violated (23514, column c, constraint t_c_check)" */
static void give_reason(const struct sqlstate_failure *f, struct driver_outcome *outcome)
{
    snprintf(outcome->reason, sizeof outcome->reason, "%s (%s%s%s%s%s)",
             sqlstate_find(f->state)->text, f->state, *f->column ? ", column " : "", f->column,
             *f->constraint ? ", constraint " : "", f->constraint);
}

/* What the server's refusal of a row means for the batch. False when it was something else, which
 * is in err already. */
static bool refuse(struct pgload *l, const struct pgtarget *t,
                   const struct driver_stream *stream, struct error *err)
{
    if (err->kind != ERROR_DATA)
        return false;
    const struct sqlstate_failure *f = pg_failure(t->db);
    struct driver_outcome outcome = {.verdict = DRIVER_REFUSED, .record = -1};
    bool collides = strcmp(f->state, unique_violation) == 0 && !l->staged &&
                    schema_write(stream->schema) != SCHEMA_APPEND;
    if (collides) {
        outcome.verdict = DRIVER_AGAIN;
        if (!remember(l, schema_table(stream->schema), err))
            return false;
    } else {
        give_reason(f, &outcome);
        if (f->line > 0 && f->line <= l->rows)
            outcome.record = f->line - 1;
    }
    l->outcome = outcome;
    l->failed = true;
    l->copying = false;
    return true;
}

/* --- Rows ---------------------------------------------------------------------------------- */

/* A statement with the list of the table's columns in it. */
static bool render_columns(const struct pgtarget *t, const char *template,
                           const struct schema *schema, struct buffer *ret_sql,
                           struct error *err)
{
    AUTO(buffer_done) struct buffer columns;
    buffer_init(&columns, DIALECT_STATEMENT_MAX);
    for (size_t i = 0; i < tablecolumn_count(schema); i++)
        if (!dialect_item(&columns, ", ", t->dialect.name, tablecolumn_at(schema, i)->name,
                          i + 1, NULL, err))
            return false;
    const struct dialect_value values[] = {
        {"schema", t->schema},
        {"table", schema_table(schema)},
        {"columns", buffer_text(&columns)},
        {NULL, NULL},
    };
    return dialect_render(ret_sql, template, values, err) &&
           (buffer_text(ret_sql) || error_memory(err));
}

static bool start_copy(struct pgload *l, const struct pgtarget *t, const struct schema *schema,
                       struct error *err)
{
    AUTO(buffer_done) struct buffer stage;
    AUTO(buffer_done) struct buffer copy;
    buffer_init(&stage, DIALECT_STATEMENT_MAX);
    buffer_init(&copy, DIALECT_STATEMENT_MAX);
    if (l->staged && (!render_columns(t, sink_sql_postgres_stage, schema, &stage, err) ||
                      !pg_script(t->db, buffer_text(&stage), err)))
        return false;
    const char *template = l->staged ? sink_sql_postgres_copy_stage : sink_sql_postgres_copy;
    if (!render_columns(t, template, schema, &copy, err) ||
        !pg_copy_begin(t->db, buffer_text(&copy), err))
        return false;
    l->copying = true;
    return copybinary_head(pg_copy_buffer(t->db)) || error_memory(err);
}

void pgload_slice(struct pgload *l, const char *slice)
{
    snprintf(l->slice, sizeof l->slice, "%s", slice);
}

bool pgload_clear(struct pgload *l, const struct pgtarget *t,
                  const struct driver_stream *stream, int64_t *ret_rows, struct error *err)
{
    const char *const values[] = {l->slice};
    l->cleared = true;
    AUTO(buffer_done) struct buffer sql;
    buffer_init(&sql, DIALECT_STATEMENT_MAX);
    if (!pgtarget_render(t, sink_sql_postgres_clear, schema_table(stream->schema), &sql, err))
        return false;
    if (pg_run(t->db, buffer_text(&sql), values, 1, ret_rows, err))
        return true;
    if (err->kind == ERROR_DATA)
        err->kind = ERROR_SINK; /* somebody's reference to a row, and no record of ours */
    return false;
}

/* The values of the table's columns. */
static const struct columns_value *complete(struct pgload *l, const struct schema *schema,
                                            const struct columns_value *values)
{
    if (!tablecolumn_by_slice(schema))
        return values;
    size_t count = schema_column_count(schema);
    memcpy(l->row, values, count * sizeof *values);
    l->row[count] =
        (struct columns_value){.kind = COLUMNS_TEXT, .text = l->slice, .len = strlen(l->slice)};
    return l->row;
}

/* Whether a key comes twice in a batch. In one that is all of a slice the second is refused; in
 * others the last one wins, so it is enough to know that there is any. */
static bool look_at_key(struct pgload *l, const struct columns_value *values,
                        const char **ret_refused, struct error *err)
{
    if (!l->cleared && rowkeys_repeated(&l->keys))
        return true;
    enum rowkeys_verdict verdict = rowkeys_add(&l->keys, values, l->key, l->key_count);
    if (l->cleared && verdict == ROWKEYS_SEEN)
        *ret_refused = DRIVER_KEY_TWICE;
    return !l->cleared || verdict != ROWKEYS_FULL || error_memory(err);
}

bool pgload_write(struct pgload *l, const struct pgtarget *t,
                  const struct driver_stream *stream, const struct columns_value *values,
                  const char **ret_refused, struct error *err)
{
    if (l->failed)
        return true; /* the batch is written again, without this row or another way */
    if (l->staged && !look_at_key(l, values, ret_refused, err))
        return false;
    if (*ret_refused)
        return true;
    if (!l->copying && !start_copy(l, t, stream->schema, err))
        return false;
    if (!copybinary_row(pg_copy_buffer(t->db), l->staged ? &l->rows : NULL, l->types,
                        complete(l, stream->schema, values), tablecolumn_count(stream->schema)))
        return error_memory(err);
    l->rows++;
    return pg_copy_push(t->db, err) || refuse(l, t, stream, err);
}

static bool end_copy(struct pgload *l, const struct pgtarget *t, struct error *err)
{
    int64_t copied = 0;
    l->copying = false;
    if (!copybinary_tail(pg_copy_buffer(t->db)))
        return error_memory(err);
    if (!pg_copy_end(t->db, &copied, err))
        return false;
    return copied == l->rows || error_set(err, ERROR_SINK,
                                          "%s: %" PRId64 " rows were copied and %" PRId64
                                          " arrived: does a trigger leave some out?",
                                          pg_name(t->db), l->rows, copied);
}

static bool merge(const struct pgload *l, const struct pgtarget *t, const struct schema *schema,
                  int64_t *ret_changed, struct error *err)
{
    struct dialect own = t->dialect;
    if (rowkeys_repeated(&l->keys))
        own.merge = sink_sql_postgres_merge_last;
    AUTO(buffer_done) struct buffer sql;
    buffer_init(&sql, DIALECT_STATEMENT_MAX);
    crashpoint("sink.merge");
    return merge_statement(&own, schema, &sql, err) &&
           (buffer_text(&sql) || error_memory(err)) &&
           pg_run(t->db, buffer_text(&sql), NULL, 0, ret_changed, err);
}

/* Everything that can be refused is, before the commit. */
static bool settle(struct pgload *l, const struct pgtarget *t, const struct schema *schema,
                   int64_t *ret_changed, struct error *err)
{
    *ret_changed = l->rows;
    return (!l->copying || end_copy(l, t, err)) &&
           (!l->staged || l->rows == 0 || merge(l, t, schema, ret_changed, err)) &&
           pg_script(t->db, sink_sql_postgres_check_constraints, err);
}

bool pgload_finish(struct pgload *l, const struct pgtarget *t,
                   const struct driver_stream *stream, struct driver_outcome *ret_outcome,
                   struct error *err)
{
    int64_t changed = 0;
    if (!l->failed && !settle(l, t, stream->schema, &changed, err) &&
        !refuse(l, t, stream, err))
        return false;
    *ret_outcome = l->failed
                       ? l->outcome
                       : (struct driver_outcome){.record = -1, .changed = (uint64_t)changed};
    return true;
}
