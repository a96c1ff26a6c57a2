/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables out of schemas: what has to be run so that a table can take a schema's records. Pure:
 * the driver tells what is there and runs what comes out.
 *
 * A table is made; columns are added, and widened (integer to bigint, numeric to more digits).
 * A column that is wider than the schema's needs nothing, nor does one that the schema has no
 * more. Whatever else differs cannot be changed without a decision about the rows that are
 * there: it is refused, with the statement that sets them aside.
 */
#ifndef SINK_DDL_H
#define SINK_DDL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/schema.h"
#include "sink/dialect.h"

enum { DDL_NAME_SIZE = 64, DDL_NOTE_SIZE = 512 };

/* A column that is there. Names and types that do not fit are not ours and may come cut. */
struct ddl_column {
    char name[DDL_NAME_SIZE];
    char type[DIALECT_TYPE_SIZE]; /* as the database names it */
    bool key;
};

struct ddl_table {
    size_t count; /* 0: there is no such table */
    const struct ddl_column *columns;
};

struct ddl_change {
    bool creates;
    bool alters; /* a table that is there: adds to it, or widens it */
    size_t adds; /* columns, to a table that is there */
    char note[DDL_NOTE_SIZE]; /* what is not as it should be and is left so; "" when nothing */
};

/* ERROR_SINK for a schema that no table can be made of: names that are none or are ours, a
 * merge or replacement without key. */
bool ddl_check(const struct schema *schema, struct error *err);

/* Appends the statements, each with a semicolon and a newline; none when the table is right.
 * ERROR_SINK, with the statement to run, when that would lose something. The schema has passed
 * ddl_check. */
bool ddl_plan(const struct dialect *d, const struct schema *schema,
              const struct ddl_table *present, struct buffer *ret_script,
              struct ddl_change *ret_change, struct error *err);

#endif
