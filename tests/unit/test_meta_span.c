/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_span.h"
#include "sandbox/meta_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static int64_t day_of(const char *date)
{
    int64_t day;
    assert_true(clock_parse_date(date, &day));
    return day;
}

/* "2026-11-01..2026-11-02 …" of all spans. */
static void expect(const struct meta_span_request *request, const char *today,
                   const char *expected)
{
    struct meta_spans spans;
    char wrong[META_SPAN_TEXT_MAX];
    char text[1024] = "";
    assert_int_equal(
        meta_span_parse(request, day_of(today), day_of("2026-09-10"), &spans, wrong),
        META_ERROR_NONE);
    for (size_t i = 0; i < spans.count; i++) {
        char since[CLOCK_DATE_SIZE], until[CLOCK_DATE_SIZE];
        size_t len = strlen(text);
        clock_format_date(spans.items[i].since, since);
        clock_format_date(spans.items[i].until, until);
        snprintf(text + len, sizeof text - len, "%s%s..%s", i > 0 ? " " : "", since, until);
    }
    assert_string_equal(text, expected);
    meta_spans_done(&spans);
}

static void presets_are_of_the_day_they_are_asked_on(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        const char *expected; /* on Friday, 2026-11-20 */
    } cases[] = {
        {"today", "2026-11-20..2026-11-20"},
        {"yesterday", "2026-11-19..2026-11-19"},
        {"this_month", "2026-11-01..2026-11-20"},
        {"last_month", "2026-10-01..2026-10-31"},
        {"this_quarter", "2026-10-01..2026-11-20"},
        {"last_quarter", "2026-07-01..2026-09-30"},
        {"this_year", "2026-01-01..2026-11-20"},
        {"last_year", "2025-01-01..2025-12-31"},
        {"last_3d", "2026-11-17..2026-11-19"},
        {"last_28d", "2026-10-23..2026-11-19"},
        {"this_week_mon_today", "2026-11-16..2026-11-20"},
        {"last_week_mon_sun", "2026-11-09..2026-11-15"},
        {"this_week_sun_today", "2026-11-15..2026-11-20"},
        {"last_week_sun_sat", "2026-11-08..2026-11-14"},
        {"maximum", "2026-09-10..2026-11-20"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(&(struct meta_span_request){.date_preset = cases[i].preset}, "2026-11-20",
               cases[i].expected);
    expect(&(struct meta_span_request){0}, "2026-11-20", "2026-10-21..2026-11-19");
    expect(&(struct meta_span_request){.date_preset = "last_quarter"}, "2026-02-03",
           "2025-10-01..2025-12-31");
}

static void an_increment_cuts_and_ranges_make_it_ignored(void **state)
{
    (void)state;
    struct meta_span_request r = {.time_range =
                                      "{\"since\":\"2026-01-30\",\"until\":\"2026-03-02\"}"};
    r.time_increment = "monthly";
    expect(&r, "2026-11-20",
           "2026-01-30..2026-01-31 2026-02-01..2026-02-28 2026-03-01..2026-03-02");
    r.time_increment = "20";
    expect(&r, "2026-11-20", "2026-01-30..2026-02-18 2026-02-19..2026-03-02");
    r.time_increment = "all_days";
    expect(&r, "2026-11-20", "2026-01-30..2026-03-02");
    r.time_increment = "nonsense";
    r.time_ranges = "[{\"since\":\"2026-01-02\",\"until\":\"2026-01-03\"}]";
    expect(&r, "2026-11-20", "2026-01-02..2026-01-03");
}

static void what_is_no_range_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct meta_span_request request;
        enum meta_error what;
    } cases[] = {
        {{.time_range = "{\"since\":\"2026-01-02\",\"until\":\"2026-01-01\"}"},
         META_ERROR_PARAMETER},
        {{.time_range = "{\"since\":\"2026-01-02\"}"}, META_ERROR_PARAMETER},
        {{.time_range = "{\"since\":1,\"until\":2}"}, META_ERROR_PARAMETER},
        {{.time_range = "[]"}, META_ERROR_PARAMETER},
        {{.time_range = "{\"since\":\"2023-10-19\",\"until\":\"2026-01-01\"}"},
         META_ERROR_TOO_OLD},
        {{.time_ranges = "[]"}, META_ERROR_PARAMETER},
        {{.date_preset = "lifetime"}, META_ERROR_PARAMETER},
        {{.time_increment = "0"}, META_ERROR_PARAMETER},
        {{.time_increment = "91"}, META_ERROR_PARAMETER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct meta_spans spans;
        char wrong[META_SPAN_TEXT_MAX];
        assert_int_equal(
            meta_span_parse(&cases[i].request, day_of("2026-11-20"), 0, &spans, wrong),
            cases[i].what);
    }
    assert_int_equal(meta_span_months_before(day_of("2026-03-31"), 37), day_of("2023-02-28"));
}

/* 2026-10-25T01:00:00Z is when the summer ends in Berlin. */
static void zones_change_with_the_seasons(void **state)
{
    (void)state;
    struct meta_zones zones;
    int32_t second;
    if (!meta_zone_load(&zones))
        skip();
    const struct meta_zone *berlin = &zones.zones[1];
    assert_int_equal(meta_zone_offset_s(berlin, 1792890000 - 1), 7200);
    assert_int_equal(meta_zone_offset_s(berlin, 1792890000), 3600);
    assert_int_equal(meta_zone_day(&zones.zones[0], 1792890000, &second), day_of("2026-10-24"));
    assert_int_equal(second, 18 * 3600);
    assert_int_equal(meta_zone_offset_s(&zones.zones[2], 1792890000), 19800);
    assert_int_equal(meta_zone_offset_s(&zones.zones[3], 1792890000), 46800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_of_the_day_they_are_asked_on),
        cmocka_unit_test(an_increment_cuts_and_ranges_make_it_ignored),
        cmocka_unit_test(what_is_no_range_is_refused),
        cmocka_unit_test(zones_change_with_the_seasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
