/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "source/report.h"
#include "source_fixture.h"

#define S CLOCK_SECOND_NS

static const int64_t t0 = INT64_C(1795176000) * S;
static const struct template_values no_values;

/* every 5s to 30s, start 10m, finish 1h, expires 6h, 3 attempts */
static struct manifest *example(void)
{
    return fixture_manifest("tests/data/manifest/good/report-and-split.json");
}

static void every_answer_to_a_poll_means_something(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum report_finding finding;
        const char *words;
    } rows[] = {
        {"{'id':'1','async_status':'Job Not Started','async_percent_completion':0}",
         REPORT_IS_WAITING, NULL},
        {"{'async_status':'Job Started','async_percent_completion':0}", REPORT_IS_RUNNING,
         NULL},
        {"{'async_status':'Job Running','async_percent_completion':100,'is_running':true}",
         REPORT_IS_RUNNING, NULL},
        {"{'async_status':'Job Completed','async_percent_completion':99}", REPORT_IS_RUNNING,
         NULL},
        {"{'async_status':'Job Completed','async_percent_completion':100,'is_running':true}",
         REPORT_IS_DONE, NULL},
        {"{'async_status':'Job Completed','async_percent_completion':100.0}", REPORT_IS_DONE,
         NULL},
        {"{'async_status':'Job Failed','async_percent_completion':0}", REPORT_IS_LOST,
         "the report failed"},
        {"{'async_status':'Job Failed','error_code':-2,'error_subcode':2490547,"
         "'error_message':'no luck'}",
         REPORT_IS_LOST, "the report failed: \"no luck\""},
        {"{'async_status':'Job Failed','error_code':-3,'error_subcode':1504045,"
         "'error_message':'x','error_user_msg':'Ask for less.'}",
         REPORT_IS_TOO_BIG, "the report is too large: \"Ask for less.\""},
        {"{'async_status':'Job Failed','error_code':2601}", REPORT_IS_REFUSED,
         "the report cannot be made"},
        {"{'async_status':'Job Skipped'}", REPORT_IS_LOST,
         "the report expired before it was made"},
        {"{'async_status':'Job Paused'}", REPORT_IS_RUNNING, NULL},
        {"{}", REPORT_IS_RUNNING, NULL},
        {"[1]", REPORT_IS_RUNNING, NULL},
    };
    AUTO(manifest_freep) struct manifest *m = example();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_auto_t *answer = fixture_json(rows[i].answer);
        struct error cause = {0};
        enum report_finding finding =
            report_judge(&m->streams[0].report, answer, &no_values, &cause);
        if (finding != rows[i].finding ||
            strcmp(cause.text, rows[i].words ? rows[i].words : "") != 0)
            fail_msg("%s: %d, %s", rows[i].answer, finding, cause.text);
        assert_int_equal(cause.kind == ERROR_TOO_BIG, finding == REPORT_IS_TOO_BIG);
    }
}

static void the_id_of_a_report_may_be_text_or_a_number(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *id;
    } rows[] = {
        {"{'report_run_id':'6044775548468'}", "6044775548468"},
        {"{'report_run_id':6044775548468}", "6044775548468"},
        {"{'report_run_id':''}", NULL},
        {"{'report_run_id':'1/../me'}", NULL},
        {NULL, NULL}, /* one with a quote: below */
        {"{'report_run_id':1.5}", NULL},
        {"{'report_run_id':null}", NULL},
        {"{}", NULL},
        {"{'report_run_id':"
         "'00000000000000000000000000000000000000000000000000000000000000000'}",
         NULL},
    };
    AUTO(manifest_freep) struct manifest *m = example();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char id[REPORT_ID_SIZE] = "";
        json_auto_t *answer = rows[i].answer ? fixture_json(rows[i].answer)
                                             : json_pack("{s:s}", "report_run_id", "1\"}");
        struct error err = {0};
        bool ok = report_id(&m->streams[0].report, answer, id, &err);
        assert_int_equal(ok, rows[i].id != NULL);
        if (ok)
            assert_string_equal(id, rows[i].id);
        else
            assert_int_equal(err.kind, ERROR_DATA);
    }
}

