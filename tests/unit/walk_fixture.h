/* SPDX-License-Identifier: Apache-2.0 */
/* A walk in one call, and what it gave. */
#ifndef WALK_FIXTURE_H
#define WALK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "codec/json.h"
#include "crypto/pseudonym.h"
#include "record/columns.h"
#include "record/dedup.h"
#include "record/keyed.h"
#include "record/policy.h"
#include "record/schema.h"
#include "record/walk.h"

enum { OUTPUT_MAX = 64 * 1024 * 1024 };

static struct pseudonym *pseudonym;
static struct dedup_room keys_room;

static struct walk_constant constants[] = {
    {"source", "random_user"},
    {"api_version", "1.4"},
    {"seed", "b92435b8050047da"},
    {"page", "1"},
    {"attribution_windows", "1d_view,7d_click"},
    {"extracted_at", "2026-11-20T09:30:00Z"},
    {"account", "17"},
    {"slice", "2026-11-20"},
};

/* What is read from now on is of this slice. */
static inline void walk_slice(const char *account, const char *slice)
{
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (strcmp(constants[i].name, "account") == 0)
            constants[i].value = account;
        if (strcmp(constants[i].name, "slice") == 0)
            constants[i].value = slice;
    }
}

/* What a walk gave: released lines as they are, quarantined ones as "POSITION REASON | LINE\n".
 */
struct outcome {
    struct dedup *keys; /* of its records; NULL: none had any yet */
    struct buffer lines;
    struct buffer misfits;
    const struct schema *schema;
    struct walk_counts counts;
    struct error err;
    size_t fleeting; /* of the last line */
    bool ok;
};

static inline void outcome_done(struct outcome *o)
{
    dedup_free(o->keys);
    buffer_done(&o->lines);
    buffer_done(&o->misfits);
}

/* Whatever is released, its columns can hold: the sink's own reading of lines says so. */
static inline void check_columns(const struct schema *schema, const char *line, size_t len)
{
    struct columns *columns = columns_new(schema);
    const struct columns_value *values;
    struct error err;
    if (!columns_parse(columns, line, len, &values, &err))
        fail_msg("%s: %.*s", err.text, (int)len, line);
    columns_free(columns);
}

static inline bool take_record(void *context, const char *line, size_t len, size_t fleeting,
                               struct error *err)
{
    struct outcome *o = context;
    (void)err;
    assert_true(fleeting < len);
    o->fleeting = fleeting;
    assert_int_equal(line[len - 1], '\n');
    check_columns(o->schema, line, len - 1);
    return buffer_append(&o->lines, line, len);
}

static inline bool take_misfit(void *context, const char *line, size_t len, const char *reason,
                               uint64_t position, struct error *err)
{
    struct outcome *o = context;
    (void)err;
    return buffer_printf(&o->misfits, "%" PRIu64 " %s | %.*s\n", position, reason, (int)len,
                         line);
}

/* What the walk says of a record is what its line says. */
static inline void check_keyed(const struct schema *schema, const struct walk_keyed *record)
{
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    const char *end = memchr(record->line, '\n', OUTPUT_MAX);
    struct walk_keyed read;
    struct error err;
    bool found;
    if (!keyed_read(schema, record->line, (size_t)(end + 1 - record->line), &text, &read,
                    &found, &err))
        fail_msg("%s", err.text);
    assert_true(found);
    assert_int_equal(read.len, record->len);
    assert_int_equal(read.key_len, record->key_len);
    if (read.key_len > 0)
        assert_memory_equal(read.key, record->key, read.key_len);
}

/* As a reader would: a key stands for one record. */
static inline enum walk_fate judge(void *context, const struct walk_keyed *record,
                                   const char **ret_reason)
{
    struct outcome *o = context;
    check_keyed(o->schema, record);
    if (!o->keys) {
        dedup_room_init(&keys_room);
        o->keys = dedup_new(&keys_room);
    }
    *ret_reason = "its key was there already";
    return dedup_add(o->keys, record->key, record->key_len, 0) == DEDUP_NEW ? WALK_TAKE
                                                                            : WALK_SET_ASIDE;
}

static inline struct schema *load(const char *text)
{
    json_t *root;
    struct schema *schema;
    struct error err;
    if (!json_parse(text, strlen(text), "test", ERROR_MANIFEST, &root, &err) ||
        !schema_from_json(root, "test", &schema, &err))
        fail_msg("%s", err.text);
    json_decref(root);
    return schema;
}

static inline struct walk *new_walk(const struct policy *policy, const char *selector,
                                    const char *const *captures, struct outcome *o)
{
    struct walk *w;
    struct error err;
    if (!walk_new(&(struct walk_options){.policy = policy,
                                         .pseudonym = pseudonym,
                                         .selector = selector,
                                         .captures = captures,
                                         .output = {o, take_record, take_misfit, judge}},
                  &w, &err))
        fail_msg("%s", err.text);
    return w;
}

static inline bool feed(struct walk *w, const char *data, size_t len, size_t chunk,
                        struct error *err)
{
    if (!walk_begin(w, constants, sizeof constants / sizeof *constants, err))
        return false;
    for (size_t at = 0; at < len; at += chunk)
        if (!walk_feed(w, data + at, len - at < chunk ? len - at : chunk, err))
            return false;
    return walk_finish(w, err);
}

static inline struct outcome run_policy(const struct policy *policy, const char *selector,
                                        const char *data, size_t len, size_t chunk)
{
    struct outcome o = {
        .lines.max = OUTPUT_MAX, .misfits.max = OUTPUT_MAX, .schema = policy_schema(policy)};
    AUTO(walk_freep) struct walk *w = new_walk(policy, selector, NULL, &o);
    o.ok = feed(w, data, len, chunk, &o.err);
    o.counts = *walk_counts(w);
    assert_int_equal(o.ok ? o.counts.records : 0,
                     o.ok ? o.counts.released + o.counts.quarantined : 0);
    return o;
}

/* Records of the schema at /results. */
static inline struct outcome run(const char *schema_text, const char *document)
{
    AUTO(schema_freep) struct schema *schema = load(schema_text);
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    if (!policy_new(schema, NULL, 0, &policy, &err))
        fail_msg("%s", err.text);
    return run_policy(policy, "/results/*", document, strlen(document), SIZE_MAX);
}

#endif
