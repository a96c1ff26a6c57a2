/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sandbox/meta_advice.h"
#include "sandbox/meta_limits.h"

#define START (INT64_C(1800000000) * CLOCK_SECOND_NS)
#define S CLOCK_SECOND_NS

enum { ACCOUNT_ID = 66782684 };

static const uint64_t ids[META_USAGE_ACCOUNTS_MAX] = {ACCOUNT_ID};

static const struct meta_usage_call read_call = {.use = META_USAGE_INSIGHTS};
static const struct meta_usage_call management_call = {.use = META_USAGE_MANAGEMENT};

struct fixture {
    struct meta_usage usage;
    struct meta_usage_answer answer;
};

static void start(struct fixture *f, const struct meta_usage_limits *limits)
{
    assert_true(meta_usage_init(&f->usage, limits));
}

static int setup_limited(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct meta_usage_limits limits;
    meta_usage_grant(false, &limits);
    start(f, &limits);
    *state = f;
    return 0;
}

static int setup_full(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct meta_usage_limits limits;
    meta_usage_grant(true, &limits);
    start(f, &limits);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    meta_usage_done(&f->usage);
    free(f);
    return 0;
}

static enum meta_usage_refusal take(struct fixture *f, int64_t now_ns,
                                    const struct meta_usage_call *call)
{
    assert_true(meta_usage_take(&f->usage, now_ns, call, &f->answer));
    return f->answer.refusal;
}

/* Takes a number of calls, all of which are to be allowed. */
static void take_many(struct fixture *f, int64_t now_ns, const struct meta_usage_call *call,
                      int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(take(f, now_ns, call), META_USAGE_ALLOWED);
}

/* Other limits, with a score that does not matter. */
static void relax(struct fixture *f, struct meta_usage_limits *limits)
{
    meta_usage_done(&f->usage);
    limits->score = META_LEAK_CAPACITY_MAX;
    start(f, limits);
}

static void a_read_is_a_point_and_a_write_three(void **state)
{
    struct fixture *f = *state;
    struct meta_usage_call write = read_call;
    write.write = true;
    take_many(f, START, &write, 19);
    take_many(f, START, &read_call, 3);
    assert_int_equal((int)f->answer.state.score, 100);
    assert_int_equal(f->answer.state.score_reset_s, 300);
    assert_int_equal(take(f, START, &read_call), META_USAGE_SCORE);
    assert_false(f->answer.during_block);
}

static void a_score_decays_evenly(void **state)
{
    struct fixture *f = *state;
    take_many(f, START, &read_call, 60);
    for (int i = 1; i <= 70; i++)
        take_many(f, START + i * 5 * S, &read_call, 1);
    assert_int_equal(take(f, START + 354 * S, &read_call), META_USAGE_SCORE);
}

static void a_block_lasts_and_calls_push_its_end_out(void **state)
{
    struct fixture *f = *state;
    take_many(f, START, &read_call, 60);
    assert_int_equal(take(f, START, &read_call), META_USAGE_SCORE);
    assert_false(f->answer.during_block);
    assert_int_equal(take(f, START + 299 * S, &read_call), META_USAGE_SCORE);
    assert_true(f->answer.during_block);
    assert_int_equal(f->answer.state.score_reset_s, 300);
    assert_int_equal(take(f, START + 598 * S, &read_call), META_USAGE_SCORE);
    assert_int_equal(take(f, START + 898 * S, &read_call), META_USAGE_ALLOWED);
}

static void a_block_of_the_full_tier_is_a_minute(void **state)
{
    struct fixture *f = *state;
    take_many(f, START, &read_call, 9000);
    assert_int_equal(take(f, START, &read_call), META_USAGE_SCORE);
    assert_true(f->answer.state.full);
    assert_int_equal(take(f, START + 60 * S, &read_call), META_USAGE_ALLOWED);
    assert_true(f->answer.state.score > 79.9 && f->answer.state.score < 80.1);
}

static void accounts_do_not_share_a_score(void **state)
{
    struct fixture *f = *state;
    struct meta_usage_call other = read_call;
    other.account = 1;
    take_many(f, START, &read_call, 60);
    assert_int_equal(take(f, START, &read_call), META_USAGE_SCORE);
    take_many(f, START, &other, 60);
}

