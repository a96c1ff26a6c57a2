/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/allowance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WINDOW = 300, START = 1000 };

static int setup(void **state)
{
    struct allowance *a = malloc(sizeof *a);
    allowance_init(a, 20000, WINDOW, START);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    allowance_done(*state);
    free(*state);
    return 0;
}

static void the_check_is_before_the_add(void **state)
{
    struct allowance *a = *state;
    assert_true(allowance_take(a, START, "a", 19999).allowed);
    struct allowance_answer answer = allowance_take(a, START, "a", 5000);
    assert_true(answer.allowed);
    assert_int_equal(answer.users, 24999);
    assert_false(allowance_take(a, START, "a", 1).allowed);
}

static void a_refused_request_is_not_counted(void **state)
{
    struct allowance *a = *state;
    assert_true(allowance_take(a, START, "a", 20000).allowed);
    struct allowance_answer first = allowance_take(a, START, "a", 5000);
    struct allowance_answer second = allowance_take(a, START + 1, "a", 5000);
    assert_int_equal(first.users, 20000);
    assert_int_equal(second.users, 20000);
    assert_false(first.blocked);
    assert_true(second.blocked);
}

static void addresses_do_not_share(void **state)
{
    struct allowance *a = *state;
    assert_true(allowance_take(a, START, "a", 20000).allowed);
    assert_false(allowance_take(a, START, "a", 1).allowed);
    assert_true(allowance_take(a, START, "b", 1).allowed);
}

static void all_counters_go_to_zero_together(void **state)
{
    struct allowance *a = *state;
    assert_true(allowance_take(a, START, "a", 20000).allowed);
    assert_true(allowance_take(a, START + WINDOW - 1, "b", 20000).allowed);
    assert_false(allowance_take(a, START + WINDOW - 1, "a", 1).allowed);
    assert_int_equal(allowance_take(a, START + WINDOW, "a", 1).users, 1);
    struct allowance_answer b = allowance_take(a, START + WINDOW, "b", 1);
    assert_int_equal(b.users, 1);
    assert_false(b.blocked);
}

static void a_clock_set_back_is_another_window(void **state)
{
    struct allowance *a = *state;
    assert_true(allowance_take(a, START, "a", 20000).allowed);
    assert_int_equal(allowance_take(a, START - 1, "a", 7).users, 7);
    assert_int_equal(allowance_take(a, START - WINDOW, "a", 7).users, 14);
    assert_int_equal(allowance_take(a, START - WINDOW - 1, "a", 7).users, 7);
}

static void a_reset_starts_a_window(void **state)
{
    struct allowance *a = *state;
    assert_true(allowance_take(a, START, "a", 20000).allowed);
    allowance_reset(a, START + 10);
    assert_true(allowance_take(a, START + 10, "a", 20000).allowed);
    assert_false(allowance_take(a, START + WINDOW, "a", 1).allowed);
    assert_true(allowance_take(a, START + WINDOW + 10, "a", 1).allowed);
}

static void addresses_beyond_the_maximum_share_a_counter(void **state)
{
    struct allowance *a = *state;
    for (int i = 0; i < 3 * ALLOWANCE_ADDRESSES_MAX; i++) {
        char address[32];
        snprintf(address, sizeof address, "192.0.2.%d", i);
        struct allowance_answer answer = allowance_take(a, START, address, 1);
        assert_int_equal(answer.users,
                         i < ALLOWANCE_ADDRESSES_MAX ? 1 : i - ALLOWANCE_ADDRESSES_MAX + 2);
    }
}

static void without_a_limit_all_is_allowed(void **state)
{
    (void)state;
    struct allowance a;
    allowance_init(&a, 0, WINDOW, START);
    for (int i = 0; i < 100; i++)
        assert_true(allowance_take(&a, START, "a", 5000).allowed);
    allowance_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_check_is_before_the_add, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_request_is_not_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(addresses_do_not_share, setup, teardown),
        cmocka_unit_test_setup_teardown(all_counters_go_to_zero_together, setup, teardown),
        cmocka_unit_test_setup_teardown(a_clock_set_back_is_another_window, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reset_starts_a_window, setup, teardown),
        cmocka_unit_test_setup_teardown(addresses_beyond_the_maximum_share_a_counter, setup,
                                        teardown),
        cmocka_unit_test(without_a_limit_all_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
