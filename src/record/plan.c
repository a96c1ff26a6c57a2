/* SPDX-License-Identifier: Apache-2.0 */
#include "record/plan.h"

#include <stdlib.h>

#include "base/text.h"
#include "codec/json.h"
#include "record/quoted.h"

struct compiler {
    struct plan *plan;
    const struct policy *policy;
    struct error *err;
};

static const char position[] = "position";

static bool compile_value(struct compiler *c, const struct schema_node *node, bool landing,
                          struct plan_value *v);

/* --- the known keys of an object --- */

static size_t hash_key(const char *name, size_t len)
{
    uint64_t head = 0;
    uint64_t tail = 0;
    size_t width = len < 8 ? len : 8;
    memcpy(&head, name, width);
    memcpy(&tail, name + len - width, width);
    uint64_t h = (head ^ (tail << 1 | tail >> 63) ^ len) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(h >> 40);
}

const struct plan_value *plan_lookup(const struct plan_object *o, const char *name, size_t len)
{
    for (size_t slot = hash_key(name, len) & o->table_mask; o->table[slot];
         slot = (slot + 1) & o->table_mask) {
        const struct plan_value *v = &o->fields[o->table[slot] - 1];
        if (v->name_len == len && short_same(v->name, name, len))
            return v;
    }
    return NULL;
}

const struct plan_value *plan_find(const struct plan_object *o, const char *bytes, size_t len)
{
    if (len == 0 || *bytes != '"')
        return NULL;
    const char *name = bytes + 1;
    const char *quote = quoted_skip_plain(name, bytes + len);
    const struct plan_value *v = plan_lookup(o, name, (size_t)(quote - name));
    return v && plan_begins(v, bytes, len) ? v : NULL;
}

static bool index_keys(struct compiler *c, struct plan_object *o)
{
    size_t size = 4;
    while (size < 2 * o->count)
        size *= 2;
    o->table = calloc(size, sizeof *o->table);
    if (!o->table)
        return error_memory(c->err);
    o->table_mask = size - 1;
    for (size_t i = 0; i < o->count; i++) {
        size_t slot = hash_key(o->fields[i].name, o->fields[i].name_len) & o->table_mask;
        while (o->table[slot])
            slot = (slot + 1) & o->table_mask;
        o->table[slot] = (uint16_t)(i + 1);
    }
    return true;
}

/* --- columns --- */

static bool compile_output(struct compiler *c, int column, const struct convert *convert,
                           struct plan_output *ret_output)
{
    const struct schema_column *info = &schema_columns(c->plan->schema)[column];
    struct plan_output output = {.column = info,
                                 .mask = *policy_mask(c->policy, column),
                                 .convert = convert,
                                 .recall = -1};
    output.prefix = text_format("\"%s\":", info->name);
    if (!output.prefix)
        return error_memory(c->err);
    output.prefix_len = strlen(output.prefix);
    if (output.mask.kind == MASK_PSEUDONYM)
        c->plan->needs_pseudonym = true;
    int key[SCHEMA_KEY_MAX];
    for (size_t i = schema_key(c->plan->schema, key); i-- > 0;)
        if (key[i] == column)
            output.key_bit = UINT32_C(1) << i;
    *ret_output = output;
    return true;
}

static bool is_dropped(const struct compiler *c, int column)
{
    return policy_mask(c->policy, column)->kind == MASK_DROP;
}

/* A derived column that is one scalar and nothing else is written when that scalar comes,
 * unless a json column is being written then. */
static bool is_direct(const struct schema_derived *d)
{
    return d->part_count == 1 && d->parts[0].kind == SCHEMA_PART_FIELD &&
           !d->parts[0].field->inner;
}

static bool refers_to(const struct schema_derived *d, const struct schema_node *node)
{
    for (size_t i = 0; i < d->part_count; i++)
        if (d->parts[i].field == node)
            return true;
    return false;
}

