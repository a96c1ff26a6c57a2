/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "codec/base32.h"

static void check(const char *data, const char *expected)
{
    char text[64];
    size_t len = strlen(data);
    assert_int_equal(base32_encode((const uint8_t *)data, len, text), BASE32_LENGTH(len));
    assert_int_equal(BASE32_LENGTH(len), strlen(expected));
    assert_memory_equal(text, expected, strlen(expected));
}

/* RFC 4648 section 10, in lower case and without padding. */
static void the_vectors_of_the_rfc_hold(void **state)
{
    (void)state;
    check("", "");
    check("f", "my");
    check("fo", "mzxq");
    check("foo", "mzxw6");
    check("foob", "mzxw6yq");
    check("fooba", "mzxw6ytb");
    check("foobar", "mzxw6ytboi");
}

static void all_bits_are_written(void **state)
{
    (void)state;
    uint8_t data[16];
    char text[BASE32_LENGTH(sizeof data)];
    memset(data, 0xff, sizeof data);
    assert_int_equal(base32_encode(data, sizeof data, text), sizeof text);
    assert_memory_equal(text, "7777777777777777777777777", 25);
    assert_int_equal(text[25], '4'); /* the last three bits, then two zero bits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_hold),
        cmocka_unit_test(all_bits_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
