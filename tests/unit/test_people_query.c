/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/people_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void numbers_are_those_of_javascript(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
    } numbers[] = {
        {"0", 0},       {"5000", 5000},
        {"007", 7},     {"1e3", 1000},
        {"1E+3", 1000}, {"5.0", 5},
        {"5.", 5},      {".5e1", 5},
        {" 8 ", 8},     {"\t8\n", 8},
        {"0x1F", 31},   {"0b101", 5},
        {"0O17", 15},   {"+4", 4},
        {"-0", 0},      {"", 0},
        {"   ", 0},     {"50e-1", 5},
        {"1000e-3", 1}, {"9007199254740992", UINT64_C(9007199254740992)},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint64_t value;
        if (!people_query_number(numbers[i].text, strlen(numbers[i].text), &value))
            fail_msg("'%s' is a number", numbers[i].text);
        assert_int_equal(value, numbers[i].value);
    }
}

static void anything_else_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "abc",  "-1",   "2.5",  "1,5",  "5 5",   "5,5",      "0x",   "0xg",  "0x1.8p1", "1e",
        "e3",   ".",    "+",    "++1",  "1_0",   "Infinity", "NaN",  "nan",  "inf",     "1e400",
        "-0x1", "0x-1", "0b12", "0x 1", "1e3.5", "１２",     "5abc", "1e16", "0o8",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t value = 77;
        if (people_query_number(texts[i], strlen(texts[i]), &value))
            fail_msg("'%s' is no number", texts[i]);
        assert_int_equal(value, 77);
    }
    uint64_t value;
    assert_false(people_query_number("5\0", 2, &value));
    char many[300];
    memset(many, '0', sizeof many);
    assert_false(people_query_number(many, sizeof many, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_javascript),
        cmocka_unit_test(anything_else_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
