/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/window.h"

/* Three in the morning of the 20th by UTC: still the 19th in America. */
#define NOW "2026-11-20T03:00:00Z"

static int64_t instant(const char *text)
{
    int64_t ns = 0;
    assert_true(clock_parse_rfc3339(text, &ns));
    return ns;
}

/* NULL: not given. */
static struct window window_of(const char *since, const char *until)
{
    struct window w = {0};
    if (since)
        assert_true(window_parse_day(since, instant(NOW), &w.since));
    if (until)
        assert_true(window_parse_day(until, instant(NOW), &w.until));
    return w;
}

enum { NONE = -1 };

struct expectation {
    const char *since, *until; /* as given */
    const char *zone;
    int64_t lookback;
    const char *days; /* "FIRST LAST" */
};

static void assert_days(const struct expectation *e)
{
    AUTO(zone_closep) struct zone *zone = NULL;
    struct error err = {0};
    struct window w = window_of(e->since, e->until);
    if (!zone_open(e->zone, &zone, &err))
        fail_msg("%s", err.text);
    const struct slice_rule rule = {
        .kind = SLICE_DAY,
        .has_lookback = e->lookback != NONE,
        .lookback_days = e->lookback,
        .retention_months = 37,
    };
    struct window_days days = window_resolve(&w, &rule, zone, instant(NOW));
    char since[CLOCK_DATE_SIZE], until[CLOCK_DATE_SIZE], text[64];
    clock_format_date(days.since, since);
    clock_format_date(days.until, until);
    snprintf(text, sizeof text, "%s %s%s%s", since, until, days.cut ? " cut" : "",
             days.clamped ? " clamped" : "");
    if (strcmp(text, e->days) != 0)
        fail_msg("--since %s --until %s in %s: %s, not %s", e->since ? e->since : "-",
                 e->until ? e->until : "-", e->zone, text, e->days);
}

static void assert_all(const struct expectation *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_days(&list[i]);
}

#define ASSERT_ALL(list) assert_all(list, sizeof(list) / sizeof *(list))

static void days_are_those_of_the_account(void **state)
{
    (void)state;
    static const struct expectation list[] = {
        {"2026-11-01", "2026-11-03", "Asia/Tokyo", 28, "2026-11-01 2026-11-03"},
        {"2026-11-01", "2026-11-03", "America/New_York", NONE, "2026-11-01 2026-11-03"},
        {"3d", "yesterday", "UTC", NONE, "2026-11-17 2026-11-19"},
        {"3d", "yesterday", "Asia/Tokyo", NONE, "2026-11-17 2026-11-19"},
        {"3d", "yesterday", "America/New_York", NONE, "2026-11-16 2026-11-18"},
        {"today", "today", "Asia/Tokyo", 28, "2026-11-20 2026-11-20"},
        {"today", "today", "America/New_York", 28, "2026-11-19 2026-11-19"},
    };
    ASSERT_ALL(list);
}

static void an_instant_is_the_accounts_day_at_that_time(void **state)
{
    (void)state;
    static const struct expectation list[] = {
        {"2026-11-18T23:30:00Z", "2026-11-19T04:59:59Z", "Europe/Berlin", NONE,
         "2026-11-19 2026-11-19"},
        {"2026-11-18T23:30:00Z", "2026-11-19T04:59:59Z", "America/New_York", NONE,
         "2026-11-18 2026-11-18"},
        {"2026-11-19T00:00:00+09:00", "2026-11-19T05:00:00Z", "America/New_York", NONE,
         "2026-11-18 2026-11-19"},
        /* twelve hours ago it was three in the afternoon by UTC */
        {"12h", "0", "UTC", NONE, "2026-11-19 2026-11-20"},
        {"12h", "0", "Pacific/Auckland", NONE, "2026-11-20 2026-11-20"},
        {"12h", "0", "America/New_York", NONE, "2026-11-19 2026-11-19"},
    };
    ASSERT_ALL(list);
}

static void without_days_all_that_may_still_change_is_read(void **state)
{
    (void)state;
    static const struct expectation list[] = {
        {NULL, NULL, "UTC", 28, "2026-10-22 2026-11-19"},
        {NULL, NULL, "America/New_York", 28, "2026-10-21 2026-11-18"},
        {NULL, NULL, "UTC", 1, "2026-11-18 2026-11-19"},
        {NULL, NULL, "UTC", 0, "2026-11-19 2026-11-19"},
        {NULL, "today", "UTC", 28, "2026-10-22 2026-11-20"},
        {NULL, "2026-11-10", "UTC", 28, "2026-10-22 2026-11-10"},
        {NULL, "2026-09-10", "UTC", 28, "2026-09-10 2026-09-10"},
        {"2026-11-01", NULL, "UTC", 28, "2026-11-01 2026-11-19"},
        {"yesterday", NULL, "UTC", 28, "2026-11-19 2026-11-19"},
    };
    ASSERT_ALL(list);
}

static void today_is_read_when_it_is_asked_for(void **state)
{
    (void)state;
    static const struct expectation list[] = {
        {"today", NULL, "UTC", 28, "2026-11-20 2026-11-20"},
        {"2026-11-20", NULL, "UTC", 28, "2026-11-20 2026-11-20"},
        {"2h", NULL, "UTC", 28, "2026-11-20 2026-11-20"},
        {"3d", "today", "UTC", 28, "2026-11-17 2026-11-20"},
    };
    ASSERT_ALL(list);
}

