/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct fault_name {
    const char *name;
    enum fault_kind kind;
    int status;
    const char *argument; /* what it is, for help; NULL: none is taken */
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

enum { NAME_COUNT = sizeof names / sizeof *names };

struct fault_rule {
    const struct fault_name *name;
    uint64_t first; /* requests, from 1 */
    uint64_t last;
    uint64_t seen;
    char argument[FAULT_ARGUMENT_SIZE];
};

bool fault_init(struct fault_plan *plan, struct error *err)
{
    *plan = (struct fault_plan){.rules = calloc(FAULT_RULES_MAX, sizeof *plan->rules)};
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

/* "3", "1-3", "2-" */
static bool parse_range(const char *text, struct fault_rule *rule)
{
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

    int64_t count;
    uint64_t size;
    bool fits = true;
    if (name->kind == FAULT_BOMB)
        fits = text_parse_size(rule->argument, &size) && size > 0 && size <= INT64_MAX;
    else if (name->kind == FAULT_HEADERS)
        fits = text_parse_int64(text, len, &count) && count >= 1 && count <= 1000;
    else if (name->kind == FAULT_DRIP)
        fits = text_parse_int64(text, len, &count) && count >= 1;
    else if (name->kind == FAULT_VERSION_JUMP)
        fits = len > 0 && len < 16 && strspn(rule->argument, "0123456789.") == len;
    return fits || error_set(err, ERROR_USAGE, "fault %s: %s is no good as %s", spec,
                             rule->argument, name->argument);
}

static bool parse_rule(const char *spec, struct fault_rule *ret_rule, struct error *err)
{
    struct fault_rule rule = {.first = 1, .last = UINT64_MAX};
    const char *at = strrchr(spec, '@');
    if (at && !parse_range(at + 1, &rule))
        return error_set(err, ERROR_USAGE, "fault %s: behind @ expected as 2, 1-3 or 2-", spec);
    size_t len = at ? (size_t)(at - spec) : strlen(spec);
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

void fault_take(struct fault_plan *plan, struct fault_set *ret_set)
{
    *ret_set = (struct fault_set){0};
    pthread_mutex_lock(&plan->mutex);
    for (size_t i = 0; i < plan->count; i++) {
        struct fault_rule *rule = &plan->rules[i];
        rule->seen++;
        if (rule->seen < rule->first || rule->seen > rule->last)
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
