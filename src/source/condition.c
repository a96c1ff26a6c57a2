/* SPDX-License-Identifier: Apache-2.0 */
#include "source/condition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "source/quote.h"

enum { VALUE_MAX = 4096 }; /* bytes of a rendered value to compare with */

/* What the answer has there as text; NULL: nothing. number keeps a count. */
static const char *found(const struct condition *c, const struct facts *facts, char number[24])
{
    if (!c->records)
        return facts->text[c->capture];
    snprintf(number, 24, "%" PRIu64, facts->records);
    return number;
}

static bool rendered(const struct template *t, const struct template_values *values,
                     struct buffer *out)
{
    buffer_clear(out);
    return template_ready(t, values) && template_render(t, values, TEMPLATE_PLAIN, out) &&
           buffer_text(out);
}

static bool is_present(const struct condition *c, const char *text,
                       const struct template_values *values)
{
    (void)values;
    return (text != NULL) == c->present;
}

static bool is_one_of(const struct condition *c, const char *text,
                      const struct template_values *values)
{
    AUTO(buffer_done) struct buffer wanted;
    buffer_init(&wanted, VALUE_MAX);
    for (size_t i = 0; text && i < c->count; i++) {
        if (rendered(&c->values[i], values, &wanted) && strcmp(text, buffer_text(&wanted)) == 0)
            return true;
    }
    return false;
}

static bool contains(const struct condition *c, const char *text,
                     const struct template_values *values)
{
    AUTO(buffer_done) struct buffer wanted;
    buffer_init(&wanted, VALUE_MAX);
    return text && rendered(&c->values[0], values, &wanted) &&
           strcasestr(text, buffer_text(&wanted));
}

static bool is_between(const struct condition *c, const char *text,
                       const struct template_values *values)
{
    (void)values;
    int64_t number;
    return text && text_parse_int64(text, strlen(text), &number) && number >= c->low &&
           number <= c->high;
}

static const struct {
    const char *key;
    bool (*holds)(const struct condition *c, const char *text,
                  const struct template_values *values);
    const char *should; /* words for the expected value; NULL: it is not shown */
} tests[CONDITION_TEST_COUNT] = {
    [CONDITION_PRESENT] = {"present", is_present, NULL},
    [CONDITION_EQUALS] = {"equals", is_one_of, "be"},
    [CONDITION_ONE_OF] = {"one_of", is_one_of, NULL},
    [CONDITION_CONTAINS] = {"contains", contains, "contain"},
    [CONDITION_BETWEEN] = {"between", is_between, NULL},
};

