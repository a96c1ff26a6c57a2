/* SPDX-License-Identifier: Apache-2.0 */
#include "source/verdict.h"

#include <string.h>

#include "base/cleanup.h"

static const struct {
    const char *name;
    enum verdict_kind kind;
    enum error_kind error;
} words[] = {
    {"retry", VERDICT_RETRY, ERROR_REMOTE},  {"quota", VERDICT_QUOTA, ERROR_QUOTA},
    {"reauth", VERDICT_REAUTH, ERROR_AUTH},  {"fail", VERDICT_FAIL, ERROR_REMOTE},
    {"split", VERDICT_SPLIT, ERROR_TOO_BIG}, {"shrink", VERDICT_SHRINK, ERROR_TOO_BIG},
    {"skip", VERDICT_SKIP, ERROR_ACCOUNT},   {"restart", VERDICT_RESTART, ERROR_REMOTE},
    {NULL, VERDICT_FAIL, ERROR_REMOTE},
};

#define STATUSES(...)          \
    .statuses = {__VA_ARGS__}, \
    .status_count =            \
        sizeof((struct verdict_status[]){__VA_ARGS__}) / sizeof(struct verdict_status)

/* The last row fits everything. */
static const struct verdict_rule built_in[] = {
    {STATUSES({200, 299}), .body = VERDICT_NOT_JSON, .kind = VERDICT_RETRY,
     .error = ERROR_REMOTE, .say = "the answer is not JSON"},
    {STATUSES({200, 299}), .body = VERDICT_BROKEN, .kind = VERDICT_RETRY, .error = ERROR_DATA,
     .say = "the answer is not whole, valid JSON"},
    {STATUSES({200, 299}), .kind = VERDICT_OK},
    {STATUSES({429, 429}), .kind = VERDICT_RETRY, .error = ERROR_REMOTE,
     .say = "the service asks to slow down"},
    {STATUSES({408, 408}), .kind = VERDICT_RETRY, .error = ERROR_REMOTE,
     .say = "the service gave up waiting for the request"},
    {STATUSES({500, 599}), .kind = VERDICT_RETRY, .error = ERROR_REMOTE,
     .say = "the service is in trouble"},
    {STATUSES({401, 401}, {403, 403}), .kind = VERDICT_REAUTH, .error = ERROR_AUTH,
     .say = "the service refuses the credentials or this address"},
    {STATUSES({304, 304}), .kind = VERDICT_RETRY, .error = ERROR_REMOTE,
     .say = "the service says that nothing has changed, which was not the question"},
    {STATUSES({300, 399}), .kind = VERDICT_FAIL, .error = ERROR_REMOTE,
     .say = "the service points elsewhere, and redirects are not followed; check base_url"},
    {STATUSES({400, 499}), .kind = VERDICT_FAIL, .error = ERROR_REMOTE,
     .say = "the service refuses the request; check base_url, the API's version and the "
            "settings"},
    {.kind = VERDICT_FAIL, .error = ERROR_REMOTE, .say = "this status has no meaning here"},
};

static const struct place_key keys[] = {
    {"description", false}, {"status", false}, {"body", false},
    {"verdict", true},      {"bucket", false}, {"wait", false},
    {"say", true},          {"quote", false},  {NULL, false},
};

/* 503, or "5xx" for all of the class. */
static bool read_status(const struct place *p, const json_t *value,
                        struct verdict_status *ret_status, struct error *err)
{
    if (json_is_integer(value)) {
        json_int_t status = json_integer_value(value);
        if (status >= 100 && status <= 599) {
            *ret_status = (struct verdict_status){(int)status, (int)status};
            return true;
        }
    }
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    if (strlen(text) == 3 && text[0] >= '1' && text[0] <= '5' && strcmp(text + 1, "xx") == 0) {
        int low = (text[0] - '0') * 100;
        *ret_status = (struct verdict_status){low, low + 99};
        return true;
    }
    return place_fail(p, err, "expected a status such as 503, or a class such as \"5xx\"");
}

