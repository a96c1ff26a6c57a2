/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/pointer.h"

struct schema {
    char *table;
    char *comment;
    enum schema_write write;
    enum schema_unknown unknown;
    struct schema_node *root;
    struct column_list columns;
    int key[SCHEMA_KEY_MAX];
    size_t key_count;
    struct schema_equal slice[SCHEMA_KEY_MAX];
    size_t slice_count;
    int cursor;
    struct topic_wish topic;
    struct schema_derived *derived;
    size_t derived_count;
    uint8_t digest[DIGEST_SIZE];
};

/* A schema that is being read. */
struct loader {
    struct schema *schema;
    struct field_reader reader;
    struct place *at; /* these two are the reader's */
    struct error *err;
};

static const char dialect[] = "https://json-schema.org/draft/2020-12/schema";

static const struct place_key record_keys[] = {
    {"$schema", false},  {"title", false},      {"description", false}, {"type", false},
    {"required", false}, {"properties", false}, {"x-table", true},      {"x-key", false},
    {"x-cursor", false}, {"x-write", false},    {"x-unknown", false},   {"x-derived", false},
    {"x-topic", false},  {"x-slice", false},    {"$defs", false},       {NULL, false},
};
static const struct place_key derived_keys[] = {
    {"description", false}, {"from", true},     {"x-pii", false},
    {"x-convert", false},   {"x-column", true}, {NULL, false},
};

/* By enum schema_write, enum schema_unknown. */
static const char *const write_names[] = {"merge", "replace", "append", NULL};
static const char *const unknown_names[] = {"drop", "quarantine", "stop", NULL};

/* --- derived columns --- */

/* The field that a JSON Pointer names, NULL when there is none. */
static const struct schema_node *find_path(const struct schema *s, const char *text)
{
    AUTO(pointer_freep) struct pointer *p = pointer_parse(text);
    const struct schema_node *node = p ? s->root : NULL;
    for (size_t i = 0; node && i < p->depth; i++)
        node = field_find(node, p->tokens[i]);
    return node;
}

static bool is_constant_name(const char *text)
{
    return text_is_identifier(text) && strlen(text) < 32;
}

/* One placeholder: the text between { and }. */
static bool load_placeholder(struct loader *l, char *text, struct schema_part *part)
{
    part->text = text;
    part->kind = SCHEMA_PART_CONSTANT;
    if (is_constant_name(text))
        return true;
    if (text[0] != '/')
        return place_fail(l->at, l->err, "{%s} is neither a JSON Pointer nor a name", text);
    part->kind = SCHEMA_PART_FIELD;
    part->field = find_path(l->schema, text);
    if (!part->field)
        return place_fail(l->at, l->err, "{%s}: the schema has no such field", text);
    if (part->field->types & SCHEMA_IS_CONTAINER)
        return place_fail(l->at, l->err, "{%s}: an object or array cannot be part of a text",
                          text);
    if (part->field->fleeting)
        return place_fail(l->at, l->err, "{%s}: is fleeting, and no column made of it can be",
                          text);
    if (part->field->column < 0 && !part->field->inner)
        return place_fail(l->at, l->err, "{%s}: is dropped for good, as it has no x-column",
                          text);
    return true;
}

static bool load_template(struct loader *l, const char *text, struct schema_derived *d)
{
    d->parts = calloc(SCHEMA_PARTS_MAX, sizeof *d->parts);
    if (!d->parts)
        return error_memory(l->err);
    if (*text == '\0')
        return place_fail(l->at, l->err, "is empty");
    while (*text) {
        size_t len = strcspn(text, "{}");
        bool placeholder = len == 0;
        if (placeholder) {
            len = strcspn(++text, "{}");
            if (text[-1] != '{' || text[len] != '}')
                return place_fail(l->at, l->err, "{ and } go in pairs");
        }
        if (d->part_count == SCHEMA_PARTS_MAX)
            return place_fail(l->at, l->err, "more than %d parts", SCHEMA_PARTS_MAX);
        struct schema_part *part = &d->parts[d->part_count++];
        part->text = strndup(text, len);
        if (!part->text)
            return error_memory(l->err);
        if (placeholder && !load_placeholder(l, part->text, part))
            return false;
        text += len + placeholder;
    }
    return true;
}

