/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/hostile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

enum { ROW_MAX = 4 * 1024 * 1024 };

static void expect(const char *list, const char *row, const char *edited)
{
    AUTO(buffer_done) struct buffer b;
    buffer_init(&b, ROW_MAX);
    struct hostile h = {0};
    struct error err;
    assert_true(hostile_add(&h, list, &err));
    assert_true(buffer_append_text(&b, "before"));
    assert_true(buffer_append_text(&b, row));
    assert_true(hostile_edit(&h, 3, &b, strlen("before")));
    assert_string_equal(buffer_text(&b) + strlen("before"), edited);
    assert_memory_equal(b.data, "before", strlen("before"));
}

static void a_value_is_replaced_whatever_is_in_it(void **state)
{
    (void)state;
    expect("nul@3", "{\"first\":\"a\\\"b,}\\\\\",\"x\":1}",
           "{\"first\":\"NUL\\u0000byte\",\"x\":1}");
    expect("postcode-float@3", "{\"postcode\":75001}", "{\"postcode\":75001.5}");
    expect("postcode-float@3", "{\"postcode\":\"B4 0JH\",\"x\":1}",
           "{\"postcode\":75001.5,\"x\":1}");
    expect("nul@3", "{\"first\":\"\"}", "{\"first\":\"NUL\\u0000byte\"}");
}

static void a_member_is_added_or_removed(void **state)
{
    (void)state;
    expect("unknown-field@3", "{}", "{\"favourite_colour\":\"teal\"}");
    expect("unknown-field@3", "{\"a\":1}", "{\"a\":1,\"favourite_colour\":\"teal\"}");
    expect("missing-uuid@3", "{\"login\":{\"uuid\":\"u\",\"a\":1}}", "{\"login\":{\"a\":1}}");
    expect("missing-uuid@3", "{\"login\":{\"uuid\":\"u\"}}", "{\"login\":{}}");
}

static void only_the_named_position_is_edited(void **state)
{
    (void)state;
    expect("unknown-field@2,unknown-field@4", "{}", "{}");
    expect("nul@3,unknown-field@3", "{\"first\":\"a\"}",
           "{\"first\":\"NUL\\u0000byte\",\"favourite_colour\":\"teal\"}");
}

static void a_field_that_is_not_there_is_left_alone(void **state)
{
    (void)state;
    expect("nul@3,object@3,missing-uuid@3", "{\"nat\":\"US\"}", "{\"nat\":\"US\"}");
}

static void huge_and_deep_are_as_large_as_they_say(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer b;
    buffer_init(&b, ROW_MAX);
    struct hostile h = {0};
    struct error err;
    assert_true(hostile_add(&h, "huge@0,deep@1", &err));
    assert_true(buffer_append_text(&b, "{\"first\":\"a\"}"));
    assert_true(hostile_edit(&h, 0, &b, 0));
    assert_int_equal(b.len, strlen("{\"first\":\"\"}") + HOSTILE_HUGE);
    buffer_clear(&b);
    assert_true(buffer_append_text(&b, "{}"));
    assert_true(hostile_edit(&h, 1, &b, 0));
    assert_int_equal(b.len, strlen("{\"nest\":}") + 2 * HOSTILE_DEPTH);
    assert_int_equal(b.data[strlen("{\"nest\":") + HOSTILE_DEPTH], ']');
}

static void a_list_that_is_not_understood_is_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "", "nul", "nul@", "@1", "nul@x", "nul@-1", "null@1", "nul@1,", "nul@4294967296"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct hostile h = {0};
        struct error err;
        assert_false(hostile_add(&h, lists[i], &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_replaced_whatever_is_in_it),
        cmocka_unit_test(a_member_is_added_or_removed),
        cmocka_unit_test(only_the_named_position_is_edited),
        cmocka_unit_test(a_field_that_is_not_there_is_left_alone),
        cmocka_unit_test(huge_and_deep_are_as_large_as_they_say),
        cmocka_unit_test(a_list_that_is_not_understood_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
