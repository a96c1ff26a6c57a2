/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "record/memo.h"

static const char name[] = "name";
static const char postcode[] = "postcode";

static struct memo_token *find(struct memo *m, const char *kind, const char *text)
{
    return memo_find(m, kind, text, strlen(text));
}

/* Looks until there is a place for it, and writes the token there. */
static void keep(struct memo *m, const char *kind, const char *text, const char *token)
{
    struct memo_token *t = find(m, kind, text);
    if (!t)
        t = find(m, kind, text);
    assert_non_null(t);
    t->len = (uint8_t)strlen(token);
    memcpy(t->text, token, t->len);
}

static void check(struct memo *m, const char *kind, const char *text, const char *token)
{
    const struct memo_token *t = find(m, kind, text);
    assert_non_null(t);
    assert_int_equal(t->len, strlen(token));
    assert_memory_equal(t->text, token, t->len);
}

static void a_value_gets_a_place_when_it_comes_again(void **state)
{
    (void)state;
    AUTO(memo_freep) struct memo *m = memo_new();
    assert_non_null(m);
    assert_null(find(m, name, "Anna"));
    const struct memo_token *t = find(m, name, "Anna");
    assert_non_null(t);
    assert_int_equal(t->len, 0);
    keep(m, name, "Anna", "name_1_x");
    check(m, name, "Anna", "name_1_x");
}

static void equal_texts_of_two_kinds_are_told_apart(void **state)
{
    (void)state;
    AUTO(memo_freep) struct memo *m = memo_new();
    assert_non_null(m);
    keep(m, name, "75001", "name_1_x");
    const struct memo_token *t = find(m, postcode, "75001");
    assert_true(!t || t->len == 0);
    t = find(m, name, "75001 ");
    assert_true(!t || t->len == 0);
}

/* Whatever shares a place, what is found is never another value's token. */
static void a_token_found_is_the_values_own(void **state)
{
    (void)state;
    enum { VALUES = 20000, ROUNDS = 3 };
    AUTO(memo_freep) struct memo *m = memo_new();
    assert_non_null(m);
    size_t found = 0;
    for (size_t i = 0; i < (size_t)VALUES * ROUNDS; i++) {
        char text[MEMO_TEXT_MAX];
        int len = snprintf(text, sizeof text, "%zu", i / 2 % VALUES);
        struct memo_token *t = memo_find(m, name, text, (size_t)len);
        if (!t)
            continue;
        found += t->len > 0;
        if (t->len && (t->len != len || memcmp(t->text, text, t->len) != 0))
            fail_msg("%s", text);
        t->len = (uint8_t)len;
        memcpy(t->text, text, (size_t)len);
    }
    assert_true(found > 0);
}

static void what_comes_once_drives_nothing_out(void **state)
{
    (void)state;
    AUTO(memo_freep) struct memo *m = memo_new();
    assert_non_null(m);
    keep(m, name, "Anna", "name_1_x");
    for (int i = 0; i < 20000; i++) {
        char text[MEMO_TEXT_MAX];
        snprintf(text, sizeof text, "%d@example.com", i);
        assert_null(find(m, name, text));
    }
    check(m, name, "Anna", "name_1_x");
}

static void longer_values_and_a_missing_memo_find_nothing(void **state)
{
    (void)state;
    static const char text[MEMO_TEXT_MAX + 1] = {'a'};
    AUTO(memo_freep) struct memo *m = memo_new();
    assert_non_null(m);
    for (int i = 0; i < 3; i++) {
        assert_null(memo_find(m, name, text, sizeof text));
        assert_null(memo_find(NULL, name, text, 1));
    }
    memo_find(m, name, text, MEMO_TEXT_MAX);
    assert_non_null(memo_find(m, name, text, MEMO_TEXT_MAX));
}

static int set_up(void **state)
{
    (void)state;
    struct error err;
    return secret_init(&err) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_gets_a_place_when_it_comes_again),
        cmocka_unit_test(equal_texts_of_two_kinds_are_told_apart),
        cmocka_unit_test(a_token_found_is_the_values_own),
        cmocka_unit_test(what_comes_once_drives_nothing_out),
        cmocka_unit_test(longer_values_and_a_missing_memo_find_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
