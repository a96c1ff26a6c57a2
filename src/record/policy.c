/* SPDX-License-Identifier: Apache-2.0 */
#include "record/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "crypto/digest.h"

enum { DESCRIPTION_MAX = 16 * 1024 * 1024 };

/* What a column is made of decides what may be done to it. */
struct column {
    struct mask mask;
    bool whole; /* a json column of an object or array only: kept or dropped */
    bool named; /* by an override */
};

struct policy {
    const struct schema *schema;
    uint8_t digest[DIGEST_SIZE];
    struct column columns[];
};

static void take_schema_masks(struct policy *p, const struct schema_node *node)
{
    if (node->column >= 0)
        p->columns[node->column] =
            (struct column){.mask = node->mask, .whole = !(node->types & SCHEMA_IS_VALUE)};
    for (size_t i = 0; i < node->field_count; i++)
        take_schema_masks(p, node->fields[i]);
}

static bool fail_column(const struct schema *schema, const char *name, struct error *err)
{
    const char *names[SCHEMA_COLUMNS_MAX + 1];
    size_t count = schema_column_count(schema);
    for (size_t i = 0; i < count; i++)
        names[i] = schema_columns(schema)[i].name;
    names[count] = NULL;
    const char *near = text_nearest(name, names);
    return error_set(err, ERROR_CONFIG, "%s has no column \"%s\"%s%s%s", schema_table(schema),
                     name, near ? "; did you mean \"" : "", near ? near : "",
                     near ? "\"?" : "");
}

static bool override_column(struct policy *p, const struct policy_override *o,
                            struct error *err)
{
    int at = schema_column_find(p->schema, o->column, strlen(o->column));
    if (at < 0)
        return fail_column(p->schema, o->column, err);
    struct column *column = &p->columns[at];
    if (column->named)
        return error_set(err, ERROR_CONFIG, "%s is set twice", o->column);
    struct mask mask;
    const char *why;
    if (!mask_parse(o->action, ERROR_CONFIG, &mask, err))
        return error_prefix(err, "%s", o->column);
    if (!column_accepts(&schema_columns(p->schema)[at], &mask, &why))
        return error_set(err, ERROR_CONFIG, "%s: %s %s", o->column, o->action, why);
    if (column->whole && mask.kind != MASK_KEEP && mask.kind != MASK_DROP)
        return error_set(err, ERROR_CONFIG,
                         "%s: an object or array can only be kept (its fields masked as the "
                         "schema says) or dropped",
                         o->column);
    column->mask = mask;
    column->named = true;
    return true;
}

/* "/path action" of the leaves that land within json columns, in the schema's order. */
static bool describe_inner(const struct schema_node *node, struct buffer *out)
{
    if (node->inner && !(buffer_append_text(out, node->path) && buffer_append_byte(out, ' ') &&
                         mask_describe(&node->mask, out) && buffer_append_byte(out, '\n')))
        return false;
    for (size_t i = 0; i < node->field_count; i++)
        if (!describe_inner(node->fields[i], out))
            return false;
    return (!node->additional || describe_inner(node->additional, out)) &&
           (!node->items || describe_inner(node->items, out));
}

static bool describe(const struct policy *p, struct buffer *out)
{
    for (size_t i = 0; i < schema_column_count(p->schema); i++)
        if (!(buffer_append_text(out, schema_columns(p->schema)[i].name) &&
              buffer_append_byte(out, ' ') && mask_describe(&p->columns[i].mask, out) &&
              buffer_append_byte(out, '\n')))
            return false;
    return describe_inner(schema_root(p->schema), out);
}

static bool take_digest(struct policy *p, struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, DESCRIPTION_MAX);
    if (!describe(p, &text))
        return error_memory(err);
    digest_blake2b(text.data, text.len, p->digest);
    return true;
}

bool policy_new(const struct schema *schema, const struct policy_override *overrides,
                size_t count, struct policy **ret_policy, struct error *err)
{
    size_t columns = schema_column_count(schema);
    AUTO(policy_freep) struct policy *p = calloc(1, sizeof *p + columns * sizeof *p->columns);
    if (!p)
        return error_memory(err);
    p->schema = schema;
    take_schema_masks(p, schema_root(schema));
    size_t derived_count;
    const struct schema_derived *derived = schema_derivations(schema, &derived_count);
    for (size_t i = 0; i < derived_count; i++)
        p->columns[derived[i].column].mask = derived[i].mask;
    for (size_t i = 0; i < count; i++)
        if (!override_column(p, &overrides[i], err))
            return false;
    if (!take_digest(p, err))
        return false;
    *ret_policy = steal(&p);
    return true;
}

void policy_free(struct policy *p)
{
    free(p);
}

const struct schema *policy_schema(const struct policy *p)
{
    return p->schema;
}

const struct mask *policy_mask(const struct policy *p, int column)
{
    return &p->columns[column].mask;
}

const uint8_t *policy_digest(const struct policy *p)
{
    return p->digest;
}
