/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows in the binary format of PostgreSQL's COPY (its documentation, COPY, "Binary Format").
 * Pure: bytes into a buffer. This runs for every value.
 *
 *     integer, bigint  4 or 8 bytes              boolean      1 byte
 *     date             days since 2000-01-01     timestamptz  microseconds since then
 *     numeric          the digits of the decimal text in base 10000, and its scale: exact
 *     text             UTF-8                     jsonb        version 1, then the JSON's text
 *
 * Big-endian. What a column takes was decided by record/columns: a timestamptz has microseconds
 * at most there (finer digits were cut off by record/instant), so nothing is rounded here.
 */
#ifndef SINK_COPYBINARY_H
#define SINK_COPYBINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "record/columns.h"

/* What stands before the first row, and behind the last. False when the buffer is full. */
bool copybinary_head(struct buffer *out);
bool copybinary_tail(struct buffer *out);

/* One row: values[i] as types[i], which are those of the table and may be wider than the schema's
 * (bigint for an integer). ordinal: a bigint to put before them, or NULL. */
bool copybinary_row(struct buffer *out, const int64_t *ordinal, const enum schema_type *types,
                    const struct columns_value *values, size_t count);

#endif
