/* SPDX-License-Identifier: Apache-2.0 */
#include "source/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "source/quote.h"

static const char no_zone[] = "UTC"; /* where the manifest names none */

static const struct place_key single_keys[] = {{"kind", true}, {NULL, false}};
static const struct place_key discover_keys[] = {
    {"kind", true},       {"description", false}, {"pattern", true}, {"request", true},
    {"paginator", true},  {"records", true},      {"id", true},      {"name", false},
    {"time_zone", false}, {"one", true},          {NULL, false},
};

static bool read_pointer(struct place *p, const json_t *value, const char *key,
                         struct pointer **ret_pointer, struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, value, key, POINTER_TEXT_MAX - 1, &text, err))
        return false;
    *ret_pointer = text ? pointer_parse(text) : NULL;
    return !text || *ret_pointer || place_fail_at(p, key, err, "expected a JSON Pointer");
}

/* "/data/" and a star: the list is at "/data". */
static bool read_records(struct place *p, const json_t *value, struct account_rule *rule,
                         struct error *err)
{
    static const char any[] = "/*";
    const char *text = "";
    if (!place_text(p, value, "records", POINTER_TEXT_MAX - 1, &text, err))
        return false;
    AUTO(cleanup_free)
    char *list = strndup(text, strlen(text) - (text_ends_with(text, any) ? strlen(any) : 0));
    if (!list)
        return error_memory(err);
    rule->records = text_ends_with(text, any) ? pointer_parse(list) : NULL;
    return rule->records ||
           place_fail_at(p, "records", err, "expected a JSON Pointer that ends with %s", any);
}

static bool read_request(struct place *p, const json_t *value, const char *key,
                         const struct template_scope *scope, struct request_rule *rule,
                         struct error *err)
{
    pointer_push(&p->path, key);
    if (!request_read(p, json_object_get(value, key), scope, rule, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_single(struct place *p, const json_t *value,
                        const struct template_scope *scope, struct facts_wanted *wanted,
                        struct account_rule *rule, struct error *err)
{
    (void)p, (void)value, (void)scope, (void)wanted, (void)rule, (void)err;
    return true;
}

static bool read_discover(struct place *p, const json_t *value,
                          const struct template_scope *scope, struct facts_wanted *wanted,
                          struct account_rule *rule, struct error *err)
{
    const char *description; /* for who reads the manifest */
    struct template_scope of_one = *scope, of_list = *scope;
    of_one.names = TEMPLATE_OF_RUN;
    of_list.names = TEMPLATE_OF_RUN & ~(1u << TEMPLATE_ACCOUNT);
    if (!place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !setting_of_pattern(p, value, "accounts", "the id of an account", &rule->choice, err) ||
        !read_records(p, value, rule, err) || !read_pointer(p, value, "id", &rule->id, err) ||
        !read_pointer(p, value, "name", &rule->name, err) ||
        !read_pointer(p, value, "time_zone", &rule->time_zone, err))
        return false;
    pointer_push(&p->path, "paginator");
    if (!paginator_read(p, json_object_get(value, "paginator"), &of_list, wanted,
                        &rule->paginator, err))
        return false;
    pointer_pop(&p->path);
    of_list.names |= rule->paginator.names;
    return read_request(p, value, "request", &of_list, &rule->request, err) &&
           read_request(p, value, "one", &of_one, &rule->one, err);
}

static const struct {
    const char *name;
    const struct place_key *keys;
    bool (*read)(struct place *p, const json_t *value, const struct template_scope *scope,
                 struct facts_wanted *wanted, struct account_rule *rule, struct error *err);
} kinds[] = {
    [ACCOUNT_SINGLE] = {"single", single_keys, read_single},
    [ACCOUNT_DISCOVER] = {"discover", discover_keys, read_discover},
    {NULL, NULL, NULL},
};

bool account_read(struct place *p, const json_t *value, const struct template_scope *scope,
                  struct facts_wanted *wanted, struct account_rule *ret_rule, struct error *err)
{
    AUTO(account_done) struct account_rule rule = {0};
    size_t kind = 0;
    if (!place_sort(p, value, "kind", kinds, sizeof *kinds, &kind, err) ||
        !place_keys(p, value, kinds[kind].keys, err) ||
        !kinds[kind].read(p, value, scope, wanted, &rule, err))
        return false;
    rule.kind = (enum account_kind)kind;
    *ret_rule = rule;
    rule = (struct account_rule){0};
    return true;
}

void account_done(struct account_rule *rule)
{
    setting_done(&rule->choice);
    request_rule_done(&rule->request);
    request_rule_done(&rule->one);
    pointer_free(rule->records);
    pointer_free(rule->id);
    pointer_free(rule->name);
    pointer_free(rule->time_zone);
    *rule = (struct account_rule){0};
}

/* --- records ----------------------------------------------------------------------------- */

/* An id goes into URLs, checkpoints and logs: a word, whatever the pattern says. */
bool account_is_id(const struct account_rule *rule, const char *id)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789_-";
    AUTO(cleanup_free) char *accepted = NULL;
    struct error ignored;
    size_t len = strlen(id);
    return len > 0 && len < ACCOUNT_ID_SIZE && strspn(id, characters) == len &&
           setting_accept(&rule->choice, id, &accepted, &ignored);
}

static bool read_id(const struct account_rule *rule, const json_t *record, char *ret_id)
{
    char number[24];
    const json_t *value = pointer_get(record, rule->id);
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = number;
    }
    if (!text || !account_is_id(rule, text))
        return false;
    snprintf(ret_id, ACCOUNT_ID_SIZE, "%s", text);
    return true;
}

static bool is_zone(const char *text)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789_+-/";
    size_t len = text ? strlen(text) : 0;
    return len > 0 && len < ACCOUNT_ZONE_SIZE && strspn(text, characters) == len;
}

static void read_zone(const struct account_rule *rule, const json_t *record, struct account *a)
{
    const char *text =
        rule->time_zone ? json_string_value(pointer_get(record, rule->time_zone)) : no_zone;
    if (is_zone(text)) {
        snprintf(a->time_zone, sizeof a->time_zone, "%s", text);
        return;
    }
    a->failed = true;
    error_set(&a->failure, ERROR_DATA,
              "the service does not say in which time zone its days are");
}

static void read_name(const struct account_rule *rule, const json_t *record, struct account *a)
{
    char quoted[QUOTE_SIZE];
    const char *text = rule->name ? json_string_value(pointer_get(record, rule->name)) : NULL;
    snprintf(a->name, sizeof a->name, "%s", quote_text(text, quoted));
    text_make_utf8(a->name); /* a character may have been cut */
}

bool account_of_record(const struct account_rule *rule, const json_t *record,
                       struct account *ret_account, struct error *err)
{
    struct account a = {0};
    if (!read_id(rule, record, a.id))
        return error_set(err, ERROR_DATA,
                         "an account without an id, or with one of another form");
    read_zone(rule, record, &a);
    read_name(rule, record, &a);
    *ret_account = a;
    return true;
}
