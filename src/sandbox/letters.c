/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/letters.h"

#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

struct transliteration {
    const char *letters; /* small ones */
    const char *ascii;
};

static const struct transliteration transliterations[] = {
    {"àáâãäåāăąآ", "a"}, {"æ", "ae"},         {"ب", "b"},     {"çćčĉċ", "c"},      {"چ", "ch"},
    {"đďðدض", "d"},      {"èéêëēĕėęěع", "e"}, {"ف", "f"},     {"ğĝġģگ", "g"},      {"غ", "gh"},
    {"ĥħهح", "h"},       {"ìíîïĩīĭįı", "i"},  {"ĵج", "j"},    {"ķ", "k"},          {"خک", "kh"},
    {"ĺļľłل", "l"},      {"م", "m"},          {"ñńņňن", "n"}, {"òóôõöøōŏő", "o"},  {"œ", "oe"},
    {"پ", "p"},          {"ق", "q"},          {"ŕŗřر", "r"},  {"śŝşšسص", "s"},     {"ش", "sh"},
    {"ß", "ss"},         {"ţťŧتط", "t"},      {"þثذ", "th"},  {"ùúûüũūŭůűų", "u"}, {"ŵو", "w"},
    {"ýÿŷیئ", "y"},      {"źżžزظ", "z"},      {"ژ", "zh"},
};

size_t letters_width(const char *text)
{
    unsigned char c = (unsigned char)*text;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Of two-byte characters, where all our capitals are; others stay. */
static uint32_t lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7))
        return c + 0x20;
    if (c == 0x130) /* I with dot */
        return 'i';
    bool even_capitals = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177);
    bool odd_capitals = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
    if ((even_capitals && c % 2 == 0) || (odd_capitals && c % 2 == 1))
        return c + 1;
    return c;
}

bool letters_append_lower(struct buffer *out, const char *text, size_t len)
{
    for (size_t i = 0, width; i < len; i += width) {
        width = letters_width(text + i);
        if (width > 2) {
            if (!buffer_append(out, text + i, width))
                return false;
            continue;
        }
        uint32_t c = (unsigned char)text[i];
        if (width == 2)
            c = (c & 0x1f) << 6 | ((unsigned char)text[i + 1] & 0x3f);
        c = lower(c);
        bool done = c < 0x80 ? buffer_append_byte(out, (uint8_t)c)
                             : buffer_append_byte(out, (uint8_t)(0xc0 | c >> 6)) &&
                                   buffer_append_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
        if (!done)
            return false;
    }
    return true;
}

static const char *find_ascii(const char *letter, size_t width)
{
    size_t count = sizeof transliterations / sizeof *transliterations;
    for (size_t i = 0; i < count; i++)
        for (const char *p = transliterations[i].letters; *p; p += letters_width(p))
            if (letters_width(p) == width && memcmp(p, letter, width) == 0)
                return transliterations[i].ascii;
    return "";
}

bool letters_append_ascii(struct buffer *out, const char *text, size_t len)
{
    AUTO(buffer_done) struct buffer small;
    buffer_init(&small, 2 * len + 1);
    if (!letters_append_lower(&small, text, len))
        return false;
    const char *p = (const char *)small.data;
    for (size_t i = 0, width; i < small.len; i += width) {
        width = letters_width(p + i);
        bool plain = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9') ||
                     p[i] == '.' || p[i] == '-';
        bool done = plain ? buffer_append_byte(out, (uint8_t)p[i])
                          : buffer_append_text(out, find_ascii(p + i, width));
        if (!done)
            return false;
    }
    return true;
}
