/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_fields.h"

#include <string.h>

#include "codec/json.h"

/* The length of one field with its braces; SIZE_MAX when these do not pair. */
static size_t field_length(const char *text)
{
    int depth = 0;
    const char *p = text;
    for (; *p && (*p != ',' || depth > 0); p++) {
        depth += *p == '{';
        depth -= *p == '}';
        if (depth < 0)
            return SIZE_MAX;
    }
    return depth == 0 ? (size_t)(p - text) : SIZE_MAX;
}

static bool is_known(const struct meta_fields *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->names[i], name) == 0)
            return true;
    return false;
}

/* Makes C strings of a field in place: "creative{id}" is two. "field.limit(5)" loses its
 * modifiers. */
static bool add(struct meta_fields *f, char *field, size_t len)
{
    while (len > 0 && *field == ' ') {
        field++;
        len--;
    }
    while (len > 0 && field[len - 1] == ' ')
        len--;
    field[len] = '\0';
    if (len == 0)
        return true;
    char *brace = strchr(field, '{');
    if (brace) {
        *brace = '\0';
        field[len - 1] = '\0';
    }
    field[strcspn(field, ".")] = '\0';
    if (is_known(f, field))
        return true;
    if (f->count == META_FIELDS_MAX)
        return false;
    f->below[f->count] = brace ? brace + 1 : NULL;
    f->names[f->count++] = field;
    return true;
}

static bool append_array(const char *text, struct buffer *out)
{
    json_auto_t *root = NULL;
    struct error err;
    if (!json_parse(text, strlen(text), "fields", ERROR_DATA, &root, &err) ||
        !json_is_array(root))
        return false;
    for (size_t i = 0; i < json_array_size(root); i++) {
        const char *name = json_string_value(json_array_get(root, i));
        if (!name || !buffer_append_text(out, name) || !buffer_append_byte(out, ','))
            return false;
    }
    return true;
}

bool meta_fields_parse(const char *text, struct meta_fields *ret_fields)
{
    struct meta_fields *f = ret_fields;
    *f = (struct meta_fields){0};
    buffer_init(&f->text, META_FIELDS_BYTES_MAX);
    bool copied =
        *text == '[' ? append_array(text, &f->text) : buffer_append_text(&f->text, text);
    if (!copied || !buffer_append_byte(&f->text, '\0'))
        return false;
    for (char *p = (char *)f->text.data; *p;) {
        size_t len = field_length(p);
        if (len == SIZE_MAX)
            return false;
        bool last = p[len] == '\0';
        if (!add(f, p, len))
            return false;
        p += len + !last;
    }
    return true;
}

void meta_fields_done(struct meta_fields *f)
{
    if (f)
        buffer_done(&f->text);
}
