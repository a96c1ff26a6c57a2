/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "record/convert.h"

struct example {
    const char *text;
    const char *result; /* NULL: not of the form */
};

static void check(const char *name, const struct example *rows, size_t count)
{
    const struct convert *c = convert_find(name);
    assert_non_null(c);
    for (size_t i = 0; i < count; i++) {
        char out[CONVERT_TEXT_MAX];
        size_t len;
        const char *result = rows[i].result;
        bool ok = convert_apply(c, rows[i].text, strlen(rows[i].text), out, &len);
        if (ok != (result != NULL) ||
            (ok && (len != strlen(result) || memcmp(out, result, len) != 0)))
            fail_msg("%s: \"%s\" became %.*s", name, rows[i].text, ok ? (int)len : 7,
                     ok ? out : "nothing");
    }
}

#define CHECK(name, rows) check(name, rows, sizeof(rows) / sizeof *(rows))

static void utc_offsets_become_minutes(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"+5:45", "345"},  {"-12:00", "-720"}, {"0:00", "0"},     {"+11:00", "660"},
        {"-3:30", "-210"}, {"-0:30", "-30"},   {"+14:00", "840"}, {"+15:00", NULL},
        {"5", NULL},       {"+5:4", NULL},     {"+5:60", NULL},   {"+005:00", NULL},
        {"", NULL},        {"+", NULL},        {"+:00", NULL},    {"+5:00 ", NULL},
        {"+5:000", NULL},  {"+5.00", NULL},
    };
    CHECK("utc-offset-minutes", rows);
}

static void times_with_any_offset_become_utc(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"2024-03-12T15:02:47-0700", "2024-03-12T22:02:47Z"},
        {"2024-03-12T15:02:47+0545", "2024-03-12T09:17:47Z"},
        {"2024-03-12T15:02:47+0000", "2024-03-12T15:02:47Z"},
        {"2024-03-12T15:02:47-07:00", "2024-03-12T22:02:47Z"},
        {"2024-03-12T15:02:47Z", "2024-03-12T15:02:47Z"},
        {"2020-04-13t18:04:59 0000", "2020-04-13T18:04:59Z"},
        {"2020-04-13t18:04:59 0200", "2020-04-13T16:04:59Z"},
        {"1969-12-31T16:00:00-0800", "1970-01-01T00:00:00Z"},
        {"2024-03-12T15:02:47.5-0700", "2024-03-12T22:02:47.500Z"},
        {"2024-03-12T15:02:47", NULL},
        {"2024-03-12T15:02:47-07", NULL},
        {"2024-03-12T15:02:47 07:00", NULL},
        {"2024-03-12T15:02:47-2400", NULL},
        {"2024-02-30T15:02:47-0700", NULL},
        {"2024-03-12T15:02:47  0000", NULL},
        {"2024-03-12", NULL},
        {"Tuesday at 3:02\xe2\x80\xafPM", NULL},
        {"1710280967", NULL},
        {"0", NULL},
        {"-0700", NULL},
        {"", NULL},
        {"2024-03-12T15:02:47."
         "0000000000000000000000000000000000000000000000000000000000000000-0700",
         NULL},
    };
    CHECK("iso8601", rows);
}

static void seconds_since_1970_become_times(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"0", "1970-01-01T00:00:00Z"},
        {"1510698896", "2017-11-14T22:34:56Z"},
        {"1709164799", "2024-02-28T23:59:59Z"},
        {"1709164800", "2024-02-29T00:00:00Z"},
        {"-1", "1969-12-31T23:59:59Z"},
        {"4294967296", "2106-02-07T06:28:16Z"},
        {"-62135596800", "0001-01-01T00:00:00Z"},
        {"253402300799", "9999-12-31T23:59:59Z"},
        {"-62135596801", NULL},
        {"253402300800", NULL},
        {"1510698896.5", NULL},
        {"1e9", NULL},
        {"9223372036854775808", NULL},
        {" 1", NULL},
        {"", NULL},
    };
    CHECK("unix-seconds", rows);
}

static void words_become_booleans(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"True", "true"}, {"true", "true"}, {"False", "false"}, {"false", "false"},
        {"TRUE", NULL},   {"1", NULL},      {"yes", NULL},      {"Tru", NULL},
        {"Truee", NULL},  {"", NULL},
    };
    CHECK("boolean", rows);
    assert_true(convert_is_boolean(convert_find("boolean")));
    assert_false(convert_is_boolean(convert_find("iso8601")));
}

static void what_is_in_no_table_is_no_conversion(void **state)
{
    (void)state;
    assert_null(convert_find("iso"));
    assert_null(convert_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utc_offsets_become_minutes),
        cmocka_unit_test(times_with_any_offset_become_utc),
        cmocka_unit_test(seconds_since_1970_become_times),
        cmocka_unit_test(words_become_booleans),
        cmocka_unit_test(what_is_in_no_table_is_no_conversion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
