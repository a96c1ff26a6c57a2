/* SPDX-License-Identifier: Apache-2.0 */
#include "source/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "source/likeness.h"

static const struct place_key root_keys[] = {
    {"$schema", false}, {"source", true},    {"title", true},    {"description", false},
    {"version", true},  {"versions", false}, {"base_url", true}, {"auth", true},
    {"accounts", true}, {"settings", false}, {"limits", true},   {"errors", false},
    {"streams", true},  {NULL, false},
};
static const struct place_key limits_keys[] = {
    {"concurrency", false}, {"buckets", false}, {"usage", false},
    {"retry", true},        {"transfer", true}, {NULL, false},
};
static const struct place_key bucket_keys[] = {
    {"description", false}, {"scope", false},    {"kind", true}, {"capacity", false},
    {"window", true},       {"parallel", false}, {NULL, false},
};
static const struct place_key retry_keys[] = {
    {"attempts", true}, {"deadline", true}, {"base", true}, {"cap", true}, {NULL, false},
};
static const struct place_key transfer_keys[] = {
    {"body_max", true},   {"connect_timeout", true}, {"stall_timeout", true},
    {"stall_rate", true}, {"total_timeout", false},  {NULL, false},
};
static const struct {
    const char *name;
    enum bucket_kind kind;
} bucket_kinds[] = {{"token", BUCKET_TOKEN},
                    {"window", BUCKET_WINDOW},
                    {"usage", BUCKET_USAGE},
                    {NULL, BUCKET_TOKEN}};

static const struct {
    const char *name;
    bool of_app;
} bucket_scopes[] = {{"account", false}, {"app", true}, {NULL, false}};

static bool read_head(struct place *p, struct manifest *m, struct error *err)
{
    const char *grammar; /* for the editor */
    m->description = "";
    if (!place_text(p, m->root, "$schema", ORIGIN_URL_MAX, &grammar, err) ||
        !place_text(p, m->root, "source", 63, &m->source, err) ||
        !place_identifier(p, "source", m->source, err) ||
        !place_text(p, m->root, "title", 128, &m->title, err) ||
        !place_text(p, m->root, "description", PLACE_DESCRIPTION_MAX, &m->description, err) ||
        !place_text(p, m->root, "version", VERSION_TEXT_MAX, &m->version, err) ||
        !place_text(p, m->root, "base_url", ORIGIN_URL_MAX, &m->base_url, err))
        return false;

    struct origin origin;
    const char *wrong = origin_parse(m->base_url, &origin);
    if (wrong)
        return place_fail_at(p, "base_url", err, "%s", wrong);
    return true;
}

