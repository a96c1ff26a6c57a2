/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "source/request.h"
#include "source/template.h"
#include "source_fixture.h"

enum { OF_PAGE = (2 << TEMPLATE_SETTING_FIRST) - 1 };

static const struct setting settings[] = {
    {.name = "seed", .type = SETTING_STRING, .fallback = (char *)(uintptr_t) "x"},
    {.name = "rows", .type = SETTING_INTEGER, .fallback = (char *)(uintptr_t) "1"},
    {.name = "nat", .type = SETTING_LIST},
};

static const struct template_scope everything = {
    .names = OF_PAGE, .optional = true, .settings = settings, .setting_count = 3};

static struct template_values some_values(void)
{
    return (struct template_values){{
        [TEMPLATE_SOURCE] = "api",
        [TEMPLATE_VERSION] = "1.4",
        [TEMPLATE_STREAM] = "users",
        [TEMPLATE_ACCOUNT] = "a/b c",
        [TEMPLATE_SLICE_DAY] = "2026-11-20",
        [TEMPLATE_SLICE_FROM] = "2026-11-20",
        [TEMPLATE_SLICE_TO] = "2026-11-20",
        [TEMPLATE_PAGE_NUMBER] = "3",
        [TEMPLATE_PAGE_SIZE] = "500",
        [TEMPLATE_SETTING_FIRST] = "d\xc3\xa9"
                                   "but+",
        [TEMPLATE_SETTING_FIRST + 1] = "42",
    }};
}

static void a_template_is_encoded_by_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *plain, *segment, *query;
    } rows[] = {
        {"", "", "", ""},
        {"plain", "plain", "plain", "plain"},
        {"/{version}/{account}", "/1.4/a/b c", "/1.4/a%2Fb%20c", "%2F1.4%2Fa%2Fb%20c"},
        {"{settings.seed}-{slice.day}-u",
         "d\xc3\xa9"
         "but+-2026-11-20-u",
         "d%C3%A9but%2B-2026-11-20-u", "d%C3%A9but%2B-2026-11-20-u"},
        {"{page.number}/{page.size}", "3/500", "3/500", "3%2F500"},
        {"{{'a':{settings.rows}}}", "{'a':42}", "{'a':42}", "%7B%27a%27%3A42%7D"},
        {"{source}{stream}", "apiusers", "apiusers", "apiusers"},
    };
    const struct template_values values = some_values();
    const struct place here = {.file = "t"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct template t;
        struct error err = {0};
        const char *expected[] = {rows[i].plain, rows[i].segment, rows[i].query};
        if (!template_read(&here, rows[i].text, &everything, &t, &err))
            fail_msg("%s", err.text);
        assert_true(template_ready(&t, &values));
        for (int e = TEMPLATE_PLAIN; e <= TEMPLATE_QUERY; e++) {
            AUTO(buffer_done) struct buffer out;
            buffer_init(&out, 1000);
            assert_true(template_render(&t, &values, (enum template_encoding)e, &out));
            assert_string_equal(buffer_text(&out), expected[e]);
        }
    }
}

static void a_raw_cursor_goes_into_a_query_byte_for_byte(void **state)
{
    (void)state;
    struct template_values values = some_values();
    values.text[TEMPLATE_CURSOR] = values.text[TEMPLATE_CURSOR_RAW] = "ab%2Fc+/==";
    const struct place here = {.file = "t"};
    struct template t;
    struct error err = {0};
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 1000);
    assert_true(template_read(&here, "{cursor.raw}", &everything, &t, &err));
    assert_true(template_render(&t, &values, TEMPLATE_QUERY, &out));
    assert_string_equal(buffer_text(&out), "ab%2Fc+/==");
    buffer_clear(&out);
    assert_true(template_read(&here, "{cursor}", &everything, &t, &err));
    assert_true(template_render(&t, &values, TEMPLATE_QUERY, &out));
    assert_string_equal(buffer_text(&out), "ab%252Fc%2B%2F%3D%3D");
}

static void a_template_knows_what_it_lacks(void **state)
{
    (void)state;
    const struct template_values values = some_values();
    const struct place here = {.file = "t"};
    struct template t;
    struct error err = {0};
    assert_true(template_read(&here, "a{settings.nat}", &everything, &t, &err));
    assert_false(template_ready(&t, &values));
    assert_true(template_read(&here, "{cursor}", &everything, &t, &err));
    assert_false(template_ready(&t, &values));
    assert_true(template_uses(&t, TEMPLATE_CURSOR));
    assert_false(template_uses(&t, TEMPLATE_CURSOR_RAW));
}

