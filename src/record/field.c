/* SPDX-License-Identifier: Apache-2.0 */
#include "record/field.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Where in the tree a field stands, and so where its values can go. */
enum landing {
    LANDING_RECORD, /* in the record: it may have a column */
    LANDING_COLUMN, /* within a json column: it lands there */
    LANDING_ASIDE, /* within an array or open map that has no column: nowhere */
};

/* What is required is told with its reason, where it is read. */
static const struct place_key field_keys[] = {
    {"title", false},
    {"description", false},
    {"type", false},
    {"x-pii", false},
    {"x-column", false},
    {"x-convert", false},
    {"x-fleeting", false},
    {"default", false},
    {"properties", false},
    {"required", false},
    {"additionalProperties", false},
    {"items", false},
    {NULL, false},
};

/* By bit of SCHEMA_IS_…. */
static const char *const json_names[] = {"null",   "boolean", "integer", "number",
                                         "string", "object",  "array",   NULL};

bool field_read_treatment(struct field_reader *r, const json_t *json, int column,
                          struct mask *ret_mask, const struct convert **ret_convert)
{
    const char *action = NULL, *conversion = NULL, *why;
    struct error misread;
    if (!place_string(&r->at, json, "x-pii", &action, r->err) ||
        !place_string(&r->at, json, "x-convert", &conversion, r->err))
        return false;
    if (action && !mask_parse(action, ERROR_MANIFEST, ret_mask, &misread))
        return place_fail_at(&r->at, "x-pii", r->err, "%s", misread.text);
    if (action && column >= 0 && !column_accepts(&r->columns->columns[column], ret_mask, &why))
        return place_fail_at(&r->at, "x-pii", r->err, "%s %s", action, why);
    if (!conversion)
        return true;
    if (column < 0 || r->columns->columns[column].type == SCHEMA_JSON)
        return place_fail_at(&r->at, "x-convert", r->err,
                             "only for a scalar with a column of its own");
    *ret_convert = convert_find(conversion);
    char hint[PLACE_HINT_SIZE];
    return *ret_convert ||
           place_fail_at(&r->at, "x-convert", r->err, "there is no conversion \"%s\"%s",
                         conversion, place_hint(conversion, convert_names(), hint));
}

static bool load_field(struct field_reader *r, const json_t *json, const char *name,
                       const char *parent, enum landing landing, int depth,
                       struct schema_node **ret_node);

/* name NULL: none; step: what its path has behind the parent's. NULL: memory is out. */
static struct schema_node *node_new(const char *name, const char *parent, const char *step)
{
    size_t name_size = name ? strlen(name) + 1 : 0, len = strlen(parent);
    struct schema_node *node = calloc(1, sizeof *node + name_size + len + strlen(step) + 1);
    if (!node)
        return NULL;
    char *path = node->texts + name_size;
    memcpy(path, parent, len);
    memcpy(path + len, step, strlen(step) + 1);
    if (name)
        node->name = memcpy(node->texts, name, name_size);
    node->path = path;
    node->column = -1;
    return node;
}

void field_free(struct schema_node *node)
{
    if (!node)
        return;
    for (size_t i = 0; i < node->field_count; i++)
        field_free(node->fields[i]);
    field_free(node->additional);
    field_free(node->items);
    json_decref(node->standing);
    free(node->fields);
    free(node);
}

static bool load_type_name(struct field_reader *r, const json_t *json, unsigned *types)
{
    if (!json_is_string(json))
        return place_fail(&r->at, r->err, "should be the name of a type, is %s",
                          json_type_text(json));
    const char *text = json_string_value(json);
    int bit = text_find(text, json_names);
    if (bit < 0) {
        char hint[PLACE_HINT_SIZE];
        return place_fail(&r->at, r->err, "there is no type \"%s\"%s", text,
                          place_hint(text, json_names, hint));
    }
    if (*types & 1u << bit)
        return place_fail(&r->at, r->err, "\"%s\" is named twice", text);
    *types |= 1u << bit;
    return true;
}

static bool load_types(struct field_reader *r, const json_t *json, unsigned *ret_types)
{
    const json_t *type = json_object_get(json, "type");
    if (!type)
        return place_fail(&r->at, r->err, "\"type\" is missing");
    pointer_push(&r->at.path, "type");
    unsigned types = 0;
    if (json_is_array(type)) {
        size_t i;
        json_t *item;
        if (json_array_size(type) == 0)
            return place_fail(&r->at, r->err, "names no type");
        json_array_foreach (type, i, item) {
            pointer_push_index(&r->at.path, i);
            if (!load_type_name(r, item, &types))
                return false;
            pointer_pop(&r->at.path);
        }
    } else if (!load_type_name(r, type, &types)) {
        return false;
    }
    pointer_pop(&r->at.path);
    *ret_types = types;
    return true;
}