static bool load_derived(struct loader *l, const json_t *json, const char *name)
{
    struct schema_derived *d = &l->schema->derived[l->schema->derived_count++];
    const char *from = NULL, *comment = NULL;
    d->column = -1;
    if (!text_is_identifier(name))
        return place_fail(l->at, l->err, "\"%s\" is no identifier (a-z, 0-9 and _, at most 63)",
                          name);
    if (!place_keys(l->at, json, derived_keys, l->err) ||
        !place_string(l->at, json, "description", &comment, l->err) ||
        !place_string(l->at, json, "from", &from, l->err))
        return false;
    pointer_push(&l->at->path, "from");
    if (!load_template(l, from, d))
        return false;
    pointer_pop(&l->at->path);

    pointer_push(&l->at->path, "x-column");
    if (!column_read(&l->schema->columns, l->at, json_object_get(json, "x-column"), name, true,
                     comment ? comment : "", &d->column, l->err))
        return false;
    if (l->schema->columns.columns[d->column].type == SCHEMA_JSON)
        return place_fail_at(l->at, "type", l->err, "a derived column is a scalar");
    pointer_pop(&l->at->path);
    if (!json_object_get(json, "x-pii"))
        return place_fail(l->at, l->err,
                          "\"x-pii\" is missing: every column says what is done to it");
    return field_read_treatment(&l->reader, json, d->column, &d->mask, &d->convert);
}

static bool load_derivations(struct loader *l, const json_t *root)
{
    const json_t *derived = json_object_get(root, "x-derived");
    if (!derived)
        return true;
    pointer_push(&l->at->path, "x-derived");
    if (!json_is_object(derived))
        return place_fail(l->at, l->err, "should be an object, is %s", json_type_text(derived));
    l->schema->derived = calloc(json_object_size(derived) + 1, sizeof *l->schema->derived);
    if (!l->schema->derived)
        return error_memory(l->err);
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)derived, name, value) {
        pointer_push(&l->at->path, name);
        if (!load_derived(l, value, name))
            return false;
        pointer_pop(&l->at->path);
    }
    pointer_pop(&l->at->path);
    return true;
}

/* --- the record --- */

/* The field that lands in a column; NULL: it is a derived one. */
static const struct schema_node *column_field(const struct schema_node *node, int column)
{
    if (node->column == column)
        return node;
    const struct schema_node *found = NULL;
    for (size_t i = 0; i < node->field_count && !found; i++)
        found = column_field(node->fields[i], column);
    return found;
}

static bool check_key_column(struct loader *l, int column)
{
    struct schema *s = l->schema;
    const struct schema_node *field = column_field(s->root, column);
    const struct mask *mask = field ? &field->mask : NULL;
    for (size_t i = 0; i < s->derived_count && !mask; i++)
        if (s->derived[i].column == column)
            mask = &s->derived[i].mask;
    const char *why;
    if (s->columns.columns[column].type == SCHEMA_JSON)
        return place_fail(l->at, l->err, "column \"%s\" is json, which cannot be compared",
                          s->columns.columns[column].name);
    if (field && field->fleeting)
        return place_fail(l->at, l->err, "column \"%s\" is fleeting, and tells nothing apart",
                          s->columns.columns[column].name);
    if (!column_accepts(&s->columns.columns[column], mask, &why))
        return place_fail(l->at, l->err, "the action of column \"%s\" %s",
                          s->columns.columns[column].name, why);
    return true;
}

static bool find_column(struct loader *l, const json_t *json, int *ret_column)
{
    if (!json_is_string(json))
        return place_fail(l->at, l->err, "should be the name of a column, is %s",
                          json_type_text(json));
    const char *name = json_string_value(json);
    *ret_column = column_find(&l->schema->columns, name, strlen(name));
    return *ret_column >= 0 || place_fail(l->at, l->err, "there is no column \"%s\"", name);
}

static bool load_key(struct loader *l, const json_t *root)
{
    struct schema *s = l->schema;
    const json_t *key = json_object_get(root, "x-key");
    if (!key)
        return s->write == SCHEMA_APPEND ||
               place_fail(l->at, l->err,
                          "\"x-key\" is missing: %s needs to know which records are the same",
                          write_names[s->write]);
    pointer_push(&l->at->path, "x-key");
    if (!json_is_array(key) || json_array_size(key) == 0)
        return place_fail(l->at, l->err, "should be a list of columns");
    if (json_array_size(key) > SCHEMA_KEY_MAX)
        return place_fail(l->at, l->err, "more than %d columns", SCHEMA_KEY_MAX);
    size_t i;
    json_t *item;
    json_array_foreach (key, i, item) {
        int column;
        pointer_push_index(&l->at->path, i);
        if (!find_column(l, item, &column))
            return false;
        if (s->columns.columns[column].key)
            return place_fail(l->at, l->err, "\"%s\" is named twice",
                              s->columns.columns[column].name);
        s->columns.columns[column].key = true;
        if (!check_key_column(l, column))
            return false;
        s->key[s->key_count++] = column;
        pointer_pop(&l->at->path);
    }
    pointer_pop(&l->at->path);
    return true;
}

