/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_cursor.h"

#include <string.h>

#include "base/text.h"
#include "sandbox/splitmix.h"

/* base64 in an alphabet that needs no escaping in a URL, with the tail cursors have */
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char tail[] = "ZDZD";

enum { WORD_DIGITS = 11, DIGIT_BITS = 6 };

static char *write_word(uint64_t word, char *out)
{
    for (int i = 0; i < WORD_DIGITS; i++, word >>= DIGIT_BITS)
        *out++ = digits[word & 63];
    return out;
}

static bool read_word(const char *text, uint64_t *ret_word)
{
    uint64_t word = 0;
    for (int i = WORD_DIGITS - 1; i >= 0; i--) {
        const char *place = text[i] ? strchr(digits, text[i]) : NULL;
        if (!place)
            return false;
        word = word << DIGIT_BITS | (uint64_t)(place - digits);
    }
    *ret_word = word;
    return true;
}

void meta_cursor_write(uint64_t query, uint64_t position, char ret_text[META_CURSOR_SIZE])
{
    uint64_t mark = splitmix_mix(query ^ splitmix_mix(position));
    char *end = write_word(position ^ splitmix_mix(query), ret_text);
    end = write_word(mark, end);
    memcpy(end, tail, sizeof tail);
}

bool meta_cursor_read(uint64_t query, const char *text, uint64_t *ret_position)
{
    uint64_t position, mark;
    if (strlen(text) != 2 * WORD_DIGITS + sizeof tail - 1 || !read_word(text, &position) ||
        !read_word(text + WORD_DIGITS, &mark))
        return false;
    position ^= splitmix_mix(query);
    if (mark != splitmix_mix(query ^ splitmix_mix(position)))
        return false;
    *ret_position = position;
    return true;
}

uint64_t meta_cursor_mark(const struct meta_params *params, struct meta_node node)
{
    static const char *const passing[] = {
        "limit",           "after",  "before",  "access_token",
        "appsecret_proof", "fields", "summary", NULL};
    uint64_t mark = (uint64_t)node.kind << 56 ^ (uint64_t)node.account << 40 ^ node.index;
    for (size_t i = 0; i < params->count; i++) {
        const char *name = meta_params_name(params, i);
        if (text_find(name, passing) >= 0)
            continue;
        uint64_t pair = 0;
        for (const char *c = name; *c; c++)
            pair = splitmix_mix(pair + (unsigned char)*c);
        for (const char *c = meta_params_value(params, i); *c; c++)
            pair = splitmix_mix(pair + (unsigned char)*c);
        mark += pair; /* in any order */
    }
    return splitmix_mix(mark);
}