static void a_storm_of_calls_is_taken_for_abuse(void **state)
{
    struct fixture *f = *state;
    f->usage.limits.abuse = 3;
    take_many(f, START, &read_call, 60);
    for (int i = 0; i < 3; i++)
        assert_int_equal(take(f, START + i, &read_call), META_USAGE_SCORE);
    assert_int_equal(take(f, START + 3, &read_call), META_USAGE_ABUSE);
    assert_true(f->answer.during_block);
}

static void an_hours_calls_roll(void **state)
{
    struct fixture *f = *state;
    struct meta_usage_limits limits;
    meta_usage_grant(false, &limits);
    relax(f, &limits);
    take_many(f, START, &read_call, 300);
    take_many(f, START + 1800 * S, &read_call, 300);
    assert_int_equal((int)f->answer.state.cases[META_USAGE_INSIGHTS].calls, 100);
    assert_int_equal(f->answer.state.cases[META_USAGE_INSIGHTS].regain_minutes, 0);
    take_many(f, START + 1800 * S, &management_call, 300);
    assert_int_equal(take(f, START + 1800 * S, &management_call), META_USAGE_CASE);

    /* counted as well: the first 300 leaving makes room for 299 */
    assert_int_equal(take(f, START + 1800 * S, &read_call), META_USAGE_CASE);
    assert_false(f->answer.during_block);
    assert_int_equal(f->answer.state.cases[META_USAGE_INSIGHTS].regain_minutes, 30);
    assert_int_equal(take(f, START + 3599 * S, &read_call), META_USAGE_CASE);
    assert_true(f->answer.during_block);
    assert_int_equal(f->answer.state.cases[META_USAGE_INSIGHTS].regain_minutes, 1);
    take_many(f, START + 3600 * S, &read_call, 298);
    assert_int_equal(take(f, START + 3600 * S, &read_call), META_USAGE_CASE);
    assert_false(f->answer.during_block);
}

static void ads_add_calls_and_mistakes_take_them(void **state)
{
    struct fixture *f = *state;
    struct meta_usage_limits limits;
    meta_usage_grant(false, &limits);
    assert_int_equal(meta_usage_hour(&limits, META_USAGE_INSIGHTS, 3, 0), 1800);
    assert_int_equal(meta_usage_hour(&limits, META_USAGE_INSIGHTS, 3, 2999), 1798);
    assert_int_equal(meta_usage_hour(&limits, META_USAGE_MANAGEMENT, 3, 2999), 420);
    relax(f, &limits);
    struct meta_usage_call call = management_call;
    call.active_ads = 1;
    take_many(f, START, &call, 340);
    assert_int_equal(take(f, START, &call), META_USAGE_CASE);

    take_many(f, START, &read_call, 599);
    for (int i = 0; i < 1000; i++)
        meta_usage_mistake(&f->usage, START, 0);
    assert_int_equal(take(f, START, &read_call), META_USAGE_CASE);
}

static void cpu_time_is_an_hours_budget_too(void **state)
{
    struct fixture *f = *state;
    struct meta_usage_limits limits;
    meta_usage_grant(false, &limits);
    limits.cpu_s = 10;
    relax(f, &limits);
    struct meta_usage_call call = read_call;
    call.cpu_ms = 2500;
    take_many(f, START, &call, 4);
    assert_int_equal((int)f->answer.state.cases[META_USAGE_INSIGHTS].cpu, 100);
    assert_int_equal(take(f, START, &call), META_USAGE_CASE);
    assert_int_equal(f->answer.state.cases[META_USAGE_INSIGHTS].regain_minutes, 60);
    assert_int_equal(take(f, START + 3600 * S, &call), META_USAGE_ALLOWED);
}

