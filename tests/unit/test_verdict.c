/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "source/complete.h"
#include "source/verdict.h"
#include "source/wait.h"
#include "source_fixture.h"

static const struct template_values no_values;

/* What the manifest wants to know, by pointer, as the pairs say. */
static struct facts facts_of(const struct manifest *m, int status, bool json, bool whole,
                             const char *const (*pairs)[2])
{
    struct facts f = {.status = status, .json = json, .whole = whole};
    for (; pairs && (*pairs)[0]; pairs++) {
        for (size_t i = 0; i < m->wanted.count; i++) {
            if (strcmp(m->wanted.pointers[i], (*pairs)[0]) == 0)
                f.text[i] = (*pairs)[1];
        }
    }
    return f;
}

static void every_answer_of_random_user_has_its_verdict(void **state)
{
    (void)state;
    enum { WHOLE, CUT, OTHER };
    static const struct {
        const char *what;
        int status;
        int body;
        const char *pairs[3][2];
        enum verdict_kind kind;
        enum error_kind error;
    } rows[] = {
        {"users", 200, WHOLE, {{"/info/seed", "x"}}, VERDICT_OK, ERROR_NONE},
        {"limit",
         429,
         WHOLE,
         {{"/error", "Whoa, ease up there cowboy."}},
         VERDICT_QUOTA,
         ERROR_QUOTA},
        {"limit without words", 429, OTHER, {{0}}, VERDICT_QUOTA, ERROR_QUOTA},
        {"limit, old form",
         503,
         WHOLE,
         {{"/error", "Whoa, ease up"}},
         VERDICT_QUOTA,
         ERROR_QUOTA},
        {"limit, odd form",
         200,
         WHOLE,
         {{"/error", "WHOA, EASE UP"}},
         VERDICT_QUOTA,
         ERROR_QUOTA},
        {"503 with words", 503, WHOLE, {{"/error", "busy"}}, VERDICT_QUOTA, ERROR_QUOTA},
        {"503 html", 503, OTHER, {{0}}, VERDICT_RETRY, ERROR_REMOTE},
        {"502 html", 502, OTHER, {{0}}, VERDICT_RETRY, ERROR_REMOTE},
        {"521", 521, OTHER, {{0}}, VERDICT_RETRY, ERROR_REMOTE},
        {"500 json", 500, WHOLE, {{"/error", "Uh oh"}}, VERDICT_RETRY, ERROR_REMOTE},
        {"error with 200",
         200,
         WHOLE,
         {{"/error", "Uh oh, something"}},
         VERDICT_RETRY,
         ERROR_REMOTE},
        {"deadbeef", 200, WHOLE, {{"/info/seed", "d3adb33f"}}, VERDICT_RETRY, ERROR_REMOTE},
        {"deadbeef, cut", 200, CUT, {{"/info/seed", "d3adb33f"}}, VERDICT_RETRY, ERROR_DATA},
        {"cut", 200, CUT, {{0}}, VERDICT_RETRY, ERROR_DATA},
        {"html with 200", 200, OTHER, {{0}}, VERDICT_RETRY, ERROR_REMOTE},
        {"no content", 204, OTHER, {{0}}, VERDICT_RETRY, ERROR_REMOTE},
        {"version unknown", 404, OTHER, {{0}}, VERDICT_FAIL, ERROR_REMOTE},
        {"forbidden", 403, OTHER, {{0}}, VERDICT_REAUTH, ERROR_AUTH},
        {"unauthorised", 401, WHOLE, {{0}}, VERDICT_REAUTH, ERROR_AUTH},
        {"bad request", 400, WHOLE, {{0}}, VERDICT_FAIL, ERROR_REMOTE},
        {"redirect", 302, OTHER, {{0}}, VERDICT_FAIL, ERROR_REMOTE},
        {"not modified", 304, OTHER, {{0}}, VERDICT_RETRY, ERROR_REMOTE},
        {"timeout", 408, OTHER, {{0}}, VERDICT_RETRY, ERROR_REMOTE},
        {"no such status", 199, OTHER, {{0}}, VERDICT_FAIL, ERROR_REMOTE},
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest("sources/random_user.json");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct facts f = facts_of(m, rows[i].status, rows[i].body != OTHER,
                                  rows[i].body == WHOLE, rows[i].pairs);
        const struct verdict_rule *rule = verdict_of(m->errors, m->error_count, &f, &no_values);
        if (rule->kind != rows[i].kind || rule->error != rows[i].error)
            fail_msg("%s: verdict %d, error %s", rows[i].what, rule->kind,
                     error_kind_name(rule->error));
        assert_true(rule->kind == VERDICT_OK || rule->say);
    }
}

