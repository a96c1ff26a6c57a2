/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/backoff.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define SECOND CLOCK_SECOND_NS

static const struct backoff_rule usual = {.base_ns = 2 * SECOND, .cap_ns = 120 * SECOND};

static void the_ceiling_doubles_up_to_the_cap(void **state)
{
    (void)state;
    static const struct {
        struct backoff_rule rule;
        unsigned attempt;
        int64_t ceiling_ns;
    } cases[] = {
        {{2 * SECOND, 120 * SECOND}, 0, 2 * SECOND},
        {{2 * SECOND, 120 * SECOND}, 1, 4 * SECOND},
        {{2 * SECOND, 120 * SECOND}, 5, 64 * SECOND},
        {{2 * SECOND, 120 * SECOND}, 6, 120 * SECOND},
        {{2 * SECOND, 120 * SECOND}, 63, 120 * SECOND},
        {{2 * SECOND, 120 * SECOND}, UINT32_MAX, 120 * SECOND},
        {{1, INT64_MAX}, 61, INT64_C(1) << 61},
        {{1, INT64_MAX}, 62, INT64_C(1) << 62},
        {{1, INT64_MAX}, 63, INT64_MAX},
        {{1, INT64_MAX}, UINT32_MAX, INT64_MAX},
        {{200 * SECOND, 120 * SECOND}, 0, 120 * SECOND},
        {{0, 120 * SECOND}, UINT32_MAX, 0},
        {{2 * SECOND, 0}, 3, 0},
        {{-5, 120 * SECOND}, 3, 0},
        {{2 * SECOND, -1}, 3, 0},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(backoff_ceiling(&cases[i].rule, cases[i].attempt),
                         cases[i].ceiling_ns);
}

static void the_wait_spreads_over_all_of_the_ceiling(void **state)
{
    (void)state;
    assert_int_equal(backoff_wait(&usual, 2, 0), 0);
    assert_int_equal(backoff_wait(&usual, 2, UINT64_MAX / 2), 4 * SECOND);
    assert_int_equal(backoff_wait(&usual, 2, UINT64_MAX), 8 * SECOND);
    static const struct backoff_rule longest = {1, INT64_MAX};
    assert_int_equal(backoff_wait(&longest, 80, UINT64_MAX), INT64_MAX);
    static const struct backoff_rule none = {0, 0};
    assert_int_equal(backoff_wait(&none, 80, UINT64_MAX), 0);
}

static void all_parts_of_the_ceiling_are_as_likely(void **state)
{
    (void)state;
    enum { DRAWS = 100000, PARTS = 10 };
    int hits[PARTS] = {0};
    uint64_t random = 1;
    for (int i = 0; i < DRAWS; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t wait = backoff_wait(&usual, 4, random);
        assert_in_range(wait, 0, 32 * SECOND);
        hits[wait * PARTS / (32 * SECOND + 1)]++;
    }
    for (int i = 0; i < PARTS; i++)
        assert_in_range(hits[i], DRAWS / PARTS * 9 / 10, DRAWS / PARTS * 11 / 10);
}

static void what_a_server_asks_for_is_clamped(void **state)
{
    (void)state;
    assert_int_equal(backoff_clamp(30 * SECOND, 60 * SECOND), 30 * SECOND);
    assert_int_equal(backoff_clamp(90 * SECOND, 60 * SECOND), 60 * SECOND);
    assert_int_equal(backoff_clamp(INT64_MAX, 60 * SECOND), 60 * SECOND);
    assert_int_equal(backoff_clamp(-1, 60 * SECOND), 0);
    assert_int_equal(backoff_clamp(INT64_MIN, 60 * SECOND), 0);
    assert_int_equal(backoff_clamp(5, -5), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ceiling_doubles_up_to_the_cap),
        cmocka_unit_test(the_wait_spreads_over_all_of_the_ceiling),
        cmocka_unit_test(all_parts_of_the_ceiling_are_as_likely),
        cmocka_unit_test(what_a_server_asks_for_is_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
