/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a stream's table: their types, and the list of them while a schema is read.
 */
#ifndef RECORD_COLUMN_H
#define RECORD_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/json.h"
#include "codec/place.h"
#include "record/mask.h"

enum {
    SCHEMA_COLUMNS_MAX = 512,
    SCHEMA_PRECISION_MAX = 38, /* what every warehouse has */
};

enum schema_type {
    SCHEMA_TEXT,
    SCHEMA_INTEGER, /* 32 bit */
    SCHEMA_BIGINT,
    SCHEMA_NUMERIC, /* precision, scale */
    SCHEMA_BOOLEAN,
    SCHEMA_DATE,
    SCHEMA_TIMESTAMPTZ,
    SCHEMA_JSON,
};

/* One column of the warehouse table, in the schema's order: fields first, then derived ones. */
struct schema_column {
    const char *name; /* an identifier */
    enum schema_type type;
    int precision; /* numeric only */
    int scale;
    bool key;
    bool fleeting; /* it tells when the record was read, and ends its line (record/walk.h) */
    const char *comment; /* the leaf's description; "" when none */
};

struct column_list {
    struct schema_column columns[SCHEMA_COLUMNS_MAX];
    size_t count;
    uint16_t index[2 * SCHEMA_COLUMNS_MAX]; /* column + 1 by hash of its name; 0: free */
};

/* Frees the texts of the columns. */
void column_list_done(struct column_list *list);

/* The position of a column by name, or -1. */
int column_find(const struct column_list *list, const char *name, size_t len);

/* Reads an "x-column" at its place and adds it under the name that it has, or else under the
 * given one; "name" is not among the keys of a derived column. */
bool column_read(struct column_list *list, struct place *at, const json_t *json,
                 const char *name, bool derived, const char *comment, int *ret_column,
                 struct error *err);

/* False when the column cannot take the action: *ret_why says what is in the way, as the rest
 * of a sentence: "makes a text, which its column cannot hold". */
bool column_accepts(const struct schema_column *column, const struct mask *mask,
                    const char **ret_why);

/* "text", "numeric", …. Static. */
const char *column_type_name(enum schema_type type);

#endif