/* The columns of a scalar: its own, and derived ones. */
static bool compile_outputs(struct compiler *c, const struct schema_node *node,
                            struct plan_value *v)
{
    size_t count, room = node->column >= 0;
    const struct schema_derived *derived = schema_derivations(c->plan->schema, &count);
    for (size_t i = 0; i < count; i++)
        room += refers_to(&derived[i], node);
    if (room > 0 && !(v->outputs = calloc(room, sizeof *v->outputs)))
        return error_memory(c->err);
    if (node->column >= 0 && !is_dropped(c, node->column)) {
        if (!compile_output(c, node->column, node->convert, v->outputs))
            return false;
        struct plan_output *o = &v->outputs[0];
        o->fleeting = node->fleeting;
        if (o->mask.kind == MASK_REDACT && !o->convert && !o->key_bit && !o->fleeting)
            o->recall = c->plan->recall_count++;
        v->output_count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        const struct schema_derived *d = &derived[i];
        if (is_dropped(c, d->column) || !refers_to(d, node))
            continue;
        if (!is_direct(d)) {
            if (v->slot < 0)
                v->slot = c->plan->slot_count++;
            continue;
        }
        if (!compile_output(c, d->column, d->convert, &v->outputs[v->output_count]))
            return false;
        v->output_count++;
    }
    return true;
}

/* --- the tree --- */

static bool compile_default(struct compiler *c, struct plan_value *v)
{
    const json_t *standing = v->node->standing;
    if (!standing)
        return true;
    if (json_is_string(standing)) {
        v->standing_kind = FIT_STRING;
        v->standing = strdup(json_string_value(standing));
    } else if (json_is_boolean(standing)) {
        v->standing_kind = FIT_BOOLEAN;
        v->standing = strdup(json_is_true(standing) ? "true" : "false");
    } else {
        v->standing_kind = FIT_NUMBER;
        v->standing = text_format("%" JSON_INTEGER_FORMAT, json_integer_value(standing));
    }
    if (!v->standing)
        return error_memory(c->err);
    for (size_t i = 0; i < v->output_count; i++) {
        const struct plan_output *o = &v->outputs[i];
        if (o->mask.kind == MASK_KEEP && !o->convert &&
            !fit_column(o->column, v->standing_kind, v->standing, strlen(v->standing)))
            return error_set(c->err, ERROR_MANIFEST,
                             "%s: the default does not fit column %s (%s)", v->node->path,
                             o->column->name, column_type_name(o->column->type));
    }
    return true;
}

static bool compile_object(struct compiler *c, const struct schema_node *node, bool landing,
                           struct plan_object **ret_object)
{
    struct plan_object *o = calloc(1, sizeof *o);
    if (!o)
        return error_memory(c->err);
    *ret_object = o; /* the plan's from now on, also half-built */
    o->path = node->path;
    o->fields = calloc(node->field_count + 1, sizeof *o->fields);
    if (!o->fields)
        return error_memory(c->err);
    for (size_t i = 0; i < node->field_count; i++) {
        const struct schema_node *field = node->fields[i];
        o->count = i + 1;
        o->fields[i].index = i;
        if (!compile_value(c, field, landing, &o->fields[i]))
            return false;
        o->required[i / 64] |= (uint64_t)field->required << i % 64;
        o->standing[i / 64] |= (uint64_t)(field->standing != NULL) << i % 64;
        o->checks |= field->required || field->standing;
    }
    if (node->additional) {
        o->additional = calloc(1, sizeof *o->additional);
        if (!o->additional)
            return error_memory(c->err);
        if (!compile_value(c, node->additional, landing, o->additional))
            return false;
    }
    return index_keys(c, o);
}

/* Its one column is `"name":value`, as the member is, and nobody else wants it. */
static bool is_as_is(const struct plan_value *v)
{
    const struct plan_output *o = v->outputs;
    return v->key && !v->inner && v->slot < 0 && v->output_count == 1 && !o->convert &&
           o->mask.kind == MASK_KEEP && !o->key_bit && !o->fleeting &&
           strcmp(o->prefix, v->key + 1) == 0;
}

