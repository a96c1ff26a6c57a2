/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a warehouse spells what all warehouses do: the templates, out of .sql files, that
 * sink/ddl and sink/merge fill in. One constant a driver.
 *
 *     ALTER TABLE "{table}" ADD COLUMN "{name}" {type}
 *
 * Only identifiers of the form [a-z_][a-z0-9_]{0,62} (ddl_check sees to that), numbers, and
 * other templates ever get into one. Values are bound.
 */
#ifndef SINK_DIALECT_H
#define SINK_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/schema.h"

enum {
    DIALECT_STATEMENT_MAX = 256 * 1024,
    DIALECT_TYPES = SCHEMA_JSON + 1,
    DIALECT_TYPE_SIZE = 64, /* a type as the database names it, with its NUL */
};

struct dialect {
    /* {schema} of every template: where the tables are; NULL where a database has no such thing */
    const char *schema;
    const char *types[DIALECT_TYPES]; /* by enum schema_type: {precision} {scale} */
    /* tables */
    const char *create; /* {table} {columns} */
    const char *column; /* {name} {type} */
    const char *key_column; /* {name} {type} */
    const char *primary_key; /* {key} */
    const char *add_column; /* {table} {name} {type} */
    /* {table} {name} {type}; NULL: what a type says of widths binds nobody, so nothing is
     * run */
    const char *widen_column;
    /* what table and columns are, for those who read them: {table} {name} {text}; NULL: the
     * database keeps no comments */
    const char *comment_table;
    const char *comment_column;
    const char *set_column_aside; /* {table} {name} */
    const char *set_table_aside; /* {table} */
    /* rows */
    const char *merge; /* {table} {columns} {values} {key} {assignments} {differences} */
    const char *merge_key; /* the same without columns beside the key */
    const char *append; /* {table} {columns} {values} */
    const char *name; /* {name}, in a list */
    const char *parameter; /* {number}, from 1 */
    const char *assignment; /* {name} */
    const char *difference; /* {name} */
};

struct dialect_value {
    const char *name;
    const char *text;
};

/* Appends the template with every {name} replaced; the list of values ends with a NULL name.
 * ERROR_BUG for a name that has no value, or when out is full. */
bool dialect_render(struct buffer *out, const char *template,
                    const struct dialect_value *values, struct error *err);

/* The same for one item of a list, behind the separator unless out is empty. number: of the
 * column, from 1; type may be NULL. */
bool dialect_item(struct buffer *out, const char *separator, const char *template,
                  const char *name, size_t number, const char *type, struct error *err);

/* Appends text as a literal: in single quotes, those within doubled. For comments in scripts
 * that somebody reviews; values are bound. */
bool dialect_literal(struct buffer *out, const char *text, struct error *err);

/* The column's type in the database's words. */
bool dialect_type(const struct dialect *d, const struct schema_column *column,
                  char ret_type[DIALECT_TYPE_SIZE], struct error *err);

#endif
