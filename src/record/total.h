/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of decimal numbers, exact: what the rows of one stream add up to, to be compared with what
 * another one says. A sum has TOTAL_PLACES digits behind the point and about 20 before it; a
 * number that does not fit is refused, never rounded.
 */
#ifndef RECORD_TOTAL_H
#define RECORD_TOTAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TOTAL_PLACES = 18,
    TOTAL_TEXT_SIZE = 48, /* "-170141183460469231731.687303715884105728" and its NUL */
};

/* In units of 10^-TOTAL_PLACES. {0} is nothing. */
struct total {
    __extension__ __int128 units;
};

/* Adds a JSON number (record/decimal.h). False, and nothing added, when it is none or does not
 * fit. */
bool total_add(struct total *t, const char *text, size_t len);
bool total_add_integer(struct total *t, int64_t value);
/* Adds another sum; false, and nothing added, when it does not fit. */
bool total_add_total(struct total *t, const struct total *other);

/* Plain notation with the fewest digits: "1234.5", "0", "-3". */
void total_format(const struct total *t, char ret_text[TOTAL_TEXT_SIZE]);

/* Is a within so many millionths of b? With 0 they are to be equal. */
bool total_is_near(const struct total *a, const struct total *b, int64_t millionths);

#endif
