/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "source/paginator.h"
#include "source_fixture.h"

/* A rule, its document, and what the templates see. */
struct setup {
    json_t *json;
    struct paginator_rule rule;
    struct facts_wanted wanted;
    struct template_values values;
};

static void setup_done(struct setup *s)
{
    json_decref(s->json);
}

static struct setup setup_new(const char *json)
{
    static const struct setting settings[] = {
        {.name = "users", .type = SETTING_INTEGER, .fallback = (char *)(uintptr_t) "1"},
        {.name = "page_size", .type = SETTING_INTEGER, .fallback = (char *)(uintptr_t) "1"},
    };
    const struct template_scope scope = {
        .names = TEMPLATE_OF_STREAM, .settings = settings, .setting_count = 2};
    struct setup s = {.json = fixture_json(json)};
    struct place here = {.file = "t"};
    struct error err = {0};
    if (!paginator_read(&here, s.json, &scope, &s.wanted, &s.rule, &err))
        fail_msg("%s", err.text);
    return s;
}

static struct setup pages_of(const char *users, const char *size)
{
    struct setup s = setup_new("{'kind': 'page_number', 'total': '{settings.users}', 'size': "
                               "'{settings.page_size}', 'last': 10000}");
    s.values.text[TEMPLATE_SETTING_FIRST] = users;
    s.values.text[TEMPLATE_SETTING_FIRST + 1] = size;
    return s;
}

static void the_last_page_takes_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *users, *size;
        const char *sizes; /* of the pages, in order */
    } rows[] = {
        {"10", "4", "4 4 2 "},     {"8", "4", "4 4 "},          {"1", "5000", "1 "},
        {"5000", "5000", "5000 "}, {"5001", "5000", "5000 1 "}, {"3", "1", "1 1 1 "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(setup_done) struct setup s = pages_of(rows[i].users, rows[i].size);
        AUTO(paginator_close) struct paginator p = {0};
        struct error err = {0};
        char sizes[64] = "";
        uint64_t number = 0;
        assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
        while (!p.done) {
            char expected[24];
            struct facts f = {0};
            paginator_fill(&p, &s.values);
            snprintf(expected, sizeof expected, "%llu", (unsigned long long)++number);
            assert_string_equal(s.values.text[TEMPLATE_PAGE_NUMBER], expected);
            size_t len = strlen(sizes);
            snprintf(sizes + len, sizeof sizes - len, "%s ", s.values.text[TEMPLATE_PAGE_SIZE]);
            assert_true(paginator_advance(&p, &f, &err));
        }
        assert_string_equal(sizes, rows[i].sizes);
        assert_int_equal(paginator_pages(&p), number);
    }
}

/* Through every checkpoint: opened from its text, a paginator goes on as if it had gone on. */
static void every_checkpoint_goes_on_where_it_was_taken(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = pages_of("23", "5");
    AUTO(paginator_close) struct paginator whole = {0};
    struct error err = {0};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &whole, &err));
    for (int page = 1; page <= 5; page++) {
        AUTO(buffer_done) struct buffer text;
        AUTO(paginator_close) struct paginator again = {0};
        struct facts f = {0};
        char expected[64];
        buffer_init(&text, PAGINATOR_CURSOR_MAX);
        assert_true(paginator_advance(&whole, &f, &err));
        assert_true(paginator_cursor(&whole, &text, &err));
        snprintf(expected, sizeof expected, "{\"done\":%s,\"page\":%d}",
                 page == 5 ? "true" : "false", page);
        assert_string_equal(buffer_text(&text), expected);
        assert_true(paginator_open(&s.rule, &s.values, buffer_text(&text), &again, &err));
        assert_int_equal(again.page, whole.page);
        assert_int_equal(again.done, whole.done);
    }
    assert_true(whole.done);
}

static void a_cursor_of_something_else_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"done\":false,\"page\":0}",
        "{\"done\":false,\"page\":-1}",
        "{\"done\":false,\"page\":6}", /* there are five */
        "{\"done\":false,\"page\":5}", /* that is done */
        "{\"done\":true,\"page\":4}",
        "{\"done\":false,\"page\":1,\"token\":\"x\"}",
        "{\"done\":false,\"page\":1,\"more\":1}",
        "{\"done\":false,\"page\":\"1\"}",
        "{\"done\":false,\"page\":1",
        "{\"done\":false,\"page\":99999999999999999999}",
    };
    AUTO(setup_done) struct setup s = pages_of("23", "5");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct paginator p = {.page = 77};
        struct error err = {0};
        if (paginator_open(&s.rule, &s.values, texts[i], &p, &err))
            fail_msg("%s was taken", texts[i]);
        assert_int_equal(err.kind, ERROR_STORE);
        assert_int_equal(p.page, 77);
    }
}

