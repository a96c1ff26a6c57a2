/* SPDX-License-Identifier: Apache-2.0 */
/* What a call is made of: parameters, fields, cursors, versions, tokens. */
#include "sandbox/meta_auth.h"
#include "sandbox/meta_cursor.h"
#include "sandbox/meta_fields.h"
#include "sandbox/meta_params.h"
#include "sandbox/meta_version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_param(const struct meta_params *p, const char *name, const char *value)
{
    const char *got = meta_params_get(p, name);
    assert_non_null(got);
    assert_string_equal(got, value);
}

static void parameters_are_the_same_whatever_carries_them(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *body;
    } bodies[] = {
        {NULL, "fields=%5B%22a%22%2C%22b%22%5D&limit=5&name=J%C3%BCrgen+Wei%c3%9f"},
        {"application/x-www-form-urlencoded; charset=UTF-8",
         "&limit=4&fields=[\"a\",\"b\"]&limit=5&name=J\xc3\xbcrgen Wei\xc3\x9f&=x"},
        {"application/json",
         "{\"fields\":[\"a\",\"b\"],\"limit\":5,\"name\":\"J\\u00fcrgen Wei\\u00df\"}"},
        {"multipart/form-data; boundary=\"b b\"",
         "--b b\r\nContent-Disposition: form-data; name=\"fields\"\r\n\r\n[\"a\",\"b\"]\r\n"
         "--b b\r\nContent-Disposition: form-data; name=\"limit\"\r\n\r\n5\r\n"
         "--b b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n"
         "J\xc3\xbcrgen Wei\xc3\x9f\r\n--b b--\r\n"},
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct meta_params p;
        meta_params_init(&p);
        assert_true(
            meta_params_add_body(&p, bodies[i].type, bodies[i].body, strlen(bodies[i].body)));
        expect_param(&p, "fields", "[\"a\",\"b\"]");
        expect_param(&p, "limit", "5");
        expect_param(&p, "name", "J\xc3\xbcrgen Wei\xc3\x9f");
        assert_null(meta_params_get(&p, "nothing"));
        meta_params_done(&p);
    }
}

static void bodies_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *body;
    } bodies[] = {
        {NULL, "a=%00"},
        {"application/json", "{"},
        {"application/json", "[]"},
        {"multipart/form-data", "--b\r\n"},
        {"multipart/form-data; boundary=b", "x"},
        {"multipart/form-data; boundary=b", "--b\r\n\r\n1\r\n--b--"},
        {"multipart/form-data; boundary=b",
         "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1"},
        {"multipart/form-data; boundary=b",
         "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--"},
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct meta_params p;
        meta_params_init(&p);
        assert_false(
            meta_params_add_body(&p, bodies[i].type, bodies[i].body, strlen(bodies[i].body)));
        meta_params_done(&p);
    }
}

static void parameters_are_bounded(void **state)
{
    (void)state;
    struct meta_params p;
    meta_params_init(&p);
    for (int i = 0; i < META_PARAMS_MAX; i++)
        assert_true(meta_params_add_query(&p, "a=1", 3));
    assert_false(meta_params_add_query(&p, "a=1", 3));
    meta_params_remove(&p, "a");
    assert_true(meta_params_set(&p, "b", "%&"));
    struct buffer out;
    buffer_init(&out, 64);
    assert_true(meta_params_append_escaped(&out, meta_params_get(&p, "b")));
    assert_string_equal(buffer_text(&out), "%25%26");
    buffer_done(&out);
    meta_params_done(&p);
}

static void fields_come_as_names_or_as_an_array(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "id,creative{id,adset{name}},name",
        " id , creative{id,adset{name}},id,name,",
        "[\"id\",\"creative{id,adset{name}}\",\"name\"]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct meta_fields f;
        assert_true(meta_fields_parse(texts[i], &f));
        assert_int_equal(f.count, 3);
        assert_string_equal(f.names[1], "creative");
        assert_string_equal(f.below[1], "id,adset{name}");
        assert_string_equal(f.names[2], "name");
        assert_null(f.below[2]);
        meta_fields_done(&f);
    }
    static const char *const bad[] = {"a{", "a}b", "a{b}}", "[1]", "[", "a{{b}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct meta_fields f;
        assert_false(meta_fields_parse(bad[i], &f));
        meta_fields_done(&f);
    }
}

static void a_cursor_is_good_for_its_query_alone(void **state)
{
    (void)state;
    static const uint64_t positions[] = {0, 1, 499, UINT64_C(1) << 40};
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        char text[META_CURSOR_SIZE];
        uint64_t position = 0;
        meta_cursor_write(77, positions[i], text);
        assert_true(meta_cursor_read(77, text, &position));
        assert_int_equal(position, positions[i]);
        assert_false(meta_cursor_read(78, text, &position));
        text[3] = text[3] == 'A' ? 'B' : 'A';
        assert_false(meta_cursor_read(77, text, &position));
    }
    uint64_t position;
    assert_false(meta_cursor_read(77, "", &position));
    assert_false(meta_cursor_read(77, "MAZDZD", &position));
}

static void versions_lead_to_one_that_is_served(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool refuse;
        const char *rest;
        const char *served; /* NULL: refused */
        bool upgraded;
    } cases[] = {
        {"/v26.0/act_1/ads", false, "act_1/ads", "v26.0", false},
        {"/v25.0/", false, "", "v25.0", false},
        {"/v25.0", true, "", "v25.0", false},
        {"/v19.0/me", false, "me", "v25.0", true},
        {"/v24.0/me", true, "me", NULL, true},
        {"/v99.0/me", true, "me", "v26.0", false},
        {"/me", false, "me", "v26.0", false},
        {"/v26/me", false, "v26/me", "v26.0", false},
        {"/v26.0x/me", false, "v26.0x/me", "v26.0", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct meta_version v;
        const char *rest = meta_version_route(cases[i].path, cases[i].refuse, 0, &v);
        assert_string_equal(rest, cases[i].rest);
        assert_int_equal(v.upgraded, cases[i].upgraded);
        if (cases[i].served)
            assert_string_equal(v.served, cases[i].served);
        else
            assert_null(v.served);
    }
}

static void the_proof_is_that_of_the_reference(void **state)
{
    (void)state;
    char proof[META_AUTH_PROOF_SIZE];
    meta_auth_proof("s3cret", "EAATOKEN", proof);
    assert_string_equal(proof,
                        "bbbbce7877d1993d1c0fbc4d0e65230e89c8d7e82811d37dd4c06b8df3748a95");
    assert_int_equal(meta_auth_token("EAASANDBOX-x").error, META_ERROR_NONE);
    assert_int_equal(meta_auth_token("EAASANDBOXx").error, META_ERROR_BAD_TOKEN);
    assert_int_equal(meta_auth_token("EAASANDBOX_EXPIRED").error, META_ERROR_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_the_same_whatever_carries_them),
        cmocka_unit_test(bodies_that_cannot_be_read_are_refused),
        cmocka_unit_test(parameters_are_bounded),
        cmocka_unit_test(fields_come_as_names_or_as_an_array),
        cmocka_unit_test(a_cursor_is_good_for_its_query_alone),
        cmocka_unit_test(versions_lead_to_one_that_is_served),
        cmocka_unit_test(the_proof_is_that_of_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