/* All of its parts are the same for each record of a response, and one tells the time. */
static bool is_moment(const struct schema_derived *d)
{
    bool timed = false;
    for (size_t i = 0; i < d->part_count; i++) {
        const struct schema_part *part = &d->parts[i];
        if (part->kind == SCHEMA_PART_FIELD ||
            (part->kind == SCHEMA_PART_CONSTANT && strcmp(part->text, "position") == 0))
            return false;
        timed |= part->kind == SCHEMA_PART_CONSTANT && strcmp(part->text, "extracted_at") == 0;
    }
    return timed;
}

/* Columns of fields come first, then derived ones. A key does not flee. */
static void find_fleeting(struct schema *s)
{
    for (size_t i = 0; i < s->columns.count; i++) {
        const struct schema_node *field = column_field(s->root, (int)i);
        s->columns.columns[i].fleeting = field && field->fleeting;
    }
    for (size_t i = 0; i < s->derived_count; i++) {
        struct schema_column *column = &s->columns.columns[s->derived[i].column];
        column->fleeting = is_moment(&s->derived[i]) && !column->key;
    }
}

static bool load_cursor(struct loader *l, const json_t *root)
{
    const json_t *cursor = json_object_get(root, "x-cursor");
    if (!cursor)
        return true;
    pointer_push(&l->at->path, "x-cursor");
    if (!find_column(l, cursor, &l->schema->cursor))
        return false;
    pointer_pop(&l->at->path);
    return true;
}

/* "account_id": "account" */
static bool load_equal(struct loader *l, const char *name, const json_t *constant)
{
    struct schema *s = l->schema;
    struct schema_equal *e = &s->slice[s->slice_count];
    e->column = column_find(&s->columns, name, strlen(name));
    if (e->column < 0 || !s->columns.columns[e->column].key ||
        !column_field(s->root, e->column))
        return place_fail(l->at, l->err, "is no field that x-key names");
    if (!json_is_string(constant) || !is_constant_name(json_string_value(constant)))
        return place_fail(l->at, l->err, "should be the name of a constant, as \"slice\"");
    e->constant = strdup(json_string_value(constant));
    if (!e->constant)
        return error_memory(l->err);
    s->slice_count++;
    return true;
}

static bool load_slice(struct loader *l, const json_t *root)
{
    json_t *slice = json_object_get(root, "x-slice");
    if (!slice)
        return true;
    pointer_push(&l->at->path, "x-slice");
    if (!json_is_object(slice))
        return place_fail(l->at, l->err, "should be an object, is %s", json_type_text(slice));
    const char *name;
    json_t *constant;
    json_object_foreach (slice, name, constant) {
        pointer_push(&l->at->path, name);
        if (!load_equal(l, name, constant))
            return false;
        pointer_pop(&l->at->path);
    }
    pointer_pop(&l->at->path);
    return true;
}

static bool load_topic(struct loader *l, const json_t *root)
{
    struct schema *s = l->schema;
    const json_t *topic = json_object_get(root, "x-topic");
    if (!topic)
        return true;
    pointer_push(&l->at->path, "x-topic");
    if (!topic_read(&s->topic, l->at, topic, &s->columns, l->err))
        return false;
    if (s->key_count == 0 && (s->topic.cleanup == TOPIC_COMPACT || s->topic.tombstone_equals))
        return place_fail(l->at, l->err,
                          "compaction and tombstones go by key, and there is no x-key");
    pointer_pop(&l->at->path);
    return true;
}

