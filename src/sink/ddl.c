/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/ddl.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "sink/tablecolumn.h"

/* --- What a schema must have ------------------------------------------------------------- */

static bool check_names(const struct schema *schema, struct error *err)
{
    static const char *const reserved[] = {"extract_", "sqlite_", "pg_"};
    const char *table = schema_table(schema);
    if (!text_is_identifier(table))
        return error_set(
            err, ERROR_SINK,
            "x-table is no name for a table: up to 63 of a-z, 0-9 and _, the first "
            "none of 0-9");
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (text_starts_with(table, reserved[i]))
            return error_set(err, ERROR_SINK,
                             "table %s: names that begin with %s are taken; choose another "
                             "x-table",
                             table, reserved[i]);
    for (size_t i = 0; i < schema_column_count(schema); i++) {
        const char *name = schema_columns(schema)[i].name;
        if (!text_is_identifier(name))
            return error_set(err, ERROR_SINK,
                             "table %s: column %zu has no name that a database can use", table,
                             i + 1);
        if (strcmp(name, TABLECOLUMN_SLICE) == 0)
            return error_set(err, ERROR_SINK,
                             "table %s: a column %s is ours; give it another name", table,
                             name);
    }
    return true;
}

bool ddl_check(const struct schema *schema, struct error *err)
{
    int key[SCHEMA_KEY_MAX];
    if (!check_names(schema, err))
        return false;
    switch (schema_write(schema)) {
    case SCHEMA_APPEND:
        return true;
    case SCHEMA_MERGE:
    case SCHEMA_REPLACE:
        break;
    }
    return schema_key(schema, key) > 0 ||
           error_set(err, ERROR_SINK, "table %s: x-write merge and replace need an x-key",
                     schema_table(schema));
}

/* Appended rows may be equal in all columns: such a table has no primary key. */
static bool in_key(const struct schema *schema, const struct schema_column *column)
{
    return schema_write(schema) != SCHEMA_APPEND && column->key;
}

/* --- A new table ------------------------------------------------------------------------- */

static bool list_columns(const struct dialect *d, const struct schema *schema,
                         struct buffer *out, struct error *err)
{
    for (size_t i = 0; i < tablecolumn_count(schema); i++) {
        const struct schema_column *column = tablecolumn_at(schema, i);
        char type[DIALECT_TYPE_SIZE];
        if (!dialect_type(d, column, type, err) ||
            !dialect_item(out, ",\n    ", in_key(schema, column) ? d->key_column : d->column,
                          column->name, i + 1, type, err))
            return false;
    }
    return true;
}

