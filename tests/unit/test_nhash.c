/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "codec/hex.h"
#include "crypto/nhash.h"

enum { TEXT_MAX = 20000 };

static const uint8_t bytes[NHASH_KEY_SIZE] = {0, 1, 2,  3,  4,  5,  6,  7,
                                              8, 9, 10, 11, 12, 13, 14, 15};
static struct nhash_key key;
static uint8_t text[TEXT_MAX];

static void digest(size_t len, uint8_t ret_digest[NHASH_SIZE])
{
    nhash_digest(&key, text, len, ret_digest);
}

/* Another implementation wrote these: the header's words in Python. */
static void the_digest_is_the_documented_one(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        const char *expected;
    } cases[] = {
        {0, "8359339f05e13af7d3c63f51bc567efe"},    {1, "87828dc440c22c54389e1215f8d2941b"},
        {15, "8b7e81bcbc0857c8626cf6708c7ae850"},   {16, "faf1e3ebdeb37bbdf73e3d5d9e3d674b"},
        {17, "acf32671a6c85e0698322334f0a2813b"},   {511, "fe4c7f4f81f610e67e2b28098c482b3f"},
        {512, "45b607ac6b200616655af20e583f0480"},  {513, "e5b205929b8124635d73d7d48161d209"},
        {8191, "9c739b6b14a06a70bec3aaccbc4c0642"}, {8192, "0d5fd7796fa34915b8a5814614e32df5"},
        {8193, "5ebaaa6a0ed13e42cd2f2ad27f13abfb"}, {20000, "8bde51dfb0a49d99beca536edf96f695"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t found[NHASH_SIZE];
        char shown[HEX_SIZE(NHASH_SIZE)];
        digest(cases[i].len, found);
        hex_encode(found, sizeof found, shown);
        assert_string_equal(shown, cases[i].expected);
    }
}

/* At every place of a block, of its last pair, and of the groups that SipHash reads. */
static void every_bit_of_a_text_matters(void **state)
{
    (void)state;
    static const size_t lens[] = {1, 16, 31, 512, 513, 8192, 8200};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        uint8_t whole[NHASH_SIZE], other[NHASH_SIZE];
        digest(lens[i], whole);
        for (size_t bit = 0; bit < lens[i] * 8; bit += 1 + lens[i] / 64) {
            text[bit / 8] ^= (uint8_t)(1 << bit % 8);
            digest(lens[i], other);
            text[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_memory_not_equal(whole, other, sizeof whole);
        }
    }
}

/* What fills up the last pair is no part of the text. */
static void the_length_matters(void **state)
{
    (void)state;
    static const uint8_t zeros[40];
    uint8_t seen[sizeof zeros + 1][NHASH_SIZE];
    for (size_t i = 0; i <= sizeof zeros; i++) {
        nhash_digest(&key, zeros, i, seen[i]);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(seen[i], seen[j], NHASH_SIZE);
    }
}

static void where_blocks_stand_matters(void **state)
{
    (void)state;
    uint8_t turned[2 * NHASH_BLOCK], one[NHASH_SIZE], other[NHASH_SIZE];
    memcpy(turned, text + NHASH_BLOCK, NHASH_BLOCK);
    memcpy(turned + NHASH_BLOCK, text, NHASH_BLOCK);
    digest(sizeof turned, one);
    nhash_digest(&key, turned, sizeof turned, other);
    assert_memory_not_equal(one, other, sizeof one);
}

static void another_key_gives_another_digest(void **state)
{
    (void)state;
    uint8_t other_bytes[NHASH_KEY_SIZE], one[NHASH_SIZE], two[NHASH_SIZE];
    struct nhash_key other;
    memcpy(other_bytes, bytes, sizeof bytes);
    other_bytes[15] ^= 1;
    nhash_key(other_bytes, &other);
    assert_memory_not_equal(key.words, other.words, sizeof key.words);
    digest(100, one);
    nhash_digest(&other, text, 100, two);
    assert_memory_not_equal(one, two, sizeof one);
}

/* Nothing behind the text is read, wherever it begins. */
static void a_text_may_lie_anywhere(void **state)
{
    (void)state;
    for (size_t len = 0; len < 40; len++) {
        uint8_t one[NHASH_SIZE], other[NHASH_SIZE];
        uint8_t *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy + 1, text, len);
        digest(len, one);
        nhash_digest(&key, copy + 1, len, other);
        assert_memory_equal(one, other, sizeof one);
        free(copy);
    }
}

static int make_text(void **state)
{
    (void)state;
    nhash_key(bytes, &key);
    for (size_t i = 0; i < TEXT_MAX; i++)
        text[i] = (uint8_t)(i * 7 + i / 256);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_is_the_documented_one),
        cmocka_unit_test(every_bit_of_a_text_matters),
        cmocka_unit_test(the_length_matters),
        cmocka_unit_test(where_blocks_stand_matters),
        cmocka_unit_test(another_key_gives_another_digest),
        cmocka_unit_test(a_text_may_lie_anywhere),
    };
    return cmocka_run_group_tests(tests, make_text, NULL);
}