static bool load_record(struct loader *l, const json_t *root)
{
    struct schema *s = l->schema;
    const char *grammar = NULL, *title = NULL, *comment = NULL, *table = NULL;
    size_t write = SCHEMA_MERGE;
    size_t unknown = SCHEMA_UNKNOWN_DROP;
    if (!place_keys(l->at, root, record_keys, l->err) ||
        !place_string(l->at, root, "$schema", &grammar, l->err))
        return false;
    if (grammar && strcmp(grammar, dialect) != 0)
        return place_fail_at(l->at, "$schema", l->err, "should be %s", dialect);
    if (!place_string(l->at, root, "title", &title, l->err) ||
        !place_string(l->at, root, "description", &comment, l->err) ||
        !place_string(l->at, root, "x-table", &table, l->err))
        return false;
    if (!text_is_identifier(table))
        return place_fail_at(l->at, "x-table", l->err,
                             "\"%s\" is no identifier (a-z, 0-9 and _, at most 63)", table);
    s->table = strdup(table);
    s->comment = strdup(comment ? comment : title ? title : "");
    if (!s->table || !s->comment)
        return error_memory(l->err);
    if (!place_row(l->at, root, "x-write", write_names, sizeof *write_names, &write, l->err) ||
        !place_row(l->at, root, "x-unknown", unknown_names, sizeof *unknown_names, &unknown,
                   l->err) ||
        !field_read_record(&l->reader, root, &s->root) || !load_derivations(l, root))
        return false;
    s->write = (enum schema_write)write;
    s->unknown = (enum schema_unknown)unknown;
    if (s->columns.count == 0)
        return place_fail(l->at, l->err, "no field has an x-column: nothing would land");
    if (!load_key(l, root) || !load_slice(l, root) || !load_cursor(l, root) ||
        !load_topic(l, root))
        return false;
    find_fleeting(s);
    return true;
}

/* --- the schema --- */

static bool take_digest(const json_t *root, uint8_t ret_digest[DIGEST_SIZE], struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, 2 * JSON_DOCUMENT_MAX);
    if (!json_canonical(root, &text, err))
        return false;
    digest_blake2b(text.data, text.len, ret_digest);
    return true;
}

bool schema_from_json(const json_t *root, const char *name, struct schema **ret_schema,
                      struct error *err)
{
    AUTO(schema_freep) struct schema *s = calloc(1, sizeof *s);
    if (!s)
        return error_memory(err);
    s->cursor = -1;
    topic_init(&s->topic);
    struct loader l = {.schema = s,
                       .reader = {.at = {.file = name}, .err = err, .columns = &s->columns}};
    l.at = &l.reader.at;
    l.err = err;
    if (!load_record(&l, root) || !take_digest(root, s->digest, err))
        return false;
    *ret_schema = steal(&s);
    return true;
}

bool schema_load(const char *path, struct schema **ret_schema, struct error *err)
{
    json_t *root;
    if (!json_read_file(path, ERROR_MANIFEST, &root, err))
        return false;
    bool ok = schema_from_json(root, path, ret_schema, err);
    json_decref(root);
    return ok;
}

void schema_free(struct schema *s)
{
    if (!s)
        return;
    field_free(s->root);
    for (size_t i = 0; i < s->derived_count; i++) {
        for (size_t j = 0; j < s->derived[i].part_count; j++)
            free(s->derived[i].parts[j].text);
        free(s->derived[i].parts);
    }
    free(s->derived);
    for (size_t i = 0; i < s->slice_count; i++)
        free(s->slice[i].constant);
    column_list_done(&s->columns);
    topic_done(&s->topic);
    free(s->table);
    free(s->comment);
    free(s);
}

/* --- questions --- */

const char *schema_comment(const struct schema *s)
{
    return s->comment;
}

const char *schema_table(const struct schema *s)
{
    return s->table;
}

enum schema_write schema_write(const struct schema *s)
{
    return s->write;
}

enum schema_unknown schema_unknown(const struct schema *s)
{
    return s->unknown;
}

size_t schema_column_count(const struct schema *s)
{
    return s->columns.count;
}

const struct schema_column *schema_columns(const struct schema *s)
{
    return s->columns.columns;
}

int schema_column_find(const struct schema *s, const char *name, size_t len)
{
    return column_find(&s->columns, name, len);
}

size_t schema_key(const struct schema *s, int ret_columns[SCHEMA_KEY_MAX])
{
    memcpy(ret_columns, s->key, s->key_count * sizeof *s->key);
    return s->key_count;
}

int schema_cursor(const struct schema *s)
{
    return s->cursor;
}

const struct topic_wish *schema_topic(const struct schema *s)
{
    return &s->topic;
}

const uint8_t *schema_digest(const struct schema *s)
{
    return s->digest;
}

const struct schema_node *schema_root(const struct schema *s)
{
    return s->root;
}

const struct schema_equal *schema_slice(const struct schema *s, size_t *ret_count)
{
    *ret_count = s->slice_count;
    return s->slice;
}

const struct schema_derived *schema_derivations(const struct schema *s, size_t *ret_count)
{
    *ret_count = s->derived_count;
    return s->derived;
}
