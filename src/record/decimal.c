/* SPDX-License-Identifier: Apache-2.0 */
#include "record/decimal.h"

#include <string.h>

#include "base/text.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Appends a run of digits without leading zeros of the whole; returns how many were read. */
static inline size_t read_digits(const char *text, const char *end, struct decimal *d)
{
    const char *p = text;
    int count = d->count;
    for (; count == 0 && p < end && *p == '0'; p++)
        ;
    for (; p < end && is_digit(*p); p++)
        d->digits[count++] = *p;
    d->count = count;
    return (size_t)(p - text);
}

static bool read_exponent(const char *text, const char *end, int *ret_exponent)
{
    bool negative = text < end && *text == '-';
    text += negative || (text < end && *text == '+');
    int value = 0;
    if (text == end)
        return false;
    for (; text < end; text++) {
        if (!is_digit(*text))
            return false;
        value = value * 10 + (*text - '0');
        if (value > DECIMAL_EXPONENT_MAX)
            return false;
    }
    *ret_exponent = negative ? -value : value;
    return true;
}

bool decimal_parse(const char *text, size_t len, struct decimal *ret_decimal)
{
    if (len == 0 || len > DECIMAL_DIGITS_MAX)
        return false;
    const char *p = text;
    const char *end = text + len;
    struct decimal *d = ret_decimal; /* too large to be copied for each number */
    d->negative = *p == '-';
    d->count = 0;
    d->scale = 0;
    p += d->negative;

    size_t whole = read_digits(p, end, d);
    if (whole == 0 || (whole > 1 && *p == '0'))
        return false;
    p += whole;
    if (p < end && *p == '.') {
        size_t fraction = read_digits(++p, end, d);
        if (fraction == 0)
            return false;
        d->scale = (int)fraction;
        p += fraction;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        int exponent;
        if (!read_exponent(p + 1, end, &exponent))
            return false;
        d->scale -= exponent;
        p = end;
    }
    if (p != end)
        return false;
    if (d->count == 0)
        d->negative = false;
    return true;
}

bool decimal_fits(const struct decimal *d, int precision, int scale)
{
    int count = d->count;
    int behind = d->scale;
    while (count && d->digits[count - 1] == '0') {
        count--;
        behind--;
    }
    return count == 0 || (behind <= scale && count - behind <= precision - scale);
}

void decimal_round(struct decimal *d, int places)
{
    int surplus = d->scale - places;
    if (surplus <= 0) {
        /* a coarser number gets zeros: 5e3 is 5000, and 1.5 is 1.50 to two places; beyond the
         * room for digits its scale stays, and decimal_format writes the zeros */
        while (d->count && surplus < 0 && d->count < DECIMAL_DIGITS_MAX) {
            d->digits[d->count++] = '0';
            d->scale++;
            surplus++;
        }
        if (d->count == 0)
            d->scale = places;
        return;
    }

    bool up = surplus <= d->count && d->digits[d->count - surplus] >= '5';
    d->count = surplus < d->count ? d->count - surplus : 0;
    d->scale = places;
    int i = d->count;
    while (up && i > 0) {
        i--;
        up = d->digits[i] == '9';
        d->digits[i] = up ? '0' : (char)(d->digits[i] + 1);
    }
    if (up) { /* 9.96 became 0.0 and carries a one: the surplus digit made room for it */
        memmove(d->digits + 1, d->digits, (size_t)d->count);
        d->digits[0] = '1';
        d->count++;
    }
    if (d->count == 0)
        d->negative = false;
}

size_t decimal_format(const struct decimal *d, char *ret_text)
{
    char *p = ret_text;
    int whole = d->count - d->scale; /* digits before the point */
    if (d->negative)
        *p++ = '-';
    if (whole <= 0)
        *p++ = '0';
    for (int i = 0; i < whole; i++)
        *p++ = i < d->count ? d->digits[i] : '0';
    if (d->scale > 0)
        *p++ = '.';
    for (int i = 0; i < d->scale; i++) {
        int at = whole + i;
        *p++ = at >= 0 ? d->digits[at] : '0';
    }
    return (size_t)(p - ret_text);
}

bool decimal_parse_integer(const char *text, size_t len, int64_t min, int64_t max,
                           int64_t *ret_value)
{
    int64_t value;
    size_t start = len && *text == '-';
    if (len <= start || (text[start] == '0' && len > start + 1) ||
        !text_parse_int64(text, len, &value) || value < min || value > max)
        return false;
    *ret_value = value;
    return true;
}

bool decimal_is_integer(const char *text, size_t len, int64_t min, int64_t max)
{
    int64_t ignored;
    return decimal_parse_integer(text, len, min, max, &ignored);
}

size_t decimal_format_integer(int64_t value, char *ret_text)
{
    char digits[DECIMAL_INTEGER_MAX];
    size_t count = 0;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);

    size_t len = 0;
    if (value < 0)
        ret_text[len++] = '-';
    while (count)
        ret_text[len++] = digits[--count];
    return len;
}
