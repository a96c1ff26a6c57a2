/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema x policy, compiled for walking: at every place of a record, which values are read,
 * what is done to them and which columns they go to.
 *
 *     plan_object ── key ─▶ plan_value ─┬─ outputs   columns of a scalar, derived ones included
 *          ▲                            ├─ slot      kept aside for derived columns
 *          └───────── object, items ────┴─ whole     a json column that begins here
 *
 * Immutable; shared by all threads.
 */
#ifndef RECORD_PLAN_H
#define RECORD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/fit.h"
#include "record/policy.h"
#include "record/schema.h"
#include "record/short.h"

enum { PLAN_SLOTS_MAX = 256, PLAN_SEEN_WORDS = SCHEMA_FIELDS_MAX / 64 };

/* A column, and how a value becomes it. */
struct plan_output {
    const struct schema_column *column;
    struct mask mask;
    const struct convert *convert; /* NULL: none */
    char *prefix; /* "name": with quotes and colon */
    size_t prefix_len;
    uint32_t key_bit; /* 1 << its position in the key; 0: not part of it */
    bool fleeting; /* x-fleeting: it stands at the end of the line */
    int recall; /* number of what is recalled of it (record/recall.h); -1: nothing */
};

/* A place in the record. What every value of it needs comes first: a row has hundreds. */
struct plan_value {
    char *key; /* ,"name": of a known member; NULL for others */
    size_t key_len;
    size_t index; /* among the fields of its object */
    unsigned types; /* node's */
    bool inner; /* what comes here lands in the json column around it */
    bool released; /* a scalar here goes somewhere … */
    bool verbatim; /* … and that is as it came into the json column, and nowhere else */
    bool as_is; /* … and its column, which has its name, is the member as it came */
    const struct schema_node *node;
    const char *name; /* node's */
    size_t name_len;
    struct plan_output *outputs;
    size_t output_count;
    const struct plan_output *whole; /* a container here begins this json column; NULL: none */
    /* … and it is copied if it is what this one may hold; NULL: it is not (record/verbatim) */
    const struct plan_value *copied;
    int slot; /* -1: none */
    char *standing; /* what an absent field stands for, as text; NULL: nothing */
    enum fit_kind standing_kind;
    struct plan_object *object; /* NULL: an object is not expected here */
    struct plan_value *items; /* NULL: an array is not expected here */
};

struct plan_object {
    const char *path; /* JSON Pointer */
    struct plan_value *fields;
    size_t count;
    uint16_t *table; /* index + 1 by hash of the key; 0: free */
    size_t table_mask;
    uint64_t required[PLAN_SEEN_WORDS]; /* bit i: fields[i] */
    uint64_t standing[PLAN_SEEN_WORDS]; /* those with a default */
    bool checks; /* any bit of these two is set */
    struct plan_value *additional; /* NULL: other members are unknown */
};

/* A part of a derived column's text: a literal, a slot, a constant or the position. */
enum plan_part_kind { PLAN_LITERAL, PLAN_SLOT, PLAN_CONSTANT, PLAN_POSITION };

struct plan_part {
    enum plan_part_kind kind;
    const char *text; /* the literal */
    size_t len;
    int index; /* of the slot or constant */
};

struct plan_derived {
    struct plan_output output;
    struct plan_part *parts;
    size_t part_count;
    bool constant; /* the same for all records of a response */
    bool fleeting; /* and another for each response, whatever is in it: {extracted_at} */
};

/* A column of the key that has to be what the constant makes of it. */
struct plan_equal {
    const struct plan_output *output;
    int constant; /* index */
};

struct plan {
    const struct schema *schema;
    struct plan_value root; /* root.object is the record */
    /* Those that are not made of one scalar alone (these are outputs of its place). */
    struct plan_derived *derived;
    size_t derived_count;
    int slot_count;
    int recall_count;
    struct plan_equal slice[SCHEMA_KEY_MAX]; /* x-slice */
    size_t slice_count;
    const char **constants; /* names that are used, without "position" */
    size_t constant_count;
    uint32_t key_bits; /* of all columns of the key */
    bool needs_pseudonym;
};

/* ERROR_MANIFEST when a default does not fit its column. The policy and its schema must live
 * longer. */
bool plan_new(const struct policy *policy, struct plan **ret_plan, struct error *err);
void plan_free(struct plan *p);
CLEANUP_DEFINE(struct plan, plan_free)

/* The known member of that name, or NULL. */
const struct plan_value *plan_lookup(const struct plan_object *o, const char *name, size_t len);

/* Whether these bytes begin with the field's key, as it is written mostly, and its colon. */
static inline bool plan_begins(const struct plan_value *field, const char *bytes, size_t len)
{
    size_t key_len = field->key_len - 1;
    return len >= key_len && short_same(field->key + 1, bytes, key_len);
}

/* The field that these bytes begin with; NULL: none does so. */
const struct plan_value *plan_find(const struct plan_object *o, const char *bytes, size_t len);

/* The same where a field is guessed to come: records of one API have their keys in one order. */
static inline const struct plan_value *plan_guess(const struct plan_object *o, size_t guess,
                                                  const char *bytes, size_t len)
{
    if (__builtin_expect(guess < o->count && plan_begins(&o->fields[guess], bytes, len), true))
        return &o->fields[guess];
    return plan_find(o, bytes, len);
}

#endif