static void the_first_rule_that_fits_counts(void **state)
{
    (void)state;
    AUTO(manifest_freep)
    struct manifest *m = fixture_manifest("tests/data/manifest/good/token-in-a-query.json");
    static const struct {
        int status;
        const char *pairs[4][2];
        enum verdict_kind kind;
        bool has_quote;
    } rows[] = {
        {400, {{"/error/code", "17"}, {"/error/is_transient", "true"}}, VERDICT_QUOTA, true},
        {500, {{"/error/code", "613"}}, VERDICT_QUOTA, true},
        {404, {{"/error/code", "613"}, {"/error/is_transient", "true"}}, VERDICT_RETRY, false},
        {400, {{"/error/code", "190"}}, VERDICT_REAUTH, true},
        {404, {{"/error/message", "Please REDUCE the amount of data"}}, VERDICT_FAIL, false},
        {500, {{"/error/message", "Please reduce the amount of data"}}, VERDICT_RETRY, false},
        {429, {{"/error/code", "4000"}}, VERDICT_RETRY, false},
        {200, {{"/error/code", "190"}}, VERDICT_REAUTH, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct facts f = facts_of(m, rows[i].status, true, true, rows[i].pairs);
        const struct verdict_rule *rule = verdict_of(m->errors, m->error_count, &f, &no_values);
        assert_int_equal(rule->kind, rows[i].kind);
        assert_int_equal(rule->quote_count > 0, rows[i].has_quote);
    }
}

/* --- proofs ------------------------------------------------------------------------------ */

static struct template_values page_values(void)
{
    struct template_values v = {{0}};
    v.text[TEMPLATE_VERSION] = "1.4";
    v.text[TEMPLATE_SLICE_DAY] = "2026-11-20";
    v.text[TEMPLATE_PAGE_NUMBER] = "2";
    v.text[TEMPLATE_PAGE_SIZE] = "500";
    v.text[TEMPLATE_SETTING_FIRST + 2] = "base"; /* {settings.seed} */
    return v;
}

static void a_page_is_whole_when_every_count_agrees(void **state)
{
    (void)state;
    static const struct {
        const char *seed, *page, *results, *version;
        uint64_t records;
        const char *says; /* NULL: it is whole */
    } rows[] = {
        {"base-2026-11-20-u", "2", "500", "1.4", 500, NULL},
        {"base-2026-11-20-u", "2", "1", "1.4", 1, "/info/results should be 500 and is \"1\""},
        {"base-2026-11-20-u", "1", "500", "1.4", 500, "/info/page should be 2 and is \"1\""},
        {"base-2026-11-21-u", "2", "500", "1.4", 500, "/info/seed should be"},
        {"base-2026-11-20-u", "2", "500", "1.5", 500,
         "/info/version should be 1.4 and is \"1.5\""},
        {"base-2026-11-20-u", "2", "500", "1.4", 499,
         "the number of records should be 500 and is 499"},
        {"base-2026-11-20-u", "2", "500", "1.4", 501,
         "the number of records should be 500 and is 501"},
        {"base-2026-11-20-u", "2", NULL, "1.4", 500,
         "/info/results should be 500 and is missing"},
        {"x@y.example", "2", "500", "1.4", 500, "is \"[address]\""},
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest("sources/random_user.json");
    const struct manifest_stream *s = &m->streams[0];
    const struct template_values values = page_values();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const pairs[][2] = {{"/info/seed", rows[i].seed},
                                        {"/info/page", rows[i].page},
                                        {"/info/results", rows[i].results},
                                        {"/info/version", rows[i].version},
                                        {NULL, NULL}};
        struct facts f = facts_of(m, 200, true, true, pairs);
        f.records = rows[i].records;
        const struct complete_rule *broken =
            complete_broken(s->complete, s->complete_count, &f, &values);
        assert_int_equal(broken == NULL, rows[i].says == NULL);
        if (!broken)
            continue;
        char text[CONDITION_TEXT_SIZE];
        condition_describe(&broken->condition, &f, &values, text);
        assert_false(broken->retry);
        if (!strstr(text, rows[i].says))
            fail_msg("row %zu says %s", i, text);
    }
}

static void each_test_of_a_condition_holds_when_it_should(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *found; /* at /a */
        bool holds;
    } rows[] = {
        {"{'at': '/a', 'present': true}", "", true},
        {"{'at': '/a', 'present': true}", NULL, false},
        {"{'at': '/a', 'present': false}", NULL, true},
        {"{'at': '/a', 'present': false}", "null", false},
        {"{'at': '/a', 'equals': '5'}", "5", true},
        {"{'at': '/a', 'equals': '5'}", "5.0", false},
        {"{'at': '/a', 'equals': '5'}", NULL, false},
        {"{'at': '/a', 'equals': ''}", "", true},
        {"{'at': '/a', 'equals': '{page.size}'}", "500", true},
        {"{'at': '/a', 'one_of': ['4', '{page.size}']}", "500", true},
        {"{'at': '/a', 'one_of': ['4', '17']}", "1", false},
        {"{'at': '/a', 'contains': 'ease'}", "please EASE up", true},
        {"{'at': '/a', 'contains': 'ease'}", "eas", false},
        {"{'at': '/a', 'contains': 'ease'}", NULL, false},
        {"{'at': '/a', 'between': [200, 299]}", "200", true},
        {"{'at': '/a', 'between': [200, 299]}", "299", true},
        {"{'at': '/a', 'between': [200, 299]}", "300", false},
        {"{'at': '/a', 'between': [200, 299]}", "199", false},
        {"{'at': '/a', 'between': [200, 299]}", "250.5", false},
        {"{'at': '/a', 'between': [200, 299]}", "", false},
        {"{'at': '/a', 'between': [200, 299]}", NULL, false},
        {"{'at': '/a', 'between': [-3, -2]}", "-3", true},
    };
    const struct template_values values = page_values();
    const struct template_scope scope = {.names = 1 << TEMPLATE_PAGE_SIZE};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_auto_t *json = fixture_json(rows[i].json);
        struct place here = {.file = "t"};
        struct facts_wanted wanted = {0};
        AUTO(condition_done) struct condition c = {0};
        struct error err = {0};
        assert_true(condition_read(&here, json, &scope, &wanted, &c, &err));
        struct facts f = {.text = {rows[i].found}};
        if (condition_holds(&c, &f, &values) != rows[i].holds)
            fail_msg("%s of %s", rows[i].json, rows[i].found);
    }
}

