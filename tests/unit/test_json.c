/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "codec/json.h"

static json_t *parse(const char *text)
{
    struct error err;
    json_t *root = NULL;
    if (!json_parse(text, strlen(text), "t.json", ERROR_CONFIG, &root, &err))
        fail_msg("%s", err.text);
    return root;
}

static void refuse(const char *text, size_t len, const char *expected)
{
    struct error err;
    json_t *root = (json_t *)&err;
    assert_false(json_parse(text, len, "t.json", ERROR_MANIFEST, &root, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
    assert_string_equal(err.text, expected);
    assert_ptr_equal(root, &err); /* untouched */
}

static void a_document_of_any_kind_is_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *type;
    } cases[] = {
        {"{\"a\":[1]}", "object"}, {"[]", "array"},     {"\"x\"", "string"},
        {"-7", "integer"},         {"1.5", "real"},     {"true", "boolean"},
        {"false", "boolean"},      {" null\n", "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_auto_t *root = parse(cases[i].text);
        assert_string_equal(json_type_text(root), cases[i].type);
    }
}

static void an_error_names_file_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", "t.json:1:1: the document is empty"},
        {"{\n  \"a\": 1,\n  \"b\" 2\n}", "t.json:3:7: ':' expected"},
        {"[1,", "t.json:1:3: ']' expected near end of file"},
        {"{\"a\":1}\n{}", "t.json:2:1: end of file expected"},
        {"{\"a\":1,\"a\":2}", "t.json:1:10: duplicate object key"},
        {"[9223372036854775808]", "t.json:1:20: too big integer"},
        {"[1e400]", "t.json:1:6: real number overflow"},
        {"[NaN]", "t.json:1:4: invalid token"},
        {"[\"\\u0000\"]", "t.json:1:9: \\u0000 is not allowed"},
        {"[\"\\ud800\"]", "t.json:1:9: invalid Unicode '\\uD800'"},
        {"\xef\xbb\xbf[]", "t.json:1:1: starts with a byte order mark; save it without"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(cases[i].text, strlen(cases[i].text), cases[i].expected);
    refuse("[\"\x80\"]", 5, "t.json:1:2: unable to decode byte 0x80");
    refuse("[1,\n2\0]", 7, "t.json:2:2: a NUL byte");
}

static void an_error_quotes_nothing_of_the_document(void **state)
{
    (void)state;
    const char text[] = "{\"token\": hunter2 }";
    struct error err;
    json_t *root = NULL;
    assert_false(json_parse(text, strlen(text), "t.json", ERROR_CONFIG, &root, &err));
    assert_null(strstr(err.text, "hunter2"));
    assert_string_equal(err.text, "t.json:1:16: invalid token");
}

static void a_document_that_is_too_long_is_refused(void **state)
{
    (void)state;
    size_t len = JSON_DOCUMENT_MAX + 1;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, ' ', len);
    refuse(text, len, "t.json: 4194305 bytes, more than a document may have (4194304)");
    text[0] = '1'; /* and at the limit it is read */
    struct error err;
    json_auto_t *root = NULL;
    assert_true(json_parse(text, len - 1, "t.json", ERROR_CONFIG, &root, &err));
    free(text);
}

static void depth_without_end_is_refused(void **state)
{
    (void)state;
    char text[5000];
    memset(text, '[', sizeof text);
    refuse(text, sizeof text, "t.json:1:2049: maximum parsing depth reached");
}

static void a_file_is_read_under_its_path(void **state)
{
    (void)state;
    char path[] = "/tmp/test_json.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "{\"a\":tru}", 9), 9);
    close(fd);

    struct error err;
    json_t *root = NULL;
    char expected[64];
    assert_false(json_read_file(path, ERROR_MANIFEST, &root, &err));
    snprintf(expected, sizeof expected, "%s:1:8: invalid token", path);
    assert_string_equal(err.text, expected);

    unlink(path);
    assert_false(json_read_file(path, ERROR_MANIFEST, &root, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
    assert_non_null(strstr(err.text, path));
}

static void canonical(const char *text, const char *expected)
{
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 4096);
    struct error err;
    json_auto_t *root = parse(text);
    assert_true(buffer_append_text(&out, "x"));
    assert_true(json_canonical(root, &out, &err));
    assert_int_equal(out.len, strlen(expected) + 1);
    assert_memory_equal(out.data + 1, expected, strlen(expected));
}

