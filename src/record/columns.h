/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A masked record, taken apart into the columns of its table: what every warehouse binds or
 * copies. Types are decided here, once for all sinks: a value that its column cannot hold
 * exactly is an error here, not in the database.
 *
 *     type            value                       text of it
 *     text            COLUMNS_TEXT                the string unescaped; a number, true or false
 *                                                 as written
 *     integer, bigint COLUMNS_INTEGER             from a number or a string of digits
 *     numeric(p,s)    COLUMNS_TEXT                decimal with exactly s places: "-36.8000"
 *     boolean         COLUMNS_INTEGER 0, 1
 *     date            COLUMNS_TEXT                2026-11-20
 *     timestamptz     COLUMNS_TEXT                2026-11-20T09:30:00.123Z (record/instant.h)
 *     json            COLUMNS_TEXT                the JSON as it stands in the line
 */
#ifndef RECORD_COLUMNS_H
#define RECORD_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "record/schema.h"

enum { COLUMNS_DEPTH_MAX = 64 }; /* nesting within a json column */

enum columns_kind {
    COLUMNS_NULL,
    COLUMNS_TEXT,
    COLUMNS_INTEGER,
};

struct columns_value {
    enum columns_kind kind;
    int64_t integer;
    const char *text; /* not NUL-terminated; UTF-8 without NUL */
    size_t len;
};

struct columns;

/* Keeps a pointer to the schema, which must live longer. NULL when memory is out. */
struct columns *columns_new(const struct schema *schema);
void columns_free(struct columns *c);
CLEANUP_DEFINE(struct columns, columns_free)

/* For who wants some columns only, by their places in the schema: from now on the others are NULL
 * and unchecked, a null key is no error, and a line is read no further than to the last that is
 * wanted. At least one. */
void columns_want(struct columns *c, const int *wanted, size_t count);

/* Takes one line (without newline, src/record/FORMAT.md) apart. *ret_values has
 * schema_column_count entries in the schema's order, valid until the next call and while the
 * line is; absent columns are NULL. ERROR_DATA names the column, never the value: a value that
 * does not fit its type, a key column that is null, a column that the schema does not have or
 * that comes twice, or a line that is none of ours. */
bool columns_parse(struct columns *c, const char *line, size_t len,
                   const struct columns_value **ret_values, struct error *err);

#endif
