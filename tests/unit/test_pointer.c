/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "codec/pointer.h"

static const char document[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
    "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"deep\":{\"x\":[[1,{\"y\":9}]]},\"*\":10,\"~1\":11}";

static json_t *parsed(void)
{
    struct error err;
    json_t *root = NULL;
    assert_true(json_parse(document, strlen(document), "d", ERROR_BUG, &root, &err));
    return root;
}

static json_t *get(const json_t *root, const char *text)
{
    AUTO(pointer_freep) struct pointer *p = pointer_parse(text);
    assert_non_null(p);
    return pointer_get(root, p);
}

/* RFC 6901 section 5, and some more. */
static void the_examples_of_the_rfc_hold(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int value;
    } cases[] = {
        {"/", 0},     {"/a~1b", 1},         {"/c%d", 2},  {"/e^f", 3},
        {"/g|h", 4},  {"/i\\j", 5},         {"/k\"l", 6}, {"/ ", 7},
        {"/m~0n", 8}, {"/deep/x/0/1/y", 9}, {"/*", 10},   {"/~01", 11},
    };
    json_auto_t *root = parsed();
    assert_ptr_equal(get(root, ""), root);
    assert_int_equal(json_array_size(get(root, "/foo")), 2);
    assert_string_equal(json_string_value(get(root, "/foo/0")), "bar");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *value = get(root, cases[i].text);
        assert_non_null(value);
        assert_int_equal(json_integer_value(value), cases[i].value);
    }
}

static void what_is_not_there_is_null(void **state)
{
    (void)state;
    const char *const absent[] = {
        "/bar",   "/foo/2",  "/foo/00",  "/foo/01",         "/foo/-1",
        "/foo/-", "/foo/+1", "/foo/ 0",  "/foo/0/x",        "/foo/",
        "/foo/*", "//x",     "/foo/1e0", "/foo/4294967296", "/foo/18446744073709551616"};
    json_auto_t *root = parsed();
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_null(get(root, absent[i]));
}

static void a_pointer_with_bad_syntax_is_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"foo", "#/foo", "/~", "/a~2", "/~/0", "/a/~", "*"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(pointer_parse(bad[i]));
}

static void depth_is_limited(void **state)
{
    (void)state;
    char text[POINTER_DEPTH_MAX + 2];
    memset(text, '/', sizeof text); /* each slash begins an empty token */
    text[POINTER_DEPTH_MAX + 1] = '\0';
    assert_null(pointer_parse(text));
    text[POINTER_DEPTH_MAX] = '\0';
    AUTO(pointer_freep) struct pointer *p = pointer_parse(text);
    assert_non_null(p);
    assert_int_equal(p->depth, POINTER_DEPTH_MAX);
}

static void tokens_are_unescaped(void **state)
{
    (void)state;
    AUTO(pointer_freep) struct pointer *p = pointer_parse("/a~1b/~0~1//*");
    assert_non_null(p);
    assert_int_equal(p->depth, 4);
    assert_string_equal(p->tokens[0], "a/b");
    assert_string_equal(p->tokens[1], "~/");
    assert_string_equal(p->tokens[2], "");
    assert_string_equal(p->tokens[3], "*");
}

static void a_path_follows_the_walk(void **state)
{
    (void)state;
    struct pointer_path path = {0};
    assert_string_equal(path.text, "");
    pointer_push(&path, "streams");
    pointer_push_index(&path, 12);
    pointer_push(&path, "a/b~c");
    assert_string_equal(path.text, "/streams/12/a~1b~0c");
    pointer_pop(&path);
    assert_string_equal(path.text, "/streams/12");
    pointer_push(&path, "");
    assert_string_equal(path.text, "/streams/12/");
    pointer_pop(&path);
    pointer_pop(&path);
    pointer_pop(&path);
    assert_string_equal(path.text, "");
}

static void a_path_reads_back_as_a_pointer(void **state)
{
    (void)state;
    struct pointer_path path = {0};
    json_auto_t *root = parsed();
    const char *key;
    json_t *value;
    json_object_foreach (root, key, value) {
        pointer_push(&path, key);
        assert_ptr_equal(get(root, path.text), value);
        pointer_pop(&path);
    }
}

static void check_cut(const struct pointer_path *path)
{
    assert_true(strlen(path->text) < POINTER_TEXT_MAX);
    assert_true(text_is_utf8(path->text, strlen(path->text)));
    assert_true(text_ends_with(path->text, "…"));
}

static void a_long_path_is_cut_and_comes_back(void **state)
{
    (void)state;
    /* every length around the limit, with one, two and four byte characters and escapes */
    const char *const units[] = {"a", "é", "😀", "~"};
    for (size_t unit = 0; unit < 4; unit++) {
        for (size_t lead = 480; lead < 520; lead++) {
            struct pointer_path path = {0};
            AUTO(buffer_done) struct buffer name;
            buffer_init(&name, 1000);
            while (name.len < lead)
                assert_true(buffer_append_byte(&name, 'x'));
            for (int i = 0; i < 40; i++)
                assert_true(buffer_append_text(&name, units[unit]));

            pointer_push(&path, "top");
            pointer_push(&path, buffer_text(&name));
            check_cut(&path);
            char before[POINTER_TEXT_MAX];
            memcpy(before, path.text, sizeof before);
            pointer_push(&path, "more");
            assert_string_equal(path.text, before);
            pointer_push_index(&path, 3);
            assert_string_equal(path.text, before);
            pointer_pop(&path);
            pointer_pop(&path);
            assert_string_equal(path.text, before);
            pointer_pop(&path);
            assert_string_equal(path.text, "/top");
        }
    }
}

static void a_path_that_just_fits_is_not_cut(void **state)
{
    (void)state;
    struct pointer_path path = {0};
    char name[POINTER_TEXT_MAX] = "";
    memset(name, 'x', 507);
    pointer_push(&path, name);
    assert_int_equal(strlen(path.text), 508);
    pointer_push(&path, "y");
    check_cut(&path);
    assert_memory_equal(path.text + 508, "…", 4);
    pointer_pop(&path);
    assert_int_equal(strlen(path.text), 508);
}

static void a_deep_path_is_counted_not_shown(void **state)
{
    (void)state;
    struct pointer_path path = {0};
    for (int i = 0; i < 3 * POINTER_DEPTH_MAX; i++)
        pointer_push(&path, "n");
    assert_int_equal(strlen(path.text), 2 * POINTER_DEPTH_MAX);
    for (int i = 0; i < 3 * POINTER_DEPTH_MAX - 1; i++)
        pointer_pop(&path);
    assert_string_equal(path.text, "/n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc_hold),
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(a_pointer_with_bad_syntax_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(tokens_are_unescaped),
        cmocka_unit_test(a_path_follows_the_walk),
        cmocka_unit_test(a_path_reads_back_as_a_pointer),
        cmocka_unit_test(a_long_path_is_cut_and_comes_back),
        cmocka_unit_test(a_path_that_just_fits_is_not_cut),
        cmocka_unit_test(a_deep_path_is_counted_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
