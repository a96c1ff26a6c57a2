/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/plan.h"
#include "record/verbatim.h"
#include "walk_fixture.h"

static struct schema *schema;
static struct policy *policy;
static struct plan *plan;

static const struct plan_value *field(const char *name)
{
    const struct plan_value *v = plan_lookup(plan->root.object, name, strlen(name));
    assert_non_null(v);
    return v;
}

/* Apostrophes for quotes. */
static char *json_of(const char *text)
{
    char *json = strdup(text);
    assert_non_null(json);
    for (char *p = strchr(json, '\''); p; p = strchr(p, '\''))
        *p = '"';
    return json;
}

static size_t length_of(const char *name, const char *text)
{
    AUTO(cleanup_free) char *json = json_of(text);
    return verbatim_length(field(name)->copied, json, strlen(json));
}

static const struct {
    const char *column;
    const char *text;
} kept[] = {
    {"actions", "[]"},
    {"actions", "[{}]"},
    {"actions", "[{'action_type':'link_click','value':'33','1d_click':'4'}]"},
    {"actions", "[{'action_type':'a'},{'action_type':'b','value':1.50},{'value':-0.5e+300}]"},
    {"actions", "[{'1d_click':'4','value':'33','action_type':'a'}]"},
    {"actions",
     "[{'a name of more than thirty-two bytes':'Zo\\u00eb \\ud83d\\ude00 \\\\ \\' /'}]"},
    {"actions", "[{'value':'Zoë ☕ \xf0\x9f\x98\x80'}]"},
    {"target", "{}"},
    {"target", "{'age':18,'flags':[true,false,null],'rate':0.1,'empty':{'x':''}}"},
    {"target", "{'age':-0,'flags':[],'empty':{},'rate':1E5}"},
};

static const struct {
    const char *column;
    const char *text;
} left[] = {
    {"actions", "[ ]"},
    {"actions", "[{'action_type':'a'} ]"},
    {"actions", "[{'action_type': 'a'}]"},
    {"actions", "[{'action_type':'a','new':'leak'}]"},
    {"actions", "[{'new':'leak'}]"},
    {"actions", "[{'\\u0061ction_type':'a'}]"},
    {"actions", "[{'action_type':'a','action_type':'b'}]"},
    {"actions", "[{'value':1,'action_type':'a','value':1}]"},
    {"actions", "[{'action_type':1}]"},
    {"actions", "[{'action_type':null}]"},
    {"actions", "[{'action_type':{'leak':1}}]"},
    {"actions", "[{'action_type':['leak']}]"},
    {"actions", "['leak']"},
    {"actions", "[['leak']]"},
    {"actions", "{'action_type':'leak'}"},
    {"actions", "[{'value':'\\u0000'}]"},
    {"actions", "[{'value':'\\ud800'}]"},
    {"actions", "[{'value':'\\x'}]"},
    {"actions", "[{'value':'\x01'}]"},
    {"actions", "[{'value':'\xff'}]"},
    {"actions", "[{'value':'\xc0\x80'}]"},
    {"actions", "[{'value':'\xed\xa0\x80'}]"},
    {"actions", "[{'value':1e301}]"},
    {"actions", "[{'value':01}]"},
    {"actions", "[{'value':1.}]"},
    {"actions", "[{'value':--1}]"},
    {"actions", "[{'value':+1}]"},
    {"actions",
     "[{'value':12345678901234567890123456789012345678901234567890123456789012345}]"},
    {"actions", "[{'value':true}]"},
    {"actions", "[{'value':'1',}]"},
    {"actions", "[{'value':'1'},]"},
    {"actions", "[{'value':'1'}}"},
    {"actions", "[{'value' '1'}]"},
    {"actions", "[{'value':}]"},
    {"actions", "[,]"},
    {"target", "{'age':18.0}"},
    {"target", "{'age':1e1}"},
    {"target", "{'age':'18'}"},
    {"target", "{'flags':[truE]}"},
    {"target", "{'flags':[1]}"},
    {"target", "{'flags':{}}"},
    {"target", "{'empty':[]}"},
    {"target", "{'empty':{'y':'leak'}}"},
};

static void what_is_kept_is_measured_to_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        AUTO(cleanup_free) char *followed = text_format("%s,'more':[]}", kept[i].text);
        assert_non_null(followed);
        assert_int_equal(length_of(kept[i].column, followed), strlen(kept[i].text));
    }
}

static void what_has_not_ended_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        AUTO(cleanup_free) char *json = json_of(kept[i].text);
        for (size_t len = 1; len < strlen(json); len++) {
            AUTO(cleanup_free) char *cut = malloc(len); /* nothing behind it may be read */
            assert_non_null(cut);
            memcpy(cut, json, len);
            assert_int_equal(verbatim_length(field(kept[i].column)->copied, cut, len), 0);
        }
    }
}

static void what_is_not_as_it_would_be_written_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (length_of(left[i].column, left[i].text) != 0)
            fail_msg("%s: %s", left[i].column, left[i].text);
}

static void what_is_not_kept_as_it_comes_is_not_copied(void **state)
{
    (void)state;
    static const char *const others[] = {"masked", "dropped", "required", "map", "wanted"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_non_null(field(others[i])->whole);
        assert_null(field(others[i])->copied);
    }
}

static void columns_of_one_definition_share_what_they_are_checked_against(void **state)
{
    (void)state;
    assert_ptr_equal(field("actions")->copied, field("actions"));
    assert_ptr_equal(field("costs")->copied, field("actions"));
    assert_ptr_equal(field("target")->copied, field("target"));
}

