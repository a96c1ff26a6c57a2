/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1000000, DAY_S = 86400 };

static struct meta_jobs jobs;

static void start(struct meta_job_rules rules)
{
    struct error err;
    rules.days = 30;
    assert_true(meta_jobs_init(&jobs, &rules, 7, &err));
}

static int teardown(void **state)
{
    (void)state;
    meta_jobs_done(&jobs);
    return 0;
}

static enum meta_error try_create(uint32_t account, const char *query, enum meta_job_fate fate,
                                  struct meta_node *ret_run)
{
    const struct meta_job_order order = {
        .node = {META_ACCOUNT, account, 0},
        .query = query,
        .fate = fate,
    };
    *ret_run = (struct meta_node){META_RUN, account, 0};
    return meta_jobs_create(&jobs, &order, NOW, &ret_run->index);
}

static struct meta_node create(enum meta_job_fate fate)
{
    struct meta_node run;
    assert_int_equal(try_create(1, "level=ad", fate, &run), META_ERROR_NONE);
    return run;
}

static void expect(struct meta_node run, int64_t now_s, const char *status, int percent)
{
    struct meta_job_view view;
    assert_true(meta_jobs_poll(&jobs, run, now_s, &view));
    assert_string_equal(view.status, status);
    assert_int_equal(view.percent, percent);
}

static enum meta_error read_results(struct meta_node run, int64_t now_s)
{
    AUTO(buffer_done) struct buffer query;
    buffer_init(&query, 1024);
    struct meta_job_view view;
    enum meta_error what = meta_jobs_read(&jobs, run, now_s, &view, &query);
    if (what == META_ERROR_NONE)
        assert_string_equal((char *)query.data, "level=ad");
    return what;
}

static void a_run_that_takes_no_time_needs_no_poll(void **state)
{
    (void)state;
    start((struct meta_job_rules){0});
    struct meta_node run = create(META_JOB_GOOD);
    assert_int_equal(read_results(run, NOW), META_ERROR_NONE);
    expect(run, NOW, "Job Completed", 100);
}

static void durations_are_spread(void **state)
{
    (void)state;
    start((struct meta_job_rules){.seconds = 100});
    int shorter = 0, longer = 0;
    for (int i = 0; i < 100; i++) {
        struct meta_node run = create(META_JOB_GOOD);
        assert_int_equal(read_results(run, NOW + 49), META_ERROR_JOB_NOT_READY);
        assert_int_equal(read_results(run, NOW + 150), META_ERROR_NONE);
        bool done = read_results(run, NOW + 100) == META_ERROR_NONE;
        shorter += done;
        longer += !done;
    }
    assert_in_range(shorter, 25, 75);
    assert_in_range(longer, 25, 75);
}

static void results_are_of_the_time_a_run_was_completed(void **state)
{
    (void)state;
    start((struct meta_job_rules){.polls = 2});
    struct meta_node run = create(META_JOB_GOOD);
    struct meta_job_view view;
    for (int i = 0; i < 3; i++)
        assert_true(meta_jobs_poll(&jobs, run, NOW + 10 * (i + 1), &view));
    assert_int_equal(view.completed_s, NOW + 30);
    assert_true(meta_jobs_poll(&jobs, run, NOW + 500, &view));
    assert_int_equal(view.completed_s, NOW + 30);
}

static void a_stuck_run_ends_when_it_is_cancelled(void **state)
{
    (void)state;
    start((struct meta_job_rules){.seconds = 10, .limit = 2});
    struct meta_node zero = create(META_JOB_STAYS_AT_ZERO), run;
    struct meta_node stuck = create(META_JOB_STAYS_RUNNING);
    expect(zero, NOW + DAY_S, "Job Not Started", 0);
    expect(stuck, NOW + DAY_S, "Job Running", 46);
    assert_int_equal(try_create(1, "", META_JOB_GOOD, &run), META_ERROR_INSIGHTS_ACCOUNT_LIMIT);
    assert_int_equal(try_create(2, "", META_JOB_GOOD, &run), META_ERROR_NONE);
    assert_true(meta_jobs_cancel(&jobs, zero, NOW));
    assert_false(meta_jobs_cancel(&jobs, zero, NOW));
    struct meta_job_view view;
    assert_false(meta_jobs_poll(&jobs, zero, NOW, &view));
    assert_int_equal(read_results(zero, NOW), META_ERROR_UNSEEN);
    assert_int_equal(try_create(1, "", META_JOB_GOOD, &run), META_ERROR_NONE);
}