/* landing: within a json column that is released. */
static bool compile_value(struct compiler *c, const struct schema_node *node, bool landing,
                          struct plan_value *v)
{
    v->node = node;
    v->types = node->types;
    v->slot = -1;
    v->name = node->name;
    v->name_len = node->name ? strlen(node->name) : 0;
    if (node->name) {
        AUTO(buffer_done) struct buffer key;
        buffer_init(&key, JSON_DOCUMENT_MAX);
        if (!buffer_append_byte(&key, ',') ||
            !json_append_quoted(&key, node->name, v->name_len) ||
            !buffer_append_byte(&key, ':'))
            return error_memory(c->err);
        v->key_len = key.len;
        v->key = strndup((const char *)key.data, key.len);
        if (!v->key)
            return error_memory(c->err);
    }
    bool container = node->types & SCHEMA_IS_CONTAINER;
    bool scalar = node->types & SCHEMA_IS_VALUE || !container;
    if (!compile_outputs(c, node, v))
        return false;
    bool own = node->column >= 0 && !is_dropped(c, node->column);
    if (container && own)
        v->whole = &v->outputs[0];
    v->inner = landing;
    if (landing && scalar && node->mask.kind == MASK_PSEUDONYM)
        c->plan->needs_pseudonym = true;
    v->released = v->output_count || v->slot >= 0 ||
                  (landing && (!scalar || node->mask.kind != MASK_DROP));
    v->verbatim =
        landing && v->output_count == 0 && v->slot < 0 && node->mask.kind == MASK_KEEP;
    v->as_is = is_as_is(v);
    if (!compile_default(c, v))
        return false;

    bool within = landing || v->whole;
    if (node->types & SCHEMA_IS_OBJECT && !compile_object(c, node, within, &v->object))
        return false;
    if (!node->items)
        return true;
    v->items = calloc(1, sizeof *v->items);
    if (!v->items)
        return error_memory(c->err);
    return compile_value(c, node->items, within, v->items);
}

/* --- derived columns --- */

static int find_constant(struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->constant_count; i++)
        if (strcmp(p->constants[i], name) == 0)
            return (int)i;
    p->constants[p->constant_count] = name;
    return (int)p->constant_count++;
}

/* The slot that the place of a scalar was given. */
static int find_slot(const struct plan_value *v, const struct schema_node *node)
{
    if (v->node == node)
        return v->slot;
    int slot = -1;
    for (size_t i = 0; v->object && i < v->object->count && slot < 0; i++)
        slot = find_slot(&v->object->fields[i], node);
    return slot;
}

static bool compile_derived(struct compiler *c, const struct schema_derived *from,
                            struct plan_derived *d)
{
    if (!compile_output(c, from->column, from->convert, &d->output))
        return false;
    d->parts = calloc(from->part_count, sizeof *d->parts);
    if (!d->parts)
        return error_memory(c->err);
    d->part_count = from->part_count;
    d->constant = true;
    for (size_t i = 0; i < from->part_count; i++) {
        const struct schema_part *part = &from->parts[i];
        struct plan_part *out = &d->parts[i];
        switch (part->kind) {
        case SCHEMA_PART_LITERAL:
            *out = (struct plan_part){
                .kind = PLAN_LITERAL, .text = part->text, .len = strlen(part->text)};
            break;
        case SCHEMA_PART_FIELD:
            *out = (struct plan_part){.kind = PLAN_SLOT,
                                      .index = find_slot(&c->plan->root, part->field)};
            d->constant = false;
            break;
        case SCHEMA_PART_CONSTANT:
            if (strcmp(part->text, position) == 0) {
                *out = (struct plan_part){.kind = PLAN_POSITION};
                d->constant = false;
                break;
            }
            *out = (struct plan_part){.kind = PLAN_CONSTANT,
                                      .index = find_constant(c->plan, part->text)};
            break;
        }
    }
    d->fleeting = d->output.column->fleeting;
    return true;
}

