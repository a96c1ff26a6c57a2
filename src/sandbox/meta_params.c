/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_params.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "codec/json.h"

enum { BOUNDARY_MAX = 72 }; /* RFC 2046: 70 characters */

void meta_params_init(struct meta_params *p)
{
    *p = (struct meta_params){0};
    buffer_init(&p->text, META_PARAMS_BYTES_MAX);
}

void meta_params_done(struct meta_params *p)
{
    if (p)
        buffer_done(&p->text);
}

/* --- reading --- */

const char *meta_params_name(const struct meta_params *p, size_t i)
{
    return (const char *)p->text.data + p->names[i];
}

const char *meta_params_value(const struct meta_params *p, size_t i)
{
    return (const char *)p->text.data + p->values[i];
}

const char *meta_params_get(const struct meta_params *p, const char *name)
{
    for (size_t i = p->count; i > 0; i--)
        if (strcmp(meta_params_name(p, i - 1), name) == 0)
            return meta_params_value(p, i - 1);
    return NULL;
}

/* --- adding --- */

/* A NUL would end the text for whoever reads it: nothing may hide behind one. */
static bool append_plain(struct meta_params *p, const char *text, size_t len, size_t *ret_at)
{
    *ret_at = p->text.len;
    return !memchr(text, '\0', len) && buffer_append(&p->text, text, len) &&
           buffer_append_byte(&p->text, '\0');
}

static bool add(struct meta_params *p, const char *name, size_t name_len, const char *value,
                size_t value_len)
{
    if (p->count == META_PARAMS_MAX || !append_plain(p, name, name_len, &p->names[p->count]) ||
        !append_plain(p, value, value_len, &p->values[p->count]))
        return false;
    p->count++;
    return true;
}

bool meta_params_set(struct meta_params *p, const char *name, const char *value)
{
    meta_params_remove(p, name);
    return add(p, name, strlen(name), value, strlen(value));
}

void meta_params_remove(struct meta_params *p, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(meta_params_name(p, i), name) == 0)
            continue;
        p->names[kept] = p->names[i];
        p->values[kept++] = p->values[i];
    }
    p->count = kept;
}

bool meta_params_copy(struct meta_params *p, const struct meta_params *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (!meta_params_set(p, meta_params_name(from, i), meta_params_value(from, i)))
            return false;
    return true;
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *place = c ? strchr(digits, c) : NULL;
    if (!place)
        return -1;
    int value = (int)(place - digits);
    return value < 16 ? value : value - 6;
}

static bool append_unescaped(struct meta_params *p, const char *text, size_t len,
                             size_t *ret_at)
{
    *ret_at = p->text.len;
    for (size_t i = 0; i < len; i++) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%' && i + 2 < len && digit_of(text[i + 1]) >= 0 &&
            digit_of(text[i + 2]) >= 0) {
            c = (char)(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
            i += 2;
        }
        if (c == '\0' || !buffer_append_byte(&p->text, (uint8_t)c))
            return false;
    }
    return buffer_append_byte(&p->text, '\0');
}

bool meta_params_add_query(struct meta_params *p, const char *query, size_t len)
{
    for (size_t at = 0; at < len;) {
        const char *end = memchr(query + at, '&', len - at);
        size_t pair = end ? (size_t)(end - (query + at)) : len - at;
        const char *equals = memchr(query + at, '=', pair);
        size_t name = equals ? (size_t)(equals - (query + at)) : pair;
        if (name > 0) {
            size_t value = pair - name - (equals != NULL);
            if (p->count == META_PARAMS_MAX ||
                !append_unescaped(p, query + at, name, &p->names[p->count]) ||
                !append_unescaped(p, query + at + pair - value, value, &p->values[p->count]))
                return false;
            p->count++;
        }
        at += pair + 1;
    }
    return true;
}

/* --- bodies --- */

static bool add_json_member(struct meta_params *p, const char *name, const json_t *value)
{
    if (json_is_string(value))
        return add(p, name, strlen(name), json_string_value(value), json_string_length(value));
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    bool done = text && add(p, name, strlen(name), text, strlen(text));
    free(text);
    return done;
}

static bool add_json(struct meta_params *p, const char *body, size_t len)
{
    json_auto_t *root = NULL;
    struct error err;
    if (!json_parse(body, len, "body", ERROR_DATA, &root, &err) || !json_is_object(root))
        return false;
    const char *name;
    json_t *value;
    json_object_foreach (root, name, value)
        if (!add_json_member(p, name, value))
            return false;
    return true;
}

/* The name in `Content-Disposition: form-data; name="…"`. */
static bool part_name(const char *head, size_t len, const char **ret_name, size_t *ret_len)
{
    static const char mark[] = "; name=\"";
    const char *start = memmem(head, len, mark, sizeof mark - 1);
    if (!start)
        return false;
    start += sizeof mark - 1;
    const char *end = memchr(start, '"', (size_t)(head + len - start));
    *ret_name = start;
    *ret_len = end ? (size_t)(end - start) : 0;
    return end;
}

static bool add_part(struct meta_params *p, const char *part, size_t len)
{
    const char *blank = memmem(part, len, "\r\n\r\n", 4);
    const char *name;
    size_t name_len;
    if (!blank || !part_name(part, (size_t)(blank - part), &name, &name_len))
        return false;
    const char *value = blank + 4;
    size_t value_len = (size_t)(part + len - value);
    if (value_len < 2 || memcmp(value + value_len - 2, "\r\n", 2) != 0)
        return false; /* the boundary begins a line */
    return add(p, name, name_len, value, value_len - 2);
}

static bool find_boundary(const char *type, char ret_mark[BOUNDARY_MAX + 3])
{
    const char *place = strcasestr(type, "boundary=");
    if (!place)
        return false;
    place += strlen("boundary=");
    bool quoted = *place == '"';
    place += quoted;
    size_t len = strcspn(place, quoted ? "\"" : "; ");
    if (len == 0 || len > BOUNDARY_MAX)
        return false;
    memcpy(ret_mark, "--", 2);
    memcpy(ret_mark + 2, place, len);
    ret_mark[len + 2] = '\0';
    return true;
}

static bool add_multipart(struct meta_params *p, const char *type, const char *body, size_t len)
{
    char mark[BOUNDARY_MAX + 3];
    if (!find_boundary(type, mark))
        return false;
    size_t mark_len = strlen(mark);
    const char *end = body + len;
    const char *at = memmem(body, len, mark, mark_len);
    while (at) {
        const char *start = at + mark_len;
        if (end - start >= 2 && memcmp(start, "--", 2) == 0)
            return true;
        const char *next = memmem(start, (size_t)(end - start), mark, mark_len);
        if (!next || !add_part(p, start, (size_t)(next - start)))
            return false;
        at = next;
    }
    return false;
}

bool meta_params_add_body(struct meta_params *p, const char *type, const char *body, size_t len)
{
    if (len == 0)
        return true;
    if (type && strcasestr(type, "application/json"))
        return add_json(p, body, len);
    if (type && strcasestr(type, "multipart/form-data"))
        return add_multipart(p, type, body, len);
    return meta_params_add_query(p, body, len);
}

bool meta_params_append_escaped(struct buffer *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                     (*c >= 'A' && *c <= 'Z') || strchr("-._~", *c);
        if (!(plain ? buffer_append_byte(out, (uint8_t)*c)
                    : buffer_printf(out, "%%%02X", (unsigned char)*c)))
            return false;
    }
    return true;
}