static void a_bad_template_is_refused_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t names;
        const char *reason;
    } rows[] = {
        {"{versoin}", OF_PAGE, "did you mean version?"},
        {"{settings.see}", OF_PAGE, "did you mean settings.seed?"},
        {"{slice.day}", TEMPLATE_OF_STREAM, "{slice.day} has no value here"},
        {"{cursor}", OF_PAGE, "may be without a value"},
        {"{settings.nat}", OF_PAGE, "may be without a value"},
        {"{", OF_PAGE, "a brace has no partner"},
        {"}", OF_PAGE, "a brace has no partner"},
        {"a{version", OF_PAGE, "a brace has no partner"},
        {"{version{", OF_PAGE, "a brace has no partner"},
        {"{}", OF_PAGE, "unknown placeholder {}"},
        {"a\nb", OF_PAGE, "control character"},
        {"{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaa}",
         OF_PAGE, "too long"},
        {"{page.size}{page.size}{page.size}{page.size}{page.size}{page.size}{page.size}"
         "{page.size}{page.size}{page.size}{page.size}{page.size}{page.size}{page.size}"
         "{page.size}{page.size}{page.size}{page.size}{page.size}{page.size}{page.size}"
         "{page.size}{page.size}{page.size}{page.size}",
         OF_PAGE, "more than 24 parts"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct template_scope scope = everything;
        scope.optional = false;
        scope.names = rows[i].names;
        const struct place here = {.file = "t.json"};
        struct template t;
        struct error err = {0};
        assert_false(template_read(&here, rows[i].text, &scope, &t, &err));
        assert_int_equal(err.kind, ERROR_MANIFEST);
        if (!strstr(err.text, rows[i].reason))
            fail_msg("%s: %s", rows[i].text, err.text);
    }
}

static void only_a_single_integer_placeholder_is_an_integer(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool integer;
    } rows[] = {
        {"{page.size}", true},
        {"{settings.rows}", true},
        {"{settings.seed}", false},
        {"{page.size} ", false},
        {"5", false},
        {"{page.size}{page.size}", false},
        {"{slice.day}", false},
    };
    const struct place here = {.file = "t"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct template t;
        struct error err = {0};
        assert_true(template_read(&here, rows[i].text, &everything, &t, &err));
        assert_int_equal(template_is_integer(&t, &everything), rows[i].integer);
    }
}

/* --- requests ---------------------------------------------------------------------------- */

static void read_request(const char *text, json_t **ret_root, struct request_rule *ret_rule)
{
    struct place here = {.file = "t"};
    struct error err = {0};
    *ret_root = fixture_json(text);
    if (!request_read(&here, *ret_root, &everything, ret_rule, &err))
        fail_msg("%s", err.text);
}

static void a_parameter_without_a_value_is_left_out(void **state)
{
    (void)state;
    json_auto_t *root = NULL;
    AUTO(request_rule_done) struct request_rule rule = {0};
    AUTO(request_done) struct request r = {0};
    struct template_values values = some_values();
    struct error err = {0};
    read_request("{'path': '/api/{version}/', 'query': {'n': '{page.size}', 'nat': "
                 "'{settings.nat}', 'filter[a]': 'b&c', 'after': '{cursor}'}, "
                 "'headers': {'Accept': 'application/json', 'X-Nat': '{settings.nat}'}}",
                 &root, &rule);
    assert_true(request_render(&rule, "https://a.example/x", &values, &r, &err));
    assert_string_equal(r.http.method, "GET");
    assert_string_equal(r.http.url, "https://a.example/x/api/1.4/?n=500&filter%5Ba%5D=b%26c");
    assert_int_equal(r.http.header_count, 1);
    assert_string_equal(r.http.headers[0].value, "application/json");
    assert_null(r.http.body);

    values.text[TEMPLATE_SETTING_FIRST + 2] = "AU,US";
    values.text[TEMPLATE_CURSOR] = "c=";
    assert_true(request_render(&rule, "https://a.example", &values, &r, &err));
    assert_string_equal(r.http.url,
                        "https://a.example/api/1.4/?n=500&nat=AU%2CUS&filter%5Ba%5D="
                        "b%26c&after=c%3D");
    assert_int_equal(r.http.header_count, 2);
    assert_string_equal(r.http.headers[1].value, "AU,US");
}

