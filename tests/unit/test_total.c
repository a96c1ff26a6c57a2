/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "record/total.h"

static bool add(struct total *t, const char *text)
{
    return total_add(t, text, strlen(text));
}

static void assert_sum(const struct total *t, const char *expected)
{
    char text[TOTAL_TEXT_SIZE];
    total_format(t, text);
    assert_string_equal(text, expected);
}

static void sums_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *numbers[6];
        const char *sum;
    } cases[] = {
        {{NULL}, "0"},
        {{"0.1", "0.2", NULL}, "0.3"},
        {{"12.34", "0.66", NULL}, "13"},
        {{"-1", "0.000000000000000001", NULL}, "-0.999999999999999999"},
        {{"-0.5", "0.5", NULL}, "0"},
        {{"-0.05", NULL}, "-0.05"},
        {{"1000000000000", "0.000000000001", NULL}, "1000000000000.000000000001"},
        {{"5e3", "1.5E-2", "1e18", NULL}, "1000000000000005000.015"},
        {{"1.50", "100", "0.500000000000000000000000000000", NULL}, "102"},
        {{"0.00", "-0", "0e300", NULL}, "0"},
        {{"99999999999999999999", "0.999999999999999999", NULL},
         "99999999999999999999.999999999999999999"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct total t = {0};
        for (const char *const *number = cases[i].numbers; *number; number++)
            assert_true(add(&t, *number));
        assert_sum(&t, cases[i].sum);
    }
}

/* A million rows of a cent, which no double adds up to ten thousand. */
static void many_small_ones_add_up(void **state)
{
    (void)state;
    struct total t = {0};
    for (int i = 0; i < 1000000; i++)
        assert_true(add(&t, "0.01"));
    assert_sum(&t, "10000");
}

static void what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",     "1.",    ".5",    "1,5",
        "+1",   "01",    "abc",   "NaN",
        "1e5x", "1 ",    "--1",   "0.0000000000000000001",
        "1e21", "1e300", "1e-19", "999999999999999999999999999999999999999999",
    };
    struct total t = {0};
    assert_true(add(&t, "7.5"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (add(&t, bad[i]))
            fail_msg("%s was added", bad[i]);
        assert_sum(&t, "7.5");
    }
}

static void the_ends_of_the_range_are_reached_and_not_passed(void **state)
{
    (void)state;
    struct total t = {0}, other = {0};
    assert_true(add(&t, "170141183460469231731.687303715884105727"));
    assert_sum(&t, "170141183460469231731.687303715884105727");
    assert_false(add(&t, "0.000000000000000001"));
    assert_false(total_add_integer(&t, 1));
    assert_false(total_add_total(&t, &t));
    assert_sum(&t, "170141183460469231731.687303715884105727");

    assert_true(add(&other, "-170141183460469231731.687303715884105728"));
    assert_sum(&other, "-170141183460469231731.687303715884105728");
    assert_false(add(&other, "-0.000000000000000001"));
    assert_false(total_is_near(&t, &other, 0));
    assert_false(total_is_near(&other, &t, 1000000));
    assert_true(total_is_near(&other, &other, 0));
    assert_true(total_add_total(&t, &other));
    assert_sum(&t, "-0.000000000000000001");
}

static void whole_numbers_and_sums_are_added_too(void **state)
{
    (void)state;
    struct total t = {0}, other = {0};
    assert_true(total_add_integer(&t, INT64_MAX));
    assert_true(total_add_integer(&t, INT64_MIN));
    assert_sum(&t, "-1");
    assert_true(add(&other, "2.25"));
    assert_true(total_add_total(&t, &other));
    assert_sum(&t, "1.25");
}

static void near_is_within_so_many_millionths_of_the_second(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int64_t millionths;
        bool near;
    } cases[] = {
        {"100", "100", 0, true},
        {"100", "100.000000000000000001", 0, false},
        {"99.5", "100", 5000, true},
        {"99.49", "100", 5000, false},
        {"100.5", "100", 5000, true},
        {"100.51", "100", 5000, false},
        {"-100.5", "-100", 5000, true},
        {"-100.51", "-100", 5000, false},
        {"0.01", "0", 1000000, false},
        {"0", "0.01", 1000000, true},
        {"0", "0", 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct total a = {0}, b = {0};
        assert_true(add(&a, cases[i].a) && add(&b, cases[i].b));
        if (total_is_near(&a, &b, cases[i].millionths) != cases[i].near)
            fail_msg("%s, %s, %d", cases[i].a, cases[i].b, (int)cases[i].millionths);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(many_small_ones_add_up),
        cmocka_unit_test(what_does_not_fit_is_refused_and_changes_nothing),
        cmocka_unit_test(the_ends_of_the_range_are_reached_and_not_passed),
        cmocka_unit_test(whole_numbers_and_sums_are_added_too),
        cmocka_unit_test(near_is_within_so_many_millionths_of_the_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
