/* SPDX-License-Identifier: Apache-2.0 */
#include "record/normalise.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"

enum letter_case { CASE_KEEP, CASE_FOLD, CASE_UPPER };

enum { PHONE_DIGITS_MIN = 8, PHONE_DIGITS_MAX = 15 };

struct normalise {
    const char *version;
    bool compatible; /* NFKC, else NFC */
    bool collapse; /* runs of inner blanks become one space */
    enum letter_case letter_case;
    /* A last step on the result so far, in place. */
    size_t (*finish)(char *text, size_t len);
};

static size_t finish_phone(char *text, size_t len);
static size_t finish_uuid(char *text, size_t len);

static const char *const classes[] = {"email", "name",     "phone", "phonetext", "postcode",
                                      "text",  "username", "uuid",  NULL};

/* Beside classes, in the same order. */
static const struct normalise rows[] = {
    {.version = "email.v1", .letter_case = CASE_FOLD},
    {.version = "name.v1", .compatible = true, .collapse = true, .letter_case = CASE_FOLD},
    {.version = "phone.v1", .finish = finish_phone},
    {.version = "phonetext.v1"},
    {.version = "postcode.v1", .compatible = true, .collapse = true, .letter_case = CASE_UPPER},
    {.version = "text.v1"},
    {.version = "username.v1", .letter_case = CASE_FOLD},
    {.version = "uuid.v1", .letter_case = CASE_FOLD, .finish = finish_uuid},
};

const char *const *normalise_classes(void)
{
    return classes;
}

const struct normalise *normalise_find(const char *class_name)
{
    for (size_t i = 0; classes[i]; i++)
        if (strcmp(classes[i], class_name) == 0)
            return &rows[i];
    return NULL;
}

const char *normalise_class(const struct normalise *n)
{
    return classes[n - rows];
}

const char *normalise_version(const struct normalise *n)
{
    return n->version;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Written in place only when what comes out is E.164; else the text stays as it is. */
static size_t finish_phone(char *text, size_t len)
{
    char number[PHONE_DIGITS_MAX + 2] = "+";
    size_t digits = 0;
    size_t start = 0;
    if (len && text[0] == '+')
        start = 1;
    else if (len > 1 && text[0] == '0' && text[1] == '0')
        start = 2;
    else
        return len;

    for (size_t i = start; i < len; i++) {
        if (is_digit(text[i]) && digits < PHONE_DIGITS_MAX)
            number[++digits] = text[i];
        else if (!memchr(" -./()", text[i], 6))
            return len;
    }
    if (digits < PHONE_DIGITS_MIN || number[1] == '0')
        return len;
    memcpy(text, number, digits + 1);
    return digits + 1;
}

static size_t finish_uuid(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] != '0' && text[i] != '-')
            return len;
    return 0;
}

static bool is_ascii_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim_ascii(const char **text, size_t *len)
{
    while (*len && is_ascii_blank(**text)) {
        ++*text;
        --*len;
    }
    while (*len && is_ascii_blank((*text)[*len - 1]))
        --*len;
}

static bool is_ascii(const char *text, size_t len)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    for (; len >= 8; text += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, text, sizeof word);
        if (word & high)
            return false;
    }
    for (; len; text++, len--)
        if ((unsigned char)*text & 0x80)
            return false;
    return true;
}

/* Without branches: upper and lower case come as they like. */
static char fold(char c)
{
    return (char)(c | ((unsigned char)(c - 'A') < 26) << 5);
}

static char upper(char c)
{
    return (char)(c & ~(((unsigned char)(c - 'a') < 26) << 5));
}

static void change_case(enum letter_case letter_case, char *text, size_t len)
{
    switch (letter_case) {
    case CASE_KEEP:
        break;
    case CASE_FOLD:
        for (size_t i = 0; i < len; i++)
            text[i] = fold(text[i]);
        break;
    case CASE_UPPER:
        for (size_t i = 0; i < len; i++)
            text[i] = upper(text[i]);
        break;
    }
}

/* Neither the first nor the last is a blank. */
static size_t collapse_ascii(char *text, size_t len)
{
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        bool blank = is_ascii_blank(text[i]);
        if (!blank || text[at - 1] != ' ')
            text[at++] = blank ? ' ' : text[i];
    }
    return at;
}

