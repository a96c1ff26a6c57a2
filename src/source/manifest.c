/* SPDX-License-Identifier: Apache-2.0 */
#include "source/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static const struct place_key root_keys[] = {
    {"$schema", false}, {"source", true},    {"title", true},    {"description", false},
    {"version", true},  {"sunset", false},   {"base_url", true}, {"auth", true},
    {"accounts", true}, {"settings", false}, {"limits", true},   {"errors", false},
    {"streams", true},  {NULL, false},
};
static const struct place_key kind_keys[] = {{"kind", true}, {NULL, false}};
static const struct place_key limits_keys[] = {
    {"buckets", false},
    {"retry", true},
    {"transfer", true},
    {NULL, false},
};
static const struct place_key bucket_keys[] = {
    {"description", false}, {"kind", true}, {"capacity", true}, {"window", true}, {NULL, false},
};
static const struct place_key retry_keys[] = {
    {"attempts", true}, {"deadline", true}, {"base", true}, {"cap", true}, {NULL, false},
};
static const struct place_key transfer_keys[] = {
    {"body_max", true},   {"connect_timeout", true}, {"stall_timeout", true},
    {"stall_rate", true}, {"total_timeout", false},  {NULL, false},
};
static const struct place_key stream_keys[] = {
    {"name", true},       {"description", false}, {"slice", true},   {"request", true},
    {"paginator", true},  {"cost", false},        {"records", true}, {"complete", false},
    {"constants", false}, {NULL, false},
};

/* Closed tables that have but one or two rows as yet. */
static const struct {
    const char *name;
} auth_kinds[] = {{"none"}, {NULL}}, account_kinds[] = {{"single"}, {NULL}};

static const struct {
    const char *name;
    enum bucket_kind kind;
} bucket_kinds[] = {{"token", BUCKET_TOKEN}, {"window", BUCKET_WINDOW}, {NULL, BUCKET_TOKEN}};

static bool check_identifier(const struct place *p, const char *key, const char *name,
                             struct error *err)
{
    return text_is_identifier(name) ||
           place_fail_at(p, key, err, "expected a name of a-z, 0-9 and _");
}