static void a_body_is_json_with_typed_values(void **state)
{
    (void)state;
    json_auto_t *root = NULL;
    AUTO(request_rule_done) struct request_rule rule = {0};
    AUTO(request_done) struct request r = {0};
    struct template_values values = some_values();
    struct error err = {0};
    read_request(
        "{'method': 'POST', 'path': '/s', 'body': {'query': 'day = {slice.day}', 'token': "
        "'{cursor}', 'rows': '{settings.rows}', 'deep': {'list': [1, 'x{version}', null, "
        "'{cursor}', true], 'one': 1.5}}}",
        &root, &rule);
    assert_true(request_render(&rule, "https://a.example", &values, &r, &err));
    json_auto_t *expected = fixture_json(
        "{'query': 'day = 2026-11-20', 'rows': 42, 'deep': {'list': [1, 'x1.4', null, "
        "true], 'one': 1.5}}");
    json_auto_t *sent = NULL;
    assert_true(json_parse(r.http.body, r.http.body_len, "sent", ERROR_BUG, &sent, &err));
    assert_true(json_equal(sent, expected));
    assert_string_equal(r.http.headers[r.http.header_count - 1].name, "Content-Type");

    values.text[TEMPLATE_CURSOR] = "say \"hi\"";
    assert_true(request_render(&rule, "https://a.example", &values, &r, &err));
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, 4096);
    assert_true(buffer_append(&text, r.http.body, r.http.body_len));
    assert_non_null(strstr(buffer_text(&text), "\"token\":\"say \\\"hi\\\"\""));
}

static void a_raw_cursor_that_no_url_can_hold_is_refused(void **state)
{
    (void)state;
    json_auto_t *root = NULL;
    AUTO(request_rule_done) struct request_rule rule = {0};
    AUTO(request_done) struct request r = {0};
    struct template_values values = some_values();
    struct error err = {0};
    read_request("{'path': '/e', 'query': {'cursor': '{cursor.raw}'}}", &root, &rule);
    static const char *const bad[] = {"a b", "a&b=c", "a#b", "a\r\nb", "a\"", "a\xc3\xa9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        values.text[TEMPLATE_CURSOR_RAW] = bad[i];
        assert_false(request_render(&rule, "https://a.example", &values, &r, &err));
        assert_int_equal(err.kind, ERROR_DATA);
        assert_null(strstr(err.text, bad[i]));
    }
    values.text[TEMPLATE_CURSOR_RAW] = "x%2Fy%3D~.-_";
    assert_true(request_render(&rule, "https://a.example", &values, &r, &err));
    assert_string_equal(r.http.url, "https://a.example/e?cursor=x%2Fy%3D~.-_");
}

static void a_url_that_grows_too_long_is_refused(void **state)
{
    (void)state;
    json_auto_t *root = NULL;
    AUTO(request_rule_done) struct request_rule rule = {0};
    AUTO(request_done) struct request r = {0};
    struct template_values values = some_values();
    struct error err = {0};
    char *long_text = malloc(HTTP_URL_MAX + 1);
    memset(long_text, 'a', HTTP_URL_MAX);
    long_text[HTTP_URL_MAX] = '\0';
    values.text[TEMPLATE_CURSOR] = long_text;
    read_request("{'path': '/e', 'query': {'after': '{cursor}'}}", &root, &rule);
    assert_false(request_render(&rule, "https://a.example", &values, &r, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    free(long_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_is_encoded_by_its_place),
        cmocka_unit_test(a_raw_cursor_goes_into_a_query_byte_for_byte),
        cmocka_unit_test(a_template_knows_what_it_lacks),
        cmocka_unit_test(a_bad_template_is_refused_with_its_reason),
        cmocka_unit_test(only_a_single_integer_placeholder_is_an_integer),
        cmocka_unit_test(a_parameter_without_a_value_is_left_out),
        cmocka_unit_test(a_body_is_json_with_typed_values),
        cmocka_unit_test(a_raw_cursor_that_no_url_can_hold_is_refused),
        cmocka_unit_test(a_url_that_grows_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
