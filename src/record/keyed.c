/* SPDX-License-Identifier: Apache-2.0 */
#include "record/keyed.h"

#include "record/line.h"

/* The columns of the key by their places in it, and the length of the line without its fleeting
 * end. */
static bool take_apart(const struct schema *schema, const char *line, size_t len,
                       struct line_member ret_parts[SCHEMA_KEY_MAX], size_t *ret_lasting,
                       struct error *err)
{
    const struct schema_column *columns = schema_columns(schema);
    int key[SCHEMA_KEY_MAX];
    size_t count = schema_key(schema, key);
    struct line_cursor c;
    struct line_member m;
    if (!line_open(line, len, &c, err))
        return false;
    *ret_lasting = len;
    for (bool more = true; more;) {
        if (!line_next(&c, &m, &more, err))
            return false;
        int column = more ? schema_column_find(schema, m.name, m.name_len) : -1;
        if (column < 0)
            continue;
        for (size_t i = 0; i < count && columns[column].key; i++)
            if (key[i] == column)
                ret_parts[i] = m;
        if (columns[column].fleeting && *ret_lasting == len)
            *ret_lasting = (size_t)(m.name - 1 - line);
    }
    return true;
}

bool keyed_read(const struct schema *schema, const char *line, size_t len, struct buffer *text,
                struct walk_keyed *ret_record, bool *ret_found, struct error *err)
{
    struct line_member parts[SCHEMA_KEY_MAX] = {0};
    struct walk_keyed record = {.line = line};
    int key[SCHEMA_KEY_MAX];
    bool found = true;
    if (!take_apart(schema, line, len, parts, &record.len, err))
        return false;
    buffer_clear(text);
    for (size_t i = 0; i < schema_key(schema, key) && found; i++) {
        const struct line_member *m = &parts[i];
        found = m->name;
        if (found && (!buffer_append(text, m->name - 1, (size_t)(m->end - m->name) + 1) ||
                      !buffer_append(text, ",", 1)))
            return error_memory(err);
    }
    record.key = (const char *)text->data;
    record.key_len = text->len;
    *ret_record = record;
    *ret_found = found;
    return true;
}
