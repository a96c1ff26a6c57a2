/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "quota/forecast.h"

#define SECOND CLOCK_SECOND_NS
#define START (INT64_C(1795000000) * SECOND)
#define WINDOW (300 * SECOND)

static const struct bucket_rule users = {
    .kind = BUCKET_WINDOW, .capacity = 100, .window_ns = WINDOW};
static const struct bucket_rule score = {
    .kind = BUCKET_TOKEN, .capacity = 60, .window_ns = WINDOW};
static const struct bucket_rule unknown = {.kind = BUCKET_USAGE, .window_ns = WINDOW};

static struct forecast_need need(const struct bucket_rule *rule, uint64_t amount)
{
    struct forecast_need n = {.rule = *rule, .amount = amount};
    bucket_init(&n.bucket, rule, START);
    return n;
}

static int64_t seconds(const struct forecast_need *needs, size_t count)
{
    return (forecast_finish(needs, count, START) - START) / SECOND;
}

/* What really happens when everything is asked for as early as it is granted, one by one. */
static int64_t really(struct forecast_need n)
{
    int64_t now = START;
    while (n.amount > 0) {
        int64_t wait = bucket_take(&n.bucket, &n.rule, 1, now);
        now += wait;
        n.amount -= wait == 0;
    }
    return (now - START) / SECOND;
}

static void nothing_to_spend_is_done_at_once(void **state)
{
    (void)state;
    struct forecast_need n = need(&users, 0);
    bucket_block(&n.bucket, START + WINDOW);
    assert_int_equal(seconds(&n, 1), 0);
    assert_int_equal(seconds(NULL, 0), 0);
}

static void a_forecast_is_about_what_happens(void **state)
{
    (void)state;
    static const uint64_t amounts[] = {1, 60, 61, 99, 100, 101, 150, 200, 201, 750};
    const struct bucket_rule *rules[] = {&users, &score};
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
            for (uint64_t spent = 0; spent <= 60; spent += 30) {
                struct forecast_need n = need(rules[r], amounts[i]);
                if (spent)
                    bucket_take(&n.bucket, rules[r], spent, START);
                int64_t told = seconds(&n, 1), found = really(n);
                /* never later than it is; earlier by no more than a slot for every window */
                if (told > found || told < found - 6 * (int64_t)(amounts[i] / 60 + 1))
                    fail_msg("%llu: told %lld s, it takes %lld s",
                             (unsigned long long)amounts[i], (long long)told, (long long)found);
            }
}

static void the_slowest_limit_decides(void **state)
{
    (void)state;
    const struct forecast_need needs[] = {need(&users, 100), need(&score, 120),
                                          need(&unknown, 3)};
    assert_int_equal(seconds(needs, 3), 300);
}

static void what_is_reserved_takes_longer(void **state)
{
    (void)state;
    struct bucket_rule part = score;
    part.reserved = 50;
    struct forecast_need n = need(&part, 60);
    assert_int_equal(seconds(&n, 1), 300);
    n = need(&score, 60);
    assert_int_equal(seconds(&n, 1), 0);
}

static void blocks_and_readings_are_waited_for(void **state)
{
    (void)state;
    struct forecast_need n = need(&unknown, 1);
    bucket_block(&n.bucket, START + 77 * SECOND);
    assert_int_equal(seconds(&n, 1), 77);
    n = need(&users, 100);
    const struct usage_reading half = {
        .used = 0.5, .at_ns = START, .reset_ns = START + 50 * SECOND};
    bucket_note(&n.bucket, &users, &half, START);
    assert_true(seconds(&n, 1) >= 50);
}

static void what_takes_for_ever_is_no_time(void **state)
{
    (void)state;
    struct forecast_need n = need(&users, UINT64_MAX);
    assert_true(forecast_finish(&n, 1, START) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_spend_is_done_at_once),
        cmocka_unit_test(a_forecast_is_about_what_happens),
        cmocka_unit_test(the_slowest_limit_decides),
        cmocka_unit_test(what_is_reserved_takes_longer),
        cmocka_unit_test(blocks_and_readings_are_waited_for),
        cmocka_unit_test(what_takes_for_ever_is_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
