/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "quota/usage.h"

#define SECOND CLOCK_SECOND_NS
#define START (INT64_C(1795000000) * SECOND)
#define HOUR (3600 * SECOND)

static void expect_near(double found, double wanted)
{
    if (found < wanted - 1e-6 || found > wanted + 1e-6)
        fail_msg("%f should be %f", found, wanted);
}

static void a_reading_paces_by_how_much_is_used(void **state)
{
    (void)state;
    static const struct {
        double used;
        unsigned reserved;
        double share;
        bool stops;
    } rows[] = {
        {0, 0, 1, false},           {0.59, 0, 1, false},
        {0.60, 0, 1, false},        {0.725, 0, 0.5, false},
        {0.85, 0, 0, false},        {0.949, 0, 0, false},
        {0.95, 0, 0, true},         {1.3, 0, 0, true},
        {0.41, 30, 1, false},       {0.7 * 0.725, 30, 0.5, false},
        {0.7 * 0.85, 30, 0, false}, {0.66, 30, 0, false},
        {0.67, 30, 0, true},        {0.009, 99, 0, false},
        {0.01, 99, 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct usage_reading r = {.used = rows[i].used, .at_ns = START};
        struct usage_pace pace = usage_pace(&r, HOUR, rows[i].reserved, START);
        expect_near(pace.share, rows[i].share);
        if ((pace.not_before_ns > START) != rows[i].stops)
            fail_msg("row %zu: %s", i, rows[i].stops ? "goes on" : "stops");
    }
}

static void without_a_reading_nothing_is_paced(void **state)
{
    (void)state;
    const struct usage_reading none = {0};
    struct usage_pace pace = usage_pace(&none, HOUR, 0, START);
    expect_near(pace.share, 1);
    assert_int_equal(pace.not_before_ns, 0);
    expect_near(usage_used(&none, HOUR, START), 0);
}

static void a_reading_ages_evenly_over_the_window(void **state)
{
    (void)state;
    const struct usage_reading r = {.used = 0.8, .at_ns = START};
    expect_near(usage_used(&r, HOUR, START - SECOND), 0.8);
    expect_near(usage_used(&r, HOUR, START), 0.8);
    expect_near(usage_used(&r, HOUR, START + HOUR / 4), 0.6);
    expect_near(usage_used(&r, HOUR, START + HOUR), 0);
    expect_near(usage_used(&r, HOUR, START + 5 * HOUR), 0);
    assert_int_equal(usage_forgotten_ns(&r, HOUR), START + HOUR);
}

/* 100 % has gone below 95 % after a twentieth of the hour; and then there is no other wait. */
static void a_stop_lasts_until_it_has_aged(void **state)
{
    (void)state;
    const struct usage_reading r = {.used = 1, .at_ns = START};
    int64_t until = usage_pace(&r, HOUR, 0, START).not_before_ns;
    assert_true(until >= START + 180 * SECOND && until <= START + 190 * SECOND);
    assert_int_equal(usage_pace(&r, HOUR, 0, START + 60 * SECOND).not_before_ns, until);
    assert_int_equal(usage_pace(&r, HOUR, 0, until).not_before_ns, 0);
}

static void a_reset_is_waited_for_exactly(void **state)
{
    (void)state;
    const struct usage_reading r = {
        .used = 0.97, .at_ns = START, .reset_ns = START + 100 * SECOND};
    assert_int_equal(usage_pace(&r, HOUR, 0, START).not_before_ns, START + 100 * SECOND);
    expect_near(usage_used(&r, HOUR, START + 99 * SECOND), 0.97);
    expect_near(usage_used(&r, HOUR, START + 100 * SECOND), 0);
    assert_int_equal(usage_pace(&r, HOUR, 0, START + 100 * SECOND).not_before_ns, 0);
}

static void a_block_is_waited_for_exactly_however_little_is_used(void **state)
{
    (void)state;
    const struct usage_reading r = {
        .used = 0.1, .at_ns = START, .regain_ns = START + 19 * 60 * SECOND};
    assert_int_equal(usage_pace(&r, HOUR, 0, START).not_before_ns, START + 19 * 60 * SECOND);
    assert_int_equal(usage_pace(&r, HOUR, 0, START + 19 * 60 * SECOND).not_before_ns, 0);
}

static void a_share_of_the_places_is_at_least_one(void **state)
{
    (void)state;
    static const struct {
        double share;
        unsigned parallel, wanted;
    } rows[] = {{1, 8, 8}, {0.5, 9, 5}, {0.5, 8, 4}, {0, 8, 1}, {1, 1, 1}, {0, 1, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct usage_pace pace = {.share = rows[i].share};
        assert_int_equal(usage_parallel(&pace, rows[i].parallel), rows[i].wanted);
    }
}

static void the_most_of_several_statements_counts(void **state)
{
    (void)state;
    struct usage_reading r = {.used = 0.3, .at_ns = START, .regain_ns = START + 9};
    const struct usage_reading more = {.used = 0.9, .at_ns = START, .reset_ns = START + 5};
    const struct usage_reading silent = {.regain_ns = START + 7};
    usage_merge(&r, &more);
    usage_merge(&r, &silent);
    expect_near(r.used, 0.9);
    assert_int_equal(r.at_ns, START);
    assert_int_equal(r.reset_ns, START + 5);
    assert_int_equal(r.regain_ns, START + 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_paces_by_how_much_is_used),
        cmocka_unit_test(without_a_reading_nothing_is_paced),
        cmocka_unit_test(a_reading_ages_evenly_over_the_window),
        cmocka_unit_test(a_stop_lasts_until_it_has_aged),
        cmocka_unit_test(a_reset_is_waited_for_exactly),
        cmocka_unit_test(a_block_is_waited_for_exactly_however_little_is_used),
        cmocka_unit_test(a_share_of_the_places_is_at_least_one),
        cmocka_unit_test(the_most_of_several_statements_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
