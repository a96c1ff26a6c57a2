/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of a file that anybody may have changed, checked as they are read: false when the
 * value is not one that we would have written. Outputs are untouched then.
 */
#ifndef STAGE_ROW_H
#define STAGE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "db/sqlite.h"

/* A text without NUL that fits with its end into size bytes. */
bool row_text(struct sqlite_statement *s, int column, char *ret_text, size_t size);
/* The same as it stands in the row, of at most max bytes: valid until the statement is stepped or
 * reset. */
bool row_text_bounded(struct sqlite_statement *s, int column, size_t max,
                      const char **ret_text);
bool row_digest(struct sqlite_statement *s, int column, uint8_t ret_digest[DIGEST_SIZE]);
bool row_uint32(struct sqlite_statement *s, int column, uint32_t *ret_value);
bool row_uint64(struct sqlite_statement *s, int column, uint64_t *ret_value);

#endif
