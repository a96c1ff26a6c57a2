/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and instants as columns hold them: text of one form each, for the years 0001 to 9999
 * that every warehouse knows. (base/clock.h counts nanoseconds and so ends in 2261; records do
 * not: 9999-12-31 is a favourite "never".)
 */
#ifndef RECORD_INSTANT_H
#define RECORD_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INSTANT_TEXT_MAX = 27 }; /* 2026-11-20T09:30:00.123456Z */

/* "2026-11-20", a day of the proleptic Gregorian calendar. */
bool instant_is_date(const char *text, size_t len);

/* RFC 3339 with `Z` or an offset, `t` and `z` too, to the same instant in UTC: the fraction has
 * 0, 3 or 6 digits, the fewest that hold it. Microseconds are what timestamptz resolves: digits
 * behind the sixth are cut off. A leap second is the next second. ret_text gets no NUL. */
bool instant_normalise(const char *text, size_t len, char ret_text[INSTANT_TEXT_MAX],
                       size_t *ret_len);

/* The same form of that many seconds since 1970-01-01T00:00:00Z; false outside of those years. */
bool instant_from_unix(int64_t seconds, char ret_text[INSTANT_TEXT_MAX], size_t *ret_len);

#endif
