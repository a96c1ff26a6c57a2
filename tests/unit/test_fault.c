/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    static struct fault_plan plan;
    struct error err;
    *state = &plan;
    return fault_init(&plan, "seed", &err) ? 0 : -1;
}

static int teardown(void **state)
{
    fault_done(*state);
    return 0;
}

static void add(struct fault_plan *plan, const char *spec)
{
    struct error err;
    assert_true(fault_add(plan, spec, &err));
}

/* One letter for each of the next requests: x where the fault is on. */
static void expect(struct fault_plan *plan, enum fault_kind kind, const char *expected)
{
    for (const char *c = expected; *c; c++) {
        struct fault_set set;
        fault_take(plan, "/", &set);
        assert_int_equal(set.hits[kind].on, *c == 'x');
    }
}

static void a_rule_holds_for_the_requests_it_names(void **state)
{
    add(*state, "clamp@2");
    expect(*state, FAULT_CLAMP, ".x...");
    fault_clear(*state);
    add(*state, "clamp@1-3");
    expect(*state, FAULT_CLAMP, "xxx..");
    fault_clear(*state);
    add(*state, "clamp@3-");
    expect(*state, FAULT_CLAMP, "..xxx");
    fault_clear(*state);
    add(*state, "clamp");
    expect(*state, FAULT_CLAMP, "xxxxx");
}

static void a_rule_counts_the_paths_it_names(void **state)
{
    struct fault_set set;
    add(*state, "html-503@2~/insights");
    static const char *const paths[] = {"/v26.0/act_1/insights", "/v26.0/act_1/ads",
                                        "/v26.0/2/insights", "/v26.0/3/insights"};
    static const bool hit[] = {false, false, true, false};
    for (size_t i = 0; i < 4; i++) {
        fault_take(*state, paths[i], &set);
        assert_int_equal(set.hits[FAULT_HTML].on, hit[i]);
    }
    add(*state, "clamp@1~2026-11-18");
    fault_take(*state, "/v26.0/act_1/insights?since=2026-11-17", &set);
    assert_false(set.hits[FAULT_CLAMP].on);
    fault_take(*state, "/v26.0/act_1/insights?since=2026-11-18", &set);
    assert_true(set.hits[FAULT_CLAMP].on);
    struct error err;
    assert_false(fault_add(*state, "html-503~", &err));
}

static void a_rule_counts_from_when_it_was_added(void **state)
{
    add(*state, "extra@1");
    expect(*state, FAULT_EXTRA, "x..");
    add(*state, "clamp@2");
    expect(*state, FAULT_CLAMP, ".x.");
}

static void rules_of_one_kind_add_up(void **state)
{
    add(*state, "html-503@1");
    add(*state, "html-502@3");
    struct fault_set set;
    fault_take(*state, "/", &set);
    assert_int_equal(set.hits[FAULT_HTML].status, 503);
    fault_take(*state, "/", &set);
    assert_false(set.hits[FAULT_HTML].on);
    fault_take(*state, "/", &set);
    assert_int_equal(set.hits[FAULT_HTML].status, 502);
}

static void an_argument_is_given_or_the_default(void **state)
{
    add(*state, "redirect=http://user@host/@1");
    add(*state, "redirect@2");
    add(*state, "retry-after=Fri, 20 Nov 2026 09:30:00 GMT@1");
    struct fault_set set;
    fault_take(*state, "/", &set);
    assert_string_equal(set.hits[FAULT_REDIRECT].argument, "http://user@host/");
    assert_string_equal(set.hits[FAULT_RETRY_AFTER].argument, "Fri, 20 Nov 2026 09:30:00 GMT");
    fault_take(*state, "/", &set);
    assert_string_equal(set.hits[FAULT_REDIRECT].argument, "https://elsewhere.invalid/api/");
}

static void what_is_wrong_with_a_rule_is_said(void **state)
{
    static const struct {
        const char *spec;
        const char *text;
    } rules[] = {
        {"", "no such fault"},
        {"clam", "did you mean clamp?"},
        {"clamp@", "behind @"},
        {"clamp@0", "behind @"},
        {"clamp@3-2", "behind @"},
        {"clamp@1-2-3", "behind @"},
        {"clamp@0%", "behind @"},
        {"clamp@%", "behind @"},
        {"fb-error=4/x", "no good as CODE"},
        {"clamp@99999999999999999999", "behind @"},
        {"clamp=3", "takes no argument"},
        {"retry-after", "retry-after=WHEN is needed"},
        {"drip=0", "no good as BYTES"},
        {"bomb=many", "no good as BYTES"},
        {"headers=5000", "no good as COUNT"},
        {"version-jump=1.5\"", "no good as VERSION"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct error err;
        assert_false(fault_add(*state, rules[i].spec, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        if (!strstr(err.text, rules[i].text))
            fail_msg("%s: %s", rules[i].spec, err.text);
    }
    char long_argument[FAULT_ARGUMENT_SIZE + 32] = "redirect=";
    memset(long_argument + strlen(long_argument), 'x', FAULT_ARGUMENT_SIZE);
    struct error err;
    assert_false(fault_add(*state, long_argument, &err));
}

static void rules_have_a_maximum(void **state)
{
    struct error err;
    for (int i = 0; i < FAULT_RULES_MAX; i++)
        add(*state, "clamp@1");
    assert_false(fault_add(*state, "clamp@1", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rule_holds_for_the_requests_it_names, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_rule_counts_the_paths_it_names, setup, teardown),
        cmocka_unit_test_setup_teardown(a_rule_counts_from_when_it_was_added, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_of_one_kind_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(an_argument_is_given_or_the_default, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_with_a_rule_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_have_a_maximum, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
