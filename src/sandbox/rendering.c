/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/rendering.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "codec/json.h"

enum { INDENT = 2, NAME_MAX_BYTES = 256, SCALAR_SIZE = 64 };

static json_t *parse(const char *json, size_t len)
{
    struct error err;
    json_t *row = NULL;
    return json_parse(json, len, "row", ERROR_BUG, &row, &err) ? row : NULL;
}

/* A scalar as plain text; null is empty. */
static const char *scalar(const json_t *value, char buffer[SCALAR_SIZE])
{
    if (json_is_string(value))
        return json_string_value(value);
    buffer[0] = '\0';
    if (json_is_integer(value))
        snprintf(buffer, SCALAR_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return buffer;
}

/* --- json --- */

static bool json_row(struct buffer *out, const char *json, size_t len, uint32_t index)
{
    return (index == 0 || buffer_append_byte(out, ',')) && buffer_append(out, json, len);
}

static bool json_info(struct buffer *out, const char *json, size_t len)
{
    return buffer_append_byte(out, ']') &&
           (!json || (buffer_append_text(out, ",\"info\":") && buffer_append(out, json, len)));
}

/* --- pretty --- */

/* What JSON.stringify(value, null, 2) writes, at a depth. */
static bool append_pretty(struct buffer *out, const json_t *value, int depth)
{
    AUTO(cleanup_free)
    char *text = json_dumps(value, JSON_INDENT(INDENT) | JSON_ENCODE_ANY);
    for (const char *line = text; line;) {
        const char *end = strchr(line, '\n');
        size_t len = end ? (size_t)(end - line) + 1 : strlen(line);
        if ((line != text && !buffer_printf(out, "%*s", depth * INDENT, "")) ||
            !buffer_append(out, line, len))
            return false;
        line = end ? end + 1 : NULL;
    }
    return text;
}

static bool pretty_row(struct buffer *out, const char *json, size_t len, uint32_t index)
{
    json_auto_t *row = parse(json, len);
    return row && buffer_append_text(out, index == 0 ? "\n    " : ",\n    ") &&
           append_pretty(out, row, 2);
}

static bool pretty_info(struct buffer *out, const char *json, size_t len)
{
    if (!buffer_append_text(out, "\n  ]"))
        return false;
    json_auto_t *info = json ? parse(json, len) : NULL;
    return !info || (buffer_append_text(out, ",\n  \"info\": ") && append_pretty(out, info, 1));
}

/* --- csv --- */

static bool append_cell(struct buffer *out, const char *text)
{
    if (!strpbrk(text, "\",\r\n"))
        return buffer_append_text(out, text);
    if (!buffer_append_byte(out, '"'))
        return false;
    for (; *text; text++)
        if ((*text == '"' && !buffer_append_byte(out, '"')) ||
            !buffer_append_byte(out, (uint8_t)*text))
            return false;
    return buffer_append_byte(out, '"');
}

/* The scalars below value, or their names: name.first, location.street.number. */
static bool append_cells(struct buffer *out, json_t *value, const char *name, bool names,
                         bool *first)
{
    const char *key;
    json_t *member;
    if (json_is_object(value)) {
        json_object_foreach (value, key, member) {
            char path[NAME_MAX_BYTES];
            snprintf(path, sizeof path, "%s%s%s", name, *name ? "." : "", key);
            if (!append_cells(out, member, path, names, first))
                return false;
        }
        return true;
    }
    char text[SCALAR_SIZE];
    if (!*first && !buffer_append_byte(out, ','))
        return false;
    *first = false;
    return append_cell(out, names ? name : scalar(value, text));
}

static bool csv_row(struct buffer *out, const char *json, size_t len, uint32_t index)
{
    json_auto_t *row = parse(json, len);
    bool first = true;
    if (!row || (index == 0 &&
                 (!append_cells(out, row, "", true, &first) || !buffer_append_byte(out, '\n'))))
        return false;
    first = true;
    return append_cells(out, row, "", false, &first) && buffer_append_byte(out, '\n');
}

static bool csv_info(struct buffer *out, const char *json, size_t len)
{
    (void)out;
    (void)json;
    (void)len;
    return true;
}

/* --- yaml --- */

static bool append_yaml(struct buffer *out, json_t *value, int depth)
{
    const char *key;
    json_t *member;
    if (!json_is_object(value)) {
        AUTO(cleanup_free) char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        return text && buffer_printf(out, " %s\n", text);
    }
    if (!buffer_append_byte(out, '\n'))
        return false;
    json_object_foreach (value, key, member)
        if (!buffer_printf(out, "%*s%s:", depth * INDENT, "", key) ||
            !append_yaml(out, member, depth + 1))
            return false;
    return true;
}

static bool yaml_row(struct buffer *out, const char *json, size_t len, uint32_t index)
{
    (void)index;
    json_auto_t *row = parse(json, len);
    if (!row)
        return false;
    return buffer_append_text(out, "  -") && append_yaml(out, row, 2);
}

static bool yaml_info(struct buffer *out, const char *json, size_t len)
{
    json_auto_t *info = json ? parse(json, len) : NULL;
    return !info || (buffer_append_text(out, "info:") && append_yaml(out, info, 1));
}

/* --- xml --- */

static bool append_escaped(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        const char *entity = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                                            : NULL;
        if (!(entity ? buffer_append_text(out, entity)
                     : buffer_append_byte(out, (uint8_t)*text)))
            return false;
    }
    return true;
}

static bool append_element(struct buffer *out, const char *name, json_t *value)
{
    const char *key;
    json_t *member;
    if (!buffer_printf(out, "<%s>", name))
        return false;
    if (json_is_object(value)) {
        json_object_foreach (value, key, member)
            if (!append_element(out, key, member))
                return false;
    } else {
        char text[SCALAR_SIZE];
        if (!append_escaped(out, scalar(value, text)))
            return false;
    }
    return buffer_printf(out, "</%s>", name);
}

static bool xml_row(struct buffer *out, const char *json, size_t len, uint32_t index)
{
    (void)index;
    json_auto_t *row = parse(json, len);
    return row && append_element(out, "results", row);
}

static bool xml_info(struct buffer *out, const char *json, size_t len)
{
    json_auto_t *info = json ? parse(json, len) : NULL;
    return !info || append_element(out, "info", info);
}

/* --- the table --- */

#define JSON_TYPE "application/json; charset=utf-8"

static const struct rendering renderings[] = {
    {"json", JSON_TYPE, "json", true, "{\"results\":[", "}", json_row, json_info},
    {"pretty", JSON_TYPE, "json", false, "{\n  \"results\": [", "\n}", pretty_row, pretty_info},
    {"prettyjson", JSON_TYPE, "json", false, "{\n  \"results\": [", "\n}", pretty_row,
     pretty_info},
    {"csv", "text/csv; charset=utf-8", "csv", false, "", "", csv_row, csv_info},
    {"yaml", "text/x-yaml; charset=utf-8", "yaml", false, "results:\n", "", yaml_row,
     yaml_info},
    {"xml", "text/xml; charset=utf-8", "xml", false,
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<user>", "</user>", xml_row, xml_info},
};

const struct rendering *rendering_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof renderings / sizeof *renderings; i++)
        if (strlen(renderings[i].name) == len && memcmp(renderings[i].name, name, len) == 0)
            return &renderings[i];
    return &renderings[0];
}
