/* SPDX-License-Identifier: Apache-2.0 */
#include "source/usage_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quota/bucket.h"
#include "record/scan.h"

enum { TOKEN_SIZE = 64, VALUE_SIZE = 128, NAME_MAX_BYTES = 64 };

static const struct place_key keys[] = {
    {"description", false}, {"header", true},  {"select", false}, {"where", false},
    {"used", false},        {"regain", false}, {"reset", false},  {"capacity", false},
    {"bucket", true},       {NULL, false},
};
static const struct place_key where_keys[] = {{"at", true}, {"equals", true}, {NULL, false}};
static const struct place_key capacity_keys[] = {{"at", true}, {"is", true}, {NULL, false}};
static const struct place_key span_keys[] = {{"at", true}, {"unit", true}, {NULL, false}};

/* --- The rule ------------------------------------------------------------------------------ */

/* A pointer of the manifest, whose tokens and depth must be such as can be found. */
static bool parse_pointer(const struct place *p, const char *key, const char *text,
                          struct pointer **ret_pointer, struct error *err)
{
    AUTO(pointer_freep) struct pointer *parsed = pointer_parse(text);
    bool fits = parsed && parsed->depth < USAGE_HEADER_DEPTH_MAX;
    for (size_t i = 0; fits && i < parsed->depth; i++)
        fits = strlen(parsed->tokens[i]) < TOKEN_SIZE;
    if (!fits)
        return place_fail_at(p, key, err, "expected a JSON Pointer such as /call_count");
    *ret_pointer = steal(&parsed);
    return true;
}

static bool read_pointer(struct place *p, const json_t *object, const char *key,
                         struct pointer **ret_pointer, struct error *err)
{
    const char *text = NULL;
    return place_text(p, object, key, POINTER_TEXT_MAX, &text, err) &&
           (!text || parse_pointer(p, key, text, ret_pointer, err));
}

static bool read_select(struct place *p, const json_t *value, struct usage_header *rule,
                        struct error *err)
{
    if (json_object_get(value, "select"))
        return read_pointer(p, value, "select", &rule->select, err);
    rule->select = pointer_parse("");
    return rule->select || error_memory(err);
}

