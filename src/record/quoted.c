/* SPDX-License-Identifier: Apache-2.0 */
#include "record/quoted.h"

/* The value of four hexadecimal digits. */
static enum quoted hex4(const char *p, const char *end, uint32_t *ret_value)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++, p++) {
        if (p == end)
            return QUOTED_MORE;
        char lower = *p | 0x20;
        if (*p >= '0' && *p <= '9')
            value = value << 4 | (uint32_t)(*p - '0');
        else if (lower >= 'a' && lower <= 'f')
            value = value << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return QUOTED_BROKEN;
    }
    *ret_value = value;
    return QUOTED_FINE;
}

static bool is_high_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(uint32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The second half of a pair; anything else that may stand there is QUOTED_LONE. */
static enum quoted low_half(const char *p, const char *end, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < 2; i++, p++) {
        if (p == end)
            return QUOTED_MORE;
        if (*p != "\\u"[i])
            return QUOTED_LONE;
    }
    enum quoted answer = hex4(p, end, &unit);
    if (answer == QUOTED_MORE)
        return QUOTED_MORE;
    if (answer != QUOTED_FINE || !is_low_surrogate(unit))
        return QUOTED_LONE;
    *ret_unit = unit;
    return QUOTED_FINE;
}

/* quoted_escape, and the character that the escape stands for. */
static enum quoted decode(const char *p, const char *end, size_t *ret_len, uint32_t *ret_char)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";

    if (end - p < 2)
        return QUOTED_MORE;
    if (p[1] != 'u') {
        const char *name = memchr(names, p[1], sizeof names - 1);
        if (!name)
            return QUOTED_BROKEN;
        *ret_len = 2;
        *ret_char = (uint32_t)values[name - names];
        return QUOTED_FINE;
    }

    uint32_t unit = 0;
    enum quoted answer = hex4(p + 2, end, &unit);
    if (answer != QUOTED_FINE)
        return answer;
    *ret_len = 6;
    *ret_char = unit;
    if (unit == 0)
        return QUOTED_NUL;
    if (is_low_surrogate(unit))
        return QUOTED_LONE;
    if (!is_high_surrogate(unit))
        return QUOTED_FINE;

    uint32_t low = 0;
    answer = low_half(p + 6, end, &low);
    if (answer == QUOTED_FINE) {
        *ret_len = 12;
        *ret_char = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    return answer;
}

enum quoted quoted_escape(const char *p, const char *end, size_t *ret_len)
{
    uint32_t c;
    return decode(p, end, ret_len, &c);
}

enum quoted quoted_utf8(const char *p, const char *end, size_t *ret_len)
{
    uint8_t lead = (uint8_t)*p;
    if (lead < 0xc2 || lead > 0xf4)
        return QUOTED_BROKEN;
    int len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    /* RFC 3629 section 4: four leads narrow the range of the byte behind them */
    uint8_t lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (int i = 1; i < len; i++) {
        if (p + i == end)
            return QUOTED_MORE;
        uint8_t c = (uint8_t)p[i];
        if (c < lowest || c > highest)
            return QUOTED_BROKEN;
        lowest = 0x80;
        highest = 0xbf;
    }
    *ret_len = (size_t)len;
    return QUOTED_FINE;
}

/* The length of what is not plain at p; 0 when it cannot be in a string. */
static size_t special_length(const char *p, const char *end)
{
    size_t len = 0;
    if (*p == '\\')
        return quoted_escape(p, end, &len) == QUOTED_FINE ? len : 0;
    if ((unsigned char)*p >= 0x80)
        return quoted_utf8(p, end, &len) == QUOTED_FINE ? len : 0;
    return 0;
}

const char *quoted_special_end(const char *p, const char *end, bool *ret_escaped)
{
    bool escaped = false;
    while (p < end && *p != '"') {
        escaped |= *p == '\\';
        size_t len = special_length(p, end);
        if (len == 0)
            return NULL;
        p = quoted_skip_plain(p + len, end);
    }
    *ret_escaped = escaped;
    return p < end ? p : NULL;
}

static size_t encode_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    static const uint8_t leads[] = {[2] = 0xc0, [3] = 0xe0, [4] = 0xf0};
    out[0] = (char)(leads[len] | c);
    return len;
}

size_t quoted_unescape(const char *raw, size_t len, char *out)
{
    const char *p = raw;
    const char *end = raw + len;
    char *o = out;
    while (p < end) {
        const char *backslash = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((backslash ? backslash : end) - p);
        memcpy(o, p, plain);
        o += plain;
        p += plain;
        if (!backslash)
            break;

        uint32_t c = 0;
        size_t escape = 0;
        enum quoted answer = decode(p, end, &escape, &c);
        /* behind the first half of a pair the end of the string is no second half */
        bool lone = answer == QUOTED_LONE || answer == QUOTED_MORE;
        o += encode_utf8(lone ? 0xfffd : c, o);
        p += escape;
    }
    return (size_t)(o - out);
}
