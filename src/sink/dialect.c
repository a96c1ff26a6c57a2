/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/dialect.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

enum { NUMBER_SIZE = 24 };

static const char *find(const struct dialect_value *values, const char *name, size_t len)
{
    for (; values->name; values++)
        if (strlen(values->name) == len && memcmp(values->name, name, len) == 0)
            return values->text;
    return NULL;
}

static bool append(struct buffer *out, const char *text, size_t len, struct error *err)
{
    return buffer_append(out, text, len) ||
           error_set(err, ERROR_BUG, "a statement of more than %zu bytes", out->max);
}

bool dialect_render(struct buffer *out, const char *template,
                    const struct dialect_value *values, struct error *err)
{
    for (const char *p = template;;) {
        size_t plain = strcspn(p, "{");
        if (!append(out, p, plain, err))
            return false;
        p += plain;
        if (!*p)
            return true;

        size_t len = strcspn(++p, "}");
        const char *text = find(values, p, len);
        if (!text || !p[len])
            return error_set(err, ERROR_BUG, "a template names {%.*s}, which it does not get",
                             (int)len, p);
        if (!append(out, text, strlen(text), err))
            return false;
        p += len + 1;
    }
}

bool dialect_item(struct buffer *out, const char *separator, const char *template,
                  const char *name, size_t number, const char *type, struct error *err)
{
    char digits[NUMBER_SIZE];
    snprintf(digits, sizeof digits, "%zu", number);
    const struct dialect_value values[] = {
        {"name", name}, {"number", digits}, {"type", type ? type : ""}, {NULL, NULL}};
    return (out->len == 0 || append(out, separator, strlen(separator), err)) &&
           dialect_render(out, template, values, err);
}

bool dialect_literal(struct buffer *out, const char *text, struct error *err)
{
    if (!append(out, "'", 1, err))
        return false;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "'");
        if (!append(out, p, len, err) || (p[len] && !append(out, "''", 2, err)))
            return false;
        p += len + (p[len] != '\0');
    }
    return append(out, "'", 1, err);
}

bool dialect_type(const struct dialect *d, const struct schema_column *column,
                  char ret_type[DIALECT_TYPE_SIZE], struct error *err)
{
    char precision[NUMBER_SIZE];
    char scale[NUMBER_SIZE];
    snprintf(precision, sizeof precision, "%d", column->precision);
    snprintf(scale, sizeof scale, "%d", column->scale);
    const struct dialect_value values[] = {
        {"precision", precision}, {"scale", scale}, {NULL, NULL}};

    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, DIALECT_TYPE_SIZE);
    if (!dialect_render(&text, d->types[column->type], values, err) ||
        !append(&text, "", 1, err))
        return false;
    memcpy(ret_type, text.data, text.len);
    return true;
}
