/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "record/setdigest.h"

static const uint8_t bytes[NHASH_KEY_SIZE] = {0, 1, 2,  3,  4,  5,  6,  7,
                                              8, 9, 10, 11, 12, 13, 14, 15};
static struct setdigest_key key;

/* A digest of the lines that the letters stand for. */
static struct setdigest set_of(const char *letters)
{
    struct setdigest d;
    setdigest_init(&d);
    for (; *letters; letters++)
        setdigest_add(&d, &key, letters, 1);
    return d;
}

static void finish(const char *letters, uint8_t ret_digest[DIGEST_SIZE])
{
    struct setdigest d = set_of(letters);
    setdigest_finish(&d, ret_digest);
}

static bool same(const char *one, const char *other)
{
    uint8_t a[DIGEST_SIZE], b[DIGEST_SIZE];
    finish(one, a);
    finish(other, b);
    return memcmp(a, b, sizeof a) == 0;
}

static void the_order_does_not_matter(void **state)
{
    (void)state;
    assert_true(same("abc", "cab"));
    assert_true(same("aabbc", "cbaba"));
    assert_true(same("", ""));
}

static void each_record_and_how_often_it_came_matters(void **state)
{
    (void)state;
    static const char *const sets[] = {"", "a", "aa", "aaa", "b", "ab", "aab", "abb", "aabb"};
    enum { COUNT = sizeof sets / sizeof *sets };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = i + 1; j < COUNT; j++)
            if (same(sets[i], sets[j]))
                fail_msg("\"%s\" and \"%s\" have one digest", sets[i], sets[j]);
}

static void where_one_line_ends_matters(void **state)
{
    (void)state;
    struct setdigest whole, parts = set_of("ab");
    setdigest_init(&whole);
    setdigest_add(&whole, &key, "ab", 2);
    assert_memory_not_equal(&whole.sum, &parts.sum, sizeof whole.sum);
}

static void pages_can_be_joined_in_any_order(void **state)
{
    (void)state;
    struct setdigest first = set_of("abc"), second = set_of("cd"), none = set_of("");
    uint8_t joined[DIGEST_SIZE], expected[DIGEST_SIZE];
    setdigest_join(&second, &first);
    setdigest_join(&second, &none);
    assert_int_equal(second.count, 5);
    setdigest_finish(&second, joined);
    finish("ccabd", expected);
    assert_memory_equal(joined, expected, sizeof joined);
}

static void one_can_go_on_after_finishing(void **state)
{
    (void)state;
    struct setdigest d = set_of("ab");
    uint8_t digest[DIGEST_SIZE], expected[DIGEST_SIZE];
    setdigest_finish(&d, digest);
    setdigest_add(&d, &key, "c", 1);
    setdigest_finish(&d, digest);
    finish("abc", expected);
    assert_memory_equal(digest, expected, sizeof digest);
}

static void a_carry_goes_to_the_next_word_and_is_lost_behind_the_last(void **state)
{
    (void)state;
    struct setdigest d = {.sum = {UINT64_MAX, 0}};
    struct setdigest one = {.sum = {1, 0}};
    setdigest_join(&d, &one);
    assert_int_equal(d.sum[0], 0);
    assert_int_equal(d.sum[1], 1);

    struct setdigest all = {.sum = {UINT64_MAX, UINT64_MAX}};
    struct setdigest two = {.sum = {2, UINT64_MAX}};
    setdigest_join(&all, &two); /* the word that is full takes a full one and a carry */
    assert_int_equal(all.sum[0], 1);
    assert_int_equal(all.sum[1], UINT64_MAX);
}

static void another_key_gives_another_digest(void **state)
{
    (void)state;
    struct setdigest_key other;
    uint8_t other_bytes[NHASH_KEY_SIZE];
    memcpy(other_bytes, bytes, sizeof bytes);
    other_bytes[15] ^= 1;
    nhash_key(other_bytes, &other.hash);
    struct setdigest one = set_of("a"), two = {0};
    setdigest_add(&two, &other, "a", 1);
    assert_memory_not_equal(&one.sum, &two.sum, sizeof one.sum);
}

/* Another implementation wrote these: nhash, sums and hashlib in Python. */
static void the_digest_is_the_documented_one(void **state)
{
    (void)state;
    static const uint8_t expected[DIGEST_SIZE] = {
        0x2f, 0x1a, 0xb5, 0x50, 0x0a, 0xef, 0xaa, 0x45, 0x8c, 0xdd, 0x5e,
        0x8c, 0xc2, 0xf9, 0xc1, 0x08, 0x5b, 0xa3, 0x89, 0x5d, 0xaf, 0x8e,
        0x51, 0x9a, 0xf1, 0xd4, 0x4a, 0x77, 0xc7, 0xac, 0xfc, 0xd7};
    uint8_t digest[DIGEST_SIZE];
    finish("aabc", digest);
    assert_memory_equal(digest, expected, sizeof digest);
}

static int make_key(void **state)
{
    (void)state;
    nhash_key(bytes, &key.hash);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(each_record_and_how_often_it_came_matters),
        cmocka_unit_test(where_one_line_ends_matters),
        cmocka_unit_test(pages_can_be_joined_in_any_order),
        cmocka_unit_test(one_can_go_on_after_finishing),
        cmocka_unit_test(a_carry_goes_to_the_next_word_and_is_lost_behind_the_last),
        cmocka_unit_test(another_key_gives_another_digest),
        cmocka_unit_test(the_digest_is_the_documented_one),
    };
    return cmocka_run_group_tests(tests, make_key, NULL);
}