static bool load_properties(struct field_reader *r, const json_t *json,
                            struct schema_node *node, enum landing landing, int depth)
{
    const json_t *properties = json_object_get(json, "properties");
    if (!properties)
        return true;
    pointer_push(&r->at.path, "properties");
    if (!json_is_object(properties))
        return place_fail(&r->at, r->err, "should be an object, is %s",
                          json_type_text(properties));
    size_t count = json_object_size(properties);
    if (count > SCHEMA_FIELDS_MAX)
        return place_fail(&r->at, r->err, "%zu fields, more than %d", count, SCHEMA_FIELDS_MAX);
    node->fields = calloc(count + 1, sizeof(struct schema_node *));
    if (!node->fields)
        return error_memory(r->err);
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)properties, key, value) {
        pointer_push(&r->at.path, key);
        if (!load_field(r, value, key, node->path, landing, depth + 1,
                        &node->fields[node->field_count]))
            return false;
        node->field_count++;
        pointer_pop(&r->at.path);
    }
    pointer_pop(&r->at.path);
    return true;
}

struct schema_node *field_find(const struct schema_node *node, const char *name)
{
    for (size_t i = 0; i < node->field_count; i++)
        if (strcmp(node->fields[i]->name, name) == 0)
            return node->fields[i];
    return NULL;
}

static bool load_required(struct field_reader *r, const json_t *json, struct schema_node *node)
{
    const json_t *required = json_object_get(json, "required");
    if (!required)
        return true;
    pointer_push(&r->at.path, "required");
    if (!json_is_array(required))
        return place_fail(&r->at, r->err, "should be an array, is %s",
                          json_type_text(required));
    size_t i;
    json_t *item;
    json_array_foreach (required, i, item) {
        pointer_push_index(&r->at.path, i);
        if (!json_is_string(item))
            return place_fail(&r->at, r->err, "should be a string, is %s",
                              json_type_text(item));
        struct schema_node *field = field_find(node, json_string_value(item));
        if (!field)
            return place_fail(&r->at, r->err, "\"%s\" is not among the properties",
                              json_string_value(item));
        if (field->required)
            return place_fail(&r->at, r->err, "\"%s\" is named twice", json_string_value(item));
        if (field->standing)
            return place_fail(&r->at, r->err, "\"%s\" has a default, so it may be absent",
                              json_string_value(item));
        field->required = true;
        pointer_pop(&r->at.path);
    }
    pointer_pop(&r->at.path);
    return true;
}

/* A keyword that belongs to a type the field does not have. */
static bool check_belongs(struct field_reader *r, const json_t *json, const char *keyword,
                          bool has, const char *type)
{
    if (!has && json_object_get(json, keyword))
        return place_fail_at(&r->at, keyword, r->err, "belongs to fields of type %s", type);
    return true;
}

static bool load_containers(struct field_reader *r, const json_t *json,
                            struct schema_node *node, enum landing landing, int depth)
{
    bool object = node->types & SCHEMA_IS_OBJECT;
    bool array = node->types & SCHEMA_IS_ARRAY;
    const json_t *additional = json_object_get(json, "additionalProperties");
    const json_t *items = json_object_get(json, "items");
    if (!check_belongs(r, json, "properties", object, "object") ||
        !check_belongs(r, json, "required", object, "object") ||
        !check_belongs(r, json, "additionalProperties", object, "object") ||
        !check_belongs(r, json, "items", array, "array"))
        return false;
    if (object && !json_object_get(json, "properties") && !additional)
        return place_fail(&r->at, r->err,
                          "an object needs \"properties\" or \"additionalProperties\"");
    if (array && !items)
        return place_fail(&r->at, r->err, "an array needs \"items\"");
    if ((object || array) && depth >= SCHEMA_DEPTH_MAX)
        return place_fail(&r->at, r->err, "nested deeper than %d", SCHEMA_DEPTH_MAX);

