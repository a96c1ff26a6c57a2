/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas of a few columns, written in one line. */
#ifndef SCHEMA_FIXTURE_H
#define SCHEMA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "record/schema.h"

/* What a source sends for a column of a type. */
static inline const char *schema_fixture_wire(const char *type)
{
    static const char *const wires[][2] = {
        {"text", "[\"string\", \"number\", \"boolean\", \"null\"]"},
        {"integer", "[\"integer\", \"string\", \"null\"]"},
        {"bigint", "[\"integer\", \"string\", \"null\"]"},
        {"boolean", "[\"boolean\", \"null\"]"},
        {"date", "[\"string\", \"null\"]"},
        {"timestamptz", "[\"string\", \"null\"]"},
    };
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++)
        if (strcmp(wires[i][0], type) == 0)
            return wires[i][1];
    return "[\"number\", \"string\", \"null\"]";
}

/* columns: "id bigint, name text, price numeric(8,4), tags json"; key: "id, name" or "". */
static inline struct schema *schema_fixture(const char *table, const char *write,
                                            const char *columns, const char *key)
{
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    buffer_printf(&text, "{\"type\": \"object\", \"x-table\": \"%s\", \"x-write\": \"%s\"",
                  table, write);
    char name[80], type[80];
    int used;
    const char *separator = ", \"x-key\": [";
    for (const char *p = key; sscanf(p, " %79[a-z0-9_]%n", name, &used) == 1; p += used) {
        buffer_printf(&text, "%s\"%s\"", separator, name);
        separator = ", ";
        if (p[used] == ',')
            used++;
    }
    buffer_printf(&text, "%s, \"properties\": {", *key ? "]" : "");
    separator = "";
    for (const char *p = columns;
         sscanf(p, " %79[a-z0-9_] %79[a-z0-9(),]%n", name, type, &used) == 2; p += used) {
        size_t len = strlen(type);
        if (len && type[len - 1] == ',')
            type[len - 1] = '\0';
        if (strcmp(type, "json") == 0)
            buffer_printf(
                &text,
                "%s\"%s\": {\"type\": [\"array\", \"null\"], \"x-column\": {\"type\": "
                "\"json\"}, \"items\": {\"type\": \"string\", \"x-pii\": \"keep\"}}",
                separator, name);
        else
            buffer_printf(&text,
                          "%s\"%s\": {\"type\": %s, \"x-pii\": \"keep\", \"x-column\": "
                          "{\"type\": \"%s\"}}",
                          separator, name, schema_fixture_wire(type), type);
        separator = ", ";
    }
    buffer_append_text(&text, "}}");

    json_t *root = NULL;
    struct schema *schema = NULL;
    struct error err;
    if (!json_parse((const char *)text.data, text.len, "fixture", ERROR_MANIFEST, &root,
                    &err) ||
        !schema_from_json(root, "fixture", &schema, &err))
        fail_msg("%s\n%s", err.text, buffer_text(&text));
    json_decref(root);
    buffer_done(&text);
    return schema;
}

#endif
