/* SPDX-License-Identifier: Apache-2.0 */
#include "source/emptiness.h"

#include <string.h>

#include "base/cleanup.h"
#include "source/quote.h"

static const struct place_key keys[] = {
    {"description", false}, {"request", true}, {"zero", true}, {"because", true}, {NULL, false},
};

static bool read_value(const struct place *p, const json_t *value, struct emptiness_rule *rule,
                       struct error *err)
{
    const char *text = json_string_value(value);
    rule->zero[rule->count] = text ? pointer_parse(text) : NULL;
    if (!rule->zero[rule->count])
        return place_fail(p, err, "expected a JSON Pointer such as /data/0/spend");
    rule->at[rule->count++] = text;
    return true;
}

static bool read_values(struct place *p, const json_t *value, struct emptiness_rule *rule,
                        struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "zero", EMPTINESS_VALUES_MAX, &list, err))
        return false;
    pointer_push(&p->path, "zero");
    for (size_t i = 0; i < json_array_size(list); i++) {
        pointer_push_index(&p->path, i);
        if (!read_value(p, json_array_get(list, i), rule, err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

bool emptiness_read(struct place *p, const json_t *value, const struct template_scope *scope,
                    struct emptiness_rule *ret_rule, struct error *err)
{
    AUTO(emptiness_done) struct emptiness_rule rule = {.count = 0};
    const char *description; /* for who reads the manifest */
    if (!place_keys(p, value, keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !place_text(p, value, "because", 256, &rule.because, err) ||
        !read_values(p, value, &rule, err))
        return false;
    pointer_push(&p->path, "request");
    if (!request_read(p, json_object_get(value, "request"), scope, &rule.request, err))
        return false;
    pointer_pop(&p->path);
    *ret_rule = rule;
    rule = (struct emptiness_rule){.count = 0};
    return true;
}

void emptiness_done(struct emptiness_rule *rule)
{
    request_rule_done(&rule->request);
    for (size_t i = 0; i < rule->count; i++)
        pointer_free(rule->zero[i]);
    rule->count = 0;
}

/* A list is on the way to the value, be it there or not. */
static bool is_listed(const json_t *answer, const struct pointer *at)
{
    struct pointer way = *at;
    for (way.depth = 0; way.depth < at->depth; way.depth++)
        if (json_is_array(pointer_get(answer, &way)))
            return true;
    return false;
}

/* "0", "0.00", 0. Everything else is no proof. */
static bool is_zero(const json_t *value)
{
    if (json_is_integer(value))
        return json_integer_value(value) == 0;
    if (json_is_real(value))
        return json_real_value(value) == 0;
    const char *text = json_string_value(value);
    return text && *text && strspn(text, "0.") == strlen(text);
}

bool emptiness_judge(const struct emptiness_rule *rule, const json_t *answer, struct error *err)
{
    for (size_t i = 0; i < rule->count; i++) {
        const json_t *value = pointer_get(answer, rule->zero[i]);
        char quoted[QUOTE_SIZE];
        bool nothing = !value || json_is_null(value);
        if (nothing ? is_listed(answer, rule->zero[i]) : is_zero(value))
            continue;
        if (nothing)
            return error_set(
                err, ERROR_DATA,
                "no records, and the answer that is to prove it has no list for %s; "
                "what was read of it before stays; run the same command again later",
                rule->at[i]);
        quote_text(json_string_value(value), quoted);
        return error_set(err, ERROR_DATA,
                         "no records, but %s (%s is %s); what was read of it before stays; "
                         "run the same command again later",
                         rule->because, rule->at[i], *quoted ? quoted : "not zero");
    }
    return true;
}
