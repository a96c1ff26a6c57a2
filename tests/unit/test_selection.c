/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/selection.h"
#include "source_fixture.h"

struct setup {
    struct schema *schema;
    struct policy *policy;
};

static void setup_done(struct setup *s)
{
    policy_free(s->policy);
    schema_free(s->schema);
}

static struct setup setup_new(json_t *json, const struct policy_override *overrides,
                              size_t count)
{
    struct setup s = {0};
    struct error err = {0};
    if (!schema_from_json(json, "t", &s.schema, &err) ||
        !policy_new(s.schema, overrides, count, &s.policy, &err))
        fail_msg("%s", err.text);
    return s;
}

/* The schema's fields in its order; every one a text that lands. */
static struct setup setup_of(const char *const *fields)
{
    json_auto_t *json = fixture_json("{'type': 'object', 'x-table': 't', 'x-key': ['id'], "
                                     "'required': ['id'], 'properties': {}}");
    for (; *fields; fields++) {
        json_auto_t *field = fixture_json("{'type': 'string', 'x-pii': 'keep'}");
        json_auto_t *column = json_pack("{s:s}", "type", "text");
        if (strchr(*fields, ' ')) /* what is no name for a column */
            json_object_set_new(column, "name", json_string("spaced"));
        json_object_set(field, "x-column", column);
        json_object_set(json_object_get(json, "properties"), *fields, field);
    }
    return setup_new(json, NULL, 0);
}

