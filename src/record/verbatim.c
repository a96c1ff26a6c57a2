/* SPDX-License-Identifier: Apache-2.0 */
#include "record/verbatim.h"

#include <stdint.h>
#include <string.h>

#include "record/decimal.h"
#include "record/plan.h"
#include "record/quoted.h"

/* --- what the plan says --- */

static bool is_verbatim(const struct plan_value *container);

static bool value_holds(const struct plan_value *v)
{
    return v->verbatim && is_verbatim(v);
}

static bool is_verbatim(const struct plan_value *container)
{
    const struct plan_object *o = container->object;
    if (container->slot >= 0 || (container->items && !value_holds(container->items)))
        return false;
    if (o && (o->checks || o->additional || o->count > VERBATIM_FIELDS_MAX))
        return false;
    for (size_t i = 0; o && i < o->count; i++)
        if (!value_holds(&o->fields[i]))
            return false;
    return true;
}

static bool are_alike(const struct plan_value *a, const struct plan_value *b);

static bool fields_are_alike(const struct plan_object *a, const struct plan_object *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->fields[i].name, b->fields[i].name) != 0 ||
            a->fields[i].types != b->fields[i].types ||
            !are_alike(&a->fields[i], &b->fields[i]))
            return false;
    return true;
}

/* What may stand in them is the same. */
static bool are_alike(const struct plan_value *a, const struct plan_value *b)
{
    if (!a->items != !b->items || !a->object != !b->object)
        return false;
    if (a->items && (a->items->types != b->items->types || !are_alike(a->items, b->items)))
        return false;
    return !a->object || fields_are_alike(a->object, b->object);
}

void verbatim_mark(struct plan *plan)
{
    struct plan_object *record = plan->root.object;
    for (size_t i = 0; i < record->count; i++) {
        struct plan_value *v = &record->fields[i];
        if (!v->whole || !is_verbatim(v))
            continue;
        size_t first = 0;
        while (first < i && !(record->fields[first].copied == &record->fields[first] &&
                              are_alike(&record->fields[first], v)))
            first++;
        v->copied = &record->fields[first];
    }
}

/* --- what came; each function returns what is behind it, or NULL --- */

static const char *skip_value(const struct plan_value *v, const char *p, const char *end);

/* Behind the opening quote. */
static inline const char *skip_string(const char *p, const char *end)
{
    bool escaped; /* it stays as it came */
    const char *quote = quoted_end(p, end, &escaped);
    return quote ? quote + 1 : NULL;
}

static const char *skip_number(unsigned types, const char *p, const char *end)
{
    struct decimal ignored;
    const char *start = p;
    bool whole = true;
    for (; p < end && ((*p >= '0' && *p <= '9') || (*p && strchr("+-.eE", *p))); p++)
        whole &= *p != '.' && *p != 'e' && *p != 'E';
    bool accepted = types & SCHEMA_IS_NUMBER || (types & SCHEMA_IS_INTEGER && whole);
    return accepted && decimal_parse(start, (size_t)(p - start), &ignored) ? p : NULL;
}

static const char *skip_literal(const char *literal, const char *p, const char *end)
{
    size_t len = strlen(literal);
    return (size_t)(end - p) >= len && memcmp(p, literal, len) == 0 ? p + len : NULL;
}

static const char *skip_scalar(unsigned types, const char *p, const char *end)
{
    switch (*p) {
    case 't':
        return types & SCHEMA_IS_BOOLEAN ? skip_literal("true", p, end) : NULL;
    case 'f':
        return types & SCHEMA_IS_BOOLEAN ? skip_literal("false", p, end) : NULL;
    case 'n':
        return types & SCHEMA_IS_NULL ? skip_literal("null", p, end) : NULL;
    default:
        return skip_number(types, p, end);
    }
}

/* Behind the bracket. */
static const char *skip_members(const struct plan_object *o, const char *p, const char *end)
{
    uint64_t seen = 0;
    size_t guess = 0;
    if (p < end && *p == '}')
        return p + 1;
    for (;;) {
        const struct plan_value *v = plan_guess(o, guess, p, (size_t)(end - p));
        if (!v || seen >> v->index & 1)
            return NULL;
        seen |= UINT64_C(1) << v->index;
        guess = v->index + 1;
        p = skip_value(v, p + v->key_len - 1, end);
        if (!p || p == end)
            return NULL;
        if (*p == '}')
            return p + 1;
        if (*p++ != ',')
            return NULL;
    }
}

static const char *skip_items(const struct plan_value *items, const char *p, const char *end)
{
    if (p < end && *p == ']')
        return p + 1;
    for (;;) {
        p = skip_value(items, p, end);
        if (!p || p == end)
            return NULL;
        if (*p == ']')
            return p + 1;
        if (*p++ != ',')
            return NULL;
    }
}

static inline const char *skip_value(const struct plan_value *v, const char *p, const char *end)
{
    if (p == end)
        return NULL;
    switch (*p) {
    case '"':
        return v->types & SCHEMA_IS_STRING ? skip_string(p + 1, end) : NULL;
    case '{':
        return v->object ? skip_members(v->object, p + 1, end) : NULL;
    case '[':
        return v->items ? skip_items(v->items, p + 1, end) : NULL;
    default:
        return skip_scalar(v->types, p, end);
    }
}

size_t verbatim_length(const struct plan_value *container, const char *bytes, size_t len)
{
    const char *end = skip_value(container, bytes, bytes + len);
    return end ? (size_t)(end - bytes) : 0;
}