/* Fed byte by byte, every token goes the long way: nothing has ended when it is asked for. */
static void check_both_ways(const char *record)
{
    AUTO(cleanup_free) char *format = text_format("{'results':[%s,{}]}", record);
    AUTO(cleanup_free) char *json = json_of(format);
    AUTO(outcome_done)
    struct outcome at_once = run_policy(policy, "/results/*", json, strlen(json), SIZE_MAX);
    AUTO(outcome_done)
    struct outcome by_byte = run_policy(policy, "/results/*", json, strlen(json), 1);
    assert_int_equal(at_once.ok, by_byte.ok);
    if (!at_once.ok)
        assert_string_equal(at_once.err.text, by_byte.err.text);
    assert_string_equal(buffer_text(&at_once.lines), buffer_text(&by_byte.lines));
    assert_string_equal(buffer_text(&at_once.misfits), buffer_text(&by_byte.misfits));
    assert_memory_equal(&at_once.counts, &by_byte.counts, sizeof at_once.counts);
}

static void check_column_both_ways(const char *column, const char *text)
{
    AUTO(cleanup_free) char *record = text_format("{'%s':%s}", column, text);
    AUTO(cleanup_free)
    char *among = text_format("{'text':'a','%s':%s,'spend':'1.50'}", column, text);
    check_both_ways(record);
    check_both_ways(among);
}

static void a_column_is_the_same_either_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        check_column_both_ways(kept[i].column, kept[i].text);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        check_column_both_ways(left[i].column, left[i].text);
}

static void a_record_is_the_same_either_way(void **state)
{
    (void)state;
    static const char *const records[] = {
        "{'text':'a','count':'1','spend':'2.50','named':'b','year':'1992-03-18','actions':[]}",
        "{'spend':'2.50','actions':[{'value':'1'}],'text':'a'}",
        "{'text':'a','count':1,'spend':'2'}",
        "{'text':'a','count':'one','spend':'2'}",
        "{'text':'a','count':'1','spend':'2.505','actions':[{}]}",
        "{'text':'a','spend':'1234567.00'}",
        "{'text':'a','text':'b','count':'2'}",
        "{'text':'a','count':'2','text':'b'}",
        "{'text':'\\u0041','count':'2'}",
        "{'text':'Zoë','count':'2'}",
        "{'text':'a','new':'leak','count':'2','newer':{'text':'leak'}}",
        "{'text':'a' ,'count':'2', 'spend':'3'}",
        "{'text':'a','whole':'7','spend':'3'}",
        "{'text':'a','whole':7,'spend':'3'}",
        "{'text':'a','count':null,'spend':'3'}",
        "{'text':['leak'],'count':'2'}",
        "{'year':'then','text':'a'}",
        "{'year':'1992-03-18','text':'a'}",
        "{'named':'b','text':'a','actions':[{'value':'1','new':'leak'}],'count':'7'}",
        "{'text':'a',}",
        "{'text':'a''count':'2'}",
        "{'text':'a','count':'2']",
    };
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        check_both_ways(records[i]);
}

static void a_copied_column_is_the_bytes_that_came(void **state)
{
    (void)state;
    AUTO(cleanup_free)
    char *json = json_of("{'results':[{'text':'a','spend':'0.50','named':'b','count':'07',"
                         "'actions':[{'value':'\\u00e9','action_type':'b'}],'new':'leak',"
                         "'costs':[]},{'text':'a','count':'7','costs':[],'named':'b'}]}");
    AUTO(cleanup_free)
    char *line = json_of("{'text':'a','count':'7','costs':[],'other':'b'}\n");
    AUTO(cleanup_free)
    char *misfit =
        json_of("0 /count: does not fit column count (bigint) | {'text':'a','spend':'0.50',"
                "'other':'b','actions':[{'value':'\\u00e9','action_type':'b'}],'costs':[]}\n");
    AUTO(outcome_done)
    struct outcome o = run_policy(policy, "/results/*", json, strlen(json), SIZE_MAX);
    assert_true(o.ok);
    assert_string_equal(buffer_text(&o.lines), line);
    assert_string_equal(buffer_text(&o.misfits), misfit);
    assert_int_equal(o.counts.unknown, 1);
}

static int load_plan(void **state)
{
    (void)state;
    struct error err;
    const char *tree = getenv("EXTRACT_SRCDIR");
    AUTO(cleanup_free)
    char *path = text_format("%s/tests/data/schema/good/kept-lists.json", tree ? tree : ".");
    if (!path || !schema_load(path, &schema, &err) ||
        !policy_new(schema, NULL, 0, &policy, &err) || !plan_new(policy, &plan, &err))
        fail_msg("%s", err.text);
    verbatim_mark(plan);
    return 0;
}

static int free_plan(void **state)
{
    (void)state;
    plan_free(plan);
    policy_free(policy);
    schema_free(schema);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_measured_to_its_end),
        cmocka_unit_test(what_has_not_ended_is_left),
        cmocka_unit_test(what_is_not_as_it_would_be_written_is_left),
        cmocka_unit_test(what_is_not_kept_as_it_comes_is_not_copied),
        cmocka_unit_test(columns_of_one_definition_share_what_they_are_checked_against),
        cmocka_unit_test(a_column_is_the_same_either_way),
        cmocka_unit_test(a_record_is_the_same_either_way),
        cmocka_unit_test(a_copied_column_is_the_bytes_that_came),
    };
    return cmocka_run_group_tests(tests, load_plan, free_plan);
}