static bool read_where(struct place *p, const json_t *value, struct usage_header *rule,
                       struct error *err)
{
    const json_t *where = json_object_get(value, "where");
    if (!where)
        return true;
    pointer_push(&p->path, "where");
    if (!place_keys(p, where, where_keys, err) ||
        !read_pointer(p, where, "at", &rule->where, err) ||
        !place_text(p, where, "equals", VALUE_SIZE - 1, &rule->equals, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_used(struct place *p, const json_t *value, struct usage_header *rule,
                      struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "used", USAGE_HEADER_COUNTS_MAX, &list, err))
        return false;
    for (; list && rule->used_count < json_array_size(list); rule->used_count++) {
        const char *text = json_string_value(json_array_get(list, rule->used_count));
        if (!parse_pointer(p, "used", text ? text : "?", &rule->used[rule->used_count], err))
            return false;
    }
    return true;
}

static bool read_span(struct place *p, const json_t *value, const char *key,
                      struct usage_header_span *ret_span, struct error *err)
{
    const json_t *span = json_object_get(value, key);
    if (!span)
        return true;
    pointer_push(&p->path, key);
    if (!place_keys(p, span, span_keys, err) ||
        !read_pointer(p, span, "at", &ret_span->at, err) ||
        !unit_read(p, span, &ret_span->unit, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_tiers(struct place *p, const json_t *object, struct usage_header *rule,
                       struct error *err)
{
    json_t *tiers = json_object_get(object, "is"), *capacity;
    const char *text;
    pointer_push(&p->path, "is");
    if (json_object_size(tiers) == 0 || json_object_size(tiers) > USAGE_HEADER_TIERS_MAX)
        return place_fail(p, err, "expected an object of 1 to %d capacities",
                          USAGE_HEADER_TIERS_MAX);
    json_object_foreach (tiers, text, capacity) {
        int64_t number = 0;
        if (!place_integer(p, tiers, text, 1, BUCKET_CAPACITY_MAX, &number, err))
            return false;
        if (strlen(text) >= VALUE_SIZE)
            return place_fail(p, err, "a text is longer than %d bytes", VALUE_SIZE - 1);
        rule->tiers[rule->tier_count++] = (struct usage_header_tier){text, (uint64_t)number};
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_capacity(struct place *p, const json_t *value, struct usage_header *rule,
                          struct error *err)
{
    const json_t *object = json_object_get(value, "capacity");
    if (!object)
        return true;
    pointer_push(&p->path, "capacity");
    if (!place_keys(p, object, capacity_keys, err) ||
        !read_pointer(p, object, "at", &rule->tier, err) || !read_tiers(p, object, rule, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_bucket(struct place *p, const json_t *value, const char *const *buckets,
                        struct usage_header *rule, struct error *err)
{
    const char *name = NULL;
    if (!place_text(p, value, "bucket", NAME_MAX_BYTES, &name, err))
        return false;
    for (size_t i = 0; buckets[i]; i++) {
        if (strcmp(buckets[i], name) == 0) {
            rule->bucket = i;
            return true;
        }
    }
    char hint[PLACE_HINT_SIZE];
    return place_fail_at(p, "bucket", err, "no bucket \"%.40s\" in limits%s", name,
                         place_hint(name, buckets, hint));
}

bool usage_header_read(struct place *p, const json_t *value, const char *const *buckets,
                       struct usage_header *ret_rule, struct error *err)
{
    const char *description; /* for who reads the manifest */
    if (!place_keys(p, value, keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !place_text(p, value, "header", NAME_MAX_BYTES, &ret_rule->name, err) ||
        !read_select(p, value, ret_rule, err) || !read_where(p, value, ret_rule, err) ||
        !read_used(p, value, ret_rule, err) ||
        !read_span(p, value, "regain", &ret_rule->regain, err) ||
        !read_span(p, value, "reset", &ret_rule->reset, err) ||
        !read_capacity(p, value, ret_rule, err) ||
        !read_bucket(p, value, buckets, ret_rule, err))
        return false;
    if (ret_rule->used_count == 0 && (!ret_rule->regain.at || ret_rule->reset.at))
        return place_fail(p, err, "expected \"used\"; without it only \"regain\" makes sense");
    return true;
}

void usage_header_done(struct usage_header *rule)
{
    pointer_free(rule->select);
    pointer_free(rule->where);
    for (size_t i = 0; i < USAGE_HEADER_COUNTS_MAX; i++)
        pointer_free(rule->used[i]);
    pointer_free(rule->regain.at);
    pointer_free(rule->reset.at);
    pointer_free(rule->tier);
    *rule = (struct usage_header){0};
}

/* --- A header ------------------------------------------------------------------------------ */

/* A container that is open, and where in it we are. */
struct level {
    enum scan_kind kind;
    size_t index;
    bool unknown; /* the key is longer than any that is looked for */
    char token[TOKEN_SIZE];
};

/* A selected object. */
struct object {
    bool fits; /* where */
    bool counted;
    double used; /* percent */
    int64_t regain_ns; /* spans */
    int64_t reset_ns;
    uint64_t capacity; /* 0: not said */
};

struct parse {
    const struct usage_header *rule;
    int64_t now_ns;
    struct scan *scan;
    /* the first level is the list that the header's documents are put in */
    struct level levels[USAGE_HEADER_DEPTH_MAX + 1];
    size_t depth;
    bool inside; /* a selected object … */
    struct object object; /* … this one */
    bool wanting; /* one that fits had no count */
    struct usage_reading reading;
};

static bool token_is(const struct level *level, const char *wanted)
{
    return strcmp(wanted, "*") == 0 || (!level->unknown && strcmp(level->token, wanted) == 0);
}

/* Whether the value at hand lies exactly at `pointer` below the first `from` levels. */
static bool lies_at(const struct parse *h, size_t from, const struct pointer *pointer)
{
    if (!pointer || h->depth != from + pointer->depth)
        return false;
    for (size_t i = 0; i < pointer->depth; i++) {
        if (!token_is(&h->levels[from + i], pointer->tokens[i]))
            return false;
    }
    return true;
}

/* The next value of a list has the next number. */
static void step(struct parse *h)
{
    struct level *top = h->depth > 0 ? &h->levels[h->depth - 1] : NULL;
    if (top && top->kind == SCAN_ARRAY)
        snprintf(top->token, sizeof top->token, "%zu", top->index++);
}

static bool on_open(void *context, const struct scan_token *token, struct error *err)
{
    (void)err;
    struct parse *h = context;
    step(h);
    if (h->depth > USAGE_HEADER_DEPTH_MAX) {
        scan_skip(h->scan);
        return true;
    }
    if (token->kind == SCAN_OBJECT && lies_at(h, 1, h->rule->select)) {
        h->inside = true;
        h->object = (struct object){.fits = !h->rule->where};
    }
    h->levels[h->depth++] = (struct level){.kind = token->kind};
    return true;
}

static bool on_key(void *context, const struct scan_token *token, struct error *err)
{
    (void)err;
    struct parse *h = context;
    struct level *top = &h->levels[h->depth - 1];
    top->unknown = token->len >= TOKEN_SIZE;
    if (!top->unknown)
        top->token[scan_unescape(token, top->token)] = '\0';
    return true;
}

static void take_span(const struct parse *h, const struct usage_header_span *span, size_t from,
                      const char *text, int64_t *longest)
{
    int64_t ns;
    if (lies_at(h, from, span->at) && unit_span(span->unit, text, &ns) && ns > *longest)
        *longest = ns;
}

static void take_tier(struct parse *h, const char *text)
{
    const struct usage_header *rule = h->rule;
    for (size_t i = 0; i < rule->tier_count; i++) {
        if (strcmp(rule->tiers[i].text, text) == 0)
            h->object.capacity = rule->tiers[i].capacity;
    }
}

static void take_value(struct parse *h, const char *text)
{
    const struct usage_header *rule = h->rule;
    size_t from = 1 + rule->select->depth; /* the levels above the selected object */
    struct object *o = &h->object;
    double used;
    for (size_t i = 0; i < rule->used_count; i++) {
        if (!lies_at(h, from, rule->used[i]) || !unit_number(text, &used))
            continue;
        o->used = used > o->used ? used : o->used;
        o->counted = true;
    }
    if (lies_at(h, from, rule->where))
        o->fits |= strcmp(text, rule->equals) == 0;
    if (lies_at(h, from, rule->tier))
        take_tier(h, text);
    take_span(h, &rule->regain, from, text, &o->regain_ns);
    take_span(h, &rule->reset, from, text, &o->reset_ns);
}

static bool on_scalar(void *context, const struct scan_token *token, struct error *err)
{
    (void)err;
    struct parse *h = context;
    char text[VALUE_SIZE];
    step(h);
    if (!h->inside || token->len >= sizeof text)
        return true;
    size_t len = token->len;
    if (token->kind == SCAN_STRING)
        len = scan_unescape(token, text);
    else
        memcpy(text, token->raw, len);
    text[len] = '\0';
    take_value(h, text);
    return true;
}

/* The object has ended, and counts if it fits. */
static void fold(struct parse *h)
{
    const struct object *o = &h->object;
    struct usage_reading r = {0};
    if (!o->fits)
        return;
    h->wanting |= !o->counted && h->rule->used_count > 0;
    if (o->counted) {
        r.used = o->used / 100 < USAGE_USED_MAX ? o->used / 100 : USAGE_USED_MAX;
        r.at_ns = h->now_ns;
        r.reset_ns = o->reset_ns > 0 ? h->now_ns + o->reset_ns : 0;
        r.capacity = o->capacity;
    }
    r.regain_ns = o->regain_ns > 0 ? h->now_ns + o->regain_ns : 0;
    usage_merge(&h->reading, &r);
}

static bool on_close(void *context, enum scan_kind kind, struct error *err)
{
    (void)kind;
    (void)err;
    struct parse *h = context;
    h->depth--;
    if (h->inside && h->depth == 1 + h->rule->select->depth) {
        h->inside = false;
        fold(h);
    }
    return true;
}

bool usage_header_parse(const struct usage_header *rule, const char *text, int64_t now_ns,
                        struct usage_reading *ret_reading, struct error *err)
{
    struct parse h = {.rule = rule, .now_ns = now_ns};
    const struct scan_handler handler = {
        .context = &h,
        .open = on_open,
        .close = on_close,
        .key = on_key,
        .scalar = on_scalar,
    };
    size_t len = strlen(text);
    if (len > USAGE_HEADER_TEXT_MAX)
        return error_set(err, ERROR_DATA, "longer than %d bytes", USAGE_HEADER_TEXT_MAX);
    AUTO(scan_freep) struct scan *scan = h.scan = scan_new(&handler);
    if (!scan)
        return error_memory(err);
    if (!scan_feed(scan, "[", 1, err) || !scan_feed(scan, text, len, err) ||
        !scan_feed(scan, "]", 1, err) || !scan_finish(scan, err))
        return false;
    if (h.wanting && h.reading.at_ns == 0)
        return error_set(err, ERROR_DATA, "none of the counts is there");
    *ret_reading = h.reading;
    return true;
}