static void a_report_is_created_asked_after_and_read(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    const struct report_rule *rule = &m->streams[0].report;
    struct report r = {0};
    const struct error none = {0};
    assert_int_equal(report_next(rule, &r, t0), REPORT_CREATE);
    report_created(rule, &r, "77", t0, 0);
    assert_string_equal(r.id, "77");
    assert_int_equal(report_next(rule, &r, t0), REPORT_WAIT);
    assert_in_range(r.next_ns, t0 + 5 * S * 3 / 4, t0 + 5 * S * 5 / 4);

    int64_t now = t0, last = 0;
    for (int i = 0; i < 6; i++) { /* the time between polls grows to 30 s */
        now = r.next_ns;
        assert_int_equal(report_next(rule, &r, now), REPORT_POLL);
        report_polled(rule, &r, REPORT_IS_RUNNING, &none, now, 0);
        assert_true(r.next_ns - now >= last);
        last = r.next_ns - now;
    }
    assert_int_equal(last, 30 * S * 3 / 4);
    report_polled(rule, &r, REPORT_IS_DONE, &none, now, 0);
    assert_int_equal(report_next(rule, &r, now), REPORT_READ);
    assert_int_equal(report_next(rule, &r, t0 + 6 * 3600 * S + 1), REPORT_CREATE);
}

static void the_time_of_a_poll_is_spread(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    struct report r = {0};
    report_created(&m->streams[0].report, &r, "1", t0, UINT64_MAX);
    int64_t late = r.next_ns;
    report_created(&m->streams[0].report, &r, "1", t0, 0);
    assert_true(late > r.next_ns);
    for (uint64_t random = 1; random; random <<= 1) {
        report_created(&m->streams[0].report, &r, "1", t0, random);
        assert_in_range(r.next_ns, t0 + 5 * S * 3 / 4, t0 + 5 * S * 5 / 4);
    }
}

static void a_failed_report_is_created_again_and_then_counts_as_too_big(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    const struct report_rule *rule = &m->streams[0].report;
    struct report r = {0};
    struct error cause = {0};
    int64_t now = t0;
    error_set(&cause, ERROR_REMOTE, "the report failed: \"no luck\"");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(report_next(rule, &r, now), REPORT_CREATE);
        report_created(rule, &r, "1", now, 0);
        report_polled(rule, &r, REPORT_IS_LOST, &cause, now, 0);
        assert_true(r.next_ns > now); /* not at once */
        now = r.next_ns;
    }
    assert_int_equal(report_next(rule, &r, now), REPORT_SPLIT);
    assert_string_equal(r.cause.text, cause.text);
}

static void too_big_is_split_and_refused_is_the_end(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    const struct report_rule *rule = &m->streams[0].report;
    struct report r = {0};
    struct error cause = {0};
    error_set(&cause, ERROR_TOO_BIG, "too large");
    report_created(rule, &r, "1", t0, 0);
    report_polled(rule, &r, REPORT_IS_TOO_BIG, &cause, t0 + S, 0);
    assert_int_equal(report_next(rule, &r, t0 + S), REPORT_SPLIT);
    report_polled(rule, &r, REPORT_IS_REFUSED, &cause, t0 + S, 0);
    assert_int_equal(report_next(rule, &r, t0 + S), REPORT_GIVE_UP);
    assert_string_equal(r.cause.text, "too large");
}

static void a_report_that_takes_too_long_is_cancelled_and_created_again(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    struct report_rule *rule = &m->streams[0].report;
    const struct error none = {0};
    static const struct {
        enum report_finding finding;
        int64_t after_s;
        bool stuck;
    } rows[] = {
        {REPORT_IS_WAITING, 600, false}, {REPORT_IS_WAITING, 601, true},
        {REPORT_IS_RUNNING, 601, false}, {REPORT_IS_RUNNING, 3600, false},
        {REPORT_IS_RUNNING, 3601, true}, {REPORT_IS_DONE, 3601, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report r = {0};
        int64_t now = t0 + rows[i].after_s * S;
        report_created(rule, &r, "1", t0, 0);
        report_polled(rule, &r, rows[i].finding, &none, now, 0);
        assert_int_equal(report_next(rule, &r, now) == REPORT_CANCEL, rows[i].stuck);
        if (!rows[i].stuck)
            continue;
        assert_non_null(strstr(r.cause.text, "was not"));
        report_cancelled(&r);
        assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_CREATE);
    }
    rule->has_cancel = false; /* an API that cannot: the old one is left alone */
    struct report r = {0};
    report_created(rule, &r, "1", t0, 0);
    report_polled(rule, &r, REPORT_IS_WAITING, &none, t0 + 601 * S, 0);
    assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_CREATE);
}

