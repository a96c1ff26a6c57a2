/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/copybinary.h"

#include <endian.h>
#include <string.h>

enum {
    LENGTH_SIZE = 4, /* before each value */
    FIXED_MAX = 8, /* bytes of a value of a fixed type */
    NUMERIC_HEAD = 8,
    NUMERIC_NEGATIVE = 0x4000,
    GROUP = 4, /* decimal digits in one of base 10000 */
    JSONB_VERSION = 1,
};

#define DAY_US (INT64_C(86400) * 1000 * 1000)

static uint8_t *put16(uint8_t *p, unsigned value)
{
    uint16_t big = htobe16((uint16_t)value);
    memcpy(p, &big, sizeof big);
    return p + sizeof big;
}

static uint8_t *put32(uint8_t *p, uint32_t value)
{
    uint32_t big = htobe32(value);
    memcpy(p, &big, sizeof big);
    return p + sizeof big;
}

static uint8_t *put64(uint8_t *p, uint64_t value)
{
    uint64_t big = htobe64(value);
    memcpy(p, &big, sizeof big);
    return p + sizeof big;
}

static uint8_t *put_bytes(uint8_t *p, const char *text, size_t len)
{
    memcpy(p, text, len);
    return p + len;
}

/* --- Dates ------------------------------------------------------------------------------- */

static int digits(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

/* Days since 2000-01-01 of "2026-11-20". The year begins in March, so that a leap day is the last
 * of its year. */
static int32_t days(const char *text)
{
    enum { DAYS_TO_2000 = 730425 }; /* from 0000-03-01 */
    int year = digits(text, 4);
    int month = digits(text + 5, 2);
    int day = digits(text + 8, 2);
    year -= month < 3;
    month += month < 3 ? 9 : -3;
    return year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 -
           DAYS_TO_2000;
}

/* Of "2026-11-20T09:30:00.123456Z", with 0, 3 or 6 digits behind the point. */
static int64_t microseconds(const char *text, size_t len)
{
    enum { TIME_LENGTH = 19, FRACTION_DIGITS = 6 };
    int seconds =
        digits(text + 11, 2) * 3600 + digits(text + 14, 2) * 60 + digits(text + 17, 2);
    int64_t fraction = 0;
    int places = (int)len - TIME_LENGTH - 2; /* "." and "Z" */
    if (places > 0)
        fraction = digits(text + TIME_LENGTH + 1, places);
    for (int i = places > 0 ? places : FRACTION_DIGITS; i < FRACTION_DIGITS; i++)
        fraction *= 10;
    return days(text) * DAY_US + seconds * INT64_C(1000000) + fraction;
}

/* --- Decimals ---------------------------------------------------------------------------- */

/* The text of a decimal, "-36.8000", by its parts. */
struct number {
    bool negative;
    const char *whole;
    int whole_len; /* without leading zeros */
    const char *fraction;
    int fraction_len;
};

static struct number split_number(const char *text, size_t len)
{
    const char *end = text + len;
    struct number n = {.negative = len && *text == '-', .fraction = end};
    n.whole = text + n.negative;
    const char *point = memchr(n.whole, '.', (size_t)(end - n.whole));
    if (point)
        n.fraction = point + 1;
    else
        point = end;
    n.fraction_len = (int)(end - n.fraction);
    while (n.whole < point && *n.whole == '0')
        n.whole++;
    n.whole_len = (int)(point - n.whole);
    return n;
}

/* count, weight, sign, scale, then the groups, which begin at the point to both sides: 12345.678
 * is 1 2345 . 6780. Neither the first nor the last one is zero. */
static uint8_t *put_numeric(uint8_t *p, const char *text, size_t len)
{
    static const int power[] = {1, 10, 100, 1000};
    struct number n = split_number(text, len);
    uint8_t *const groups = p + NUMERIC_HEAD;
    uint8_t *at = groups;
    int weight = (n.whole_len + GROUP - 1) / GROUP - 1;
    for (int done = 0, take; done < n.whole_len; done += take) {
        take = (n.whole_len - done - 1) % GROUP + 1; /* only the first one may be short */
        at = put16(at, (unsigned)digits(n.whole + done, take));
    }
    for (int done = 0, take; done < n.fraction_len; done += take) {
        take = n.fraction_len - done < GROUP ? n.fraction_len - done : GROUP;
        int group = digits(n.fraction + done, take) * power[GROUP - take];
        if (group == 0 && at == groups)
            weight--; /* 0.00001234 */
        else
            at = put16(at, (unsigned)group);
    }
    while (at > groups && at[-1] == 0 && at[-2] == 0)
        at -= 2;
    unsigned count = (unsigned)(at - groups) / 2;
    p = put16(p, count);
    p = put16(p, (unsigned)(count ? weight : 0));
    p = put16(p, n.negative && count ? NUMERIC_NEGATIVE : 0);
    put16(p, (unsigned)n.fraction_len);
    return at;
}

/* --- Rows -------------------------------------------------------------------------------- */

/* Never less than put_value writes. */
static size_t value_max(const struct columns_value *value)
{
    size_t text = value->kind == COLUMNS_TEXT ? value->len + 1 : 0;
    return LENGTH_SIZE + FIXED_MAX + NUMERIC_HEAD + 2 * GROUP + text;
}

static uint8_t *put_content(uint8_t *p, enum schema_type type, const struct columns_value *v)
{
    switch (type) {
    case SCHEMA_INTEGER:
        return put32(p, (uint32_t)v->integer);
    case SCHEMA_BIGINT:
        return put64(p, (uint64_t)v->integer);
    case SCHEMA_BOOLEAN:
        *p = v->integer != 0;
        return p + 1;
    case SCHEMA_DATE:
        return put32(p, (uint32_t)days(v->text));
    case SCHEMA_TIMESTAMPTZ:
        return put64(p, (uint64_t)microseconds(v->text, v->len));
    case SCHEMA_NUMERIC:
        return put_numeric(p, v->text, v->len);
    case SCHEMA_JSON:
        *p = JSONB_VERSION;
        return put_bytes(p + 1, v->text, v->len);
    case SCHEMA_TEXT:
        break;
    }
    return put_bytes(p, v->text, v->len);
}

static uint8_t *put_value(uint8_t *p, enum schema_type type, const struct columns_value *value)
{
    if (value->kind == COLUMNS_NULL)
        return put32(p, UINT32_MAX);
    uint8_t *end = put_content(p + LENGTH_SIZE, type, value);
    put32(p, (uint32_t)(end - p - LENGTH_SIZE));
    return end;
}

bool copybinary_row(struct buffer *out, const int64_t *ordinal, const enum schema_type *types,
                    const struct columns_value *values, size_t count)
{
    size_t room = 2 + LENGTH_SIZE + FIXED_MAX;
    for (size_t i = 0; i < count; i++)
        room += value_max(&values[i]);
    if (!buffer_reserve(out, room))
        return false;
    uint8_t *p = out->data + out->len;
    p = put16(p, (unsigned)(count + (ordinal != NULL)));
    if (ordinal) {
        p = put32(p, FIXED_MAX);
        p = put64(p, (uint64_t)*ordinal);
    }
    for (size_t i = 0; i < count; i++)
        p = put_value(p, types[i], &values[i]);
    out->len = (size_t)(p - out->data);
    return true;
}

bool copybinary_head(struct buffer *out)
{
    /* signature, no flags, nothing more of a head */
    static const uint8_t head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    return buffer_append(out, head, sizeof head);
}

bool copybinary_tail(struct buffer *out)
{
    static const uint8_t tail[] = {0xff, 0xff};
    return buffer_append(out, tail, sizeof tail);
}
