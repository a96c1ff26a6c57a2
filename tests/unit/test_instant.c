/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "record/instant.h"

static void assert_normal(const char *text, const char *expected)
{
    char normal[INSTANT_TEXT_MAX + 1];
    size_t len;
    if (!instant_normalise(text, strlen(text), normal, &len)) {
        if (expected)
            fail_msg("%s was refused", text);
        return;
    }
    normal[len] = '\0';
    if (!expected)
        fail_msg("%s was taken for %s", text, normal);
    assert_string_equal(normal, expected);
}

static void instants_become_utc(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"2026-11-20T09:30:00Z", "2026-11-20T09:30:00Z"},
        {"2026-11-20t09:30:00z", "2026-11-20T09:30:00Z"},
        {"2026-11-20T09:30:00+05:45", "2026-11-20T03:45:00Z"},
        {"2026-11-20T00:30:00+01:00", "2026-11-19T23:30:00Z"},
        {"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"},
        {"2024-03-01T00:00:00+00:01", "2024-02-29T23:59:00Z"},
        {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
        {"2024-02-28T23:59:59-23:59", "2024-02-29T23:58:59Z"},
        {"2026-11-20T09:30:00-00:00", "2026-11-20T09:30:00Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_normal(cases[i][0], cases[i][1]);
}

static void fractions_have_the_fewest_digits_up_to_microseconds(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"2005-05-08T00:00:00.000Z", "2005-05-08T00:00:00Z"},
        {"2005-05-08T00:00:00.5Z", "2005-05-08T00:00:00.500Z"},
        {"2005-05-08T00:00:00.123Z", "2005-05-08T00:00:00.123Z"},
        {"2005-05-08T00:00:00.1234Z", "2005-05-08T00:00:00.123400Z"},
        {"2005-05-08T00:00:00.123456789Z", "2005-05-08T00:00:00.123456Z"},
        {"2005-05-08T00:00:00.0000009Z", "2005-05-08T00:00:00Z"},
        {"2005-05-08T00:00:00.000000000000000000000001+00:00", "2005-05-08T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_normal(cases[i][0], cases[i][1]);
}

static void what_is_no_instant_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2026-11-20",
        "2026-11-20T09:30:00",
        "2026-11-20 09:30:00Z",
        "2026-11-20T09:30Z",
        "2026-11-20T09:30:00.Z",
        "2026-11-20T09:30:00,5Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T09:60:00Z",
        "2026-11-20T09:30:61Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-11-20T09:30:00+0100",
        "2026-11-20T09:30:00+01",
        "2026-11-20T09:30:00+24:00",
        "2026-11-20T09:30:00+01:60",
        "2026-11-20T09:30:00Z ",
        " 2026-11-20T09:30:00Z",
        "20261120T093000Z",
        "-026-11-20T09:30:00Z",
        "2026-11-20T09:30:00ZZ",
        "Infinity",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_normal(cases[i], NULL);
}

static void no_cut_of_an_instant_reads_beyond_it(void **state)
{
    (void)state;
    static const char text[] = "2026-11-20T09:30:00.123456+05:45";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        char copy[sizeof text], normal[INSTANT_TEXT_MAX];
        size_t normal_len;
        memset(copy, '9', sizeof copy);
        memcpy(copy, text, len);
        assert_false(instant_normalise(copy, len, normal, &normal_len));
    }
}

static void dates_are_days_that_there_were(void **state)
{
    (void)state;
    assert_true(instant_is_date("2024-02-29", 10));
    assert_true(instant_is_date("2000-02-29", 10));
    assert_true(instant_is_date("0001-01-01", 10));
    assert_true(instant_is_date("9999-12-31", 10));
    assert_false(instant_is_date("2023-02-29", 10));
    assert_false(instant_is_date("1900-02-29", 10));
    assert_false(instant_is_date("2023-04-31", 10));
    assert_false(instant_is_date("2023-4-31", 9));
    assert_false(instant_is_date("2023-04-3", 9));
    assert_false(instant_is_date("2023/04/30", 10));
    assert_false(instant_is_date("0000-01-01", 10));
    assert_false(instant_is_date("2023-04-30T", 11));
}

/* Against the C library, over many instants and offsets. */
static void normal_forms_agree_with_the_c_library(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        time_t utc = (time_t)(random % 250000000000ull) - 60000000000ll; /* years 68 to 7991 */
        int offset = (int)(random >> 40) % 1440 * (random & 1 ? 60 : -60);
        time_t local = utc + offset;
        struct tm local_tm, utc_tm;
        char text[64], expected[64];
        assert_non_null(gmtime_r(&local, &local_tm));
        assert_non_null(gmtime_r(&utc, &utc_tm));
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d",
                 local_tm.tm_year + 1900, local_tm.tm_mon + 1, local_tm.tm_mday,
                 local_tm.tm_hour, local_tm.tm_min, local_tm.tm_sec, offset < 0 ? '-' : '+',
                 (offset < 0 ? -offset : offset) / 3600,
                 (offset < 0 ? -offset : offset) / 60 % 60);
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                 utc_tm.tm_year + 1900, utc_tm.tm_mon + 1, utc_tm.tm_mday, utc_tm.tm_hour,
                 utc_tm.tm_min, utc_tm.tm_sec);
        assert_normal(text, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_become_utc),
        cmocka_unit_test(fractions_have_the_fewest_digits_up_to_microseconds),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(no_cut_of_an_instant_reads_beyond_it),
        cmocka_unit_test(dates_are_days_that_there_were),
        cmocka_unit_test(normal_forms_agree_with_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