static void load_is_of_the_app_and_of_an_account(void **state)
{
    struct fixture *f = *state;
    struct meta_usage_limits limits;
    meta_usage_grant(true, &limits);
    limits.app_load = 10;
    limits.account_load = 5;
    limits.load_window_s = 10;
    relax(f, &limits);
    struct meta_usage_call call = read_call;
    struct meta_usage_call other = read_call;
    call.load = other.load = 25;
    other.account = 1;
    take_many(f, START, &call, 2);
    assert_int_equal((int)f->answer.state.app_load, 50);
    assert_int_equal(take(f, START, &call), META_USAGE_ACCOUNT_LOAD);
    take_many(f, START, &other, 2);
    assert_int_equal(take(f, START, &call), META_USAGE_APP_LOAD);
    /* refused ones added nothing */
    take_many(f, START + 5 * S, &call, 1);
    /* one larger than the bucket waits until it is empty */
    call.load = 1000;
    assert_int_equal(take(f, START + 12 * S, &call), META_USAGE_APP_LOAD);
    assert_int_equal(take(f, START + 40 * S, &call), META_USAGE_ALLOWED);
}

static void the_app_has_an_hour_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct meta_usage_limits limits;
    meta_usage_grant(true, &limits);
    limits.app_calls = 4;
    relax(f, &limits);
    struct meta_usage_call nobody = {.account = -1};
    take_many(f, START, &nobody, 2);
    take_many(f, START, &read_call, 2);
    assert_int_equal(take(f, START, &nobody), META_USAGE_APP);
    assert_int_equal(take(f, START, &read_call), META_USAGE_APP);
    assert_true(f->answer.during_block);
}

static void without_limits_everything_is_counted_and_allowed(void **state)
{
    struct fixture *f = *state;
    f->usage.limits.off = true;
    take_many(f, START, &read_call, 1000);
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, 4096);
    assert_true(meta_usage_format(&f->usage, START, ids, &text));
    assert_non_null(strstr(buffer_text(&text), "\"calls\":1000,\"refused\":0"));
}

static void a_clock_that_is_put_back_starts_afresh(void **state)
{
    struct fixture *f = *state;
    take_many(f, START, &read_call, 60);
    take_many(f, START - 86400 * S, &read_call, 60);
    assert_int_equal(f->answer.state.cases[META_USAGE_INSIGHTS].calls, 10);
}

/* A thread asks for the time, and another one comes in before it; a fast clock makes much of it. */
static void a_thread_that_is_late_empties_nothing(void **state)
{
    struct fixture *f = *state;
    take_many(f, START, &read_call, 60);
    assert_int_equal(take(f, START, &read_call), META_USAGE_SCORE);
    assert_int_equal(take(f, START + 320 * S, &read_call), META_USAGE_ALLOWED);
    assert_int_equal(take(f, START + 301 * S, &read_call), META_USAGE_ALLOWED);
    assert_int_equal(f->answer.state.cases[META_USAGE_INSIGHTS].calls, 10); /* 63 of 600 */

    struct meta_leak full = {.capacity = 60, .window_ns = 300 * S};
    meta_leak_add(&full, START, 60);
    assert_int_equal(meta_leak_level_ns(&full, START - S), 300 * S);
    assert_int_equal(meta_leak_wait(&full, START - S, 1), 5 * S);
}

static void a_block_does_not_outlast_a_clock_that_is_put_back(void **state)
{
    struct fixture *f = *state;
    take_many(f, START, &read_call, 60);
    assert_int_equal(take(f, START, &read_call), META_USAGE_SCORE);
    assert_int_equal(take(f, START - 86400 * S, &read_call), META_USAGE_ALLOWED);
    assert_int_equal(f->answer.state.score_reset_s, 5);
}

static void refusals_are_counted_by_account(void **state)
{
    struct fixture *f = *state;
    take_many(f, START, &read_call, 60);
    take(f, START, &read_call);
    take(f, START + 1, &read_call);
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, 4096);
    assert_true(meta_usage_format(&f->usage, START + 1, ids, &text));
    assert_string_equal(
        buffer_text(&text),
        "[{\"account\":\"66782684\",\"calls\":62,\"refused\":2,\"during_block\":1,"
        "\"mistakes\":0,\"score\":100.00,\"blocked_s\":300,\"insights\":62,"
        "\"management\":0}]");
    meta_usage_reset(&f->usage);
    buffer_clear(&text);
    assert_true(meta_usage_format(&f->usage, START + 1, ids, &text));
    assert_string_equal(buffer_text(&text), "[]");
    take_many(f, START + 1, &read_call, 60);
}