static void where_days_do_not_change_today_is_the_default(void **state)
{
    (void)state;
    static const struct expectation list[] = {
        {NULL, NULL, "UTC", NONE, "2026-11-20 2026-11-20"},
        {"3d", NULL, "UTC", NONE, "2026-11-17 2026-11-20"},
        {NULL, "2026-11-18", "UTC", NONE, "2026-11-18 2026-11-18"},
    };
    ASSERT_ALL(list);
}

/* A day that has begun in Tokyo may not have in New York. */
static void a_day_that_has_not_begun_there_is_left_out(void **state)
{
    (void)state;
    static const struct expectation list[] = {
        {"2026-11-18", "2026-11-20", "Asia/Tokyo", 28, "2026-11-18 2026-11-20"},
        {"2026-11-18", "2026-11-20", "America/New_York", 28, "2026-11-18 2026-11-19 cut"},
        {"2026-11-20", "2026-11-20", "America/New_York", NONE, "2026-11-20 2026-11-19 cut"},
        {"2026-11-20", NULL, "America/New_York", 28, "2026-11-20 2026-11-19 cut"},
        {NULL, "2026-11-20", "America/New_York", NONE, "2026-11-19 2026-11-19 cut"},
    };
    ASSERT_ALL(list);
}

static void what_the_api_keeps_no_more_is_left_out(void **state)
{
    (void)state;
    static const struct expectation list[] = {
        {"2020-01-01", "2024-01-31", "UTC", 28, "2023-10-21 2024-01-31 clamped"},
        {"2020-01-01", "2024-01-31", "America/New_York", 28, "2023-10-20 2024-01-31 clamped"},
        {"2020-01-01", "2020-01-31", "UTC", 28, "2023-10-21 2020-01-31 clamped"},
        {"2023-10-21", "2024-01-31", "UTC", NONE, "2023-10-21 2024-01-31"},
    };
    ASSERT_ALL(list);
}

static void what_is_wrong_everywhere_is_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *since, *until, *error; /* NULL: none */
    } list[] = {
        {NULL, NULL, NULL},
        {"today", "today", NULL},
        {"2026-11-20", "today", NULL},
        {"2026-11-19", "yesterday", NULL}, /* but not for an account in America */
        {"2026-11-20", "yesterday", "--since is later than --until"},
        {"2026-11-21", "2026-11-21", "--until is in the future"},
        {"today", "yesterday", "--since is later than --until"},
        {"2026-11-03", "2026-11-01", "--since is later than --until"},
        {"2026-11-19T12:00:00Z", "2026-11-18T12:00:00Z", "--since is later than --until"},
        {"2026-11-21", NULL, "--since is later than --until"},
        {"2026-11-20", "3d", "--since is later than --until"},
        {NULL, "2026-11-23", "--until is in the future"},
        {NULL, "2026-11-22T12:00:00Z", "--until is in the future"},
        {"2026-11-01", "2200-01-01", "--until is in the future"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct window w = window_of(list[i].since, list[i].until);
        struct error err = {0};
        bool ok = window_check(&w, instant(NOW), &err);
        if (ok != !list[i].error || (!ok && strcmp(err.text, list[i].error) != 0))
            fail_msg("--since %s --until %s: %s", list[i].since ? list[i].since : "-",
                     list[i].until ? list[i].until : "-", ok ? "accepted" : err.text);
        assert_true(ok || err.kind == ERROR_USAGE);
    }
}

static void a_day_is_written_as_it_was_given(void **state)
{
    (void)state;
    static const char *const texts[] = {"today", "yesterday", "3d", "2026-11-01",
                                        "2026-11-01T09:30:00Z"};
    char text[WINDOW_TEXT_SIZE];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct window w = window_of(texts[i], NULL);
        window_format_day(&w.since, text);
        assert_string_equal(text, texts[i]);
    }
    window_format_day(&(struct window_day){0}, text);
    assert_string_equal(text, "");
    struct window w = window_of("12h", "1d");
    window_format_day(&w.since, text);
    assert_string_equal(text, "2026-11-19T15:00:00Z");
    window_format_day(&w.until, text);
    assert_string_equal(text, "yesterday");
}

static void what_is_no_day_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",         "tomorrow", "-3d",     "3",
                                        "3 d",      "3dd",      "999999d", "2026-02-30",
                                        "20261101", "Today",    "today "};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct window_day day = {WINDOW_DATE, 42};
        if (window_parse_day(texts[i], instant(NOW), &day))
            fail_msg("\"%s\" was taken for a day", texts[i]);
        assert_int_equal(day.kind, WINDOW_DATE);
        assert_int_equal(day.value, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_those_of_the_account),
        cmocka_unit_test(an_instant_is_the_accounts_day_at_that_time),
        cmocka_unit_test(without_days_all_that_may_still_change_is_read),
        cmocka_unit_test(today_is_read_when_it_is_asked_for),
        cmocka_unit_test(where_days_do_not_change_today_is_the_default),
        cmocka_unit_test(a_day_that_has_not_begun_there_is_left_out),
        cmocka_unit_test(what_the_api_keeps_no_more_is_left_out),
        cmocka_unit_test(what_is_wrong_everywhere_is_refused_at_once),
        cmocka_unit_test(a_day_is_written_as_it_was_given),
        cmocka_unit_test(what_is_no_day_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
