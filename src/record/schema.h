/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record of a stream looks like, what in it is personal, and how it lands: a JSON Schema
 * (2020-12) with x- annotations, read from schemas/<source>/<stream>.json.
 * schemas/record.schema.json is the published grammar; what this file accepts is the same.
 *
 *     record     x-table, x-key (columns), x-cursor, x-write (merge | replace | append),
 *                x-unknown (drop | quarantine | stop), x-derived, x-topic (record/topic.h),
 *                x-slice, "$defs" (fields, by name), and what an object has
 *     field      "type": a name or a list of names
 *       scalar   "x-pii": action (record/mask.h), "x-convert" (record/convert.h), "default" for
 *                a source that leaves a field out at its default, "x-fleeting": true for what is
 *                another at each reading of the same record (a signed address, an age)
 *       object   "properties", "required", "additionalProperties": a field, for the members of
 *                an open map
 *       array    "items": a field
 *     "x-column" {"name", "type"} is where a field lands. An object or array with a column of
 *     type json lands there as a whole, made anew of its released inner fields. A scalar that
 *     is neither in such a column nor has a column of its own never lands: its x-pii must be
 *     drop, and no configuration can change that.
 *     x-derived  {"column": {"from": template, "x-pii", "x-convert", "x-column": {"type"}}}
 *                with {/json/pointer} for a scalar of the record and {name} for a constant of
 *                the walk; NULL when a scalar that it names is null or absent
 *     x-slice    {"column": constant of the walk}: columns of the key that tell what slice a record
 *                is of; one that has something else in them was not asked for, and is a misfit
 *
 * Within a json column, {"$ref": "#/$defs/NAME"} stands for the field of that name in $defs.
 * A field that is a scalar for one record and a container for another lists both types. Unlike
 * JSON Schema's, an integer is written without point and exponent.
 *
 * Immutable once loaded; shared by all threads.
 */
#ifndef RECORD_SCHEMA_H
#define RECORD_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "record/column.h"
#include "record/convert.h"
#include "record/field.h"
#include "record/mask.h"
#include "record/topic.h"

enum {
    SCHEMA_KEY_MAX = 16,
    SCHEMA_PARTS_MAX = 32, /* of a template */
};

enum schema_write { SCHEMA_MERGE, SCHEMA_REPLACE, SCHEMA_APPEND };

enum schema_unknown { SCHEMA_UNKNOWN_DROP, SCHEMA_UNKNOWN_QUARANTINE, SCHEMA_UNKNOWN_STOP };

struct schema;

/* ERROR_MANIFEST; the text names file and JSON Pointer. */
bool schema_load(const char *path, struct schema **ret_schema, struct error *err);
/* The same from a parsed document; name stands for the path in errors. Borrows root for the
 * call. */
bool schema_from_json(const json_t *root, const char *name, struct schema **ret_schema,
                      struct error *err);
void schema_free(struct schema *s);
CLEANUP_DEFINE(struct schema, schema_free)

const char *schema_table(const struct schema *s);
/* What the records are: the description, or else the title; "" when none. */
const char *schema_comment(const struct schema *s);
enum schema_write schema_write(const struct schema *s);
enum schema_unknown schema_unknown(const struct schema *s);
size_t schema_column_count(const struct schema *s);
const struct schema_column *schema_columns(const struct schema *s);
/* The position of a column by name, or -1. */
int schema_column_find(const struct schema *s, const char *name, size_t len);
/* Indexes into schema_columns, in key order. */
size_t schema_key(const struct schema *s, int ret_columns[SCHEMA_KEY_MAX]);
/* The index of the column that x-cursor names, or -1. */
int schema_cursor(const struct schema *s);

/* What x-topic says; never NULL. */
const struct topic_wish *schema_topic(const struct schema *s);

/* BLAKE2b-256 of the canonical text of the document. */
const uint8_t *schema_digest(const struct schema *s);

/* --- what policy and plan are made from (the fields: record/field.h) --- */

enum schema_part_kind { SCHEMA_PART_LITERAL, SCHEMA_PART_FIELD, SCHEMA_PART_CONSTANT };

struct schema_part {
    enum schema_part_kind kind;
    char *text; /* the literal, or the constant's name */
    const struct schema_node *field;
};

struct schema_derived {
    int column;
    struct mask mask;
    const struct convert *convert;
    struct schema_part *parts;
    size_t part_count;
};

/* A column of the key, made of a field, and what it has to be in each record. */
struct schema_equal {
    int column;
    char *constant; /* its name */
};

const struct schema_node *schema_root(const struct schema *s);
/* x-slice: at most SCHEMA_KEY_MAX. */
const struct schema_equal *schema_slice(const struct schema *s, size_t *ret_count);
const struct schema_derived *schema_derivations(const struct schema *s, size_t *ret_count);

#endif
