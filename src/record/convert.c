/* SPDX-License-Identifier: Apache-2.0 */
#include "record/convert.h"

#include <stdint.h>
#include <string.h>

#include "record/decimal.h"

typedef bool convert_function(const char *text, size_t len, char ret_text[CONVERT_TEXT_MAX],
                              size_t *ret_len);

struct convert {
    convert_function *apply;
    bool boolean; /* what it makes is true or false */
};

static convert_function utc_offset_minutes, iso8601, unix_seconds, boolean;

static const char *const names[] = {"utc-offset-minutes", "iso8601", "unix-seconds", "boolean",
                                    NULL};

/* Beside names, in the same order. */
static const struct convert rows[] = {
    {utc_offset_minutes, false}, {iso8601, false}, {unix_seconds, false}, {boolean, true}};

const char *const *convert_names(void)
{
    return names;
}

const struct convert *convert_find(const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return &rows[i];
    return NULL;
}

bool convert_is_boolean(const struct convert *c)
{
    return c->boolean;
}

bool convert_apply(const struct convert *c, const char *text, size_t len,
                   char ret_text[CONVERT_TEXT_MAX], size_t *ret_len)
{
    return c->apply(text, len, ret_text, ret_len);
}

/* One or two digits; advances *p. */
static bool read_number(const char **p, const char *end, int *ret_number)
{
    int value = 0;
    int digits = 0;
    for (; *p < end && **p >= '0' && **p <= '9' && digits < 2; ++*p, digits++)
        value = value * 10 + (**p - '0');
    *ret_number = value;
    return digits > 0;
}

/* [+-]H:MM or [+-]HH:MM, no sign for zero; the world goes from -12:00 to +14:00. */
static bool utc_offset_minutes(const char *text, size_t len, char ret_text[CONVERT_TEXT_MAX],
                               size_t *ret_len)
{
    enum { HOURS_MAX = 14 };
    const char *p = text;
    const char *end = text + len;
    bool negative = len && *p == '-';
    p += negative || (len && *p == '+');
    int hours, minutes;
    if (!read_number(&p, end, &hours) || p == end || *p++ != ':' || end - p != 2 ||
        !read_number(&p, end, &minutes) || p != end || hours > HOURS_MAX || minutes > 59)
        return false;
    int total = hours * 60 + minutes;
    *ret_len = decimal_format_integer(negative ? -total : total, ret_text);
    return true;
}

/* The offset gets what it lacks, and RFC 3339 is read as everywhere. */
static bool iso8601(const char *text, size_t len, char ret_text[CONVERT_TEXT_MAX],
                    size_t *ret_len)
{
    enum { BARE = 5, TEXT_MAX = 64 }; /* +0100; more than a fraction needs */
    char repaired[TEXT_MAX + 1];
    if (len < BARE || len > TEXT_MAX)
        return false;
    memcpy(repaired, text, len);
    char *offset = repaired + len - BARE;
    if (*offset == ' ')
        *offset = '+';
    if (*offset == '+' || *offset == '-') {
        memmove(offset + 4, offset + 3, 2);
        offset[3] = ':';
        len++;
    }
    return instant_normalise(repaired, len, ret_text, ret_len);
}

static bool unix_seconds(const char *text, size_t len, char ret_text[CONVERT_TEXT_MAX],
                         size_t *ret_len)
{
    int64_t seconds;
    return decimal_parse_integer(text, len, INT64_MIN, INT64_MAX, &seconds) &&
           instant_from_unix(seconds, ret_text, ret_len);
}

static bool boolean(const char *text, size_t len, char ret_text[CONVERT_TEXT_MAX],
                    size_t *ret_len)
{
    static const struct {
        const char *text;
        const char *result;
    } words[] = {{"true", "true"}, {"True", "true"}, {"false", "false"}, {"False", "false"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].text) == len && memcmp(words[i].text, text, len) == 0) {
            *ret_len = len;
            memcpy(ret_text, words[i].result, len);
            return true;
        }
    return false;
}
