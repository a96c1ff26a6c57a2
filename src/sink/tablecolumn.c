/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/tablecolumn.h"

#include <stdio.h>
#include <string.h>

static const struct schema_column slice_column = {
    .name = TABLECOLUMN_SLICE,
    .type = SCHEMA_TEXT,
    .key = true,
    .comment =
        "The account and slice that the row was read with; a slice is replaced as a whole.",
};

bool tablecolumn_by_slice(const struct schema *schema)
{
    return schema_write(schema) == SCHEMA_REPLACE;
}

size_t tablecolumn_count(const struct schema *schema)
{
    return schema_column_count(schema) + tablecolumn_by_slice(schema);
}

const struct schema_column *tablecolumn_at(const struct schema *schema, size_t i)
{
    return i < schema_column_count(schema) ? &schema_columns(schema)[i] : &slice_column;
}

bool tablecolumn_has(const struct schema *schema, const char *name)
{
    return schema_column_find(schema, name, strlen(name)) >= 0 ||
           (tablecolumn_by_slice(schema) && strcmp(name, TABLECOLUMN_SLICE) == 0);
}

bool tablecolumn_slice(const char *account, const char *slice,
                       char ret_text[TABLECOLUMN_SLICE_SIZE], struct error *err)
{
    int len = snprintf(ret_text, TABLECOLUMN_SLICE_SIZE, "%s/%s", account, slice);
    return (len > 0 && len < TABLECOLUMN_SLICE_SIZE) ||
           error_set(err, ERROR_BUG, "the name of an account or slice is too long");
}