static bool list_primary_key(const struct dialect *d, const struct schema *schema,
                             struct buffer *out, struct error *err)
{
    if (schema_write(schema) == SCHEMA_APPEND)
        return true;
    int key[SCHEMA_KEY_MAX];
    size_t count = schema_key(schema, key);
    AUTO(buffer_done) struct buffer names;
    buffer_init(&names, DIALECT_STATEMENT_MAX);
    if (tablecolumn_by_slice(schema) &&
        !dialect_item(&names, ", ", d->name, TABLECOLUMN_SLICE, 0, NULL, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!dialect_item(&names, ", ", d->name, schema_columns(schema)[key[i]].name, i + 1,
                          NULL, err))
            return false;
    const char *text = buffer_text(&names);
    if (!text)
        return error_memory(err);
    const struct dialect_value values[] = {{"key", text}, {NULL, NULL}};
    return (buffer_append_text(out, ",\n    ") || error_memory(err)) &&
           dialect_render(out, d->primary_key, values, err);
}

static bool end_statement(struct buffer *script, struct error *err)
{
    return buffer_append_text(script, ";\n") || error_memory(err);
}

/* template: NULL when the database keeps no comments. */
static bool comment(const struct dialect *d, const struct schema *schema, const char *template,
                    const char *name, const char *text, struct buffer *out, struct error *err)
{
    if (!template || !*text)
        return true;
    AUTO(buffer_done) struct buffer literal;
    buffer_init(&literal, DIALECT_STATEMENT_MAX);
    if (!dialect_literal(&literal, text, err))
        return false;
    const struct dialect_value values[] = {
        {"schema", d->schema}, {"table", schema_table(schema)},
        {"name", name},        {"text", buffer_text(&literal)},
        {NULL, NULL},
    };
    return dialect_render(out, template, values, err) && end_statement(out, err);
}

static bool comment_all(const struct dialect *d, const struct schema *schema,
                        struct buffer *out, struct error *err)
{
    if (!comment(d, schema, d->comment_table, "", schema_comment(schema), out, err))
        return false;
    for (size_t i = 0; i < tablecolumn_count(schema); i++) {
        const struct schema_column *column = tablecolumn_at(schema, i);
        if (!comment(d, schema, d->comment_column, column->name, column->comment, out, err))
            return false;
    }
    return true;
}

static bool plan_create(const struct dialect *d, const struct schema *schema,
                        struct buffer *ret_script, struct error *err)
{
    AUTO(buffer_done) struct buffer columns;
    buffer_init(&columns, DIALECT_STATEMENT_MAX);
    if (!list_columns(d, schema, &columns, err) || !list_primary_key(d, schema, &columns, err))
        return false;
    const char *text = buffer_text(&columns);
    if (!text)
        return error_memory(err);
    const struct dialect_value values[] = {
        {"schema", d->schema},
        {"table", schema_table(schema)},
        {"columns", text},
        {NULL, NULL},
    };
    return dialect_render(ret_script, d->create, values, err) &&
           end_statement(ret_script, err) && comment_all(d, schema, ret_script, err);
}

/* --- A table that is there ---------------------------------------------------------------- */

static bool render(const struct dialect *d, struct buffer *out, const char *template,
                   const struct schema *schema, const char *column, const char *type,
                   struct error *err)
{
    const struct dialect_value values[] = {
        {"schema", d->schema}, {"table", schema_table(schema)},
        {"name", column},      {"type", type},
        {NULL, NULL},
    };
    return dialect_render(out, template, values, err) && end_statement(out, err);
}

static bool refuse_table(const struct dialect *d, const struct schema *schema, const char *why,
                         struct error *err)
{
    AUTO(buffer_done) struct buffer statement;
    buffer_init(&statement, DIALECT_STATEMENT_MAX);
    if (!render(d, &statement, d->set_table_aside, schema, "", "", err))
        return false;
    return error_set(
        err, ERROR_SINK,
        "table %s: %s. To begin a new table and keep the rows of the old one, run: "
        "%.*s",
        schema_table(schema), why, (int)statement.len - 1, (const char *)statement.data);
}

static bool refuse_type(const struct dialect *d, const struct schema *schema,
                        const struct ddl_column *present, const char *wanted, struct error *err)
{
    AUTO(buffer_done) struct buffer statement;
    buffer_init(&statement, DIALECT_STATEMENT_MAX);
    if (!render(d, &statement, d->set_column_aside, schema, present->name, "", err))
        return false;
    return error_set(err, ERROR_SINK,
                     "table %s: column %s is %s, and the schema says %s. To begin a new column "
                     "and keep the values of the old one, run: %.*s",
                     schema_table(schema), present->name, present->type, wanted,
                     (int)statement.len - 1, (const char *)statement.data);
}

static const struct ddl_column *find(const struct ddl_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

/* The type that the database's words stand for; false when it is none of ours. */
static bool parse_type(const struct dialect *d, const char *text,
                       struct schema_column *ret_column)
{
    struct error ignored;
    char type[DIALECT_TYPE_SIZE];
    for (size_t i = 0; i < DIALECT_TYPES; i++) {
        struct schema_column column = {.type = (enum schema_type)i, .precision = 1};
        int last = column.type == SCHEMA_NUMERIC ? SCHEMA_PRECISION_MAX : 1;
        for (; column.precision <= last; column.precision++)
            for (column.scale = 0; column.scale <= column.precision; column.scale++)
                if (dialect_type(d, &column, type, &ignored) && strcmp(type, text) == 0) {
                    *ret_column = column;
                    return true;
                }
    }
    return false;
}

/* Whether a holds every value of b. */
static bool holds(const struct schema_column *a, const struct schema_column *b)
{
    if (a->type == SCHEMA_BIGINT && b->type == SCHEMA_INTEGER)
        return true;
    if (a->type == SCHEMA_NUMERIC && b->type == SCHEMA_NUMERIC)
        return a->scale >= b->scale && a->precision - a->scale >= b->precision - b->scale;
    return a->type == b->type;
}

static bool plan_column(const struct dialect *d, const struct schema *schema,
                        const struct schema_column *column, const struct ddl_table *table,
                        struct buffer *ret_script, struct ddl_change *change, struct error *err)
{
    char type[DIALECT_TYPE_SIZE];
    if (!dialect_type(d, column, type, err))
        return false;
    const struct ddl_column *present = find(table, column->name);
    if (!present) {
        change->adds++;
        change->alters = true;
        return render(d, ret_script, d->add_column, schema, column->name, type, err) &&
               comment(d, schema, d->comment_column, column->name, column->comment, ret_script,
                       err);
    }
    struct schema_column known;
    if (!parse_type(d, present->type, &known))
        return refuse_type(d, schema, present, type, err);
    if (holds(&known, column))
        return true;
    if (!holds(column, &known))
        return refuse_type(d, schema, present, type, err);
    if (!d->widen_column)
        return true;
    change->alters = true;
    return render(d, ret_script, d->widen_column, schema, column->name, type, err);
}

/* The key is what rows are found by: those that are there would be found wrongly, or not. */
static bool check_key(const struct dialect *d, const struct schema *schema,
                      const struct ddl_table *table, struct error *err)
{
    for (size_t i = 0; i < tablecolumn_count(schema); i++) {
        const struct schema_column *column = tablecolumn_at(schema, i);
        const struct ddl_column *present = find(table, column->name);
        if (in_key(schema, column) != (present && present->key))
            return refuse_table(
                d, schema,
                "its primary key is not the schema's x-key (with " TABLECOLUMN_SLICE
                " where x-write is replace, and only there)",
                err);
    }
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].key && !tablecolumn_has(schema, table->columns[i].name))
            return refuse_table(
                d, schema, "its primary key has a column that the schema does not have", err);
    return true;
}

bool ddl_plan(const struct dialect *d, const struct schema *schema,
              const struct ddl_table *present, struct buffer *ret_script,
              struct ddl_change *ret_change, struct error *err)
{
    struct ddl_change change = {.creates = present->count == 0};
    if (change.creates) {
        if (!plan_create(d, schema, ret_script, err))
            return false;
    } else if (!check_key(d, schema, present, err)) {
        return false;
    }
    for (size_t i = 0; !change.creates && i < tablecolumn_count(schema); i++)
        if (!plan_column(d, schema, tablecolumn_at(schema, i), present, ret_script, &change,
                         err))
            return false;
    *ret_change = change;
    return true;
}
