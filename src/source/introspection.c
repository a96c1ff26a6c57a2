/* SPDX-License-Identifier: Apache-2.0 */
#include "source/introspection.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "codec/pointer.h"

enum { SCOPE_MAX = 64, WORD_SIZE = 32 };

static const struct place_key keys[] = {
    {"description", false}, {"request", true},  {"valid", true},
    {"kind", false},        {"expires", false}, {"data_expires", false},
    {"scopes", false},      {"quote", false},   {NULL, false},
};
static const struct place_key scopes_keys[] = {{"at", true}, {"one_of", true}, {NULL, false}};

static bool read_pointer(struct place *p, const json_t *value, const char *key,
                         const char **ret_pointer, struct error *err)
{
    if (!place_text(p, value, key, POINTER_TEXT_MAX - 1, ret_pointer, err))
        return false;
    AUTO(pointer_freep)
    struct pointer *pointer = *ret_pointer ? pointer_parse(*ret_pointer) : NULL;
    return !*ret_pointer || pointer || place_fail_at(p, key, err, "expected a JSON Pointer");
}

static bool read_scopes(struct place *p, const json_t *value, struct introspection_rule *rule,
                        struct error *err)
{
    const json_t *object = json_object_get(value, "scopes"), *list = NULL;
    if (!object)
        return true;
    pointer_push(&p->path, "scopes");
    if (!place_keys(p, object, scopes_keys, err) ||
        !read_pointer(p, object, "at", &rule->scopes, err) ||
        !place_array(p, object, "one_of", INTROSPECTION_SCOPES_MAX, &list, err))
        return false;
    pointer_push(&p->path, "one_of");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *scope = json_string_value(json_array_get(list, i));
        pointer_push_index(&p->path, i);
        if (!scope || !*scope || strlen(scope) > SCOPE_MAX)
            return place_fail(p, err, "expected the name of a scope");
        rule->one_of[i] = scope;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    pointer_pop(&p->path);
    return true;
}

