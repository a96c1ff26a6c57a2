/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/merge.h"

#include "base/cleanup.h"
#include "sink/tablecolumn.h"

/* The lists that a statement is made of. */
struct lists {
    struct buffer columns, values, key, assignments, differences;
};

static void lists_init(struct lists *l)
{
    struct buffer *all[] = {&l->columns, &l->values, &l->key, &l->assignments, &l->differences};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_init(all[i], DIALECT_STATEMENT_MAX);
}

static void lists_done(struct lists *l)
{
    buffer_done(&l->columns);
    buffer_done(&l->values);
    buffer_done(&l->key);
    buffer_done(&l->assignments);
    buffer_done(&l->differences);
}

static bool fill(struct lists *l, const struct dialect *d, const struct schema *schema,
                 struct error *err)
{
    for (size_t i = 0; i < tablecolumn_count(schema); i++) {
        const struct schema_column *column = tablecolumn_at(schema, i);
        const char *name = column->name;
        if (!dialect_item(&l->columns, ", ", d->name, name, i + 1, NULL, err) ||
            !dialect_item(&l->values, ", ", d->parameter, name, i + 1, NULL, err))
            return false;
        bool ok = column->key ? dialect_item(&l->key, ", ", d->name, name, i + 1, NULL, err)
                              : dialect_item(&l->assignments, ",\n    ", d->assignment, name,
                                             i + 1, NULL, err) &&
                                    dialect_item(&l->differences, "\n    OR ", d->difference,
                                                 name, i + 1, NULL, err);
        if (!ok)
            return false;
    }
    return true;
}

bool merge_statement(const struct dialect *d, const struct schema *schema,
                     struct buffer *ret_statement, struct error *err)
{
    AUTO(lists_done) struct lists l;
    lists_init(&l);
    if (!fill(&l, d, schema, err))
        return false;
    const struct dialect_value values[] = {
        {"schema", d->schema},
        {"table", schema_table(schema)},
        {"columns", buffer_text(&l.columns)},
        {"values", buffer_text(&l.values)},
        {"key", buffer_text(&l.key)},
        {"assignments", buffer_text(&l.assignments)},
        {"differences", buffer_text(&l.differences)},
        {NULL, NULL},
    };
    const char *template = schema_write(schema) == SCHEMA_APPEND ? d->append
                           : l.assignments.len == 0              ? d->merge_key
                                                                 : d->merge;
    return dialect_render(ret_statement, template, values, err);
}