/* {"kind": …} of a table whose rows have no other keys. */
static bool read_kind(struct place *p, const json_t *object, const char *key, const void *rows,
                      size_t row_size, struct error *err)
{
    size_t ignored;
    const json_t *value = json_object_get(object, key);
    pointer_push(&p->path, key);
    if (!place_keys(p, value, kind_keys, err) ||
        !place_row(p, value, "kind", rows, row_size, &ignored, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_head(struct place *p, struct manifest *m, struct error *err)
{
    const char *grammar; /* for the editor */
    m->description = "";
    if (!place_text(p, m->root, "$schema", ORIGIN_URL_MAX, &grammar, err) ||
        !place_text(p, m->root, "source", 63, &m->source, err) ||
        !check_identifier(p, "source", m->source, err) ||
        !place_text(p, m->root, "title", 128, &m->title, err) ||
        !place_text(p, m->root, "description", PLACE_DESCRIPTION_MAX, &m->description, err) ||
        !place_text(p, m->root, "version", 32, &m->version, err) ||
        !place_text(p, m->root, "sunset", 16, &m->sunset, err) ||
        !place_text(p, m->root, "base_url", ORIGIN_URL_MAX, &m->base_url, err))
        return false;

    int64_t day;
    if (m->sunset && !clock_parse_date(m->sunset, &day))
        return place_fail_at(p, "sunset", err, "expected a day such as 2027-02-01");
    struct origin origin;
    const char *wrong = origin_parse(m->base_url, &origin);
    if (wrong)
        return place_fail_at(p, "base_url", err, "%s", wrong);
    return read_kind(p, m->root, "auth", auth_kinds, sizeof *auth_kinds, err) &&
           read_kind(p, m->root, "accounts", account_kinds, sizeof *account_kinds, err);
}

/* base_url and limit_<bucket> belong to every source. */
static bool setting_name_free(const struct place *p, const char *name, struct error *err)
{
    if (strcmp(name, "base_url") == 0 || text_starts_with(name, "limit_"))
        return place_fail(p, err, "this name means something else for every source");
    return true;
}

static bool read_settings(struct place *p, struct manifest *m, struct error *err)
{
    json_t *object = json_object_get(m->root, "settings");
    if (!object)
        return true;
    pointer_push(&p->path, "settings");
    if (!json_is_object(object))
        return place_fail(p, err, "expected object, found %s", json_type_text(object));
    if (json_object_size(object) > SETTING_COUNT_MAX)
        return place_fail(p, err, "more than %d settings", SETTING_COUNT_MAX);
    const char *name;
    json_t *value;
    json_object_foreach (object, name, value) {
        pointer_push(&p->path, name);
        if (!setting_name_free(p, name, err) ||
            !setting_read(p, name, value, &m->settings[m->setting_count], err))
            return false;
        m->setting_count++;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_bucket(struct place *p, const char *name, const json_t *value,
                        struct manifest_bucket *bucket, struct error *err)
{
    size_t kind = 0;
    int64_t capacity = 0;
    bucket->name = name;
    bucket->description = "";
    if (!text_is_identifier(name))
        return place_fail(p, err, "a bucket's name is made of a-z, 0-9 and _");
    if (!place_keys(p, value, bucket_keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &bucket->description,
                    err) ||
        !place_row(p, value, "kind", bucket_kinds, sizeof *bucket_kinds, &kind, err) ||
        !place_integer(p, value, "capacity", 1, BUCKET_CAPACITY_MAX, &capacity, err) ||
        !place_duration(p, value, "window", BUCKET_WINDOW_MIN_NS, BUCKET_WINDOW_MAX_NS,
                        &bucket->rule.window_ns, err))
        return false;
    bucket->rule.kind = bucket_kinds[kind].kind;
    bucket->rule.capacity = (uint64_t)capacity;
    return true;
}

static bool read_buckets(struct place *p, const json_t *limits, struct manifest *m,
                         struct error *err)
{
    json_t *object = json_object_get(limits, "buckets");
    if (!object)
        return true;
    pointer_push(&p->path, "buckets");
    if (!json_is_object(object))
        return place_fail(p, err, "expected object, found %s", json_type_text(object));
    if (json_object_size(object) > MANIFEST_BUCKETS_MAX)
        return place_fail(p, err, "more than %d buckets", MANIFEST_BUCKETS_MAX);
    const char *name;
    json_t *value;
    json_object_foreach (object, name, value) {
        pointer_push(&p->path, name);
        if (!read_bucket(p, name, value, &m->buckets[m->bucket_count], err))
            return false;
        m->bucket_count++;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_retry(struct place *p, const json_t *limits, struct manifest_retry *retry,
                       struct error *err)
{
    const int64_t millisecond_ns = CLOCK_SECOND_NS / 1000;
    const json_t *value = json_object_get(limits, "retry");
    retry->wait.kind = WAIT_BACKOFF;
    pointer_push(&p->path, "retry");
    if (!place_keys(p, value, retry_keys, err) ||
        !place_integer(p, value, "attempts", 1, MANIFEST_ATTEMPTS_MAX, &retry->attempts, err) ||
        !place_duration(p, value, "deadline", CLOCK_SECOND_NS, CLOCK_DAY_NS,
                        &retry->deadline_ns, err) ||
        !place_duration(p, value, "base", millisecond_ns, CLOCK_DAY_NS, &retry->wait.base_ns,
                        err) ||
        !place_duration(p, value, "cap", retry->wait.base_ns, CLOCK_DAY_NS, &retry->wait.cap_ns,
                        err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_size(struct place *p, const json_t *object, const char *key,
                      uint64_t *ret_size, struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, object, key, 32, &text, err))
        return false;
    return !text || text_parse_size(text, ret_size) ||
           place_fail_at(p, key, err, "expected a size such as 64MiB");
}

static bool read_transfer(struct place *p, const json_t *limits, struct http_limits *transfer,
                          struct error *err)
{
    const json_t *value = json_object_get(limits, "transfer");
    pointer_push(&p->path, "transfer");
    if (!place_keys(p, value, transfer_keys, err) ||
        !read_size(p, value, "body_max", &transfer->body_max, err) ||
        !read_size(p, value, "stall_rate", &transfer->stall_rate, err) ||
        !place_duration(p, value, "connect_timeout", CLOCK_SECOND_NS, 300 * CLOCK_SECOND_NS,
                        &transfer->connect_timeout_ns, err) ||
        !place_duration(p, value, "stall_timeout", CLOCK_SECOND_NS, 3600 * CLOCK_SECOND_NS,
                        &transfer->stall_timeout_ns, err) ||
        !place_duration(p, value, "total_timeout", CLOCK_SECOND_NS, CLOCK_DAY_NS,
                        &transfer->total_timeout_ns, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_limits(struct place *p, struct manifest *m, struct error *err)
{
    const json_t *limits = json_object_get(m->root, "limits");
    pointer_push(&p->path, "limits");
    if (!place_keys(p, limits, limits_keys, err) || !read_buckets(p, limits, m, err) ||
        !read_retry(p, limits, &m->retry, err) || !read_transfer(p, limits, &m->transfer, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static struct template_scope scope_of(const struct manifest *m, uint32_t names)
{
    return (struct template_scope){
        .names = names,
        .settings = m->settings,
        .setting_count = m->setting_count,
    };
}

static void bucket_names(const struct manifest *m,
                         const char *ret_names[MANIFEST_BUCKETS_MAX + 1])
{
    for (size_t i = 0; i < m->bucket_count; i++)
        ret_names[i] = m->buckets[i].name;
    ret_names[m->bucket_count] = NULL;
}

static bool read_errors(struct place *p, struct manifest *m, struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, m->root, "errors", VERDICT_RULES_MAX, &list, err))
        return false;
    if (!list)
        return true;
    m->errors = calloc(json_array_size(list), sizeof *m->errors);
    if (!m->errors)
        return error_memory(err);

    const char *buckets[MANIFEST_BUCKETS_MAX + 1];
    bucket_names(m, buckets);
    struct template_scope scope = scope_of(m, TEMPLATE_OF_RUN);
    pointer_push(&p->path, "errors");
    for (; m->error_count < json_array_size(list); m->error_count++) {
        pointer_push_index(&p->path, m->error_count);
        if (!verdict_read(p, json_array_get(list, m->error_count), &scope, buckets, &m->wanted,
                          &m->errors[m->error_count], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool find_bucket(struct place *p, const struct manifest *m, const char *name,
                        size_t *ret_bucket, struct error *err)
{
    for (size_t i = 0; i < m->bucket_count; i++) {
        if (strcmp(m->buckets[i].name, name) == 0) {
            *ret_bucket = i;
            return true;
        }
    }
    const char *buckets[MANIFEST_BUCKETS_MAX + 1];
    bucket_names(m, buckets);
    char hint[PLACE_HINT_SIZE];
    return place_fail_at(p, name, err, "no such bucket in limits%s",
                         place_hint(name, buckets, hint));
}

/* The text of one member, as a template. */
static bool read_member(struct place *p, const json_t *object, const char *name,
                        const struct template_scope *scope, struct template *ret_template,
                        struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, object, name, TEMPLATE_TEXT_MAX, &text, err))
        return false;
    pointer_push(&p->path, name);
    if (!template_read(p, text, scope, ret_template, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_costs(struct place *p, const json_t *value, const struct manifest *m,
                       const struct template_scope *scope, struct manifest_stream *s,
                       struct error *err)
{
    json_t *object = json_object_get(value, "cost");
    if (!object)
        return true;
    pointer_push(&p->path, "cost");
    if (!json_is_object(object))
        return place_fail(p, err, "expected object, found %s", json_type_text(object));
    const char *name;
    json_t *amount;
    json_object_foreach (object, name, amount) {
        size_t bucket = 0;
        if (!find_bucket(p, m, name, &bucket, err))
            return false;
        struct manifest_cost *cost = &s->costs[s->cost_count]; /* no more than buckets */
        if (!read_member(p, object, name, scope, &cost->amount, err))
            return false;
        cost->bucket = bucket;
        s->cost_count++;
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_records(struct place *p, const json_t *value, struct manifest_stream *s,
                         struct error *err)
{
    const json_t *selector = json_object_get(value, "records");
    if (!json_is_string(selector))
        return place_fail_at(p, "records", err, "expected string, found %s",
                             json_type_text(selector));
    s->records = json_string_value(selector); /* "" is the answer itself */
    AUTO(pointer_freep) struct pointer *parsed = pointer_parse(s->records);
    return parsed ||
           place_fail_at(p, "records", err, "expected a JSON Pointer such as /results/*");
}

static bool read_complete(struct place *p, const json_t *value,
                          const struct template_scope *scope, struct facts_wanted *wanted,
                          struct manifest_stream *s, struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "complete", COMPLETE_RULES_MAX, &list, err))
        return false;
    if (!list)
        return true;
    s->complete = calloc(json_array_size(list), sizeof *s->complete);
    if (!s->complete)
        return error_memory(err);
    pointer_push(&p->path, "complete");
    for (; s->complete_count < json_array_size(list); s->complete_count++) {
        pointer_push_index(&p->path, s->complete_count);
        if (!complete_read(p, json_array_get(list, s->complete_count), scope, wanted,
                           &s->complete[s->complete_count], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

/* What every record can have without being told: source/reader. */
static const char *const reader_constants[] = {
    "source", "stream", "account", "slice", "extracted_at", "position", NULL,
};

static bool constant_name_free(const struct place *p, const char *name, struct error *err)
{
    if (!text_is_identifier(name))
        return place_fail_at(p, name, err, "a constant's name is made of a-z, 0-9 and _");
    for (const char *const *own = reader_constants; *own; own++) {
        if (strcmp(name, *own) == 0)
            return place_fail_at(p, name, err, "every record has this one already");
    }
    return true;
}

static bool read_constants(struct place *p, const json_t *value,
                           const struct template_scope *scope, struct manifest_stream *s,
                           struct error *err)
{
    json_t *object = json_object_get(value, "constants");
    if (!object)
        return true;
    pointer_push(&p->path, "constants");
    if (!json_is_object(object))
        return place_fail(p, err, "expected object, found %s", json_type_text(object));
    if (json_object_size(object) > MANIFEST_CONSTANTS_MAX)
        return place_fail(p, err, "more than %d constants", MANIFEST_CONSTANTS_MAX);
    const char *name;
    json_t *text;
    json_object_foreach (object, name, text) {
        struct manifest_constant *constant = &s->constants[s->constant_count++];
        constant->name = name;
        if (!constant_name_free(p, name, err) ||
            !read_member(p, object, name, scope, &constant->value, err))
            return false;
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_part(struct place *p, const json_t *value, const char *key,
                      const json_t **ret_value)
{
    *ret_value = json_object_get(value, key);
    pointer_push(&p->path, key);
    return true;
}

static bool read_stream(struct place *p, const json_t *value, struct manifest *m,
                        struct manifest_stream *s, struct error *err)
{
    const json_t *part;
    s->description = "";
    if (!place_keys(p, value, stream_keys, err) ||
        !place_text(p, value, "name", 63, &s->name, err) ||
        !check_identifier(p, "name", s->name, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &s->description, err))
        return false;

    const uint32_t of_slice = TEMPLATE_OF_STREAM | 1 << TEMPLATE_SLICE_DAY |
                              1 << TEMPLATE_SLICE_FROM | 1 << TEMPLATE_SLICE_TO;
    struct template_scope of_run = scope_of(m, TEMPLATE_OF_STREAM);
    if (!read_part(p, value, "slice", &part) || !slice_read(p, part, &s->slice, err))
        return false;
    pointer_pop(&p->path);
    if (!read_part(p, value, "paginator", &part) ||
        !paginator_read(p, part, &of_run, &m->wanted, &s->paginator, err))
        return false;
    pointer_pop(&p->path);

    struct template_scope of_page = scope_of(m, of_slice | s->paginator.names);
    if (!read_part(p, value, "request", &part) ||
        !request_read(p, part, &of_page, &s->request, err))
        return false;
    pointer_pop(&p->path);
    return read_costs(p, value, m, &of_page, s, err) && read_records(p, value, s, err) &&
           read_complete(p, value, &of_page, &m->wanted, s, err) &&
           read_constants(p, value, &of_page, s, err);
}

static bool stream_name_free(const struct place *p, const struct manifest *m, struct error *err)
{
    const char *name = m->streams[m->stream_count].name;
    for (size_t i = 0; i < m->stream_count; i++) {
        if (strcmp(m->streams[i].name, name) == 0)
            return place_fail_at(p, "name", err, "there is a stream %s already", name);
    }
    return true;
}

static bool read_streams(struct place *p, struct manifest *m, struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, m->root, "streams", MANIFEST_STREAMS_MAX, &list, err))
        return false;
    m->streams = calloc(json_array_size(list), sizeof *m->streams);
    if (!m->streams)
        return error_memory(err);
    pointer_push(&p->path, "streams");
    for (; m->stream_count < json_array_size(list); m->stream_count++) {
        pointer_push_index(&p->path, m->stream_count);
        if (!read_stream(p, json_array_get(list, m->stream_count), m,
                         &m->streams[m->stream_count], err))
            return false;
        if (!stream_name_free(p, m, err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

bool manifest_from_json(json_t *root, const char *name, struct manifest **ret_manifest,
                        struct error *err)
{
    AUTO(manifest_freep) struct manifest *m = calloc(1, sizeof *m);
    if (!m)
        return error_memory(err);
    m->root = json_incref(root);
    struct place p = {.file = name};
    if (!place_keys(&p, root, root_keys, err) || !read_head(&p, m, err) ||
        !read_settings(&p, m, err) || !read_limits(&p, m, err) || !read_errors(&p, m, err) ||
        !read_streams(&p, m, err))
        return false;
    *ret_manifest = steal(&m);
    return true;
}

bool manifest_load(const char *path, struct manifest **ret_manifest, struct error *err)
{
    json_auto_t *root = NULL;
    return json_read_file(path, ERROR_MANIFEST, &root, err) &&
           manifest_from_json(root, path, ret_manifest, err);
}

static void stream_done(struct manifest_stream *s)
{
    request_rule_done(&s->request);
    for (size_t i = 0; i < s->complete_count; i++)
        complete_done(&s->complete[i]);
    free(s->complete);
}

void manifest_free(struct manifest *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->setting_count; i++)
        setting_done(&m->settings[i]);
    for (size_t i = 0; i < m->error_count; i++)
        verdict_done(&m->errors[i]);
    free(m->errors);
    /* a stream that failed to be read is not counted, but holds what it had */
    size_t streams = m->streams ? json_array_size(json_object_get(m->root, "streams")) : 0;
    for (size_t i = 0; i < streams; i++)
        stream_done(&m->streams[i]);
    free(m->streams);
    json_decref(m->root);
    free(m);
}

bool manifest_find_stream(const struct manifest *m, const char *name, size_t *ret_index,
                          struct error *err)
{
    const char *names[MANIFEST_STREAMS_MAX + 1];
    for (size_t i = 0; i < m->stream_count; i++) {
        names[i] = m->streams[i].name;
        if (strcmp(names[i], name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    names[m->stream_count] = NULL;
    char hint[PLACE_HINT_SIZE];
    place_hint(name, names, hint);
    if (*hint)
        return error_set(err, ERROR_USAGE, "%s has no stream %.64s%s", m->source, name, hint);
    return error_set(err, ERROR_USAGE, "%s has no stream %.64s; the first of its %zu is %s",
                     m->source, name, m->stream_count, m->streams[0].name);
}
