/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "codec/hex.h"

static void bytes_become_lower_case_digits(void **state)
{
    (void)state;
    const uint8_t data[] = {0x00, 0x01, 0x9a, 0xff};
    char text[HEX_SIZE(sizeof data)];
    hex_encode(data, sizeof data, text);
    assert_string_equal(text, "00019aff");
    hex_encode(data, 0, text);
    assert_string_equal(text, "");
}

static void every_byte_comes_back(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        uint8_t back = (uint8_t)~byte;
        char text[HEX_SIZE(1)];
        hex_encode(&byte, 1, text);
        assert_true(hex_decode(text, &back, 1));
        assert_int_equal(back, byte);
    }
}

static void digits_of_either_case_are_read(void **state)
{
    (void)state;
    uint8_t data[2];
    assert_true(hex_decode("aBcD", data, 2));
    assert_memory_equal(data, "\xab\xcd", 2);
    assert_true(hex_decode("", data, 0));
}

static void anything_else_is_refused_and_nothing_is_written(void **state)
{
    (void)state;
    const char *const bad[] = {"",     "a",    "aabbc", "aabbccd", "aabb ",     " aabb",
                               "0xaa", "aag0", "aa-1",  "aa:b",    "aa\xc3\xa9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t data[2] = {1, 2};
        assert_false(hex_decode(bad[i], data, sizeof data));
        assert_memory_equal(data, "\1\2", 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_lower_case_digits),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(digits_of_either_case_are_read),
        cmocka_unit_test(anything_else_is_refused_and_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
