/* SPDX-License-Identifier: Apache-2.0 */
#include "source/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/reference.h"
#include "source/origin.h"
#include "source/paginator.h"

enum { HOST_PORT_SIZE = ORIGIN_HOST_MAX + 8 };

static const char limit_prefix[] = "limit_";
static const char usage_word[] = "usage"; /* in place of a capacity that nobody knows */

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
    char *version; /* NULL: the manifest's */
    char *accounts_text; /* as it was set */
    char *account_ids; /* one after the other, each with its NUL */
    const char **accounts; /* NULL-terminated; NULL: all */
    char *references[AUTH_SECRETS_MAX];
    char *lists[SETTING_COUNT_MAX]; /* as JSON arrays; NULL: no list, or unset */
    struct setting streams; /* a list of the manifest's */
    char *wanted; /* canonical; NULL: those that are read by default */
    char *lookback; /* NULL: the manifest's */
    int64_t lookback_days;
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
    if (l->rule.kind == BUCKET_USAGE)
        snprintf(l->text, sizeof l->text, "%s/%s", usage_word, window);
    else
        snprintf(l->text, sizeof l->text, "%" PRIu64 "/%s", l->rule.capacity, window);
}

static const char *value_of(const struct settings *s, size_t i)
{
    return s->values[i] ? s->values[i] : s->manifest->settings[i].fallback;
}

/* "a,b" as ["a","b"], for the caller to free; NULL when memory is out. */
static char *list_as_json(const char *words)
{
    json_auto_t *array = json_array();
    for (const char *word = words; *word;) {
        size_t len = strcspn(word, ",");
        json_array_append_new(array, json_stringn(word, len));
        word += len + (word[len] == ',');
    }
    return json_dumps(array, JSON_COMPACT);
}

static bool show_list(struct settings *s, size_t i, struct error *err)
{
    const char *words = value_of(s, i);
    if (s->manifest->settings[i].type != SETTING_LIST || !words)
        return true;
    char *text = list_as_json(words);
    if (!text)
        return error_memory(err);
    free(s->lists[i]);
    s->lists[i] = text;
    return true;
}

/* Whether some streams are read only when they are named. */
static bool has_choice(const struct manifest *m)
{
    for (size_t i = 0; i < m->stream_count; i++) {
        if (m->streams[i].named_only)
            return true;
    }
    return false;
}

static bool has_lookback(const struct manifest *m)
{
    for (size_t i = 0; i < m->stream_count; i++) {
        if (m->streams[i].slice.has_lookback)
            return true;
    }
    return false;
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
    s->streams = (struct setting){.name = "streams", .type = SETTING_LIST};
    for (size_t i = 0; i < m->stream_count; i++)
        s->streams.choices[i] = m->streams[i].name;
    for (size_t i = 0; i < m->setting_count; i++) {
        if (!show_list(s, i, &ignored))
            return NULL;
    }
    return steal(&s);
}

void settings_free(struct settings *s)
{
    if (!s)
        return;
    free(s->base);
    for (size_t i = 0; i < SETTING_COUNT_MAX; i++) {
        free(s->values[i]);
        free(s->lists[i]);
    }
    for (size_t i = 0; i < AUTH_SECRETS_MAX; i++)
        free(s->references[i]);
    free(s->version);
    free(s->accounts_text);
    free(s->account_ids);
    free(s->accounts);
    free(s->wanted);
    free(s->lookback);
    free(s);
}

/* The part before the slash. Who knows the capacity of a usage bucket makes it a window. */
static bool parse_capacity(const char *value, size_t len, struct bucket_rule *rule)
{
    int64_t capacity;
    if (rule->kind == BUCKET_USAGE && len == strlen(usage_word) &&
        strncmp(value, usage_word, len) == 0)
        return true;
    if (!text_parse_int64(value, len, &capacity))
        return false;
    if (rule->kind == BUCKET_USAGE)
        rule->kind = BUCKET_WINDOW;
    rule->capacity = capacity > 0 ? (uint64_t)capacity : 0;
    return true;
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
    if (value[digits] != '/' || !parse_capacity(value, digits, &changed.rule) ||
        !text_parse_duration(value + digits + 1, &changed.rule.window_ns))
        return error_set(err, ERROR_CONFIG,
                         "%s: expected a number and its window such as 20000/5m, or none", key);
    if (!bucket_rule_is_valid(&changed.rule))
        return error_set(err, ERROR_CONFIG, "%s: expected 1 or more in a window of 1ms to 366d",
                         key);
    show_limit(&changed);
    *l = changed;
    return true;
}

