/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/api_settings.h"
#include "sandbox/meta_advice.h"
#include "sandbox/meta_error.h"
#include "sandbox/meta_job.h"
#include "sandbox/splitmix.h"

struct fault_name {
    const char *name;
    enum fault_kind kind;
    int status;
    const char *argument; /* what it is, or "one|another"; NULL: none is taken */
    const char *fallback; /* when it is not given; NULL: it must be */
    const char *help;
};

static const struct fault_name names[] = {
    {"html-502", FAULT_HTML, 502, NULL, "", "an HTML page of a proxy, 502"},
    {"html-503", FAULT_HTML, 503, NULL, "", "the same, 503"},
    {"html-504", FAULT_HTML, 504, NULL, "", "the same, 504"},
    {"html-520", FAULT_HTML, 520, NULL, "", "the same, 520"},
    {"hang", FAULT_HANG, 0, NULL, "", "no answer at all"},
    {"redirect", FAULT_REDIRECT, 302, "URL", "https://elsewhere.invalid/api/",
     "302 to another host"},
    {"304", FAULT_NOT_MODIFIED, 304, NULL, "", "304 to whoever did not ask"},
    {"error-200", FAULT_ERROR, 200, NULL, "", "{\"error\":…} with 200"},
    {"error-429", FAULT_ERROR, 429, NULL, "", "the same, 429"},
    {"error-500", FAULT_ERROR, 500, NULL, "", "the same, 500"},
    {"error-503", FAULT_ERROR, 503, NULL, "", "the same, 503"},
    {"retry-after", FAULT_RETRY_AFTER, 0, "WHEN", NULL,
     "a refusal with Retry-After: seconds (30), a date that many seconds ahead (+30), or any "
     "text"},
    {"deadbeef", FAULT_DEADBEEF, 200, NULL, "", "200, no rows, seed d3adb33f"},
    {"clamp", FAULT_CLAMP, 0, NULL, "", "results is taken as 1"},
    {"version-jump", FAULT_VERSION_JUMP, 0, "VERSION", "1.5",
     "the answer is of another version"},
    {"wrong-seed", FAULT_WRONG_SEED, 0, NULL, "", "info names another seed"},
    {"wrong-page", FAULT_WRONG_PAGE, 0, NULL, "", "info names another page"},
    {"extra", FAULT_EXTRA, 0, NULL, "", "one row more than info says"},
    {"missing", FAULT_MISSING, 0, NULL, "", "one row less than info says"},
    {"duplicate", FAULT_DUPLICATE, 0, NULL, "", "the second row has the uuid of the first"},
    {"fb-empty-page", FAULT_META_EMPTY_PAGE, 0, NULL, "", "no rows, and yet a next page"},
    {"fb-short-page", FAULT_META_SHORT_PAGE, 0, NULL, "", "half as many rows as limit says"},
    {"fb-no-cursors", FAULT_META_NO_CURSORS, 0, NULL, "", "a page without cursors"},
    {"fb-same-cursor", FAULT_META_SAME_CURSOR, 0, NULL, "", "the next page is this one"},
    {"fb-next-elsewhere", FAULT_META_NEXT_ELSEWHERE, 0, NULL, "",
     "the next page is on another host"},
    {"fb-cursor-dead", FAULT_META_CURSOR_DEAD, 0, NULL, "", "a cursor is not good any more"},
    {"fb-extra-field", FAULT_META_EXTRA_FIELD, 0, NULL, "",
     "the first record has a field nobody asked for"},
    {"fb-missing-field", FAULT_META_MISSING_FIELD, 0, "FIELD", "spend",
     "the first record lacks a field"},
    {"fb-number-to-list", FAULT_META_LIST, 0, "FIELD", "impressions",
     "a number of the first record comes in a list"},
    {"fb-scalar-to-list", FAULT_META_LIST, 0, "FIELD", "name",
     "a text of the first record comes in a list"},
    {"fb-other-value", FAULT_META_OTHER, 0, "FIELD", "date_start",
     "the last digit of a text of the first record is another one"},
    {"fb-batch-null", FAULT_META_BATCH_NULL, 0, "ENTRY", "1",
     "an entry of a batch, from 1, is null"},
    {"fb-error", FAULT_META_ERROR, 0, "CODE[/SUBCODE][:STATUS]", NULL,
     "an error of Meta's by its numbers; CODE may be reduce or summary"},
    {"fb-error-200", FAULT_META_ERROR, 200, "CODE[/SUBCODE]", NULL, "the same with 200"},
    {"fb-entry-error", FAULT_META_ENTRY_ERROR, 0, "CODE[/SUBCODE][:STATUS]", NULL,
     "the same for every entry of a batch"},
    {"fb-error-data", FAULT_META_ERROR_DATA, 0, "object|text", "object",
     "such errors have error_data, as it is or as text that is JSON"},
    {"fb-error-spanish", FAULT_META_ERROR_SPANISH, 0, NULL, "",
     "such errors speak to users in Spanish"},
    {"fb-job", FAULT_META_JOB, 0, "FATE", NULL,
     "the report run made by this request is failed, failed-at-once, large, skipped, zero (it "
     "stays at 0 %), stuck, hundred, late (its results), early (completed before it is), empty "
     "or gone"},
    {"fb-usage", FAULT_META_USAGE, 0, META_ADVICE_FAULTS, NULL,
     "how the headers that tell of limits are spoiled"},
    {"truncate", FAULT_TRUNCATE, 0, NULL, "", "half a body in a whole HTTP answer"},
    {"short", FAULT_SHORT, 0, NULL, "", "Content-Length is more than what comes"},
    {"reset", FAULT_RESET, 0, NULL, "", "the connection is reset in the middle of the body"},
    {"endless", FAULT_ENDLESS, 0, NULL, "", "blanks without end instead of the last byte"},
    {"bomb", FAULT_BOMB, 0, "BYTES", "1GiB", "gzip that grows by this many blanks"},
    {"double-gzip", FAULT_DOUBLE_GZIP, 0, NULL, "", "gzip within gzip"},
    {"content-type", FAULT_CONTENT_TYPE, 0, "TYPE", "text/html; charset=utf-8",
     "the body is right, its type is not"},
    {"headers", FAULT_HEADERS, 0, "COUNT", "1000", "a flood of response headers"},
    {"drip", FAULT_DRIP, 0, "BYTES", "100", "the body at this many bytes a second"},
};

