/* SPDX-License-Identifier: Apache-2.0 */
#include "record/redact.h"

#include <string.h>

/* What is looked at. */
struct subject {
    const char *text;
    size_t len;
    size_t from; /* what is before it was handed on already */
};

/* What is replaced, and by what. */
struct found {
    size_t start;
    size_t end;
    const char *mark;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_local(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr("._+-'", c));
}

static bool is_domain(char c)
{
    return is_letter(c) || is_digit(c) || c == '.' || c == '-';
}

/* What stands for @ at i: its length, or 0. */
static size_t at_sign(const struct subject *s, size_t i)
{
    if (s->text[i] == '@')
        return 1;
    return s->len - i >= 3 && memcmp(s->text + i, "%40", 3) == 0 ? 3 : 0;
}

/* Around an @ of so many bytes at i. */
static bool find_email(const struct subject *s, size_t i, size_t at_len,
                       struct found *ret_found)
{
    size_t start = i;
    while (start > s->from && is_local(s->text[start - 1]))
        start--;
    size_t domain = i + at_len;
    size_t end = domain;
    while (end < s->len && is_domain(s->text[end]))
        end++;
    while (end > domain && (s->text[end - 1] == '.' || s->text[end - 1] == '-'))
        end--; /* of the sentence */
    const char *dot = memrchr(s->text + domain, '.', end - domain);
    if (start == i || !dot || dot == s->text + domain || !is_letter(dot[1]))
        return false;
    *ret_found = (struct found){start, end, "[email]"};
    return true;
}

/* Behind a + at i. */
static bool find_phone(const struct subject *s, size_t i, struct found *ret_found)
{
    enum { DIGITS_MIN = 8, DIGITS_MAX = 15, GAP_MAX = 2 };
    size_t digits = 0;
    size_t gap = 0;
    size_t end = i;
    if (i > s->from && (is_letter(s->text[i - 1]) || is_digit(s->text[i - 1])))
        return false;
    for (size_t at = i + 1; at < s->len && gap <= GAP_MAX; at++) {
        if (is_digit(s->text[at])) {
            digits++;
            gap = 0;
            end = at + 1;
        } else if (s->text[at] && strchr(" .-()/", s->text[at])) {
            gap++;
        } else {
            break;
        }
    }
    if (digits < DIGITS_MIN || digits > DIGITS_MAX)
        return false;
    *ret_found = (struct found){i, end, "[phone]"};
    return true;
}

static bool find_next(const struct subject *s, struct found *ret_found)
{
    for (size_t i = s->from; i < s->len; i++) {
        if (s->text[i] != '@' && s->text[i] != '%' && s->text[i] != '+')
            continue; /* nearly all are that */
        size_t at_len = at_sign(s, i);
        if (at_len ? find_email(s, i, at_len, ret_found)
                   : s->text[i] == '+' && find_phone(s, i, ret_found))
            return true;
    }
    return false;
}

bool redact_apply(const char *text, size_t len, struct buffer *scratch, const char **ret_text,
                  size_t *ret_len)
{
    struct subject s = {text, len, 0};
    struct found found;
    *ret_text = text;
    *ret_len = len;
    if (!find_next(&s, &found))
        return true;
    buffer_clear(scratch);
    do {
        if (!buffer_append(scratch, text + s.from, found.start - s.from) ||
            !buffer_append_text(scratch, found.mark))
            return false;
        s.from = found.end;
    } while (find_next(&s, &found));
    if (!buffer_append(scratch, text + s.from, len - s.from))
        return false;
    *ret_text = (const char *)scratch->data;
    *ret_len = scratch->len;
    return true;
}