/* ASCII is its own NFC and NFKC. The input is trimmed. */
static size_t normalise_ascii(const struct normalise *n, const char *text, size_t len,
                              char *out)
{
    memcpy(out, text, len);
    change_case(n->letter_case, out, len);
    return n->collapse ? collapse_ascii(out, len) : len;
}

static bool is_blank(utf8proc_int32_t c)
{
    if (c < 0x80)
        return is_ascii_blank((char)c);
    utf8proc_category_t category = utf8proc_category(c);
    return c == 0x85 || c == 0xFEFF || category == UTF8PROC_CATEGORY_ZS ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

/* Trims and collapses code points in place. */
static size_t blanks(const struct normalise *n, utf8proc_int32_t *c, size_t count)
{
    while (count && is_blank(c[count - 1]))
        count--;
    size_t start = 0;
    while (start < count && is_blank(c[start]))
        start++;
    size_t at = 0;
    for (size_t i = start; i < count; i++) {
        if (n->collapse && is_blank(c[i])) {
            if (c[at - 1] != ' ')
                c[at++] = ' ';
        } else {
            c[at++] = c[i];
        }
    }
    return at;
}

static size_t encode(const utf8proc_int32_t *c, size_t count, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        at += (size_t)utf8proc_encode_char(c[i], (utf8proc_uint8_t *)out + at);
    return at;
}

/* One pass of decomposition, case and composition: text to code points. */
static bool compose(const char *text, size_t len, int options, enum letter_case letter_case,
                    utf8proc_int32_t *c, size_t room, size_t *ret_count)
{
    utf8proc_option_t with = (utf8proc_option_t)(options | UTF8PROC_STABLE);
    utf8proc_ssize_t count = utf8proc_decompose(
        (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, c, (utf8proc_ssize_t)room, with);
    if (count < 0 || (size_t)count > room)
        return false;
    if (letter_case == CASE_UPPER)
        for (utf8proc_ssize_t i = 0; i < count; i++)
            c[i] = utf8proc_toupper(c[i]);
    if (options & UTF8PROC_COMPOSE)
        count = utf8proc_normalize_utf32(c, count, with);
    *ret_count = (size_t)count;
    return count >= 0;
}

/* Decomposed and put in order before the case is folded, since folding may make a letter of a
 * mark (U+0345), which the order of marks then no longer reaches. */
static bool normalise_unicode(const struct normalise *n, const char *text, size_t len,
                              struct buffer *scratch, char **ret_text, size_t *ret_len)
{
    enum { EXPANSION_MAX = 18, UTF8_MAX = 4 };
    size_t room = len * EXPANSION_MAX;
    if (!buffer_reserve(scratch, room * (sizeof(utf8proc_int32_t) + UTF8_MAX)))
        return false;
    utf8proc_int32_t *c = (utf8proc_int32_t *)(void *)scratch->data;
    char *out = (char *)(c + room);

    int compatible = n->compatible ? UTF8PROC_COMPAT : 0;
    int fold = n->letter_case == CASE_FOLD ? UTF8PROC_CASEFOLD : 0;
    const char *from = text;
    size_t size = len;
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        int options =
            pass == 0 ? UTF8PROC_DECOMPOSE | compatible : UTF8PROC_COMPOSE | compatible | fold;
        enum letter_case letter_case = pass == 0 ? CASE_KEEP : n->letter_case;
        if (!compose(from, size, options, letter_case, c, room, &count))
            return false;
        count = blanks(n, c, count);
        size = encode(c, count, out);
        from = out;
    }
    *ret_text = out;
    *ret_len = size;
    return true;
}

bool normalise_apply(const struct normalise *n, const char *text, size_t len,
                     struct buffer *scratch, const char **ret_text, size_t *ret_len)
{
    if (len > NORMALISE_INPUT_MAX)
        return false;
    buffer_clear(scratch);
    trim_ascii(&text, &len);

    char *out;
    bool ascii = is_ascii(text, len);
    if (ascii || !text_is_utf8(text, len)) {
        if (!buffer_reserve(scratch, len + 1))
            return false;
        out = (char *)scratch->data;
        if (ascii)
            len = normalise_ascii(n, text, len, out);
        else
            memcpy(out, text, len);
    } else if (!normalise_unicode(n, text, len, scratch, &out, &len)) {
        return false;
    }
    *ret_text = out;
    *ret_len = n->finish ? n->finish(out, len) : len;
    return true;
}