enum { NAME_COUNT = sizeof names / sizeof *names, ALL_PERCENT = 100, HEADERS_MAX = 1000 };

struct fault_rule {
    const struct fault_name *name;
    uint64_t first; /* requests, from 1 */
    uint64_t last;
    uint64_t seen;
    uint32_t percent; /* of the requests */
    char argument[FAULT_ARGUMENT_SIZE];
    char path[FAULT_PATH_SIZE]; /* "": any */
};

bool fault_init(struct fault_plan *plan, const char *seed, struct error *err)
{
    *plan = (struct fault_plan){.rules = calloc(FAULT_RULES_MAX, sizeof *plan->rules)};
    for (const char *c = seed; *c; c++)
        plan->seed = splitmix_mix(plan->seed + (unsigned char)*c);
    pthread_mutex_init(&plan->mutex, NULL);
    return plan->rules || error_memory(err);
}

void fault_done(struct fault_plan *plan)
{
    free(plan->rules);
    plan->rules = NULL;
    pthread_mutex_destroy(&plan->mutex);
}

static const struct fault_name *find_name(const char *text, size_t len)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (strlen(names[i].name) == len && memcmp(names[i].name, text, len) == 0)
            return &names[i];
    return NULL;
}

static bool unknown_name(const char *spec, size_t len, struct error *err)
{
    const char *known[NAME_COUNT + 1] = {NULL};
    for (size_t i = 0; i < NAME_COUNT; i++)
        known[i] = names[i].name;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(len < 63 ? len : 63), spec);
    const char *nearest = text_nearest(name, known);
    return error_set(err, ERROR_USAGE, "fault %s: no such fault%s%s%s", name,
                     nearest ? "; did you mean " : "", nearest ? nearest : "",
                     nearest ? "?" : "");
}