/* --- headers --- */

static const char *header(const struct reply *reply, const char *name)
{
    const char *at = (const char *)reply->headers.data;
    const char *end = at + reply->headers.len;
    while (at < end) {
        const char *value = at + strlen(at) + 1;
        if (strcmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

static struct meta_usage_state some_state(void)
{
    return (struct meta_usage_state){
        .full = true,
        .score = 9.666,
        .score_reset_s = 100,
        .cases = {[META_USAGE_INSIGHTS] = {.seen = true, .calls = 95.9, .regain_minutes = 7},
                  [META_USAGE_MANAGEMENT] = {.seen = true, .calls = 20}},
        .app_load = 100,
        .app_calls = 28.4,
    };
}

static void headers_say_what_matters(void **state)
{
    (void)state;
    struct meta_usage_state s = some_state();
    AUTO(reply_done) struct reply reply;
    reply_init(&reply);
    assert_true(meta_advice_add(&reply, &s, ACCOUNT_ID, META_USAGE_INSIGHTS, META_ADVICE_GOOD));
    assert_string_equal(header(&reply, "X-App-Usage"),
                        "{\"call_count\":28,\"total_time\":0,\"total_cputime\":0}");
    assert_string_equal(header(&reply, "X-Ad-Account-Usage"),
                        "{\"acc_id_util_pct\":9.67,\"reset_time_duration\":100,"
                        "\"ads_api_access_tier\":\"standard_access\"}");
    assert_string_equal(header(&reply, "X-FB-Ads-Insights-Throttle"),
                        "{\"app_id_util_pct\":100,\"acc_id_util_pct\":0,"
                        "\"ads_api_access_tier\":\"standard_access\"}");
    assert_string_equal(
        header(&reply, "X-Business-Use-Case-Usage"),
        "{\"66782684\":[{\"type\":\"ads_insights\",\"call_count\":95,\"total_cputime\":0,"
        "\"total_time\":0,\"estimated_time_to_regain_access\":7,"
        "\"ads_api_access_tier\":\"standard_access\"},"
        "{\"type\":\"ads_management\",\"call_count\":20,\"total_cputime\":0,"
        "\"total_time\":0,\"estimated_time_to_regain_access\":0,"
        "\"ads_api_access_tier\":\"standard_access\"}]}");
}

static void headers_are_silent_about_little(void **state)
{
    (void)state;
    struct meta_usage_state s = {.score = 0.99, .app_calls = 0.5, .account_load = 50};
    s.cases[META_USAGE_INSIGHTS].seen = true;
    s.cases[META_USAGE_INSIGHTS].calls = 0.9;
    AUTO(reply_done) struct reply reply;
    reply_init(&reply);
    assert_true(
        meta_advice_add(&reply, &s, ACCOUNT_ID, META_USAGE_MANAGEMENT, META_ADVICE_GOOD));
    assert_int_equal(reply.headers.len, 0);
    /* the insights load comes with insights calls alone */
    assert_true(meta_advice_add(&reply, &s, ACCOUNT_ID, META_USAGE_INSIGHTS, META_ADVICE_GOOD));
    assert_non_null(header(&reply, "X-FB-Ads-Insights-Throttle"));
    assert_null(header(&reply, "X-Ad-Account-Usage"));
}

static void headers_can_be_spoiled(void **state)
{
    (void)state;
    struct meta_usage_state s = some_state();
    AUTO(reply_done) struct reply none, twice, cut, zero;
    reply_init(&none);
    reply_init(&twice);
    reply_init(&cut);
    reply_init(&zero);
    assert_true(meta_advice_add(&none, &s, 1, META_USAGE_INSIGHTS, META_ADVICE_ABSENT));
    assert_int_equal(none.headers.len, 0);
    assert_true(meta_advice_add(&twice, &s, 1, META_USAGE_INSIGHTS, META_ADVICE_DUPLICATE));
    assert_non_null(strstr(header(&twice, "X-Business-Use-Case-Usage"), "}],\"1\":[{"));
    assert_true(meta_advice_add(&cut, &s, 1, META_USAGE_INSIGHTS, META_ADVICE_MALFORMED));
    assert_null(strchr(header(&cut, "X-Ad-Account-Usage"), '}'));
    assert_true(meta_advice_add(&zero, &s, 1, META_USAGE_INSIGHTS, META_ADVICE_ZERO));
    assert_non_null(strstr(header(&zero, "X-Ad-Account-Usage"), "\"acc_id_util_pct\":0,"));
}

/* --- the floor --- */

static struct meta_usage_limits limits_of(bool full)
{
    struct meta_limits set;
    struct settings_group group = meta_limits_group(&set);
    struct meta_usage_limits limits;
    api_settings_init(&group, 1);
    meta_limits_resolve(&set, true, full, &limits);
    return limits;
}

static void settings_that_are_not_given_are_the_tiers(void **state)
{
    (void)state;
    struct meta_usage_limits granted, limits = limits_of(false);
    meta_usage_grant(false, &granted);
    assert_int_equal(limits.score, granted.score);
    assert_int_equal(limits.block_s, 300);
    assert_int_equal(limits_of(true).block_s, 60);
    assert_int_equal(limits.calls[META_USAGE_INSIGHTS], 600);
    assert_int_equal(limits.calls_per_ad[META_USAGE_INSIGHTS], 400);

    struct meta_limits set;
    struct settings_group group = meta_limits_group(&set);
    struct error err;
    api_settings_init(&group, 1);
    assert_true(api_settings_set(&group, 1, "buc_insights=50", &err));
    meta_limits_resolve(&set, true, true, &limits);
    assert_int_equal(meta_usage_hour(&limits, META_USAGE_INSIGHTS, 10, 0), 50);
}

static void the_floor_is_what_the_tightest_bucket_takes(void **state)
{
    (void)state;
    struct meta_usage_limits l = limits_of(false);
    struct meta_limits_work work[2] = {{.calls = {[META_USAGE_INSIGHTS] = 60}}};
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 0);
    work[0].calls[META_USAGE_INSIGHTS] = 130; /* as a_score_decays_evenly has it */
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 350);
    work[0].writes = 10;
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 450);
    work[1].calls[META_USAGE_MANAGEMENT] = 301; /* the hour, not the score's 1205 s */
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 3599);
    work[1].active_ads = 1;
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 1205);
    l.app_calls = 100;
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 4 * 3600 - 1);
    l.app_calls = 0;
    l.app_load = 2;
    work[0].load = 10000;
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 4940);
    l.off = true;
    assert_int_equal(meta_limits_floor_s(&l, work, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name, tier) cmocka_unit_test_setup_teardown(name, setup_##tier, teardown)
        TEST(a_read_is_a_point_and_a_write_three, limited),
        TEST(a_score_decays_evenly, limited),
        TEST(a_block_lasts_and_calls_push_its_end_out, limited),
        TEST(a_block_of_the_full_tier_is_a_minute, full),
        TEST(accounts_do_not_share_a_score, limited),
        TEST(a_storm_of_calls_is_taken_for_abuse, limited),
        TEST(an_hours_calls_roll, limited),
        TEST(ads_add_calls_and_mistakes_take_them, limited),
        TEST(cpu_time_is_an_hours_budget_too, limited),
        TEST(load_is_of_the_app_and_of_an_account, full),
        TEST(the_app_has_an_hour_of_its_own, full),
        TEST(without_limits_everything_is_counted_and_allowed, limited),
        TEST(a_clock_that_is_put_back_starts_afresh, limited),
        TEST(a_thread_that_is_late_empties_nothing, limited),
        TEST(a_block_does_not_outlast_a_clock_that_is_put_back, limited),
        TEST(refusals_are_counted_by_account, limited),
        cmocka_unit_test(headers_say_what_matters),
        cmocka_unit_test(headers_are_silent_about_little),
        cmocka_unit_test(headers_can_be_spoiled),
        cmocka_unit_test(settings_that_are_not_given_are_the_tiers),
        cmocka_unit_test(the_floor_is_what_the_tightest_bucket_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