static bool read_statuses(struct place *p, const json_t *value, struct verdict_rule *rule,
                          struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "status", VERDICT_STATUSES_MAX, &list, err))
        return false;
    pointer_push(&p->path, "status");
    for (; rule->status_count < json_array_size(list); rule->status_count++) {
        pointer_push_index(&p->path, rule->status_count);
        if (!read_status(p, json_array_get(list, rule->status_count),
                         &rule->statuses[rule->status_count], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_bucket(struct place *p, const json_t *value, const char *const *buckets,
                        struct verdict_rule *rule, struct error *err)
{
    const char *name = NULL;
    if (!place_text(p, value, "bucket", 64, &name, err))
        return false;
    if (rule->kind == VERDICT_QUOTA && !name)
        return place_fail(p, err, "a quota verdict names its \"bucket\"");
    if (rule->kind != VERDICT_QUOTA && name)
        return place_fail_at(p, "bucket", err, "only a quota verdict has a bucket");
    if (!name)
        return true;
    for (size_t i = 0; buckets[i]; i++) {
        if (strcmp(buckets[i], name) == 0) {
            rule->has_bucket = true;
            rule->bucket = i;
            return true;
        }
    }
    char hint[PLACE_HINT_SIZE];
    return place_fail_at(p, "bucket", err, "no bucket \"%.40s\" in limits%s", name,
                         place_hint(name, buckets, hint));
}

static bool read_wait(struct place *p, const json_t *value, struct facts_wanted *wanted,
                      struct verdict_rule *rule, struct error *err)
{
    const json_t *wait = json_object_get(value, "wait");
    if (!wait)
        return true;
    rule->has_wait = true;
    pointer_push(&p->path, "wait");
    if (rule->kind != VERDICT_QUOTA && rule->kind != VERDICT_RETRY)
        return place_fail(p, err, "only retry and quota wait");
    if (!wait_read(p, wait, wanted, &rule->wait, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool add_quote(struct place *p, const json_t *value, struct facts_wanted *wanted,
                      struct verdict_rule *rule, struct error *err)
{
    if (!json_is_string(value))
        return place_fail(p, err, "expected string, found %s", json_type_text(value));
    if (json_string_length(value) > POINTER_TEXT_MAX)
        return place_fail(p, err, "longer than %d bytes", POINTER_TEXT_MAX);
    if (!facts_want(p, json_string_value(value), wanted, &rule->quotes[rule->quote_count], err))
        return false;
    rule->quote_count++;
    return true;
}

/* One pointer, or a list of them. */
static bool read_quotes(struct place *p, const json_t *value, struct facts_wanted *wanted,
                        struct verdict_rule *rule, struct error *err)
{
    const json_t *quote = json_object_get(value, "quote"), *list = NULL;
    if (json_is_array(quote) && !place_array(p, value, "quote", VERDICT_QUOTES_MAX, &list, err))
        return false;
    pointer_push(&p->path, "quote");
    if (quote && !list && !add_quote(p, quote, wanted, rule, err))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        pointer_push_index(&p->path, i);
        if (!add_quote(p, json_array_get(list, i), wanted, rule, err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

bool verdict_read(struct place *p, const json_t *value, const struct template_scope *scope,
                  const char *const *buckets, struct facts_wanted *wanted,
                  struct verdict_rule *ret_rule, struct error *err)
{
    AUTO(verdict_done) struct verdict_rule rule = {0};
    const char *description; /* for who reads the manifest */
    size_t word = 0;
    if (!place_keys(p, value, keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !place_row(p, value, "verdict", words, sizeof *words, &word, err))
        return false;
    rule.kind = words[word].kind;
    rule.error = words[word].error;
    if (!json_object_get(value, "status") && !json_object_get(value, "body"))
        return place_fail(p, err, "a rule asks for \"status\", \"body\" or both");
    if (!read_statuses(p, value, &rule, err) ||
        !conditions_read(p, value, "body", VERDICT_CONDITIONS_MAX, scope, wanted,
                         &rule.conditions, &rule.condition_count, err) ||
        !read_bucket(p, value, buckets, &rule, err) ||
        !read_wait(p, value, wanted, &rule, err) ||
        !place_text(p, value, "say", 256, &rule.say, err) ||
        !read_quotes(p, value, wanted, &rule, err))
        return false;
    *ret_rule = rule;
    rule = (struct verdict_rule){0};
    return true;
}

void verdict_done(struct verdict_rule *rule)
{
    conditions_done(rule->conditions, rule->condition_count);
    *rule = (struct verdict_rule){0};
}

static bool status_fits(const struct verdict_rule *rule, int status)
{
    for (size_t i = 0; i < rule->status_count; i++) {
        if (status >= rule->statuses[i].low && status <= rule->statuses[i].high)
            return true;
    }
    return rule->status_count == 0;
}

static bool body_fits(const struct verdict_rule *rule, const struct facts *facts)
{
    switch (rule->body) {
    case VERDICT_NOT_JSON:
        return !facts->json;
    case VERDICT_BROKEN:
        return facts->json && !facts->whole;
    case VERDICT_ANY:
        break;
    }
    return true;
}

static bool fits(const struct verdict_rule *rule, const struct facts *facts,
                 const struct template_values *values)
{
    if (!status_fits(rule, facts->status) || !body_fits(rule, facts))
        return false;
    /* what a broken body lacks proves nothing */
    if (rule->condition_count > 0 && !facts->whole)
        return false;
    return conditions_hold(rule->conditions, rule->condition_count, facts, values);
}

const struct verdict_rule *verdict_of(const struct verdict_rule *rules, size_t count,
                                      const struct facts *facts,
                                      const struct template_values *values)
{
    for (size_t i = 0; i < count; i++) {
        if (fits(&rules[i], facts, values))
            return &rules[i];
    }
    const struct verdict_rule *rule = built_in;
    while (!fits(rule, facts, values))
        rule++;
    return rule;
}
