/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x-convert: how an API writes a value and how its column does, where the two differ. A closed
 * table; applied before the masking action.
 *
 *     utc-offset-minutes   "+5:45" ─▶ 345, "-12:00" ─▶ -720, "0:00" ─▶ 0
 */
#ifndef RECORD_CONVERT_H
#define RECORD_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

enum { CONVERT_TEXT_MAX = 32 };

struct convert;

const struct convert *convert_find(const char *name); /* NULL: no such conversion */
/* All names, NULL-terminated: for "did you mean". */
const char *const *convert_names(void);

/* Writes the converted text (no NUL); false when the value is not of the expected form. */
bool convert_apply(const struct convert *c, const char *text, size_t len,
                   char ret_text[CONVERT_TEXT_MAX], size_t *ret_len);

#endif
