/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "crypto/pseudonym.h"

static int start(void **state)
{
    (void)state;
    struct error err;
    return secret_init(&err) ? 0 : -1;
}

/* The key 00 01 … 1f. */
static struct pseudonym *make(uint32_t version)
{
    uint8_t bytes[PSEUDONYM_KEY_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    AUTO(secret_freep) struct secret *key = secret_copy(bytes, sizeof bytes);
    struct pseudonym *p = pseudonym_new(key, version);
    assert_non_null(p);
    assert_int_equal(pseudonym_version(p), version);
    return p;
}

static void check(uint32_t version, const char *class_name, const void *value, size_t len,
                  const char *expected)
{
    AUTO(pseudonym_freep) struct pseudonym *p = make(version);
    char text[PSEUDONYM_TEXT_MAX + 1];
    memset(text, '#', sizeof text);
    assert_int_equal(pseudonym_token(p, class_name, value, len, text), strlen(expected));
    assert_memory_equal(text, expected, strlen(expected));
    assert_int_equal(text[strlen(expected)], '#'); /* nothing behind */
}

/* From hashlib.blake2b(value, digest_size=16, key=bytes(range(32)),
 * salt=version.to_bytes(16, "little"), person=class) and base64.b32encode of Python. */
static void tokens_are_the_known_answers(void **state)
{
    (void)state;
    uint8_t all[3 * 256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    char block[128];
    memset(block, 'x', sizeof block);

    check(1, "email", "jane@example.org", 16, "email_1_dvxzpqdl3sjkvfgr5b44wq4urq");
    check(2, "email", "jane@example.org", 16, "email_2_fltky4dncypqaci2qulebhvgoe");
    check(1, "phone", "+4915112345678", 14, "phone_1_fez2bkovypqn2oh6fmmdryengm");
    check(2, "postcode", "75001", 5, "postcode_2_gqviwqz4dlv4jebplsq2kw2mby");
    check(1, "name", block, sizeof block, "name_1_ufcx66kfyhof2u3moy6rngerxy");
    check(7, "abcdefghijklmnop", all, sizeof all,
          "abcdefghijklmnop_7_hzet4ynm26jtbwir7pibsdk3pm");
    check(UINT32_MAX, "text", "", 0, "text_4294967295_2qdbkntfeh4e5tme3vorz32b6m");
}

/* hashlib again, of b"" with person=b"KEY:setdigest". */
static void a_derived_key_is_the_known_answer_and_no_token(void **state)
{
    (void)state;
    static const uint8_t expected[PSEUDONYM_DERIVED_SIZE] = {0xb6, 0xdd, 0x9b, 0x49, 0x17, 0x8d,
                                                             0x33, 0x23, 0xdb, 0xdb, 0xd9, 0xe7,
                                                             0xeb, 0x2c, 0x37, 0x78};
    AUTO(pseudonym_freep) struct pseudonym *p = make(1);
    uint8_t key[PSEUDONYM_DERIVED_SIZE];
    pseudonym_derive(p, "KEY:setdigest", key);
    assert_memory_equal(key, expected, sizeof key);
    assert_false(pseudonym_class_valid("KEY:setdigest"));
}

static void the_longest_token_has_the_maximum_length(void **state)
{
    (void)state;
    AUTO(pseudonym_freep) struct pseudonym *p = make(UINT32_MAX);
    char text[PSEUDONYM_TEXT_MAX];
    assert_int_equal(pseudonym_token(p, "abcdefghijklmnop", "x", 1, text), PSEUDONYM_TEXT_MAX);
}

static void another_key_class_or_version_gives_another_token(void **state)
{
    (void)state;
    AUTO(pseudonym_freep) struct pseudonym *one = make(1);
    AUTO(pseudonym_freep) struct pseudonym *two = make(2);
    AUTO(secret_freep) struct secret *key = secret_random(PSEUDONYM_KEY_SIZE);
    AUTO(pseudonym_freep) struct pseudonym *other = pseudonym_new(key, 1);
    char a[PSEUDONYM_TEXT_MAX], b[PSEUDONYM_TEXT_MAX];
    size_t len = pseudonym_token(one, "ab", "x", 1, a);

    pseudonym_token(other, "ab", "x", 1, b);
    assert_memory_not_equal(a + len - 26, b + len - 26, 26);
    pseudonym_token(two, "ab", "x", 1, b);
    assert_memory_not_equal(a + len - 26, b + len - 26, 26);
    pseudonym_token(one, "ac", "x", 1, b);
    assert_memory_not_equal(a + len - 26, b + len - 26, 26);
}

static void a_class_is_a_lower_case_word(void **state)
{
    (void)state;
    const char *const good[] = {"a", "email", "id2", "abcdefghijklmnop"};
    const char *const bad[] = {
        "", "A", "1a", "a_b", "a-b", "a b", "\xc3\xa9", "aB", " a", "a ", "abcdefghijklmnopq"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(pseudonym_class_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(pseudonym_class_valid(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_the_known_answers),
        cmocka_unit_test(a_derived_key_is_the_known_answer_and_no_token),
        cmocka_unit_test(the_longest_token_has_the_maximum_length),
        cmocka_unit_test(another_key_class_or_version_gives_another_token),
        cmocka_unit_test(a_class_is_a_lower_case_word),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
