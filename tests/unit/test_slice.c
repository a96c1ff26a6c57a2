/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "source/slice.h"
#include "source_fixture.h"

static int64_t day_of(const char *text)
{
    int64_t day = 0;
    assert_true(clock_parse_date(text, &day));
    return day;
}

static int64_t instant_of(const char *text)
{
    int64_t ns = 0;
    assert_true(clock_parse_rfc3339(text, &ns));
    return ns;
}

static struct slice_rule rule_of(const char *text)
{
    json_auto_t *json = fixture_json(text);
    struct place here = {.file = "t"};
    struct slice_rule rule = {.kind = 77};
    struct error err = {0};
    if (!slice_read(&here, json, &rule, &err))
        fail_msg("%s", err.text);
    return rule;
}

static struct slice slice_of(const struct slice_rule *rule, const char *id)
{
    struct slice s;
    assert_true(slice_parse(rule, id, &s));
    return s;
}

static void days_are_listed_with_both_ends(void **state)
{
    (void)state;
    const struct slice_rule rule = rule_of("{'kind': 'day'}");
    AUTO(cleanup_free) struct slice *slices = NULL;
    size_t count;
    struct error err = {0};
    assert_true(
        slice_list(&rule, day_of("2028-02-28"), day_of("2028-03-01"), &slices, &count, &err));
    assert_int_equal(count, 3);
    assert_string_equal(slices[0].id, "2028-02-28");
    assert_string_equal(slices[1].id, "2028-02-29");
    assert_string_equal(slices[2].from, "2028-03-01");
    assert_string_equal(slices[2].to, "2028-03-01");

    struct slice one = slice_of(&rule, "2028-02-29");
    assert_memory_equal(&one, &slices[1], sizeof one);
    assert_false(slice_parse(&rule, "2027-02-29", &one));
    assert_false(slice_parse(&rule, "", &one));
    assert_false(slice_parse(&rule, "changes", &one));
}