void settings_reserve(struct settings *s, unsigned percent)
{
    for (size_t i = 0; i < s->manifest->bucket_count; i++)
        s->limits[i].rule.reserved = percent;
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

static void put(char **text, char *changed)
{
    free(*text);
    *text = changed;
}

static bool set_version(struct settings *s, const char *value, struct error *err)
{
    char *accepted;
    if (!setting_accept(&s->manifest->versions.choice, value, &accepted, err))
        return false;
    put(&s->version, accepted);
    return true;
}

/* Splits ids, which then stand one after the other in text. */
static bool split_accounts(const struct account_rule *rule, char *text, const char **ids,
                           struct error *err)
{
    static const char separators[] = ", \t";
    size_t count = 0;
    char *rest = NULL;
    for (char *id = strtok_r(text, separators, &rest); id;
         id = strtok_r(NULL, separators, &rest)) {
        if (!account_is_id(rule, id))
            return error_set(err, ERROR_CONFIG, "accounts: \"%.40s\" is no account's id", id);
        if (text_find(id, ids) >= 0)
            return error_set(err, ERROR_CONFIG, "accounts: %s is there twice", id);
        if (count == SETTINGS_ACCOUNTS_MAX)
            return error_set(err, ERROR_CONFIG, "accounts: more than %d",
                             SETTINGS_ACCOUNTS_MAX);
        ids[count++] = id;
    }
    return count > 0 || error_set(err, ERROR_CONFIG, "accounts: expected ids parted by commas");
}

static bool set_accounts(struct settings *s, const char *value, struct error *err)
{
    AUTO(cleanup_free) char *shown = strdup(value);
    AUTO(cleanup_free) char *text = strdup(value);
    AUTO(cleanup_free) const char **ids = calloc(SETTINGS_ACCOUNTS_MAX + 1, sizeof *ids);
    if (!shown || !text || !ids)
        return error_memory(err);
    if (!split_accounts(&s->manifest->accounts, text, ids, err))
        return false;
    put(&s->accounts_text, steal(&shown));
    put(&s->account_ids, steal(&text));
    free(s->accounts);
    s->accounts = steal(&ids);
    return true;
}

/* A secret that stands where its reference should is not shown. */
static bool set_reference(struct settings *s, size_t i, const char *value, struct error *err)
{
    if (!reference_check(value, err))
        return error_prefix(err, "%s", s->manifest->auth.names[i]);
    char *text = strdup(value);
    if (!text)
        return error_memory(err);
    put(&s->references[i], text);
    return true;
}

static bool set_streams(struct settings *s, const char *value, struct error *err)
{
    char *wanted;
    if (!setting_accept(&s->streams, value, &wanted, err))
        return false;
    put(&s->wanted, wanted);
    return true;
}

static bool set_lookback(struct settings *s, const char *value, struct error *err)
{
    int64_t days;
    if (!slice_parse_lookback(value, &days))
        return error_set(err, ERROR_CONFIG, "lookback: expected days such as 28d");
    char *copy = strdup(value);
    if (!copy)
        return error_memory(err);
    put(&s->lookback, copy);
    s->lookback_days = days;
    return true;
}

bool settings_set(struct settings *s, const char *key, const char *value, struct error *err)
{
    const struct manifest *m = s->manifest;
    if (strcmp(key, "base_url") == 0)
        return change_base_url(s, value, err);
    if (m->versions.open && strcmp(key, "api_version") == 0)
        return set_version(s, value, err);
    if (m->accounts.kind == ACCOUNT_DISCOVER && strcmp(key, "accounts") == 0)
        return set_accounts(s, value, err);
    for (size_t i = 0; i < m->auth.secret_count; i++) {
        if (strcmp(key, m->auth.names[i]) == 0)
            return set_reference(s, i, value, err);
    }
    if (strcmp(key, "streams") == 0 && has_choice(m))
        return set_streams(s, value, err);
    if (strcmp(key, "lookback") == 0 && has_lookback(m))
        return set_lookback(s, value, err);
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
        return show_list(s, i, err);
    }
    return unknown_key(s, key, err);
}

const char *settings_version(const struct settings *s)
{
    return s->version ? s->version : s->manifest->version;
}

const char *const *settings_accounts(const struct settings *s)
{
    static const char *const all[] = {NULL};
    return s->accounts ? s->accounts : all;
}