static void more_pages_than_the_api_has_are_refused(void **state)
{
    (void)state;
    struct paginator p = {0};
    struct error err = {0};
    AUTO(setup_done) struct setup most = pages_of("50000000", "5000");
    assert_true(paginator_open(&most.rule, &most.values, NULL, &p, &err));
    AUTO(setup_done) struct setup more = pages_of("50000001", "5000");
    assert_false(paginator_open(&more.rule, &more.values, NULL, &p, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(strstr(err.text, "10001 pages"));
    AUTO(setup_done) struct setup none = pages_of("0", "5");
    assert_false(paginator_open(&none.rule, &none.values, NULL, &p, &err));
    AUTO(setup_done) struct setup text = pages_of("5", "x");
    assert_false(paginator_open(&text.rule, &text.values, NULL, &p, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
}

static void a_token_leads_from_page_to_page_byte_for_byte(void **state)
{
    (void)state;
    AUTO(setup_done)
    struct setup s = setup_new("{'kind': 'token', 'at': '/next', 'size': '100'}");
    AUTO(paginator_close) struct paginator p = {0};
    AUTO(buffer_done) struct buffer text;
    struct error err = {0};
    struct facts f = {.text = {"a%2Fb=="}};
    buffer_init(&text, PAGINATOR_CURSOR_MAX);
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    paginator_fill(&p, &s.values);
    assert_null(s.values.text[TEMPLATE_CURSOR]);
    assert_string_equal(s.values.text[TEMPLATE_PAGE_SIZE], "100");
    assert_int_equal(paginator_pages(&p), 0);

    assert_true(paginator_advance(&p, &f, &err));
    paginator_fill(&p, &s.values);
    assert_string_equal(s.values.text[TEMPLATE_CURSOR_RAW], "a%2Fb==");
    assert_string_equal(s.values.text[TEMPLATE_PAGE_NUMBER], "2");
    assert_true(paginator_cursor(&p, &text, &err));
    assert_string_equal(buffer_text(&text),
                        "{\"done\":false,\"page\":1,\"token\":\"a%2Fb==\"}");
    AUTO(paginator_close) struct paginator again = {0};
    assert_true(paginator_open(&s.rule, &s.values, buffer_text(&text), &again, &err));
    assert_string_equal(again.token, "a%2Fb==");

    f.text[0] = NULL; /* no token, no page: also when the page was empty */
    assert_true(paginator_advance(&p, &f, &err));
    assert_true(p.done);
    buffer_clear(&text);
    assert_true(paginator_cursor(&p, &text, &err));
    assert_string_equal(buffer_text(&text), "{\"done\":true,\"page\":2}");
}

static void a_token_that_does_not_advance_is_an_error(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new("{'kind': 'token', 'at': '/next'}");
    AUTO(paginator_close) struct paginator p = {0};
    struct error err = {0};
    struct facts f = {.text = {"same"}};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    assert_true(paginator_advance(&p, &f, &err));
    assert_false(paginator_advance(&p, &f, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_int_equal(p.page, 1); /* where it was */
    f.text[0] = "";
    assert_true(paginator_advance(&p, &f, &err));
    assert_true(p.done);
}

static void a_last_page_may_have_a_token_where_more_says_that_it_is_the_last(void **state)
{
    (void)state;
    AUTO(setup_done)
    struct setup s = setup_new("{'kind': 'token', 'at': '/after', 'more': '/next'}");
    AUTO(paginator_close) struct paginator p = {0};
    struct error err = {0};
    struct facts f = {.text = {"b", "https://api.example/?after=b"}};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    assert_true(paginator_advance(&p, &f, &err));
    assert_false(p.done);
    assert_string_equal(p.token, "b");
    f.text[0] = "c";
    f.text[1] = NULL;
    assert_true(paginator_advance(&p, &f, &err));
    assert_true(p.done);
    assert_null(p.token);
}

static void a_single_answer_is_one_page(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new("{'kind': 'single'}");
    struct paginator p = {0};
    struct error err = {0};
    struct facts f = {0};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    assert_int_equal(paginator_pages(&p), 1);
    assert_true(paginator_advance(&p, &f, &err));
    assert_true(p.done);
    assert_true(paginator_open(&s.rule, &s.values, "{\"done\":true,\"page\":1}", &p, &err));
    assert_true(p.done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_page_takes_the_rest),
        cmocka_unit_test(every_checkpoint_goes_on_where_it_was_taken),
        cmocka_unit_test(a_cursor_of_something_else_is_refused),
        cmocka_unit_test(more_pages_than_the_api_has_are_refused),
        cmocka_unit_test(a_token_leads_from_page_to_page_byte_for_byte),
        cmocka_unit_test(a_token_that_does_not_advance_is_an_error),
        cmocka_unit_test(a_last_page_may_have_a_token_where_more_says_that_it_is_the_last),
        cmocka_unit_test(a_single_answer_is_one_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
