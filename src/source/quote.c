/* SPDX-License-Identifier: Apache-2.0 */
#include "source/quote.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

struct quoted {
    char *text;
    size_t len;
    bool full;
};

static void put(struct quoted *q, const char *piece, size_t len)
{
    if (q->full || q->len + len > QUOTE_MAX) {
        q->full = true;
        return;
    }
    memcpy(q->text + q->len, piece, len);
    q->len += len;
}

/* The bytes of the character at text; 0 when it is none. */
static size_t character(const char *text)
{
    unsigned char c = (unsigned char)text[0];
    size_t len = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
    size_t have = strnlen(text, len);
    return len > 0 && have == len && text_is_utf8(text, len) ? len : 0;
}

/* Controls of both sets, and those that turn or hide what stands beside them on a terminal. */
static bool is_printable(const char *text, size_t len)
{
    unsigned char c = (unsigned char)text[0], d = (unsigned char)text[1];
    if (len == 1)
        return c >= 0x20 && c < 0x7f;
    if (len == 2)
        return !(c == 0xc2 && d < 0xa0) && !(c == 0xd8 && d == 0x9c); /* C1; U+061C */
    if (len == 3 && c == 0xe2) { /* U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F */
        unsigned char e = (unsigned char)text[2];
        return !(d == 0x80 && ((e >= 0x8b && e <= 0x8f) || (e >= 0xa8 && e <= 0xae))) &&
               !(d == 0x81 && e >= 0xa0 && e <= 0xaf);
    }
    return !(len == 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0);
}

static size_t digits_in_a_row(const char *word, size_t len)
{
    size_t longest = 0, row = 0;
    for (size_t i = 0; i < len; i++) {
        row = word[i] >= '0' && word[i] <= '9' ? row + 1 : 0;
        if (row > longest)
            longest = row;
    }
    return longest;
}

static size_t letters_in_a_row(const char *word, size_t len)
{
    size_t longest = 0, row = 0;
    for (size_t i = 0; i < len; i++) {
        char c = word[i];
        bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        row = alphanumeric ? row + 1 : 0;
        if (row > longest)
            longest = row;
    }
    return longest;
}

/* Signs of a link and of an address, plain and as JSON within a text and URLs write them. */
static const char *const link_signs[] = {"://", ":\\/\\/", "%3A%2F%2F", "access_token", NULL};
static const char *const address_signs[] = {"@", "\\u0040", "%40", NULL};

static bool holds_any(const char *word, size_t len, const char *const *signs)
{
    for (; *signs; signs++) {
        if (memmem(word, len, *signs, strlen(*signs)))
            return true;
    }
    return false;
}

/* What stands in for a word that may be personal or secret; NULL: the word itself may stand. */
static const char *replacement(const char *word, size_t len)
{
    if (holds_any(word, len, link_signs))
        return "[link]";
    /* "@name" is a handle of the service: an address has something before its sign */
    if (holds_any(word + 1, len - 1, address_signs))
        return "[address]";
    if (digits_in_a_row(word, len) > QUOTE_DIGITS_MAX)
        return "[number]";
    if (letters_in_a_row(word, len) > QUOTE_LETTERS_MAX)
        return "[token]";
    return NULL;
}

static void put_word(struct quoted *q, const char *word, size_t len)
{
    const char *instead = replacement(word, len);
    if (instead) {
        put(q, instead, strlen(instead));
        return;
    }
    for (size_t i = 0; i < len && !q->full;) {
        size_t n = character(word + i);
        if (n > 0 && is_printable(word + i, n))
            put(q, word + i, n);
        else
            put(q, "?", 1);
        i += n > 0 ? n : 1;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "+49 30 1234567": the bytes of a telephone number at text, in groups or not; 0: it is none. */
static size_t telephone(const char *text)
{
    size_t digits = 0, len = 0;
    if (*text != '+' || !is_digit(text[1]))
        return 0;
    for (size_t i = 1; is_digit(text[i]) || (text[i] && strchr(" -./()", text[i])); i++) {
        digits += is_digit(text[i]);
        len = is_digit(text[i]) ? i + 1 : len;
    }
    return digits >= QUOTE_TELEPHONE_MIN ? len : 0;
}

const char *quote_text(const char *text, char ret_text[QUOTE_SIZE])
{
    static const char blanks[] = " \t\r\n\v\f";
    static const char ellipsis[] = "…";
    struct quoted q = {.text = ret_text};
    while (text && !q.full) {
        text += strspn(text, blanks);
        size_t number = telephone(text);
        size_t len = number ? number : strcspn(text, blanks);
        if (len == 0)
            break;
        if (q.len > 0)
            put(&q, " ", 1);
        if (number)
            put(&q, "[number]", sizeof "[number]" - 1);
        else
            put_word(&q, text, len);
        text += len;
    }
    ret_text[q.len] = '\0';
    if (q.full)
        memcpy(ret_text + q.len, ellipsis, sizeof ellipsis);
    return ret_text;
}