static bool parse_percent(const char *text, size_t len, uint32_t *ret_percent)
{
    int64_t percent;
    if (!text_parse_int64(text, len, &percent) || percent < 1 || percent > ALL_PERCENT)
        return false;
    *ret_percent = (uint32_t)percent;
    return true;
}

/* "3", "1-3", "2-", "20%" */
static bool parse_range(const char *text, struct fault_rule *rule)
{
    size_t len = strlen(text);
    if (len > 0 && text[len - 1] == '%')
        return parse_percent(text, len - 1, &rule->percent);
    const char *hyphen = strchr(text, '-');
    int64_t first, last;
    if (!text_parse_int64(text, hyphen ? (size_t)(hyphen - text) : strlen(text), &first))
        return false;
    last = hyphen ? INT64_MAX : first;
    if (hyphen && hyphen[1] && !text_parse_int64(hyphen + 1, strlen(hyphen + 1), &last))
        return false;
    rule->first = (uint64_t)first;
    rule->last = (uint64_t)last;
    return first >= 1 && last >= first;
}

static bool is_size(const char *text)
{
    uint64_t size;
    return text_parse_size(text, &size) && size > 0 && size <= INT64_MAX;
}

static bool is_count(const char *text)
{
    int64_t count;
    return text_parse_int64(text, strlen(text), &count) && count >= 1;
}

static bool is_header_count(const char *text)
{
    return is_count(text) && strtoll(text, NULL, 10) <= HEADERS_MAX;
}

static bool is_version(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len < 16 && strspn(text, "0123456789.") == len;
}

static bool is_meta_error(const char *text)
{
    struct meta_error_wish wish;
    return meta_error_parse_wish(text, &wish);
}

static bool is_fate(const char *text)
{
    enum meta_job_fate fate;
    return meta_job_find_fate(text, &fate);
}

static const struct {
    enum fault_kind kind;
    bool (*fits)(const char *argument);
} checks[] = {
    {FAULT_BOMB, is_size},
    {FAULT_HEADERS, is_header_count},
    {FAULT_DRIP, is_count},
    {FAULT_META_BATCH_NULL, is_count},
    {FAULT_VERSION_JUMP, is_version},
    {FAULT_META_ERROR, is_meta_error},
    {FAULT_META_ENTRY_ERROR, is_meta_error},
    {FAULT_META_JOB, is_fate},
};

static bool fits(const struct fault_name *name, const char *argument)
{
    if (name->argument && strchr(name->argument, '|'))
        return api_settings_choice(name->argument, argument) >= 0;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].kind == name->kind)
            return checks[i].fits(argument);
    return true;
}

static bool parse_argument(struct fault_rule *rule, const char *text, size_t len,
                           const char *spec, struct error *err)
{
    const struct fault_name *name = rule->name;
    if (text && !name->argument)
        return error_set(err, ERROR_USAGE, "fault %s: %s takes no argument", spec, name->name);
    if (!text && !name->fallback)
        return error_set(err, ERROR_USAGE, "fault %s: %s=%s is needed", spec, name->name,
                         name->argument);
    if (!text) {
        text = name->fallback;
        len = strlen(text);
    }
    if (len >= sizeof rule->argument)
        return error_set(err, ERROR_USAGE, "fault %s: the argument is too long", name->name);
    memcpy(rule->argument, text, len);
    rule->argument[len] = '\0';

    return fits(name, rule->argument) ||
           error_set(err, ERROR_USAGE, "fault %s: %s is no good as %s", spec, rule->argument,
                     name->argument);
}

/* "~/insights" at the end; *ret_len is how much is before it. */
static bool parse_path(const char *spec, struct fault_rule *rule, size_t *ret_len)
{
    const char *tilde = strrchr(spec, '~');
    *ret_len = tilde ? (size_t)(tilde - spec) : strlen(spec);
    if (tilde && (!tilde[1] || strlen(tilde + 1) >= sizeof rule->path))
        return false;
    snprintf(rule->path, sizeof rule->path, "%s", tilde ? tilde + 1 : "");
    return true;
}