static void days_in_the_wrong_order_or_too_many_are_refused(void **state)
{
    (void)state;
    const struct slice_rule rule = rule_of("{'kind': 'day'}");
    struct slice *slices = NULL;
    size_t count = 7;
    struct error err = {0};
    assert_false(
        slice_list(&rule, day_of("2026-11-02"), day_of("2026-11-01"), &slices, &count, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(err.text, "2026-11-02"));
    assert_false(
        slice_list(&rule, day_of("1900-01-01"), day_of("2026-11-01"), &slices, &count, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_null(slices);
    assert_int_equal(count, 7);
}

static void changes_and_snapshots_are_one_slice_whatever_the_days(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *id;
    } rows[] = {{"{'kind': 'changes', 'overlap': '1h'}", "changes"},
                {"{'kind': 'snapshot'}", "all"}};
    for (size_t i = 0; i < 2; i++) {
        const struct slice_rule rule = rule_of(rows[i].rule);
        AUTO(cleanup_free) struct slice *slices = NULL;
        size_t count;
        struct slice one;
        struct error err = {0};
        assert_true(slice_list(&rule, day_of("1900-01-01"), day_of("2026-11-20"), &slices,
                               &count, &err));
        assert_int_equal(count, 1);
        assert_string_equal(slices[0].id, rows[i].id);
        one = slice_of(&rule, rows[i].id);
        assert_memory_equal(&one, &slices[0], sizeof one);
        assert_false(slice_parse(&rule, "2026-11-20", &one));
        /* and never so old that it need not be read */
        assert_false(slice_settled(&rule, &one, day_of("2026-11-20"), day_of("2026-11-20")));
    }
}

static void a_day_is_settled_when_it_was_read_past_its_lookback_or_today(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *day, *read, *today;
        bool settled;
    } rows[] = {
        {"{'kind': 'day'}", "2026-11-20", "2026-11-20", "2026-12-24", true},
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-01", "2026-11-02", "2026-11-03", false},
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-01", "2026-11-29", "2026-12-24", false},
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-01", "2026-11-30", "2026-12-24", true},
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-01", "2026-11-03", "2026-11-03", true},
        /* a day that is not over, or was not when it was read */
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-03", "2026-11-03", "2026-11-03", false},
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-02", "2026-11-02", "2026-11-03", false},
        {"{'kind': 'day'}", "2026-11-03", "2026-11-03", "2026-11-03", true},
        /* read by a host whose clock was ahead */
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-01", "2026-11-04", "2026-11-03", false},
        {"{'kind': 'day', 'lookback': '28d'}", "2026-11-01", "2027-11-01", "2026-11-03", false},
        {"{'kind': 'day'}", "2026-11-01", "2027-11-01", "2026-11-03", true},
        {"{'kind': 'day', 'lookback': '0d'}", "2026-11-01", "2026-11-01", "2026-11-02", false},
        {"{'kind': 'day', 'lookback': '0d'}", "2026-11-01", "2026-11-02", "2026-11-09", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct slice_rule rule = rule_of(rows[i].rule);
        const struct slice s = slice_of(&rule, rows[i].day);
        if (slice_settled(&rule, &s, day_of(rows[i].read), day_of(rows[i].today)) !=
            rows[i].settled)
            fail_msg("row %zu", i);
    }
}

static void what_is_older_than_the_api_reaches_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *retention, *since, *today, *earliest;
    } rows[] = {
        /* 37 months before 2026-11-20 is 2023-10-20, 1127 days; they have 1123 at the least */
        {"37mo", "2020-01-01", "2026-11-20", "2023-10-24"},
        {"37mo", "2023-10-24", "2026-11-20", "2023-10-24"},
        {"37mo", "2026-11-01", "2026-11-20", "2026-11-01"},
        /* over a short February, calendar and days meet: 2023-02-28 to 2026-03-28 is 1124 */
        {"37mo", "2020-01-01", "2026-03-28", "2023-03-01"},
        /* no 29 February 2023: the first of March, and a day */
        {"37mo", "2020-01-01", "2026-03-29", "2023-03-02"},
        {"37mo", "2020-01-01", "2026-03-31", "2023-03-04"},
        {"1mo", "2020-01-01", "2026-12-31", "2026-12-03"},
        {"12mo", "2020-01-01", "2026-11-20", "2025-11-21"},
        {"90d", "2020-01-01", "2026-11-20", "2026-08-22"},
        {NULL, "1900-01-01", "2026-11-20", "1900-01-01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(cleanup_free)
        char *text = text_format(rows[i].retention ? "{'kind': 'day', 'retention': '%s'}"
                                                   : "{'kind': 'day'}",
                                 rows[i].retention);
        const struct slice_rule rule = rule_of(text);
        char earliest[CLOCK_DATE_SIZE];
        bool clamped;
        clock_format_date(
            slice_clamp(&rule, day_of(rows[i].since), day_of(rows[i].today), &clamped),
            earliest);
        assert_string_equal(earliest, rows[i].earliest);
        assert_int_equal(clamped, strcmp(rows[i].since, rows[i].earliest) != 0);
    }
}

/* Never further back than either bound, on any day of eight years. */
static void months_are_never_more_than_they_may_be(void **state)
{
    (void)state;
    const struct slice_rule rule = rule_of("{'kind': 'day', 'retention': '37mo'}");
    for (int64_t today = day_of("2024-01-01"); today < day_of("2032-01-01"); today++) {
        bool clamped;
        int64_t earliest = slice_clamp(&rule, 0, today, &clamped);
        char then[CLOCK_DATE_SIZE], now[CLOCK_DATE_SIZE];
        int y1, m1, d1, y2, m2, d2;
        clock_format_date(earliest, then);
        clock_format_date(today, now);
        sscanf(then, "%d-%d-%d", &y1, &m1, &d1);
        sscanf(now, "%d-%d-%d", &y2, &m2, &d2);
        int months = (y2 - y1) * 12 + m2 - m1;
        if (!clamped || today - earliest > 1123 || today - earliest < 1121 || months > 37 ||
            (months == 37 && d1 <= d2))
            fail_msg("%s: %s", now, then);
    }
}

static void a_reading_begins_where_the_last_one_began(void **state)
{
    (void)state;
    const struct slice_rule rule = rule_of("{'kind': 'changes', 'overlap': '1h'}");
    char text[SLICE_MARK_SIZE];
    struct slice_mark read;
    const struct slice_mark first =
        slice_next_mark(&rule, NULL, instant_of("2026-11-20T12:00:00.5Z"));
    slice_format_mark(&first, text);
    assert_string_equal(text, "../2026-11-20T12:00:00.500Z");
    assert_true(slice_parse_mark(text, &read));
    assert_false(read.has_since);
    assert_int_equal(read.began_ns, first.began_ns);

    const struct slice_mark next =
        slice_next_mark(&rule, &read, instant_of("2026-11-21T12:00:00Z"));
    slice_format_mark(&next, text);
    assert_string_equal(text, "2026-11-20T11:00:00.500Z/2026-11-21T12:00:00Z");
    assert_true(slice_parse_mark(text, &read));
    assert_true(read.has_since);
    assert_int_equal(read.since_ns, next.since_ns);
    assert_int_equal(read.began_ns, next.began_ns);
}

/* What changed between when it really was and when the clock said it was would be missing. */
static void after_a_clock_that_was_put_back_all_is_read(void **state)
{
    (void)state;
    const struct slice_rule rule = rule_of("{'kind': 'changes', 'overlap': '1h'}");
    const struct slice_mark last = {.began_ns = instant_of("2026-11-20T12:00:00Z")};
    assert_true(slice_next_mark(&rule, &last, last.began_ns).has_since);
    const struct slice_mark next =
        slice_next_mark(&rule, &last, instant_of("2026-11-20T11:30:00Z"));
    assert_false(next.has_since);
    assert_int_equal(next.began_ns, instant_of("2026-11-20T11:30:00Z"));
}

static void a_mark_of_something_else_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "/",
        "../",
        "..",
        "2026-11-20T12:00:00Z",
        "2026-11-20/2026-11-21",
        "../2026-11-20T12:00:00Z ",
        "x/2026-11-20T12:00:00Z",
        "2026-11-20T12:00:00.00000000000000000000000000000Z/2026-11-20T12:00:00Z",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct slice_mark mark = {.began_ns = 77};
        if (slice_parse_mark(texts[i], &mark))
            fail_msg("%s was taken", texts[i]);
        assert_int_equal(mark.began_ns, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_listed_with_both_ends),
        cmocka_unit_test(days_in_the_wrong_order_or_too_many_are_refused),
        cmocka_unit_test(changes_and_snapshots_are_one_slice_whatever_the_days),
        cmocka_unit_test(a_day_is_settled_when_it_was_read_past_its_lookback_or_today),
        cmocka_unit_test(what_is_older_than_the_api_reaches_is_left_out),
        cmocka_unit_test(months_are_never_more_than_they_may_be),
        cmocka_unit_test(a_reading_begins_where_the_last_one_began),
        cmocka_unit_test(after_a_clock_that_was_put_back_all_is_read),
        cmocka_unit_test(a_mark_of_something_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
