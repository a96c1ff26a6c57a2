/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a record: "properties" and all that can stand in it. */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "codec/json.h"
#include "codec/place.h"
#include "record/column.h"
#include "record/convert.h"
#include "record/mask.h"

enum {
    SCHEMA_FIELDS_MAX = 1024, /* of one object */
    SCHEMA_DEPTH_MAX = 16, /* objects and arrays within one another, the record included */
    SCHEMA_NODES_MAX = 16384, /* fields of all objects together, wherever a $ref puts them */
};

/* JSON types, or-ed. */
enum {
    SCHEMA_IS_NULL = 1 << 0,
    SCHEMA_IS_BOOLEAN = 1 << 1,
    SCHEMA_IS_INTEGER = 1 << 2,
    SCHEMA_IS_NUMBER = 1 << 3, /* implies integer */
    SCHEMA_IS_STRING = 1 << 4,
    SCHEMA_IS_OBJECT = 1 << 5,
    SCHEMA_IS_ARRAY = 1 << 6,
    SCHEMA_IS_CONTAINER = SCHEMA_IS_OBJECT | SCHEMA_IS_ARRAY,
    SCHEMA_IS_VALUE =
        SCHEMA_IS_BOOLEAN | SCHEMA_IS_INTEGER | SCHEMA_IS_NUMBER | SCHEMA_IS_STRING,
};

struct schema_node {
    const char *name; /* its key in the parent; NULL: it is items, additional or the record */
    const char *path; /* within a record, `*` for any element or member: "/name/first" */
    unsigned types;
    bool required;
    bool inner; /* within a json column */
    bool fleeting; /* its column is no part of what the record says */
    int column; /* -1: none of its own */
    struct mask mask; /* the schema's own action for a scalar */
    const struct convert *convert; /* NULL: none */
    json_t *standing; /* "default": what an absent field stands for; NULL: nothing */
    struct schema_node **fields; /* properties, in the schema's order */
    size_t field_count;
    struct schema_node *additional; /* NULL: other members are unknown fields */
    struct schema_node *items;
    char texts[]; /* of name and path: nodes are thousands, and one block is less than three */
};

/* A schema's document while it is read. */
struct field_reader {
    struct place at;
    struct error *err; /* why it was refused */
    struct column_list *columns; /* those of fields are added */
    const json_t *defs; /* "$defs" of the document; NULL: none */
    size_t nodes; /* made so far */
};

/* Reads the record: "$defs", "type", "properties" and "required" of the document. */
bool field_read_record(struct field_reader *r, const json_t *json,
                       struct schema_node **ret_node);
void field_free(struct schema_node *node);
CLEANUP_DEFINE(struct schema_node, field_free)

/* x-pii and x-convert, both optional here, of a scalar with the given column (-1: none). */
bool field_read_treatment(struct field_reader *r, const json_t *json, int column,
                          struct mask *ret_mask, const struct convert **ret_convert);

/* The field of an object by name, or NULL. */
struct schema_node *field_find(const struct schema_node *node, const char *name);

/* "string", "object", … for one of SCHEMA_IS_…. Static. */
const char *field_type_name(unsigned type);

#endif
