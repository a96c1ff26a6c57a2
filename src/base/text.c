/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

bool text_parse_int64(const char *text, size_t len, int64_t *ret_value)
{
    size_t i = 0;
    bool negative = len > 0 && text[0] == '-';
    if (negative)
        i = 1;
    if (i == len)
        return false;

    enum { SAFE_DIGITS = 18 }; /* so many cannot overflow */
    int64_t value = 0; /* kept negative: its range is the larger one */
    for (size_t safe = len - i <= SAFE_DIGITS ? len : i + SAFE_DIGITS; i < safe; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        value = value * 10 - digit;
    }
    for (; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, text[i] - '0', &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, value, &value))
        return false;
    *ret_value = value;
    return true;
}

struct unit {
    const char *name;
    int64_t factor;
};

/* The number of digits at the start of text, then one of the units. */
static bool parse_with_unit(const char *text, const struct unit *units, int64_t *ret_value)
{
    size_t number = strspn(text, "0123456789");
    int64_t value;
    if (!text_parse_int64(text, number, &value))
        return false;
    for (const struct unit *u = units; u->name; u++) {
        if (strcmp(text + number, u->name) == 0)
            return !__builtin_mul_overflow(value, u->factor, ret_value);
    }
    return false;
}

static const struct unit durations[] = {
    {"d", CLOCK_DAY_NS},    {"h", 3600 * CLOCK_SECOND_NS},  {"m", 60 * CLOCK_SECOND_NS},
    {"s", CLOCK_SECOND_NS}, {"ms", CLOCK_SECOND_NS / 1000}, {NULL, 0},
};

bool text_parse_duration(const char *text, int64_t *ret_ns)
{
    int64_t ns = 0;
    if (strcmp(text, "0") != 0 && !parse_with_unit(text, durations, &ns))
        return false;
    *ret_ns = ns;
    return true;
}

void text_format_duration(int64_t ns, char *ret_text, size_t size)
{
    for (const struct unit *u = durations; u->name; u++) {
        if (ns >= u->factor && ns % u->factor == 0) {
            snprintf(ret_text, size, "%lld%s", (long long)(ns / u->factor), u->name);
            return;
        }
    }
    snprintf(ret_text, size, "%lldms", (long long)(ns / (CLOCK_SECOND_NS / 1000)));
}

bool text_parse_size(const char *text, uint64_t *ret_bytes)
{
    static const struct unit sizes[] = {
        {"", 1},
        {"B", 1},
        {"KiB", INT64_C(1) << 10},
        {"MiB", INT64_C(1) << 20},
        {"GiB", INT64_C(1) << 30},
        {NULL, 0},
    };
    int64_t bytes;
    if (!parse_with_unit(text, sizes, &bytes))
        return false;
    *ret_bytes = (uint64_t)bytes;
    return true;
}

bool text_parse_bool(const char *text, bool *ret_value)
{
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0)
        return false;
    *ret_value = is_true;
    return true;
}

bool text_is_identifier(const char *text)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz_";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    size_t len = strlen(text);
    return len >= 1 && len <= 63 && strchr(first, text[0]) && strspn(text, rest) == len;
}

/* Edit distance of texts that are short enough for a row on the stack; else "far". */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t la = strlen(a), lb = strlen(b);
    if (la > LONGEST || lb > LONGEST)
        return LONGEST;

    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[lb];
}

const char *text_nearest(const char *text, const char *const *names)
{
    const char *nearest = NULL;
    size_t least = strlen(text) / 3 + 2; /* farther than this is no help */
    for (; *names; names++) {
        size_t d = distance(text, *names);
        if (d < least) {
            least = d;
            nearest = *names;
        }
    }
    return nearest;
}

int text_find(const char *text, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], text) == 0)
            return i;
    }
    return -1;
}

bool text_is_word_of(const char *text, const char *words)
{
    size_t len = strlen(text);
    for (const char *p = words; *p; p += strcspn(p, " "), p += *p == ' ') {
        if (strcspn(p, " ") == len && memcmp(p, text, len) == 0)
            return true;
    }
    return false;
}

bool text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
    size_t lt = strlen(text), ls = strlen(suffix);
    return lt >= ls && strcmp(text + lt - ls, suffix) == 0;
}

/* The length of the well-formed sequence at p (Unicode 15, table 3-7), or 0. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    size_t len = c >= 0xc2 && c <= 0xdf   ? 2
                 : (c & 0xf0) == 0xe0     ? 3
                 : c >= 0xf0 && c <= 0xf4 ? 4
                                          : 0;
    if (len == 0 || len > left)
        return 0;
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

bool text_is_utf8(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = utf8_sequence((const unsigned char *)text + i, len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

void text_make_utf8(char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t n = utf8_sequence((const unsigned char *)text, left);
        if (n == 0)
            *text = '?';
        text += n ? n : 1;
        left -= n ? n : 1;
    }
}

char *text_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    return len < 0 ? NULL : text;
}
