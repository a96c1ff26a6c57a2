/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x-convert: how an API writes a value and how its column does, where the two differ. A closed
 * table; applied before the masking action.
 *
 *     utc-offset-minutes   "+5:45" ─▶ 345, "-12:00" ─▶ -720, "0:00" ─▶ 0
 *     iso8601              a time whose offset may lack its colon, to RFC 3339 in UTC:
 *                          "2024-03-12T15:02:47-0700" ─▶ 2024-03-12T22:02:47Z; so may one whose
 *                          plus was decoded to a blank: "2020-04-13t18:04:59 0000"
 *     unix-seconds         1510698896 ─▶ 2017-11-14T22:34:56Z, for the years 0001 to 9999
 *     boolean              "True", "true", true ─▶ true; the same of false
 */
#ifndef RECORD_CONVERT_H
#define RECORD_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "record/instant.h"

enum { CONVERT_TEXT_MAX = 32 };

_Static_assert((int)CONVERT_TEXT_MAX >= (int)INSTANT_TEXT_MAX, "an instant is a result");

/* A row of the table above. */
struct convert;

const struct convert *convert_find(const char *name); /* NULL: no such conversion */
/* All names, NULL-terminated: for "did you mean". */
const char *const *convert_names(void);
/* The result is true or false, not a text or a number. */
bool convert_is_boolean(const struct convert *c);

/* Writes the converted text (no NUL); false when the value is not of the expected form. */
bool convert_apply(const struct convert *c, const char *text, size_t len,
                   char ret_text[CONVERT_TEXT_MAX], size_t *ret_len);

#endif
