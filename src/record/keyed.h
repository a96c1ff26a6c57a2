/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the judge of a walk is told of a record (struct walk_keyed), read from its line: for lines
 * that were staged, or put together, and are no walk's.
 */
#ifndef RECORD_KEYED_H
#define RECORD_KEYED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/schema.h"
#include "record/walk.h"

/* A line with its newline; text gets the key, which is valid as long as both are. *ret_found false:
 * it lacks a column of the key, as it was made under another schema. ERROR_DATA: it is no line. */
bool keyed_read(const struct schema *schema, const char *line, size_t len, struct buffer *text,
                struct walk_keyed *ret_record, bool *ret_found, struct error *err);

#endif
