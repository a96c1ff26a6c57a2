/* SPDX-License-Identifier: Apache-2.0 */
#include "source/selection.h"

#include <string.h>

#include "base/text.h"

static const struct place_key keys[] = {
    {"except", false},
    {"gated", false},
    {NULL, false},
};

/* What may stand between commas. */
static const char name_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= SELECTION_NAME_MAX && strspn(name, name_characters) == len;
}

static bool read_names(struct place *p, const json_t *value, const char *key,
                       const char *ret_names[SELECTION_EXCEPT_MAX + 1], struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, key, SELECTION_EXCEPT_MAX, &list, err))
        return false;
    pointer_push(&p->path, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *name = json_array_get(list, i);
        pointer_push_index(&p->path, i);
        if (!json_is_string(name) || !is_name(json_string_value(name)))
            return place_fail(p, err, "expected the name of a field");
        ret_names[i] = json_string_value(name);
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

bool selection_read(struct place *p, const json_t *value, struct selection *ret_selection,
                    struct error *err)
{
    struct selection s = {0};
    if (!place_keys(p, value, keys, err) || !read_names(p, value, "except", s.except, err) ||
        !read_names(p, value, "gated", s.gated, err))
        return false;
    *ret_selection = s;
    return true;
}

static bool check_names(const char *const *names, const struct schema_node *record,
                        struct error *err)
{
    for (; *names; names++) {
        if (!field_find(record, *names))
            return error_set(err, ERROR_MANIFEST,
                             "fields: the schema has no field %s that could be left out",
                             *names);
    }
    return true;
}

/* Whether the field, or one within it, has a column that gets something. */
static bool lands(const struct policy *policy, const struct schema_node *field)
{
    if (field->column >= 0)
        return policy_mask(policy, field->column)->kind != MASK_DROP;
    for (size_t i = 0; i < field->field_count; i++) {
        if (lands(policy, field->fields[i]))
            return true;
    }
    return (field->additional && lands(policy, field->additional)) ||
           (field->items && lands(policy, field->items));
}

/* Whether a derived column is made of the field, or of one within it. */
static bool is_used(const struct schema *schema, const struct schema_node *field)
{
    size_t count, len = strlen(field->path);
    const struct schema_derived *derived = schema_derivations(schema, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t part = 0; part < derived[i].part_count; part++) {
            const struct schema_node *used = derived[i].parts[part].field;
            if (used && strncmp(used->path, field->path, len) == 0 &&
                (used->path[len] == '\0' || used->path[len] == '/'))
                return true;
        }
    }
    return false;
}

static bool is_of_key(const struct schema *schema, const struct schema_node *field)
{
    int key[SCHEMA_KEY_MAX];
    size_t count = schema_key(schema, key);
    for (size_t i = 0; i < count; i++) {
        if (key[i] == field->column)
            return true;
    }
    return false;
}

static bool append_name(struct buffer *out, size_t *count, const char *name, struct error *err)
{
    if (!is_name(name))
        return error_set(err, ERROR_MANIFEST,
                         "fields: the schema's field %.64s cannot be asked for by name", name);
    if (((*count)++ > 0 && !buffer_append_byte(out, ',')) || !buffer_append_text(out, name))
        return error_set(err, ERROR_MANIFEST, "fields: the list grows too long");
    return true;
}

bool selection_render(const struct selection *selection, const struct policy *policy,
                      bool gated, struct buffer *out, struct error *err)
{
    const struct schema *schema = policy_schema(policy);
    const struct schema_node *record = schema_root(schema);
    size_t count = 0;
    if (!check_names(selection->except, record, err) ||
        !check_names(selection->gated, record, err))
        return false;
    for (size_t i = 0; i < record->field_count; i++) {
        const struct schema_node *field = record->fields[i];
        if (!field->required && !is_used(schema, field) && !lands(policy, field))
            continue;
        if (text_find(field->name, selection->except) >= 0 ||
            (!gated && text_find(field->name, selection->gated) >= 0))
            continue;
        if (!append_name(out, &count, field->name, err))
            return false;
    }
    return count > 0 || error_set(err, ERROR_MANIFEST, "fields: none is left to ask for");
}

bool selection_render_always(const struct selection *selection, const struct policy *policy,
                             struct buffer *out, struct error *err)
{
    const struct schema *schema = policy_schema(policy);
    const struct schema_node *record = schema_root(schema);
    size_t count = 0;
    for (size_t i = 0; i < record->field_count; i++) {
        const struct schema_node *field = record->fields[i];
        bool always = field->required || is_used(schema, field) || is_of_key(schema, field);
        if (always && text_find(field->name, selection->except) < 0 &&
            !append_name(out, &count, field->name, err))
            return false;
    }
    return true;
}

bool selection_is_gated(const struct selection *selection)
{
    return selection->gated[0] != NULL;
}