static void what_the_schema_names_is_asked_for_but_what_is_excepted(void **state)
{
    (void)state;
    static const char *const fields[] = {"id", "zeta", "age", "alpha", "gender", NULL};
    AUTO(setup_done) struct setup s = setup_of(fields);
    static const struct {
        const char *rule, *text, *ungated;
    } rows[] = {
        {"{}", "id,zeta,age,alpha,gender", "id,zeta,age,alpha,gender"},
        {"{'except': ['gender', 'age']}", "id,zeta,alpha", "id,zeta,alpha"},
        {"{'except': ['id', 'zeta', 'age', 'alpha']}", "gender", "gender"},
        {"{'gated': ['zeta', 'gender']}", "id,zeta,age,alpha,gender", "id,age,alpha"},
        {"{'gated': ['zeta'], 'except': ['id', 'age']}", "zeta,alpha,gender", "alpha,gender"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_auto_t *json = fixture_json(rows[i].rule);
        struct place here = {.file = "t"};
        struct selection selection;
        struct error err = {0};
        AUTO(buffer_done) struct buffer text;
        buffer_init(&text, SELECTION_TEXT_MAX);
        assert_true(selection_read(&here, json, &selection, &err));
        assert_true(selection_render(&selection, s.policy, true, &text, &err));
        assert_string_equal(buffer_text(&text), rows[i].text);
        buffer_clear(&text);
        assert_true(selection_render(&selection, s.policy, false, &text, &err));
        assert_string_equal(buffer_text(&text), rows[i].ungated);
    }
}

static void a_selection_that_means_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const plain[] = {"id", "age", NULL}, *const spaced[] = {"id", "a b",
                                                                               NULL};
    static const struct {
        const char *const *fields;
        struct selection selection;
        const char *says;
    } rows[] = {
        {plain, {.except = {"sex"}}, "no field sex"},
        {plain, {.gated = {"sex"}}, "no field sex"},
        {plain, {.except = {"id"}, .gated = {"age"}}, "none is left"},
        {spaced, {.except = {NULL}}, "a b cannot be asked for"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(setup_done) struct setup s = setup_of(rows[i].fields);
        AUTO(buffer_done) struct buffer text;
        struct error err = {0};
        buffer_init(&text, SELECTION_TEXT_MAX);
        assert_false(selection_render(&rows[i].selection, s.policy, false, &text, &err));
        assert_int_equal(err.kind, ERROR_MANIFEST);
        if (!strstr(err.text, rows[i].says))
            fail_msg("%s", err.text);
    }
}

static void what_nobody_gets_is_not_asked_for(void **state)
{
    (void)state;
    json_auto_t *json = fixture_json(
        "{'type': 'object', 'x-table': 't', 'x-key': ['id'], 'required': ['id', 'must'], "
        "'properties': {"
        "'id': {'type': 'string', 'x-pii': 'keep', 'x-column': {'type': 'text'}}, "
        "'must': {'type': 'string', 'x-pii': 'drop'}, "
        "'never': {'type': 'string', 'x-pii': 'drop'}, "
        "'link': {'type': 'string', 'x-pii': 'drop', 'x-column': {'type': 'text'}}, "
        "'wanted': {'type': 'string', 'x-pii': 'drop', 'x-column': {'type': 'text'}}, "
        "'unwanted': {'type': 'string', 'x-pii': 'keep', 'x-column': {'type': 'text'}}, "
        "'mail': {'type': 'string', 'x-pii': 'drop', 'x-column': {'type': 'text'}}, "
        "'mailbox': {'type': 'string', 'x-pii': 'drop'}, "
        "'deep': {'type': 'object', 'properties': {'a': {'type': 'string', 'x-pii': 'drop'}, "
        "'b': {'type': 'string', 'x-pii': 'keep', 'x-column': {'type': 'text'}}}}, "
        "'hollow': {'type': 'object', 'properties': {'c': {'type': 'string', 'x-pii': "
        "'drop'}}}, "
        "'list': {'type': 'array', 'x-column': {'type': 'json'}, 'items': {'type': 'string', "
        "'x-pii': 'keep'}}}, "
        "'x-derived': {'domain': {'from': '{/mail}', 'x-pii': 'partial:domain', 'x-column': "
        "{'type': 'text'}}}}");
    static const struct policy_override overrides[] = {{"wanted", "keep"},
                                                       {"unwanted", "drop"}};
    AUTO(setup_done) struct setup s = setup_new(json, overrides, 2);
    const struct selection all = {.except = {NULL}};
    AUTO(buffer_done) struct buffer text;
    struct error err = {0};
    buffer_init(&text, SELECTION_TEXT_MAX);
    assert_true(selection_render(&all, s.policy, true, &text, &err));
    assert_string_equal(buffer_text(&text), "id,must,wanted,mail,deep,list");
}

static void what_no_record_may_lack_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *text;
    } rows[] = {{"{}", "id,day,part,used"}, {"{'except': ['day', 'used']}", "id,part"}};
    json_auto_t *json = fixture_json(
        "{'type':'object','x-table':'t','x-key':['id','part'],'required':['id','day'],"
        "'properties':{"
        "'id':{'type':'string','x-pii':'keep','x-column':{'type':'text'}},"
        "'free':{'type':'string','x-pii':'keep','x-column':{'type':'text'}},"
        "'day':{'type':'string','x-pii':'drop'},"
        "'part':{'type':'string','x-pii':'keep','x-column':{'type':'text'}},"
        "'used':{'type':'string','x-pii':'drop','x-column':{'type':'text'}}},"
        "'x-derived':{'d':{'from':'{/used}','x-pii':'keep','x-column':{'type':'text'}}}}");
    AUTO(setup_done) struct setup s = setup_new(json, NULL, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_auto_t *rule = fixture_json(rows[i].rule);
        struct place here = {.file = "t"};
        struct selection selection;
        struct error err = {0};
        AUTO(buffer_done) struct buffer text;
        buffer_init(&text, SELECTION_TEXT_MAX);
        assert_true(selection_read(&here, rule, &selection, &err));
        assert_true(selection_render_always(&selection, s.policy, &text, &err));
        assert_string_equal(buffer_text(&text), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_record_may_lack_is_told_apart),
        cmocka_unit_test(what_the_schema_names_is_asked_for_but_what_is_excepted),
        cmocka_unit_test(what_nobody_gets_is_not_asked_for),
        cmocka_unit_test(a_selection_that_means_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
