/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a stream's table: those of its schema, in their order, and behind them, where
 * slices are replaced as a whole, extract_slice, which says whose slice a row is of. It is the
 * first part of such a table's key: a slice holds what it was read with, whatever other slices have
 * under the same x-key, and the index of the key finds its rows.
 */
#ifndef SINK_TABLECOLUMN_H
#define SINK_TABLECOLUMN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "record/schema.h"

#define TABLECOLUMN_SLICE "extract_slice"

enum {
    TABLECOLUMN_MAX = SCHEMA_COLUMNS_MAX + 1,
    TABLECOLUMN_SLICE_SIZE = 520, /* of a value of extract_slice, with its NUL */
};

/* Do the rows of this schema say whose slice they are of? */
bool tablecolumn_by_slice(const struct schema *schema);

size_t tablecolumn_count(const struct schema *schema);
const struct schema_column *tablecolumn_at(const struct schema *schema, size_t i);
bool tablecolumn_has(const struct schema *schema, const char *name);

/* The value of extract_slice: "ACCOUNT/SLICE". No slice has a "/" in its name, so that no two have
 * one value. ERROR_BUG when it is longer than names are. */
bool tablecolumn_slice(const char *account, const char *slice,
                       char ret_text[TABLECOLUMN_SLICE_SIZE], struct error *err);

#endif