static bool read_at(struct place *p, const json_t *object, struct facts_wanted *wanted,
                    struct condition *c, struct error *err)
{
    if (!place_text(p, object, "at", POINTER_TEXT_MAX, &c->at, err))
        return false;
    c->records = strcmp(c->at, "records") == 0;
    if (c->records)
        return true;
    pointer_push(&p->path, "at");
    if (!facts_want(p, c->at, wanted, &c->capture, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_test(struct place *p, const json_t *object, struct condition *c,
                      struct error *err)
{
    size_t found_count = 0;
    for (size_t i = 0; i < CONDITION_TEST_COUNT; i++) {
        if (!json_object_get(object, tests[i].key))
            continue;
        c->test = (enum condition_test)i;
        found_count++;
    }
    if (found_count != 1)
        return place_fail(p, err,
                          "expected one of present, equals, one_of, contains and between");
    return true;
}

static bool read_present(struct place *p, const json_t *value, struct condition *c,
                         struct error *err)
{
    if (!json_is_boolean(value))
        return place_fail(p, err, "expected boolean, found %s", json_type_text(value));
    c->present = json_is_true(value);
    return true;
}

static bool read_between(struct place *p, const json_t *value, struct condition *c,
                         struct error *err)
{
    const json_t *low = json_array_get(value, 0), *high = json_array_get(value, 1);
    if (json_array_size(value) != 2 || !json_is_integer(low) || !json_is_integer(high) ||
        json_integer_value(low) > json_integer_value(high))
        return place_fail(p, err, "expected two whole numbers, the lower one first");
    c->low = json_integer_value(low);
    c->high = json_integer_value(high);
    return true;
}

static bool add_value(struct place *p, const json_t *value, const struct template_scope *scope,
                      struct condition *c, struct error *err)
{
    if (!json_is_string(value))
        return place_fail(p, err, "expected string, found %s", json_type_text(value));
    if (!template_read(p, json_string_value(value), scope, &c->values[c->count], err))
        return false;
    c->count++;
    return true;
}

static bool read_values(struct place *p, const json_t *value,
                        const struct template_scope *scope, struct condition *c,
                        struct error *err)
{
    bool list = c->test == CONDITION_ONE_OF;
    size_t count = list ? json_array_size(value) : 1;
    if (count == 0 || count > CONDITION_VALUES_MAX)
        return place_fail(p, err, "expected an array of 1 to %d elements",
                          CONDITION_VALUES_MAX);
    c->values = calloc(count, sizeof *c->values);
    if (!c->values)
        return error_memory(err);
    if (!list)
        return add_value(p, value, scope, c, err);
    for (size_t i = 0; i < count; i++) {
        pointer_push_index(&p->path, i);
        if (!add_value(p, json_array_get(value, i), scope, c, err))
            return false;
        pointer_pop(&p->path);
    }
    return true;
}

bool condition_read(struct place *p, const json_t *object, const struct template_scope *scope,
                    struct facts_wanted *wanted, struct condition *ret_condition,
                    struct error *err)
{
    AUTO(condition_done) struct condition c = {0};
    if (!read_at(p, object, wanted, &c, err) || !read_test(p, object, &c, err))
        return false;

    const char *key = tests[c.test].key;
    const json_t *value = json_object_get(object, key);
    pointer_push(&p->path, key);
    bool read = c.test == CONDITION_PRESENT   ? read_present(p, value, &c, err)
                : c.test == CONDITION_BETWEEN ? read_between(p, value, &c, err)
                                              : read_values(p, value, scope, &c, err);
    if (!read)
        return false;
    pointer_pop(&p->path);
    *ret_condition = c;
    c = (struct condition){0};
    return true;
}

void condition_done(struct condition *c)
{
    free(c->values);
    *c = (struct condition){0};
}

static const struct place_key condition_keys[] = {CONDITION_KEYS, {NULL, false}};

bool conditions_read(struct place *p, const json_t *object, const char *key, size_t max,
                     const struct template_scope *scope, struct facts_wanted *wanted,
                     struct condition **ret_list, size_t *ret_count, struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, object, key, max, &list, err))
        return false;
    if (!list)
        return true;
    *ret_list = calloc(json_array_size(list), sizeof **ret_list);
    if (!*ret_list)
        return error_memory(err);
    pointer_push(&p->path, key);
    for (; *ret_count < json_array_size(list); ++*ret_count) {
        const json_t *one = json_array_get(list, *ret_count);
        pointer_push_index(&p->path, *ret_count);
        if (!place_keys(p, one, condition_keys, err) ||
            !condition_read(p, one, scope, wanted, &(*ret_list)[*ret_count], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

void conditions_done(struct condition *list, size_t count)
{
    for (size_t i = 0; list && i < count; i++)
        condition_done(&list[i]);
    free(list);
}

bool conditions_hold(const struct condition *list, size_t count, const struct facts *facts,
                     const struct template_values *values)
{
    for (size_t i = 0; i < count; i++) {
        if (!condition_holds(&list[i], facts, values))
            return false;
    }
    return true;
}

bool condition_holds(const struct condition *c, const struct facts *facts,
                     const struct template_values *values)
{
    char number[24];
    return tests[c->test].holds(c, found(c, facts, number), values);
}

void condition_describe(const struct condition *c, const struct facts *facts,
                        const struct template_values *values,
                        char ret_text[CONDITION_TEXT_SIZE])
{
    const char *name = c->records ? "the number of records" : c->at;
    char number[24], is[QUOTE_SIZE + 8] = "is missing", should[QUOTE_SIZE + 32] = "";
    char quoted[QUOTE_SIZE];

    const char *text = found(c, facts, number);
    if (text && c->test == CONDITION_PRESENT)
        snprintf(is, sizeof is, "is there");
    else if (text)
        snprintf(is, sizeof is, c->records ? "is %s" : "is \"%s\"", quote_text(text, quoted));

    AUTO(buffer_done) struct buffer wanted;
    buffer_init(&wanted, VALUE_MAX);
    if (tests[c->test].should && rendered(&c->values[0], values, &wanted))
        snprintf(should, sizeof should, "should %s %s and ", tests[c->test].should,
                 quote_text(buffer_text(&wanted), quoted));
    snprintf(ret_text, CONDITION_TEXT_SIZE, "%s %s%s", name, should, is);
}