    enum landing below = landing == LANDING_RECORD ? LANDING_ASIDE : landing;
    if (!load_properties(r, json, node, landing, depth) || !load_required(r, json, node))
        return false;
    if (additional) {
        pointer_push(&r->at.path, "additionalProperties");
        if (!load_field(r, additional, NULL, node->path, below, depth + 1, &node->additional))
            return false;
        pointer_pop(&r->at.path);
    }
    if (items) {
        pointer_push(&r->at.path, "items");
        if (!load_field(r, items, NULL, node->path, below, depth + 1, &node->items))
            return false;
        pointer_pop(&r->at.path);
    }
    return true;
}

static bool load_column(struct field_reader *r, const json_t *json, struct schema_node *node,
                        enum landing landing)
{
    const json_t *column = json_object_get(json, "x-column");
    if (!column)
        return true;
    pointer_push(&r->at.path, "x-column");
    if (landing == LANDING_COLUMN)
        return place_fail(&r->at, r->err, "lies within a json column, and lands there");
    if (landing == LANDING_ASIDE)
        return place_fail(
            &r->at, r->err,
            "lies within an array or an open map: give that a column of type json");
    const char *comment = json_string_value(json_object_get(json, "description"));
    if (!column_read(r->columns, &r->at, column, node->name, false, comment ? comment : "",
                     &node->column, r->err))
        return false;
    if (node->types & SCHEMA_IS_CONTAINER &&
        r->columns->columns[node->column].type != SCHEMA_JSON)
        return place_fail_at(&r->at, "type", r->err,
                             "an object or array lands in a column of type json");
    pointer_pop(&r->at.path);
    return true;
}

static bool load_default(struct field_reader *r, const json_t *json, struct schema_node *node)
{
    json_t *value = json_object_get(json, "default");
    if (!value)
        return true;
    if (node->column < 0 || node->types & SCHEMA_IS_CONTAINER)
        return place_fail_at(&r->at, "default", r->err,
                             "only for a scalar with a column of its own");
    unsigned type = json_is_string(value)    ? SCHEMA_IS_STRING
                    : json_is_integer(value) ? SCHEMA_IS_INTEGER | SCHEMA_IS_NUMBER
                    : json_is_boolean(value) ? SCHEMA_IS_BOOLEAN
                                             : 0;
    if (!(node->types & type))
        return place_fail_at(&r->at, "default", r->err,
                             "should be a string, whole number or boolean of a type "
                             "that the field has");
    node->standing = json_incref(value);
    return true;
}

/* What another reading gives another value, though the record is the same. */
static bool load_fleeting(struct field_reader *r, const json_t *json, struct schema_node *node)
{
    const json_t *fleeting = json_object_get(json, "x-fleeting");
    if (!fleeting)
        return true;
    if (!json_is_true(fleeting))
        return place_fail_at(&r->at, "x-fleeting", r->err, "can only be true");
    if (node->column < 0 || node->types & SCHEMA_IS_CONTAINER)
        return place_fail_at(&r->at, "x-fleeting", r->err,
                             "only for a scalar with a column of its own");
    node->fleeting = true;
    return true;
}

static bool load_scalar(struct field_reader *r, const json_t *json, struct schema_node *node,
                        enum landing landing)
{
    /* a bare null is a leaf too; ["object", "null"] is not */
    bool scalar = node->types & SCHEMA_IS_VALUE || !(node->types & SCHEMA_IS_CONTAINER);
    if (!scalar) {
        node->mask = (struct mask){.kind = MASK_KEEP};
        return check_belongs(r, json, "x-pii", false, "string, number or boolean") &&
               check_belongs(r, json, "x-convert", false, "string, number or boolean") &&
               check_belongs(r, json, "x-fleeting", false, "string, number or boolean") &&
               check_belongs(r, json, "default", false, "string, number or boolean");
    }
    if (!json_object_get(json, "x-pii"))
        return place_fail(&r->at, r->err,
                          "\"x-pii\" is missing: every leaf says what is done to it");
    if (!field_read_treatment(r, json, node->column, &node->mask, &node->convert))
        return false;
    if (node->column < 0 && landing != LANDING_COLUMN && node->mask.kind != MASK_DROP)
        return place_fail_at(&r->at, "x-pii", r->err,
                             "a leaf without x-column never lands: it can only be drop");
    return load_fleeting(r, json, node) && load_default(r, json, node);
}

static bool load_node(struct field_reader *r, const json_t *json, const char *name,
                      const char *parent, enum landing landing, int depth,
                      struct schema_node **ret_node)
{
    if (++r->nodes > SCHEMA_NODES_MAX)
        return place_fail(&r->at, r->err, "more than %d fields", SCHEMA_NODES_MAX);
    struct pointer_path step = {0};
    pointer_push(&step, name ? name : "*");
    AUTO(field_freep) struct schema_node *node = node_new(name, parent, step.text);
    if (!node)
        return error_memory(r->err);
    node->inner = landing == LANDING_COLUMN;