static bool parse_rule(const char *text, struct fault_rule *ret_rule, struct error *err)
{
    struct fault_rule rule = {.first = 1, .last = UINT64_MAX, .percent = ALL_PERCENT};
    char spec[FAULT_ARGUMENT_SIZE * 2];
    size_t len;
    if (!parse_path(text, &rule, &len) || len >= sizeof spec)
        return error_set(err, ERROR_USAGE, "fault %s: it is too long, or no path is behind ~",
                         text);
    memcpy(spec, text, len);
    spec[len] = '\0';
    const char *at = strrchr(spec, '@');
    if (at && !parse_range(at + 1, &rule))
        return error_set(err, ERROR_USAGE, "fault %s: behind @ expected as 2, 1-3, 2- or 20%%",
                         spec);
    len = at ? (size_t)(at - spec) : len;
    const char *equals = memchr(spec, '=', len);
    size_t name_len = equals ? (size_t)(equals - spec) : len;
    rule.name = find_name(spec, name_len);
    if (!rule.name)
        return unknown_name(spec, name_len, err);
    if (!parse_argument(&rule, equals ? equals + 1 : NULL, equals ? len - name_len - 1 : 0,
                        spec, err))
        return false;
    *ret_rule = rule;
    return true;
}

bool fault_add(struct fault_plan *plan, const char *spec, struct error *err)
{
    struct fault_rule rule;
    if (!parse_rule(spec, &rule, err))
        return false;
    pthread_mutex_lock(&plan->mutex);
    bool room = plan->count < FAULT_RULES_MAX;
    if (room)
        plan->rules[plan->count++] = rule;
    pthread_mutex_unlock(&plan->mutex);
    return room ||
           error_set(err, ERROR_USAGE, "more than %d faults at a time", FAULT_RULES_MAX);
}

void fault_clear(struct fault_plan *plan)
{
    pthread_mutex_lock(&plan->mutex);
    plan->count = 0;
    pthread_mutex_unlock(&plan->mutex);
}

/* Whether a rule that is for some of the requests is for this one. */
static bool is_picked(const struct fault_plan *plan, size_t i)
{
    const struct fault_rule *rule = &plan->rules[i];
    uint64_t state = plan->seed ^ splitmix_mix(i + 1) ^ rule->seen * SPLITMIX_STEP;
    return splitmix_below(&state, ALL_PERCENT) < rule->percent;
}

void fault_take(struct fault_plan *plan, const char *uri, struct fault_set *ret_set)
{
    *ret_set = (struct fault_set){0};
    pthread_mutex_lock(&plan->mutex);
    for (size_t i = 0; i < plan->count; i++) {
        struct fault_rule *rule = &plan->rules[i];
        if (!strstr(uri, rule->path))
            continue;
        rule->seen++;
        if (rule->seen < rule->first || rule->seen > rule->last || !is_picked(plan, i))
            continue;
        struct fault_hit *hit = &ret_set->hits[rule->name->kind];
        hit->on = true;
        hit->status = rule->name->status;
        memcpy(hit->argument, rule->argument, sizeof hit->argument);
    }
    pthread_mutex_unlock(&plan->mutex);
}

bool fault_set_cuts(const struct fault_set *set)
{
    static const enum fault_kind cuts[] = {FAULT_TRUNCATE, FAULT_SHORT, FAULT_RESET,
                                           FAULT_ENDLESS};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        if (set->hits[cuts[i]].on)
            return true;
    return false;
}

void fault_print(FILE *out)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        char text[64];
        const struct fault_name *n = &names[i];
        bool optional = n->argument && n->fallback;
        snprintf(text, sizeof text, "%s%s%s%s", n->name,
                 optional      ? "[="
                 : n->argument ? "="
                               : "",
                 n->argument ? n->argument : "", optional ? "]" : "");
        fprintf(out, "  %-22s %s\n", text, n->help);
    }
}