static void a_run_is_of_its_account_and_known_for_its_days(void **state)
{
    (void)state;
    start((struct meta_job_rules){0});
    struct meta_node run = create(META_JOB_GOOD);
    struct meta_job_view view;
    assert_true(meta_jobs_poll(&jobs, run, NOW + 30 * DAY_S - 1, &view));
    assert_false(meta_jobs_poll(&jobs, run, NOW + 30 * DAY_S, &view));
    struct meta_node other = {META_RUN, 2, run.index}, never = {META_RUN, 1, run.index + 1};
    assert_false(meta_jobs_poll(&jobs, other, NOW, &view));
    assert_false(meta_jobs_poll(&jobs, never, NOW, &view));
}

static void the_oldest_runs_are_forgotten(void **state)
{
    (void)state;
    start((struct meta_job_rules){0});
    struct meta_node first = create(META_JOB_GOOD), last = first;
    struct meta_job_view view;
    for (int i = 1; i < META_JOBS_MAX; i++)
        last = create(META_JOB_GOOD);
    assert_true(meta_jobs_poll(&jobs, first, NOW, &view));
    create(META_JOB_GOOD);
    assert_false(meta_jobs_poll(&jobs, first, NOW, &view));
    assert_true(meta_jobs_poll(&jobs, last, NOW, &view));
}

static void long_queries_leave_room_for_fewer_runs(void **state)
{
    (void)state;
    enum { LONG = 1024 * 1024 };
    start((struct meta_job_rules){0});
    char *query = calloc(1, LONG + 1);
    assert_non_null(query);
    memset(query, 'x', LONG);
    struct meta_node first, run;
    struct meta_job_view view;
    assert_int_equal(try_create(1, query, META_JOB_GOOD, &first), META_ERROR_NONE);
    for (int i = 1; i < META_JOBS_BYTES_MAX / LONG; i++)
        assert_int_equal(try_create(1, query, META_JOB_GOOD, &run), META_ERROR_NONE);
    assert_true(meta_jobs_poll(&jobs, first, NOW, &view));
    create(META_JOB_GOOD);
    assert_false(meta_jobs_poll(&jobs, first, NOW, &view));
    assert_true(meta_jobs_poll(&jobs, run, NOW, &view));
    free(query);
}

static void every_fate_has_a_name(void **state)
{
    (void)state;
    start((struct meta_job_rules){0});
    enum meta_job_fate fate;
    static const char *const names[] = {"good",    "failed", "failed-at-once", "large",
                                        "skipped", "zero",   "stuck",          "hundred",
                                        "late",    "early",  "empty",          "gone"};
    for (int i = 0; i < META_JOB_FATES; i++) {
        assert_true(meta_job_find_fate(names[i], &fate));
        assert_int_equal(fate, i);
    }
    assert_false(meta_job_find_fate("", &fate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_run_that_takes_no_time_needs_no_poll, teardown),
        cmocka_unit_test_teardown(durations_are_spread, teardown),
        cmocka_unit_test_teardown(results_are_of_the_time_a_run_was_completed, teardown),
        cmocka_unit_test_teardown(a_stuck_run_ends_when_it_is_cancelled, teardown),
        cmocka_unit_test_teardown(a_run_is_of_its_account_and_known_for_its_days, teardown),
        cmocka_unit_test_teardown(the_oldest_runs_are_forgotten, teardown),
        cmocka_unit_test_teardown(long_queries_leave_room_for_fewer_runs, teardown),
        cmocka_unit_test_teardown(every_fate_has_a_name, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