const char *settings_reference(const struct settings *s, size_t secret)
{
    return s->references[secret];
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
    if (m->versions.open)
        ret_keys[count++] = (struct settings_key){
            .name = "api_version",
            .type = "string",
            .description = "the version of the API that is asked for",
            .value = settings_version(s),
            .changed = s->version != NULL,
        };
    for (size_t i = 0; i < m->auth.secret_count; i++) {
        struct settings_key *k = &ret_keys[count++];
        *k = (struct settings_key){
            .type = "reference",
            .description = m->auth.secrets[i].description,
            .value = s->references[i],
            .changed = s->references[i] != NULL,
        };
        snprintf(k->name, sizeof k->name, "%s", m->auth.names[i]);
    }
    if (m->accounts.kind == ACCOUNT_DISCOVER)
        ret_keys[count++] = (struct settings_key){
            .name = "accounts",
            .type = "list",
            .description = "these accounts alone, separated by commas; unset: all",
            .value = s->accounts_text,
            .changed = s->accounts_text != NULL,
        };
    if (has_choice(m))
        ret_keys[count++] = (struct settings_key){
            .name = "streams",
            .type = "list",
            .description = "streams of a run that names none, separated by commas",
            .value = s->wanted,
            .changed = s->wanted != NULL,
        };
    if (has_lookback(m))
        ret_keys[count++] = (struct settings_key){
            .name = "lookback",
            .type = "days",
            .description = "how long a day is read again; unset: as each stream has it",
            .value = s->lookback,
            .changed = s->lookback != NULL,
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

bool settings_wants(const struct settings *s, size_t stream)
{
    const struct manifest_stream *st = &s->manifest->streams[stream];
    if (!s->wanted)
        return !st->named_only;
    size_t len = strlen(st->name);
    for (const char *word = s->wanted; *word;) {
        size_t word_len = strcspn(word, ",");
        if (word_len == len && strncmp(word, st->name, len) == 0)
            return true;
        word += word_len + (word[word_len] == ',');
    }
    return false;
}

struct slice_rule settings_slice(const struct settings *s, size_t stream)
{
    struct slice_rule rule = s->manifest->streams[stream].slice;
    if (rule.has_lookback && s->lookback)
        rule.lookback_days = s->lookback_days;
    return rule;
}

void settings_quota_key(const struct settings *s, const char *account, size_t bucket,
                        char ret_key[LIMITER_KEY_MAX + 1])
{
    const struct manifest *m = settings_manifest(s);
    const struct manifest_bucket *b = &m->buckets[bucket];
    if (b->of_app)
        snprintf(ret_key, LIMITER_KEY_MAX + 1, "%s/%s", m->source, b->name);
    else
        snprintf(ret_key, LIMITER_KEY_MAX + 1, "%s/%s/%s", m->source, account, b->name);
}

void settings_fill(const struct settings *s, struct template_values *values)
{
    values->text[TEMPLATE_SOURCE] = s->manifest->source;
    values->text[TEMPLATE_VERSION] = settings_version(s);
    for (size_t i = 0; i < s->manifest->setting_count; i++) {
        values->text[TEMPLATE_SETTING_FIRST + i] = value_of(s, i);
        values->text[TEMPLATE_LIST_FIRST + i] = s->lists[i];
    }
}

bool settings_cost(const struct cost *cost, const struct template_values *values,
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

static bool too_costly(const struct settings *s, const struct manifest_stream *stream,
                       size_t bucket, uint64_t amount, struct error *err)
{
    char part[32] = "";
    unsigned reserved = s->limits[bucket].rule.reserved;
    if (reserved > 0)
        snprintf(part, sizeof part, "%u %% of ", 100 - reserved);
    return error_set(err, ERROR_CONFIG,
                     "a request of %s costs %" PRIu64 ", more than %s%s allows (%s%s): ask for "
                     "smaller pages",
                     stream->name, amount, limit_prefix, s->manifest->buckets[bucket].name,
                     part, s->limits[bucket].text);
}

/* Adds what a request of these costs of its own costs, `times` over. */
static bool add_costs(const struct settings *s, const struct manifest_stream *stream,
                      const struct costs *own, const struct template_values *values,
                      uint64_t times, uint64_t sums[MANIFEST_BUCKETS_MAX], struct error *err)
{
    const struct cost_of of = {&stream->costs, own};
    const struct cost *costs[COST_BUCKETS_MAX];
    size_t count = cost_list(&of, costs);
    for (size_t i = 0; i < count; i++) {
        size_t bucket = costs[i]->bucket;
        const struct bucket_rule *rule = settings_bucket(s, bucket);
        uint64_t amount;
        if (!settings_cost(costs[i], values, &amount, err))
            return false;
        if (rule && rule->kind != BUCKET_USAGE && amount > bucket_capacity(rule))
            return too_costly(s, stream, bucket, amount, err);
        sums[bucket] += amount * times;
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
    const struct costs *page = &st->request.costs;
    if (!add_costs(s, st, page, &values, full, f.cost, err) ||
        (st->has_report &&
         !add_costs(s, st, &st->report.create.costs, &values, 1, f.create, err)))
        return false;
    if (f.pages > 1) {
        p.page = f.pages - 1;
        paginator_fill(&p, &values);
        if (!add_costs(s, st, page, &values, 1, f.cost, err))
            return false;
    }
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
