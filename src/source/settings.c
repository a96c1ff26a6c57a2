/* SPDX-License-Identifier: Apache-2.0 */
#include "source/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "source/origin.h"
#include "source/paginator.h"

enum { HOST_PORT_SIZE = ORIGIN_HOST_MAX + 8 };

static const char limit_prefix[] = "limit_";

struct limit {
    bool changed;
    bool none;
    struct bucket_rule rule;
    char text[SETTINGS_LIMIT_SIZE];
};

struct settings {
    const struct manifest *manifest;
    char *base; /* base_url without slashes at its end */
    bool base_changed;
    char host_port[HOST_PORT_SIZE];
    const char *hosts[2];
    struct limit limits[MANIFEST_BUCKETS_MAX];
    char *values[SETTING_COUNT_MAX]; /* canonical; NULL: the default */
};

static bool set_base_url(struct settings *s, const char *url, struct error *err)
{
    struct origin origin;
    const char *wrong = origin_parse(url, &origin);
    if (wrong)
        return error_set(err, ERROR_CONFIG, "base_url %s", wrong);
    char *base = strndup(url, origin.url_len);
    if (!base)
        return error_memory(err);
    free(s->base);
    s->base = base;
    snprintf(s->host_port, sizeof s->host_port, "%s:%u", origin.host, origin.port);
    return true;
}

static bool change_base_url(struct settings *s, const char *url, struct error *err)
{
    if (!set_base_url(s, url, err))
        return false;
    s->base_changed = true;
    return true;
}

static void show_limit(struct limit *l)
{
    char window[32];
    text_format_duration(l->rule.window_ns, window, sizeof window);
    snprintf(l->text, sizeof l->text, "%" PRIu64 "/%s", l->rule.capacity, window);
}

struct settings *settings_new(const struct manifest *m)
{
    AUTO(settings_freep) struct settings *s = calloc(1, sizeof *s);
    struct error ignored; /* the manifest's base_url has been checked */
    if (!s || !set_base_url(s, m->base_url, &ignored))
        return NULL;
    s->manifest = m;
    s->hosts[0] = s->host_port;
    for (size_t i = 0; i < m->bucket_count; i++) {
        s->limits[i].rule = m->buckets[i].rule;
        show_limit(&s->limits[i]);
    }
    return steal(&s);
}

void settings_free(struct settings *s)
{
    if (!s)
        return;
    free(s->base);
    for (size_t i = 0; i < SETTING_COUNT_MAX; i++)
        free(s->values[i]);
    free(s);
}

/* "20000/5m" or "none". */
static bool set_limit(struct limit *l, const char *key, const char *value, struct error *err)
{
    struct limit changed = *l;
    changed.changed = true;
    changed.none = strcmp(value, "none") == 0;
    if (changed.none) {
        snprintf(changed.text, sizeof changed.text, "none");
        *l = changed;
        return true;
    }
    size_t digits = strcspn(value, "/");
    int64_t capacity;
    if (value[digits] != '/' || !text_parse_int64(value, digits, &capacity) ||
        !text_parse_duration(value + digits + 1, &changed.rule.window_ns))
        return error_set(err, ERROR_CONFIG,
                         "%s: expected a number and its window such as 20000/5m, or none", key);
    if (capacity < 1 || (uint64_t)capacity > BUCKET_CAPACITY_MAX ||
        changed.rule.window_ns < BUCKET_WINDOW_MIN_NS ||
        changed.rule.window_ns > BUCKET_WINDOW_MAX_NS)
        return error_set(err, ERROR_CONFIG, "%s: expected 1 or more in a window of 1ms to 366d",
                         key);
    changed.rule.capacity = (uint64_t)capacity;
    show_limit(&changed);
    *l = changed;
    return true;
}

static bool unknown_key(const struct settings *s, const char *key, struct error *err)
{
    struct settings_key keys[SETTINGS_KEYS_MAX];
    const char *names[SETTINGS_KEYS_MAX + 1];
    size_t count = settings_keys(s, keys);
    for (size_t i = 0; i < count; i++)
        names[i] = keys[i].name;
    names[count] = NULL;
    char hint[PLACE_HINT_SIZE];
    return error_set(err, ERROR_CONFIG, "unknown key \"%.64s\"%s", key,
                     place_hint(key, names, hint));
}

bool settings_set(struct settings *s, const char *key, const char *value, struct error *err)
{
    const struct manifest *m = s->manifest;
    if (strcmp(key, "base_url") == 0)
        return change_base_url(s, value, err);
    for (size_t i = 0; text_starts_with(key, limit_prefix) && i < m->bucket_count; i++) {
        if (strcmp(key + sizeof limit_prefix - 1, m->buckets[i].name) == 0)
            return set_limit(&s->limits[i], key, value, err);
    }
    for (size_t i = 0; i < m->setting_count; i++) {
        char *text;
        if (strcmp(key, m->settings[i].name) != 0)
            continue;
        if (!setting_accept(&m->settings[i], value, &text, err))
            return false;
        free(s->values[i]);
        s->values[i] = text;
        return true;
    }
    return unknown_key(s, key, err);
}

static const char *value_of(const struct settings *s, size_t i)
{
    return s->values[i] ? s->values[i] : s->manifest->settings[i].fallback;
}