/* --- waits ------------------------------------------------------------------------------- */

#define S CLOCK_SECOND_NS

static void a_wait_is_what_its_rule_says(void **state)
{
    (void)state;
    const struct wait_rule backoff = {WAIT_BACKOFF, 0, 2 * S, 120 * S, false, 0, UNIT_SECONDS};
    const struct wait_rule floor = {WAIT_BACKOFF, 5 * S, 6 * S, 10 * S, false, 0, UNIT_SECONDS};
    const struct wait_rule window = {WAIT_WINDOW, 60 * S, 60 * S,      600 * S,
                                     false,       0,      UNIT_SECONDS};
    const struct wait_rule reading = {WAIT_READING, 60 * S, 60 * S,      600 * S,
                                      false,        0,      UNIT_SECONDS};
    const int64_t mark = 1000 * 300 * S; /* a multiple of five minutes */
    const struct {
        const struct wait_rule *rule;
        struct wait_facts facts;
        int64_t least, most;
    } rows[] = {
        {&backoff, {1, UINT64_MAX, mark, 0, -1, 0}, 2 * S - 1, 2 * S},
        {&backoff, {1, 0, mark, 0, -1, 0}, 0, 0},
        {&backoff, {3, UINT64_MAX, mark, 0, -1, 0}, 8 * S - 1, 8 * S},
        {&backoff, {30, UINT64_MAX, mark, 0, -1, 0}, 120 * S - 1, 120 * S},
        {&backoff, {1, 0, mark, 0, 30 * S, 0}, 30 * S, 30 * S},
        {&backoff, {1, 0, mark, 0, 86400 * S, 0}, 120 * S, 120 * S}, /* clamped */
        {&backoff, {4, UINT64_MAX, mark, 0, 1 * S, 0}, 16 * S - 1, 16 * S},
        {&floor, {1, 0, mark, 0, -1, 0}, 5 * S, 5 * S},
        {&floor, {9, UINT64_MAX, mark, 0, -1, 0}, 10 * S - 1, 10 * S},
        {&window, {1, 7, mark + 100 * S, 300 * S, -1, 0}, 200 * S, 200 * S},
        {&window,
         {1, 7, mark + 250 * S, 300 * S, -1, 0},
         60 * S,
         60 * S}, /* 50 s would be too few */
        {&window, {1, 7, mark, 300 * S, -1, 0}, 300 * S, 300 * S},
        {&window, {2, 0, mark, 300 * S, -1, 0}, 60 * S, 60 * S},
        {&window, {9, UINT64_MAX, mark, 300 * S, -1, 0}, 600 * S - 1, 600 * S},
        {&window, {1, 7, mark + 100 * S, 300 * S, 500 * S, 0}, 500 * S, 500 * S},
        {&window, {1, 0, mark, 0, -1, 0}, 60 * S, 60 * S},
        {&reading, {1, 0, mark, 0, -1, mark + 19 * 60 * S}, 1140 * S, 1140 * S}, /* exact … */
        {&reading,
         {1, UINT64_MAX, mark, 0, -1, mark + S},
         S,
         S + WAIT_JITTER_NS}, /* … not less */
        {&reading,
         {5, 7, mark, 0, -1, mark + 3600 * S},
         3600 * S,
         3602 * S}, /* beyond the cap */
        {&reading, {1, 7, mark, 0, 300 * S, mark + S}, 300 * S, 300 * S},
        {&reading, {1, 0, mark, 0, -1, 0}, 60 * S, 60 * S}, /* nothing was said */
        {&reading, {9, UINT64_MAX, mark, 0, -1, mark - S}, 600 * S - 1, 600 * S}, /* over */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t wait = wait_ns(rows[i].rule, &rows[i].facts);
        if (wait < rows[i].least || wait > rows[i].most)
            fail_msg("row %zu waits %lld ns", i, (long long)wait);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_of_random_user_has_its_verdict),
        cmocka_unit_test(the_first_rule_that_fits_counts),
        cmocka_unit_test(a_page_is_whole_when_every_count_agrees),
        cmocka_unit_test(each_test_of_a_condition_holds_when_it_should),
        cmocka_unit_test(a_wait_is_what_its_rule_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
