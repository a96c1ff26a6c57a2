/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decimal numbers as the text they are: read, rounded and written without ever being a double.
 *
 *     "-98.2420"  ─▶  negative, digits 982420, scale 4  ─▶ round 1 ─▶  "-98.2"
 *
 * The grammar is that of a JSON number (RFC 8259 section 6), exponents included.
 */
#ifndef RECORD_DECIMAL_H
#define RECORD_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DECIMAL_DIGITS_MAX = 64, /* characters of a number that is read */
    DECIMAL_EXPONENT_MAX = 300, /* absolute value, as written */
    DECIMAL_TEXT_MAX = 512, /* bytes of a number that is written */
    DECIMAL_INTEGER_MAX = 20, /* the same of a whole one: "-9223372036854775808" */
};

/* ± digits × 10^-scale. Digits have no leading zero; zero has no digits and is not negative.
 * Trailing zeros stay as they were written. */
struct decimal {
    bool negative;
    int count; /* of digits */
    int scale; /* negative for 5e3 */
    char digits[DECIMAL_DIGITS_MAX];
};

/* False when the text is no JSON number, or beyond the limits above; *ret_decimal is of no use
 * then. */
bool decimal_parse(const char *text, size_t len, struct decimal *ret_decimal);

/* True when numeric(precision, scale) holds the value exactly. Trailing zeros do not count. */
bool decimal_fits(const struct decimal *d, int precision, int scale);

/* To `places` >= 0 digits behind the point, half away from zero: -0.05 becomes -0.1. Afterwards
 * scale is `places`. */
void decimal_round(struct decimal *d, int places);

/* Plain notation without exponent: "-86.4", "0.0010", "5000". No NUL; returns the length, at
 * most DECIMAL_TEXT_MAX. */
size_t decimal_format(const struct decimal *d, char *ret_text);

/* False unless the text is a whole number without point or exponent between min and max. */
bool decimal_parse_integer(const char *text, size_t len, int64_t min, int64_t max,
                           int64_t *ret_value);
bool decimal_is_integer(const char *text, size_t len, int64_t min, int64_t max);

/* Writes a whole number; no NUL; returns the length, at most DECIMAL_INTEGER_MAX. */
size_t decimal_format_integer(int64_t value, char *ret_text);

#endif