    const char *text = NULL;
    if (!place_keys(&r->at, json, field_keys, r->err) ||
        !place_string(&r->at, json, "title", &text, r->err) ||
        !place_string(&r->at, json, "description", &text, r->err) ||
        !load_types(r, json, &node->types) || !load_column(r, json, node, landing) ||
        !load_scalar(r, json, node, landing))
        return false;
    enum landing inside = node->column >= 0 ? LANDING_COLUMN : landing;
    if (!load_containers(r, json, node, inside, depth))
        return false;
    *ret_node = steal(&node);
    return true;
}

/* The field that a $ref names. */
static bool find_def(struct field_reader *r, const json_t *json, enum landing landing,
                     const char **ret_name, const json_t **ret_def)
{
    static const struct place_key ref_keys[] = {{"$ref", true}, {NULL, false}};
    static const char start[] = "#/$defs/";
    const char *ref = NULL;
    if (!place_keys(&r->at, json, ref_keys, r->err) ||
        !place_string(&r->at, json, "$ref", &ref, r->err))
        return false;
    if (landing != LANDING_COLUMN)
        return place_fail_at(&r->at, "$ref", r->err, "only within a json column");
    const char *name = text_starts_with(ref, start) ? ref + strlen(start) : "";
    *ret_name = name;
    *ret_def = json_object_get(r->defs, name);
    return (text_is_identifier(name) && *ret_def) ||
           place_fail_at(&r->at, "$ref", r->err, "\"%s\" is not among the $defs", ref);
}

/* What is wrong with a definition is told where it stands, not where it is used. */
static bool load_def(struct field_reader *r, const json_t *def, const char *def_name,
                     const char *name, const char *parent, int depth,
                     struct schema_node **ret_node)
{
    struct pointer_path use = r->at.path;
    r->at.path = (struct pointer_path){0};
    pointer_push(&r->at.path, "$defs");
    pointer_push(&r->at.path, def_name);
    if (!load_node(r, def, name, parent, LANDING_COLUMN, depth, ret_node))
        return false;
    r->at.path = use;
    return true;
}

static bool load_field(struct field_reader *r, const json_t *json, const char *name,
                       const char *parent, enum landing landing, int depth,
                       struct schema_node **ret_node)
{
    if (!json_object_get(json, "$ref"))
        return load_node(r, json, name, parent, landing, depth, ret_node);
    const char *def_name = NULL;
    const json_t *def = NULL;
    return find_def(r, json, landing, &def_name, &def) &&
           load_def(r, def, def_name, name, parent, depth, ret_node);
}

/* Each definition by itself, used or not. */
static bool check_defs(struct field_reader *r, const json_t *json)
{
    r->defs = json_object_get(json, "$defs");
    if (!r->defs)
        return true;
    if (!json_is_object(r->defs))
        return place_fail_at(&r->at, "$defs", r->err, "should be an object, is %s",
                             json_type_text(r->defs));
    const char *name;
    json_t *def;
    json_object_foreach ((json_t *)(uintptr_t)r->defs, name, def) {
        AUTO(field_freep) struct schema_node *node = NULL;
        if (!text_is_identifier(name))
            return place_fail_at(&r->at, "$defs", r->err,
                                 "\"%s\" is no identifier (a-z, 0-9 and _, at most 63)", name);
        if (!load_def(r, def, name, name, "", 0, &node))
            return false;
    }
    r->nodes = 0;
    return true;
}

bool field_read_record(struct field_reader *r, const json_t *json,
                       struct schema_node **ret_node)
{
    AUTO(field_freep) struct schema_node *node = node_new(NULL, "", "");
    if (!node)
        return error_memory(r->err);
    node->mask.kind = MASK_KEEP;
    if (!check_defs(r, json) || !load_types(r, json, &node->types))
        return false;
    if (node->types != SCHEMA_IS_OBJECT)
        return place_fail_at(&r->at, "type", r->err, "a record is an object");
    if (!json_object_get(json, "properties"))
        return place_fail(&r->at, r->err, "\"properties\" is missing");
    if (!load_properties(r, json, node, LANDING_RECORD, 0) || !load_required(r, json, node))
        return false;
    *ret_node = steal(&node);
    return true;
}

const char *field_type_name(unsigned type)
{
    return json_names[__builtin_ctz(type)];
}
