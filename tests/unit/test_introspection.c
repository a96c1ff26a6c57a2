/* SPDX-License-Identifier: Apache-2.0 */
/* What a token is worth, from what the service says about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "source_fixture.h"

/* 2026-11-20T00:00:00Z */
static const int64_t now_ns = INT64_C(1795132800) * CLOCK_SECOND_NS;

static const struct {
    const char *answer;
    enum introspection_grade grade;
    const char *says;
} tokens[] = {
    {"{'data': {'type': 'SYSTEM_USER', 'is_valid': true, 'expires_at': 0, "
     "'data_access_expires_at': 0, 'scopes': ['business_management', 'ads_read']}}",
     INTROSPECTION_GOOD,
     "system_user, the token never expires, its access to data never expires, scopes: "
     "ads_read"},
    {"{'data': {'type': 'USER', 'is_valid': true, 'expires_at': 1800000000, 'scopes': "
     "['ads_read', 'ads_management']}}",
     INTROSPECTION_GOOD,
     "user, the token expires on 2027-01-15, in 56 days, when its access to data expires is "
     "not "
     "said, scopes: ads_read, ads_management"},
    {"{'data': {'is_valid': true, 'expires_at': 1795737600, 'data_access_expires_at': 0, "
     "'scopes': ['ads_read']}}",
     INTROSPECTION_GOOD, "the token expires on 2026-11-27, in 7 days"},
    {"{'data': {'is_valid': true, 'expires_at': 1795737599, 'data_access_expires_at': 0, "
     "'scopes': ['ads_read']}}",
     INTROSPECTION_SOON, "the token expires on 2026-11-26, in 6 days"},
    {"{'data': {'is_valid': true, 'expires_at': 0, 'data_access_expires_at': 1795200000, "
     "'scopes': ['ads_read']}}",
     INTROSPECTION_SOON, "its access to data expires on 2026-11-20, in 0 days"},
    {"{'data': {'is_valid': true, 'expires_at': 1795132800, 'data_access_expires_at': 0, "
     "'scopes': ['ads_read']}}",
     INTROSPECTION_BAD, "the token expired on 2026-11-20"},
    {"{'data': {'is_valid': true, 'expires_at': 0, 'data_access_expires_at': 0, 'scopes': "
     "['public_profile', 7]}}",
     INTROSPECTION_BAD, "it lacks the scope ads_read or ads_management"},
    {"{'data': {'is_valid': true, 'expires_at': 0, 'data_access_expires_at': 0}}",
     INTROSPECTION_BAD, "it lacks the scope"},
    {"{'data': {'is_valid': false, 'expires_at': 0, 'data_access_expires_at': 0, 'error': "
     "{'message': 'The session of x@example.com was invalidated'}, 'scopes': ['ads_read']}}",
     INTROSPECTION_BAD, "the token is not valid: \"The session of [address] was invalidated\""},
    {"{'data': {'type': 'A\\u0007B', 'is_valid': true, 'expires_at': 9223372036854775807, "
     "'data_access_expires_at': -1, 'scopes': ['ads_read']}}",
     INTROSPECTION_GOOD, "a?b, the token expires on 9999-12-31"},
};

static void a_token_is_judged_by_what_the_service_says(void **state)
{
    (void)state;
    AUTO(manifest_freep)
    struct manifest *m = fixture_manifest("tests/data/manifest/good/token-and-accounts.json");
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        json_auto_t *answer = fixture_json(tokens[i].answer);
        char text[INTROSPECTION_TEXT_SIZE];
        enum introspection_grade grade;
        struct error err = {0};
        assert_true(introspection_judge(&m->auth.inspect, answer, now_ns, &grade, text, &err));
        if (grade != tokens[i].grade || !strstr(text, tokens[i].says))
            fail_msg("%zu: %d %s", i, (int)grade, text);
    }
}

static void an_answer_that_does_not_judge_is_refused(void **state)
{
    (void)state;
    static const char *const answers[] = {"{}", "[]", "{'data': {'is_valid': 'true'}}"};
    AUTO(manifest_freep)
    struct manifest *m = fixture_manifest("tests/data/manifest/good/token-and-accounts.json");
    for (size_t i = 0; i < 3; i++) {
        json_auto_t *answer = fixture_json(answers[i]);
        char text[INTROSPECTION_TEXT_SIZE];
        enum introspection_grade grade;
        struct error err = {0};
        assert_false(introspection_judge(&m->auth.inspect, answer, now_ns, &grade, text, &err));
        assert_int_equal(err.kind, ERROR_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_judged_by_what_the_service_says),
        cmocka_unit_test(an_answer_that_does_not_judge_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