static bool read_versions(struct place *p, struct manifest *m, struct error *err)
{
    const json_t *value = json_object_get(m->root, "versions");
    if (!value)
        return true;
    pointer_push(&p->path, "versions");
    if (!version_read(p, value, m->version, &m->versions, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

/* What the section of any source may set by itself: source/settings. */
static const char *const common_settings[] = {"base_url", "api_version", "accounts",
                                              "lookback", "streams",     NULL};

static bool setting_name_free(const struct place *p, const char *name, struct error *err)
{
    if (text_find(name, common_settings) >= 0 || text_starts_with(name, "limit_"))
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
    size_t kind = 0, scope = 0;
    int64_t capacity = 0, parallel = 0;
    bucket->name = name;
    bucket->description = "";
    if (!text_is_identifier(name))
        return place_fail(p, err, "a bucket's name is made of a-z, 0-9 and _");
    if (!place_keys(p, value, bucket_keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &bucket->description,
                    err) ||
        !place_row(p, value, "scope", bucket_scopes, sizeof *bucket_scopes, &scope, err) ||
        !place_row(p, value, "kind", bucket_kinds, sizeof *bucket_kinds, &kind, err) ||
        !place_integer(p, value, "parallel", 1, BUCKET_PARALLEL_MAX, &parallel, err) ||
        !place_integer(p, value, "capacity", 1, BUCKET_CAPACITY_MAX, &capacity, err) ||
        !place_duration(p, value, "window", BUCKET_WINDOW_MIN_NS, BUCKET_WINDOW_MAX_NS,
                        &bucket->rule.window_ns, err))
        return false;
    bucket->rule.kind = bucket_kinds[kind].kind;
    bucket->rule.capacity = (uint64_t)capacity;
    bucket->rule.parallel = (unsigned)parallel;
    bucket->of_app = bucket_scopes[scope].of_app;
    if ((bucket->rule.kind == BUCKET_USAGE) != (capacity == 0))
        return place_fail(p, err, "a bucket has a \"capacity\", but for one of the kind usage");
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
        m->bucket_names[m->bucket_count++] = name;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_usage(struct place *p, const json_t *limits, struct manifest *m,
                       struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, limits, "usage", USAGE_HEADERS_MAX, &list, err))
        return false;
    pointer_push(&p->path, "usage");
    for (size_t i = 0; i < json_array_size(list); i++) {
        pointer_push_index(&p->path, i);
        if (!usage_header_read(p, json_array_get(list, i), m->bucket_names,
                               &m->usage[m->usage_count++], err))
            return false;
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
    m->concurrency = 1;
    if (!place_keys(p, limits, limits_keys, err) ||
        !place_integer(p, limits, "concurrency", 1, MANIFEST_CONCURRENCY_MAX, &m->concurrency,
                       err) ||
        !read_buckets(p, limits, m, err) || !read_usage(p, limits, m, err) ||
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
        .buckets = m->bucket_names,
    };
}

/* A secret is a key of the source's section as a setting is. */
static bool secret_names_free(const struct place *p, const struct manifest *m,
                              struct error *err)
{
    for (size_t i = 0; i < m->auth.secret_count; i++) {
        if (!setting_name_free(p, m->auth.names[i], err))
            return false;
        for (size_t k = 0; k < m->setting_count; k++) {
            if (strcmp(m->settings[k].name, m->auth.names[i]) == 0)
                return place_fail(p, err, "%s is a setting already", m->auth.names[i]);
        }
    }
    return true;
}

static bool read_auth(struct place *p, struct manifest *m, struct error *err)
{
    struct template_scope scope = scope_of(m, TEMPLATE_OF_RUN);
    pointer_push(&p->path, "auth");
    if (!auth_read(p, json_object_get(m->root, "auth"), &scope, &m->auth, err) ||
        !secret_names_free(p, m, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_accounts(struct place *p, struct manifest *m, struct error *err)
{
    struct template_scope scope = scope_of(m, TEMPLATE_OF_RUN);
    pointer_push(&p->path, "accounts");
    if (!account_read(p, json_object_get(m->root, "accounts"), &scope, &m->wanted, &m->accounts,
                      err))
        return false;
    pointer_pop(&p->path);
    return true;
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

    struct template_scope scope = scope_of(m, TEMPLATE_OF_RUN);
    pointer_push(&p->path, "errors");
    for (; m->error_count < json_array_size(list); m->error_count++) {
        pointer_push_index(&p->path, m->error_count);
        if (!verdict_read(p, json_array_get(list, m->error_count), &scope, m->bucket_names,
                          &m->wanted, &m->errors[m->error_count], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
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

/* Two streams that are cut alike can be compared; which they are shows when all are read. */
static bool check_comparison(struct place *p, const struct manifest *m,
                             const struct manifest_stream *s, struct error *err)
{
    const char *names[MANIFEST_STREAMS_MAX + 1] = {NULL};
    char hint[PLACE_HINT_SIZE];
    for (size_t i = 0; i < m->stream_count; i++)
        names[i] = m->streams[i].name;
    int with = text_find(s->comparison.with, names);
    if (with < 0)
        return place_fail_at(p, "with", err, "no stream of this name%s",
                             place_hint(s->comparison.with, names, hint));
    if (&m->streams[with] == s)
        return place_fail_at(p, "with", err, "a stream cannot be compared with itself");
    if (s->slice.kind != SLICE_DAY || m->streams[with].slice.kind != SLICE_DAY)
        return place_fail_at(p, "with", err,
                             "only streams that are cut into days are compared");
    return true;
}

static bool check_comparisons(struct place *p, const struct manifest *m, struct error *err)
{
    pointer_push(&p->path, "streams");
    for (size_t i = 0; i < m->stream_count; i++) {
        pointer_push_index(&p->path, i);
        pointer_push(&p->path, "reconcile");
        if (m->streams[i].has_comparison && !check_comparison(p, m, &m->streams[i], err))
            return false;
        pointer_pop(&p->path);
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
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
    struct manifest_shared shared = {
        .settings = m->settings,
        .setting_count = m->setting_count,
        .wanted = &m->wanted,
        .buckets = m->bucket_names,
    };
    pointer_push(&p->path, "streams");
    if (!likeness_resolve(p, list, &m->resolved, err))
        return false;
    for (; m->stream_count < json_array_size(list); m->stream_count++) {
        pointer_push_index(&p->path, m->stream_count);
        if (!manifest_stream_read(p, json_array_get(m->resolved, m->stream_count), &shared,
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
        !read_versions(&p, m, err) || !read_settings(&p, m, err) || !read_limits(&p, m, err) ||
        !read_auth(&p, m, err) || !read_accounts(&p, m, err) || !read_errors(&p, m, err) ||
        !read_streams(&p, m, err) || !check_comparisons(&p, m, err))
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

void manifest_free(struct manifest *m)
{
    if (!m)
        return;
    version_done(&m->versions);
    auth_done(&m->auth);
    account_done(&m->accounts);
    for (size_t i = 0; i < m->setting_count; i++)
        setting_done(&m->settings[i]);
    for (size_t i = 0; i < m->usage_count; i++)
        usage_header_done(&m->usage[i]);
    for (size_t i = 0; i < m->error_count; i++)
        verdict_done(&m->errors[i]);
    free(m->errors);
    /* a stream that failed to be read is not counted, but holds what it had */
    size_t streams = json_array_size(m->resolved);
    for (size_t i = 0; i < streams; i++)
        manifest_stream_done(&m->streams[i]);
    free(m->streams);
    json_decref(m->resolved);
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