static bool compile_derivations(struct compiler *c)
{
    struct plan *p = c->plan;
    size_t count;
    const struct schema_derived *derived = schema_derivations(p->schema, &count);
    p->derived = calloc(count + 1, sizeof *p->derived);
    p->constants = calloc(count * SCHEMA_PARTS_MAX + SCHEMA_KEY_MAX, sizeof *p->constants);
    if (!p->derived || !p->constants)
        return error_memory(c->err);
    for (size_t i = 0; i < count; i++) {
        if (is_direct(&derived[i]) || is_dropped(c, derived[i].column))
            continue;
        if (!compile_derived(c, &derived[i], &p->derived[p->derived_count++]))
            return false;
    }
    return p->slot_count <= PLAN_SLOTS_MAX ||
           error_set(c->err, ERROR_MANIFEST, "x-derived names more than %d fields",
                     PLAN_SLOTS_MAX);
}

/* --- the slice ------------------------------------------------------------------------------ */

static const struct plan_output *find_output(const struct plan_value *v,
                                             const struct schema_column *column)
{
    const struct plan_output *found = NULL;
    for (size_t i = 0; i < v->output_count && !found; i++)
        if (v->outputs[i].column == column)
            found = &v->outputs[i];
    for (size_t i = 0; v->object && i < v->object->count && !found; i++)
        found = find_output(&v->object->fields[i], column);
    return found;
}

/* Columns of the key are fields, and not dropped (record/schema, record/policy). */
static bool compile_slice(struct compiler *c)
{
    struct plan *p = c->plan;
    size_t count;
    const struct schema_equal *slice = schema_slice(p->schema, &count);
    for (size_t i = 0; i < count; i++) {
        const struct schema_column *column = &schema_columns(p->schema)[slice[i].column];
        const struct plan_output *output = find_output(&p->root, column);
        if (!output)
            return error_set(c->err, ERROR_BUG, "x-slice: nothing makes the column %s",
                             column->name);
        p->slice[p->slice_count++] = (struct plan_equal){
            .output = output, .constant = find_constant(p, slice[i].constant)};
    }
    return true;
}

bool plan_new(const struct policy *policy, struct plan **ret_plan, struct error *err)
{
    AUTO(plan_freep) struct plan *p = calloc(1, sizeof *p);
    if (!p)
        return error_memory(err);
    int key[SCHEMA_KEY_MAX];
    p->schema = policy_schema(policy);
    p->key_bits = (UINT32_C(1) << schema_key(p->schema, key)) - 1;
    struct compiler c = {.plan = p, .policy = policy, .err = err};
    if (!compile_value(&c, schema_root(p->schema), false, &p->root) ||
        !compile_derivations(&c) || !compile_slice(&c))
        return false;
    *ret_plan = steal(&p);
    return true;
}

/* --- the end --- */

static void value_done(struct plan_value *v)
{
    for (size_t i = 0; i < v->output_count; i++)
        free(v->outputs[i].prefix);
    free(v->outputs);
    free(v->key);
    free(v->standing);
    if (v->object) {
        for (size_t i = 0; i < v->object->count; i++)
            value_done(&v->object->fields[i]);
        if (v->object->additional)
            value_done(v->object->additional);
        free(v->object->additional);
        free(v->object->fields);
        free(v->object->table);
        free(v->object);
    }
    if (v->items)
        value_done(v->items);
    free(v->items);
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    value_done(&p->root);
    for (size_t i = 0; i < p->derived_count; i++) {
        free(p->derived[i].output.prefix);
        free(p->derived[i].parts);
    }
    free(p->derived);
    free(p->constants);
    free(p);
}
