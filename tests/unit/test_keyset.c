/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record/keyset.h"

static enum keyset_verdict add(struct keyset *k, size_t depth, const char *text)
{
    return keyset_add(k, depth, text, strlen(text));
}

static enum keyset_verdict add_number(struct keyset *k, size_t depth, unsigned number)
{
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    return add(k, depth, text);
}

static void a_key_is_seen_the_second_time(void **state)
{
    (void)state;
    AUTO(keyset_freep) struct keyset *k = keyset_new();
    assert_non_null(k);
    assert_int_equal(add(k, 1, "email"), KEYSET_NEW);
    assert_int_equal(add(k, 1, "phone"), KEYSET_NEW);
    assert_int_equal(add(k, 1, "email"), KEYSET_SEEN);
    assert_int_equal(keyset_mark(k), 2);
}

static void keys_of_every_length_are_told_apart(void **state)
{
    (void)state;
    AUTO(keyset_freep) struct keyset *k = keyset_new();
    assert_non_null(k);
    char text[64];
    memset(text, 0, sizeof text);
    for (size_t len = 0; len <= sizeof text; len++)
        assert_int_equal(keyset_add(k, 1, text, len), KEYSET_NEW);
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = 'x';
        for (size_t len = i + 1; len <= sizeof text; len++)
            assert_int_equal(keyset_add(k, 1, text, len), KEYSET_NEW);
        text[i] = 0;
    }
    assert_int_equal(keyset_add(k, 1, text, sizeof text), KEYSET_SEEN);
}

static void the_same_key_in_another_open_object_is_new(void **state)
{
    (void)state;
    AUTO(keyset_freep) struct keyset *k = keyset_new();
    assert_non_null(k);
    for (size_t depth = 1; depth <= 512; depth++)
        assert_int_equal(add(k, depth, "id"), KEYSET_NEW);
    for (size_t depth = 1; depth <= 512; depth++)
        assert_int_equal(add(k, depth, "id"), KEYSET_SEEN);
}

/* Objects open and close by chance, to a few hundred keys and back, and a plain list says what
 * is right. */
static void releasing_forgets_the_inner_keys_and_no_others(void **state)
{
    (void)state;
    enum { DEPTH_MAX = 20, NAMES = 60 };
    AUTO(keyset_freep) struct keyset *k = keyset_new();
    assert_non_null(k);
    size_t marks[DEPTH_MAX] = {0};
    bool held[DEPTH_MAX][NAMES] = {{false}};
    size_t depth = 0;
    uint32_t chance = 1;
    for (int i = 0; i < 200 * 1000; i++) {
        chance = chance * 1664525 + 1013904223;
        unsigned what = chance >> 16 & 63;
        if (what == 0 && depth + 1 < DEPTH_MAX) {
            marks[++depth] = keyset_mark(k);
            memset(held[depth], 0, sizeof held[depth]);
        } else if (what == 1 && depth > 0) {
            keyset_release(k, marks[depth--]);
        } else {
            unsigned name = (chance >> 22) % NAMES;
            enum keyset_verdict expected = held[depth][name] ? KEYSET_SEEN : KEYSET_NEW;
            assert_int_equal(add_number(k, depth, name), expected);
            held[depth][name] = true;
        }
    }
}

static void a_full_set_keeps_no_more_but_still_knows_what_it_has(void **state)
{
    (void)state;
    AUTO(keyset_freep) struct keyset *k = keyset_new();
    assert_non_null(k);
    for (unsigned i = 0; i < KEYSET_MAX; i++)
        assert_int_equal(add_number(k, 1, i), KEYSET_NEW);
    assert_int_equal(add(k, 1, "one more"), KEYSET_FULL);
    assert_int_equal(add(k, 1, "one more"), KEYSET_FULL);
    assert_int_equal(add_number(k, 1, 4711), KEYSET_SEEN);
    assert_int_equal(keyset_mark(k), KEYSET_MAX);

    keyset_release(k, KEYSET_MAX - 1);
    assert_int_equal(add(k, 1, "one more"), KEYSET_NEW);
    assert_int_equal(add_number(k, 1, KEYSET_MAX - 1), KEYSET_FULL);
    keyset_release(k, 0);
    assert_int_equal(add_number(k, 1, 4711), KEYSET_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_seen_the_second_time),
        cmocka_unit_test(keys_of_every_length_are_told_apart),
        cmocka_unit_test(the_same_key_in_another_open_object_is_new),
        cmocka_unit_test(releasing_forgets_the_inner_keys_and_no_others),
        cmocka_unit_test(a_full_set_keeps_no_more_but_still_knows_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
