/* SPDX-License-Identifier: Apache-2.0 */
/* Values of rows as text, fast: printf would be most of the time a page takes. The room is the
 * caller's affair. Each returns behind what it wrote; no NUL is written. */
#ifndef SANDBOX_META_OUT_H
#define SANDBOX_META_OUT_H

#include <stdint.h>
#include <string.h>

#include "sandbox/calendar.h"

enum { META_OUT_DIGITS = 20 };

static inline char *meta_out_number(char *out, int64_t value)
{
    char digits[META_OUT_DIGITS];
    int at = META_OUT_DIGITS;
    uint64_t left = (uint64_t)(value < 0 ? -value : value);
    if (value < 0)
        *out++ = '-';
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    return mempcpy(out, digits + at, (size_t)(META_OUT_DIGITS - at));
}

/* "1.594444", "14.35", "3": no zeros at the end. value >= 0. */
static inline char *meta_out_millionths(char *out, int64_t value)
{
    out = meta_out_number(out, value / 1000000);
    uint32_t rest = (uint32_t)(value % 1000000);
    if (rest == 0)
        return out;
    *out++ = '.';
    for (uint32_t digit = 100000; rest > 0; digit /= 10) {
        *out++ = (char)('0' + rest / digit);
        rest %= digit;
    }
    return out;
}

/* A text that needs no escaping, within quotes. */
static inline char *meta_out_quoted(char *out, const char *text)
{
    size_t len = strlen(text);
    *out++ = '"';
    out = mempcpy(out, text, len);
    *out++ = '"';
    return out;
}

static inline char *meta_out_two(char *out, int value)
{
    *out++ = (char)('0' + value / 10 % 10);
    *out++ = (char)('0' + value % 10);
    return out;
}

/* "\"2026-11-20\"" of a day since 1970, with the quotes. */
static inline char *meta_out_date(char *out, int64_t day)
{
    struct calendar_day d = calendar_of_ms(day * CALENDAR_DAY_MS);
    *out++ = '"';
    out = meta_out_two(meta_out_two(out, d.year / 100), d.year % 100);
    *out++ = '-';
    out = meta_out_two(out, d.month);
    *out++ = '-';
    out = meta_out_two(out, d.day);
    *out++ = '"';
    return out;
}

#endif