/* After a kill the time may be up before the first poll: what it says counts. */
static void a_report_is_asked_after_before_it_is_given_up(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    const struct report_rule *rule = &m->streams[0].report;
    const struct error none = {0};
    struct report r = {.phase = REPORT_WAITING, .id = "1", .created_ns = t0, .attempts = 1};
    int64_t now = t0 + 5 * 3600 * S;
    assert_int_equal(report_next(rule, &r, now), REPORT_POLL);
    report_polled(rule, &r, REPORT_IS_DONE, &none, now, 0);
    assert_int_equal(report_next(rule, &r, now), REPORT_READ);
}

static void a_poll_that_is_refused_is_sent_again_a_few_times(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    const struct report_rule *rule = &m->streams[0].report;
    struct report r = {0};
    struct error cause = {0};
    error_set(&cause, ERROR_REMOTE, "no such object");
    report_created(rule, &r, "1", t0, 0);
    for (int i = 0; i < REPORT_REFUSALS_MAX; i++) {
        assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_POLL);
        report_poll_refused(rule, &r, &cause, r.next_ns, 0);
    }
    assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_POLL);
    report_poll_refused(rule, &r, &cause, r.next_ns, 0);
    assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_CREATE);

    report_created(rule, &r, "2", t0, 0); /* an answer in between starts the count anew */
    report_poll_refused(rule, &r, &cause, t0, 0);
    const struct error none = {0};
    report_polled(rule, &r, REPORT_IS_RUNNING, &none, t0, 0);
    assert_int_equal(r.refusals, 0);
}

static void polls_that_tell_nothing_come_to_an_end(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    const struct report_rule *rule = &m->streams[0].report;
    struct report r = {0};
    report_created(rule, &r, "1", t0, 0);
    int64_t now = t0 + 59 * 60 * S; /* long after it should have begun: it may have */
    for (int i = 0; i < 100; i++)
        report_postpone(rule, &r, now, 0);
    assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_POLL);
    now = t0 + 61 * 60 * S;
    report_postpone(rule, &r, now, 0);
    assert_int_equal(report_next(rule, &r, now), REPORT_CANCEL);
    assert_non_null(strstr(r.cause.text, "not done after 1h"));

    report_created(rule, &r, "2", t0, 0); /* one of an earlier run is not given up at once */
    for (int i = 0; i < REPORT_SILENT_MAX; i++)
        report_postpone(rule, &r, now, 0);
    assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_POLL);
    report_postpone(rule, &r, now, 0);
    assert_int_equal(report_next(rule, &r, now), REPORT_CANCEL);
}

static void results_that_cannot_be_read_are_made_again(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = example();
    const struct report_rule *rule = &m->streams[0].report;
    struct report r = {0};
    struct error cause = {0};
    error_set(&cause, ERROR_REMOTE, "not ready");
    report_created(rule, &r, "1", t0, 0);
    report_unreadable(rule, &r, &cause, t0, 0);
    assert_int_equal(report_next(rule, &r, t0), REPORT_WAIT);
    assert_int_equal(report_next(rule, &r, r.next_ns), REPORT_CREATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_to_a_poll_means_something),
        cmocka_unit_test(the_id_of_a_report_may_be_text_or_a_number),
        cmocka_unit_test(a_report_is_created_asked_after_and_read),
        cmocka_unit_test(the_time_of_a_poll_is_spread),
        cmocka_unit_test(a_failed_report_is_created_again_and_then_counts_as_too_big),
        cmocka_unit_test(too_big_is_split_and_refused_is_the_end),
        cmocka_unit_test(a_report_that_takes_too_long_is_cancelled_and_created_again),
        cmocka_unit_test(a_report_is_asked_after_before_it_is_given_up),
        cmocka_unit_test(a_poll_that_is_refused_is_sent_again_a_few_times),
        cmocka_unit_test(polls_that_tell_nothing_come_to_an_end),
        cmocka_unit_test(results_that_cannot_be_read_are_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