size_t settings_keys(const struct settings *s, struct settings_key ret_keys[SETTINGS_KEYS_MAX])
{
    const struct manifest *m = s->manifest;
    size_t count = 0;
    ret_keys[count++] = (struct settings_key){
        .name = "base_url",
        .type = "url",
        .description = "where the API lives",
        .value = s->base,
        .changed = s->base_changed,
    };
    for (size_t i = 0; i < m->bucket_count; i++) {
        struct settings_key *k = &ret_keys[count++];
        *k = (struct settings_key){
            .type = "limit",
            .description = m->buckets[i].description,
            .value = s->limits[i].text,
            .changed = s->limits[i].changed,
        };
        snprintf(k->name, sizeof k->name, "%s%s", limit_prefix, m->buckets[i].name);
    }
    for (size_t i = 0; i < m->setting_count; i++) {
        struct settings_key *k = &ret_keys[count++];
        *k = (struct settings_key){
            .type = setting_type_name(m->settings[i].type),
            .description = m->settings[i].description,
            .value = value_of(s, i),
            .changed = s->values[i] != NULL,
        };
        snprintf(k->name, sizeof k->name, "%s", m->settings[i].name);
    }
    return count;
}

const struct manifest *settings_manifest(const struct settings *s)
{
    return s->manifest;
}

const char *settings_base_url(const struct settings *s)
{
    return s->base;
}

const char *const *settings_hosts(const struct settings *s)
{
    return s->hosts;
}

const struct bucket_rule *settings_bucket(const struct settings *s, size_t bucket)
{
    return s->limits[bucket].none ? NULL : &s->limits[bucket].rule;
}

void settings_quota_key(const struct settings *s, const char *account, size_t bucket,
                        char ret_key[LIMITER_KEY_MAX + 1])
{
    const struct manifest *m = settings_manifest(s);
    snprintf(ret_key, LIMITER_KEY_MAX + 1, "%s/%s/%s", m->source, account,
             m->buckets[bucket].name);
}

void settings_fill(const struct settings *s, struct template_values *values)
{
    values->text[TEMPLATE_SOURCE] = s->manifest->source;
    values->text[TEMPLATE_VERSION] = s->manifest->version;
    for (size_t i = 0; i < s->manifest->setting_count; i++)
        values->text[TEMPLATE_SETTING_FIRST + i] = value_of(s, i);
}

bool settings_cost(const struct manifest_cost *cost, const struct template_values *values,
                   uint64_t *ret_amount, struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, 64);
    int64_t amount;
    if (!template_ready(&cost->amount, values) ||
        !template_render(&cost->amount, values, TEMPLATE_PLAIN, &text) ||
        !text_parse_int64((const char *)text.data, text.len, &amount) || amount < 1)
        return error_set(err, ERROR_CONFIG, "the cost of a request is no whole number above 0");
    *ret_amount = (uint64_t)amount;
    return true;
}

/* Values that a cost may ask for but that change nothing about it. */
static void fill_placeholders(const struct manifest_stream *stream,
                              struct template_values *values)
{
    values->text[TEMPLATE_STREAM] = stream->name;
    values->text[TEMPLATE_ACCOUNT] = MANIFEST_SINGLE_ACCOUNT;
    values->text[TEMPLATE_SLICE_DAY] = "2000-01-01";
    values->text[TEMPLATE_SLICE_FROM] = "2000-01-01";
    values->text[TEMPLATE_SLICE_TO] = "2000-01-01";
}

/* Adds what a page costs, `times` over. */
static bool add_costs(const struct settings *s, const struct manifest_stream *stream,
                      const struct template_values *values, uint64_t times,
                      struct settings_forecast *f, struct error *err)
{
    for (size_t i = 0; i < stream->cost_count; i++) {
        size_t bucket = stream->costs[i].bucket;
        const struct bucket_rule *rule = settings_bucket(s, bucket);
        uint64_t amount;
        if (!settings_cost(&stream->costs[i], values, &amount, err))
            return false;
        if (rule && amount > rule->capacity)
            return error_set(err, ERROR_CONFIG,
                             "a request of %s costs %" PRIu64 ", more than %s%s allows (%s): "
                             "ask for smaller pages",
                             stream->name, amount, limit_prefix,
                             s->manifest->buckets[bucket].name, s->limits[bucket].text);
        f->cost[bucket] += amount * times;
    }
    return true;
}

bool settings_forecast(const struct settings *s, size_t stream,
                       struct settings_forecast *ret_forecast, struct error *err)
{
    const struct manifest_stream *st = &s->manifest->streams[stream];
    struct template_values values = {0};
    AUTO(paginator_close) struct paginator p = {0};
    settings_fill(s, &values);
    fill_placeholders(st, &values);
    if (!paginator_open(&st->paginator, &values, NULL, &p, err))
        return error_prefix(err, "%s", st->name);

    struct settings_forecast f = {.pages = paginator_pages(&p), .records = p.total};
    paginator_fill(&p, &values); /* the first page is as large as any but the last */
    uint64_t full = f.pages > 1 ? f.pages - 1 : 1;
    if (!add_costs(s, st, &values, full, &f, err))
        return false;
    if (f.pages > 1) {
        p.page = f.pages - 1;
        paginator_fill(&p, &values);
        if (!add_costs(s, st, &values, 1, &f, err))
            return false;
    }
    if (f.pages == 0)
        memset(f.cost, 0, sizeof f.cost);
    *ret_forecast = f;
    return true;
}

bool settings_check(const struct settings *s, struct error *err)
{
    struct settings_forecast ignored;
    for (size_t i = 0; i < s->manifest->stream_count; i++) {
        if (!settings_forecast(s, i, &ignored, err))
            return false;
    }
    return true;
}