static void equal_values_have_one_canonical_text(void **state)
{
    (void)state;
    canonical("{ \"b\" : [ 1, null ],\n \"a\" : { \"z\":true, \"B\":-0 } }",
              "{\"a\":{\"B\":0,\"z\":true},\"b\":[1,null]}");
    canonical("\"\\u00e9\\/\\u001f\\n\\ud83d\\ude00\\\"\\\\\\u007f\"",
              "\"é/\\u001F\\n😀\\\"\\\\\x7f\"");
    canonical("{\"\xc3\xa9\":1,\"e\":2,\"\":3}", "{\"\":3,\"e\":2,\"\xc3\xa9\":1}");
}

static void a_real_has_no_canonical_text(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 4096);
    const char *const texts[] = {"1.0", "[[1e2]]", "{\"a\":{\"b\":[0,0.5]}}"};
    for (size_t i = 0; i < 3; i++) {
        struct error err;
        json_auto_t *root = parse(texts[i]);
        assert_false(json_canonical(root, &out, &err));
        assert_int_equal(err.kind, ERROR_BUG);
        assert_int_equal(out.len, 0);
    }
}

static void a_canonical_text_without_room_leaves_nothing(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 10);
    assert_true(buffer_append_text(&out, "abc"));
    struct error err;
    json_auto_t *root = parse("[1,2,3,4,5]");
    assert_false(json_canonical(root, &out, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_int_equal(out.len, 3);
}

static void a_quoted_string_parses_to_itself(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 4096);
    char text[128 + 3];
    for (int i = 0; i < 128; i++)
        text[i] = (char)i;
    memcpy(text + 128, "\xe2\x82\xac", 3);
    assert_true(json_append_quoted(&out, text + 1, 130)); /* NUL would be refused by parse */

    struct error err;
    json_auto_t *root = NULL;
    assert_true(json_parse((char *)out.data, out.len, "q", ERROR_BUG, &root, &err));
    assert_int_equal(json_string_length(root), 130);
    assert_memory_equal(json_string_value(root), text + 1, 130);

    buffer_clear(&out);
    assert_true(json_append_quoted(&out, "a\0b", 3));
    assert_memory_equal(out.data, "\"a\\u0000b\"", 10);
    buffer_clear(&out);
    assert_true(json_append_quoted(&out, "", 0));
    assert_memory_equal(out.data, "\"\"", 2);
}

static void a_quoted_string_is_written_as_the_canonical_one(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer a, b;
    buffer_init(&a, 4096);
    buffer_init(&b, 4096);
    char text[127];
    for (int i = 0; i < 127; i++)
        text[i] = (char)(i + 1);
    struct error err;
    json_auto_t *value = json_stringn(text, sizeof text);
    assert_true(json_canonical(value, &a, &err));
    assert_true(json_append_quoted(&b, text, sizeof text));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
}

static void a_quoted_string_without_room_leaves_nothing(void **state)
{
    (void)state;
    for (size_t max = 0; max < 14; max++) {
        AUTO(buffer_done) struct buffer out;
        buffer_init(&out, max);
        assert_false(json_append_quoted(&out,
                                        "ab\ncd\x01"
                                        "e",
                                        7));
        assert_int_equal(out.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_of_any_kind_is_parsed),
        cmocka_unit_test(an_error_names_file_line_and_column),
        cmocka_unit_test(an_error_quotes_nothing_of_the_document),
        cmocka_unit_test(a_document_that_is_too_long_is_refused),
        cmocka_unit_test(depth_without_end_is_refused),
        cmocka_unit_test(a_file_is_read_under_its_path),
        cmocka_unit_test(equal_values_have_one_canonical_text),
        cmocka_unit_test(a_real_has_no_canonical_text),
        cmocka_unit_test(a_canonical_text_without_room_leaves_nothing),
        cmocka_unit_test(a_quoted_string_parses_to_itself),
        cmocka_unit_test(a_quoted_string_is_written_as_the_canonical_one),
        cmocka_unit_test(a_quoted_string_without_room_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