bool introspection_read(struct place *p, const json_t *value,
                        const struct template_scope *scope, struct introspection_rule *ret_rule,
                        struct error *err)
{
    AUTO(introspection_done) struct introspection_rule rule = {0};
    const char *description; /* for who reads the manifest */
    if (!place_keys(p, value, keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !read_pointer(p, value, "valid", &rule.valid, err) ||
        !read_pointer(p, value, "kind", &rule.kind, err) ||
        !read_pointer(p, value, "expires", &rule.expires, err) ||
        !read_pointer(p, value, "data_expires", &rule.data_expires, err) ||
        !read_pointer(p, value, "quote", &rule.quote, err) ||
        !read_scopes(p, value, &rule, err))
        return false;
    pointer_push(&p->path, "request");
    if (!request_read(p, json_object_get(value, "request"), scope, &rule.request, err))
        return false;
    pointer_pop(&p->path);
    *ret_rule = rule;
    rule = (struct introspection_rule){0};
    return true;
}

void introspection_done(struct introspection_rule *rule)
{
    request_rule_done(&rule->request);
}

/* --- judging ----------------------------------------------------------------------------- */

/* The line that grows, and the worst that was found. */
struct report {
    char *text;
    size_t len;
    enum introspection_grade grade;
};

static void say(struct report *r, enum introspection_grade grade, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(struct report *r, enum introspection_grade grade, const char *format, ...)
{
    va_list arguments;
    if (grade > r->grade)
        r->grade = grade;
    if (r->len > 0 && r->len < INTROSPECTION_TEXT_SIZE - 3)
        r->len += (size_t)snprintf(r->text + r->len, INTROSPECTION_TEXT_SIZE - r->len, ", ");
    va_start(arguments, format);
    int more = vsnprintf(r->text + r->len, INTROSPECTION_TEXT_SIZE - r->len, format, arguments);
    va_end(arguments);
    size_t room = INTROSPECTION_TEXT_SIZE - 1 - r->len;
    r->len += (size_t)more < room ? (size_t)more : room;
}

static json_t *find(const json_t *answer, const char *text)
{
    AUTO(pointer_freep) struct pointer *pointer = text ? pointer_parse(text) : NULL;
    return pointer ? pointer_get(answer, pointer) : NULL;
}

static void say_kind(struct report *r, const char *kind)
{
    char word[WORD_SIZE];
    size_t len = 0;
    for (; kind[len] && len < sizeof word - 1; len++) {
        char c = kind[len];
        bool upper = c >= 'A' && c <= 'Z';
        bool plain = upper || (c >= 'a' && c <= 'z') || c == '_';
        word[len] = (char)(upper ? c - 'A' + 'a' : plain ? c : '?');
    }
    word[len] = '\0';
    if (len > 0)
        say(r, INTROSPECTION_GOOD, "%s", word);
}

/* what: "the token", "its access to data". */
static void say_end(struct report *r, const json_t *value, const char *what, int64_t now_ns)
{
    int64_t now = now_ns / CLOCK_SECOND_NS, end = json_integer_value(value);
    char date[CLOCK_DATE_SIZE];
    const int64_t day = 86400, last = INT64_C(253402300799); /* the year 9999 */
    if (end <= 0) {
        if (json_is_integer(value))
            say(r, INTROSPECTION_GOOD, "%s never expires", what);
        else if (r->grade !=
                 INTROSPECTION_BAD) /* of one that is not valid nobody wants to know */
            say(r, INTROSPECTION_GOOD, "when %s expires is not said", what);
        return;
    }
    if (end > last)
        end = last;
    clock_format_date(end / day, date);
    int64_t left = end > now ? (end - now) / day : 0;
    if (end <= now)
        say(r, INTROSPECTION_BAD, "%s expired on %s", what, date);
    else
        say(r, left < INTROSPECTION_NOTICE_DAYS ? INTROSPECTION_SOON : INTROSPECTION_GOOD,
            "%s expires on %s, in %lld days", what, date, (long long)left);
}

static bool has_scope(const json_t *scopes, const char *name)
{
    for (size_t i = 0; i < json_array_size(scopes); i++) {
        const char *scope = json_string_value(json_array_get(scopes, i));
        if (scope && strcmp(scope, name) == 0)
            return true;
    }
    return false;
}

/* The ones that matter here, not all that it has. */
static void say_scopes(struct report *r, const struct introspection_rule *rule,
                       const json_t *scopes)
{
    char wanted[INTROSPECTION_TEXT_SIZE / 2] = "";
    size_t found = 0;
    for (const char *const *name = rule->one_of; *name; name++) {
        size_t len = strlen(wanted);
        snprintf(wanted + len, sizeof wanted - len, "%s%s", len > 0 ? " or " : "", *name);
        if (!has_scope(scopes, *name))
            continue;
        say(r, INTROSPECTION_GOOD, "%s%s", found++ == 0 ? "scopes: " : "", *name);
    }
    if (found == 0)
        say(r, INTROSPECTION_BAD, "it lacks the scope %s", wanted);
}

bool introspection_judge(const struct introspection_rule *rule, const json_t *answer,
                         int64_t now_ns, enum introspection_grade *ret_grade,
                         char ret_text[INTROSPECTION_TEXT_SIZE], struct error *err)
{
    char text[INTROSPECTION_TEXT_SIZE] = "", quoted[QUOTE_SIZE];
    struct report r = {.text = text};
    const json_t *valid = find(answer, rule->valid);
    if (!json_is_boolean(valid))
        return error_set(err, ERROR_DATA,
                         "the answer does not say whether the token is valid (%s)",
                         rule->valid);
    const json_t *kind = find(answer, rule->kind);
    if (kind && json_is_string(kind))
        say_kind(&r, json_string_value(kind));
    const char *words = quote_text(json_string_value(find(answer, rule->quote)), quoted);
    if (!json_is_true(valid))
        say(&r, INTROSPECTION_BAD, "the token is not valid%s%s%s", *words ? ": \"" : "", words,
            *words ? "\"" : "");
    if (rule->expires)
        say_end(&r, find(answer, rule->expires), "the token", now_ns);
    if (rule->data_expires)
        say_end(&r, find(answer, rule->data_expires), "its access to data", now_ns);
    if (rule->scopes)
        say_scopes(&r, rule, find(answer, rule->scopes));
    *ret_grade = r.grade;
    memcpy(ret_text, text, sizeof text);
    return true;
}
