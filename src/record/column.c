/* SPDX-License-Identifier: Apache-2.0 */
#include "record/column.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/decimal.h"

static const struct place_key keys[] = {{"name", false}, {"type", true}, {NULL, false}};
static const struct place_key derived_keys[] = {{"type", true}, {NULL, false}};

/* By enum schema_type. */
static const char *const type_names[] = {"text", "integer",     "bigint", "numeric", "boolean",
                                         "date", "timestamptz", "json",   NULL};
static size_t hash_name(const char *name, size_t len)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * 16777619u;
    return h % (2 * SCHEMA_COLUMNS_MAX);
}

int column_find(const struct column_list *list, const char *name, size_t len)
{
    size_t slot = hash_name(name, len);
    for (; list->index[slot]; slot = (slot + 1) % (2 * SCHEMA_COLUMNS_MAX)) {
        int column = list->index[slot] - 1;
        const char *candidate = list->columns[column].name;
        if (strncmp(candidate, name, len) == 0 && candidate[len] == '\0')
            return column;
    }
    return -1;
}

static void index_column(struct column_list *list, int column)
{
    const char *name = list->columns[column].name;
    size_t slot = hash_name(name, strlen(name));
    while (list->index[slot])
        slot = (slot + 1) % (2 * SCHEMA_COLUMNS_MAX);
    list->index[slot] = (uint16_t)(column + 1);
}

void column_list_done(struct column_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((char *)(uintptr_t)list->columns[i].name);
        free((char *)(uintptr_t)list->columns[i].comment);
    }
}

/* "numeric(12,4)" */
static bool parse_numeric(const char *text, int *ret_precision, int *ret_scale)
{
    static const char start[] = "numeric(";
    size_t len = strlen(text);
    const char *comma = strchr(text, ',');
    if (!text_starts_with(text, start) || text[len - 1] != ')' || !comma)
        return false;
    const char *digits = text + strlen(start);
    int64_t precision, scale;
    size_t scale_len = (size_t)(text + len - 1 - (comma + 1));
    if (!decimal_parse_integer(digits, (size_t)(comma - digits), 1, SCHEMA_PRECISION_MAX,
                               &precision) ||
        !decimal_parse_integer(comma + 1, scale_len, 0, SCHEMA_PRECISION_MAX, &scale) ||
        comma[1] == '-')
        return false;
    *ret_precision = (int)precision;
    *ret_scale = (int)scale;
    return scale <= precision;
}

static bool parse_type(struct place *at, const json_t *json, struct schema_column *column,
                       struct error *err)
{
    static const char *const spellings[] = {"text",    "integer",       "bigint",
                                            "boolean", "numeric(12,4)", "date",
                                            "json",    "timestamptz",   NULL};
    const char *text = NULL;
    if (!place_string(at, json, "type", &text, err))
        return false;
    if (parse_numeric(text, &column->precision, &column->scale)) {
        column->type = SCHEMA_NUMERIC;
        return true;
    }
    int type = text_find(text, type_names);
    if (type < 0 || type == SCHEMA_NUMERIC) {
        char hint[PLACE_HINT_SIZE];
        return place_fail_at(at, "type", err, "there is no column type \"%s\"%s", text,
                             place_hint(text, spellings, hint));
    }
    column->type = (enum schema_type)type;
    return true;
}

static bool add(struct column_list *list, struct schema_column column, const char *name,
                const char *comment, struct error *err)
{
    column.name = strdup(name);
    column.comment = strdup(comment);
    list->columns[list->count++] = column;
    if (!column.name || !column.comment)
        return error_memory(err);
    index_column(list, (int)list->count - 1);
    return true;
}

bool column_read(struct column_list *list, struct place *at, const json_t *json,
                 const char *name, bool derived, const char *comment, int *ret_column,
                 struct error *err)
{
    struct schema_column column = {0};
    const char *own = NULL;
    if (!place_keys(at, json, derived ? derived_keys : keys, err) ||
        !place_string(at, json, "name", &own, err))
        return false;
    if (own && !text_is_identifier(own))
        return place_fail_at(at, "name", err,
                             "\"%s\" is no identifier (a-z, 0-9 and _, at most 63)", own);
    if (own)
        name = own;
    if (!text_is_identifier(name))
        return place_fail(at, err, "\"%s\" is no identifier: give the column a \"name\"", name);
    if (column_find(list, name, strlen(name)) >= 0)
        return place_fail(at, err, "there is a column \"%s\" already", name);
    if (!parse_type(at, json, &column, err))
        return false;
    if (list->count == SCHEMA_COLUMNS_MAX)
        return place_fail(at, err, "more than %d columns", SCHEMA_COLUMNS_MAX);
    if (!add(list, column, name, comment, err))
        return false;
    *ret_column = (int)list->count - 1;
    return true;
}

bool column_accepts(const struct schema_column *column, const struct mask *mask,
                    const char **ret_why)
{
    static const unsigned any = ~0u;
    /* By enum mask_result: the column types that can hold it. */
    static const struct {
        unsigned types;
        const char *why;
    } rows[] = {
        [MASK_SAME] = {any, ""},
        [MASK_NOTHING] = {any, ""},
        [MASK_TEXT] = {1u << SCHEMA_TEXT | 1u << SCHEMA_JSON,
                       "makes a text, which its column cannot hold"},
        [MASK_INTEGER] = {1u << SCHEMA_INTEGER | 1u << SCHEMA_BIGINT | 1u << SCHEMA_TEXT |
                              1u << SCHEMA_JSON,
                          "makes a whole number, which its column cannot hold"},
        [MASK_DECIMAL] = {1u << SCHEMA_NUMERIC | 1u << SCHEMA_TEXT | 1u << SCHEMA_JSON,
                          "makes a decimal, which its column cannot hold"},
        [MASK_TIME] = {1u << SCHEMA_TIMESTAMPTZ | 1u << SCHEMA_DATE | 1u << SCHEMA_TEXT |
                           1u << SCHEMA_JSON,
                       "makes a time, which its column cannot hold"},
    };
    enum mask_result result = mask_result(mask);
    if (column->key && mask->kind != MASK_KEEP && mask->kind != MASK_PSEUDONYM) {
        *ret_why =
            "would join different records: a key column can only be kept or pseudonymised";
        return false;
    }
    *ret_why = rows[result].why;
    return rows[result].types & 1u << column->type;
}

const char *column_type_name(enum schema_type type)
{
    return type_names[type];
}
