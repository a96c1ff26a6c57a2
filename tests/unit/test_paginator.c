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

static void a_token_that_only_the_link_has_is_taken_out_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *token; /* NULL: an error */
    } rows[] = {
        {"https://graph.example/v26.0/act_1/ads?access_token=T&after=MTAx%3D%3D&limit=25",
         "MTAx=="},
        {"http://elsewhere.example:1/?after=a+b%2Fc#x", "a+b/c"},
        {"?after=1&after=2", "1"},
        {"/ads?AFTER=1&%61fter=2&hereafter=3&after=4#&after=5", "4"},
        {"/ads?limit=25", NULL},
        {"/ads?after=&limit=25", NULL},
        {"/ads?after", NULL},
        {"/ads#?after=5", NULL},
        {"/ads?after=%4", NULL},
        {"/ads?after=%zz", NULL},
        {"/ads?after=a%00b", NULL},
        {"/ads?after=a%0Ab", NULL},
        {"/ads?after=%C3", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(setup_done)
        struct setup s = setup_new("{'kind': 'token', 'at': '/after', 'more': '/next', "
                                   "'from_url': {'at': '/next', 'parameter': 'after'}}");
        AUTO(paginator_close) struct paginator p = {0};
        struct error err = {0};
        struct facts f = {.text = {NULL, rows[i].url}};
        assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
        if (paginator_advance(&p, &f, &err) != (rows[i].token != NULL))
            fail_msg("%s: %s", rows[i].url, err.text);
        if (rows[i].token) {
            assert_string_equal(p.token, rows[i].token);
        } else {
            assert_int_equal(err.kind, ERROR_DATA);
            assert_null(strstr(err.text, "after")); /* a link may hold a secret */
            assert_int_equal(p.page, 0);
        }
    }
}

static void the_token_itself_comes_before_the_link(void **state)
{
    (void)state;
    AUTO(setup_done)
    struct setup s = setup_new("{'kind': 'token', 'at': '/after', 'from_url': {'at': '/next', "
                               "'parameter': 'after'}}");
    AUTO(paginator_close) struct paginator p = {0};
    struct error err = {0};
    struct facts f = {.text = {"own", "/?after=link"}};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    assert_true(paginator_advance(&p, &f, &err));
    assert_string_equal(p.token, "own");
    f.text[0] = f.text[1] = NULL; /* neither, and nothing says that more follows */
    assert_true(paginator_advance(&p, &f, &err));
    assert_true(p.done);
}

/* After `lead` different tokens come `length` ones over and over. */
static void a_circle_of_any_length_is_found_out(void **state)
{
    (void)state;
    static const struct {
        unsigned lead, length;
    } rows[] = {{0, 1}, {0, 2}, {5, 2}, {1, 3}, {100, 7}, {3, 100}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(setup_done) struct setup s = setup_new("{'kind': 'token', 'at': '/next'}");
        AUTO(paginator_close) struct paginator p = {0};
        struct error err = {0};
        unsigned page = 0, whole = rows[i].lead + rows[i].length;
        assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
        for (;; page++) {
            char token[24];
            unsigned number =
                page < whole ? page : rows[i].lead + (page - rows[i].lead) % rows[i].length;
            struct facts f = {.records = 1, .text = {token}};
            snprintf(token, sizeof token, "t%u", number);
            if (!paginator_advance(&p, &f, &err))
                break;
            assert_true(page < 4 * whole);
        }
        assert_true(page >= whole); /* and not before one came again */
        assert_int_equal(err.kind, ERROR_DATA);
    }
}

static void empty_pages_go_on_but_not_for_ever(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new("{'kind': 'token', 'at': '/next'}");
    AUTO(paginator_close) struct paginator p = {0};
    struct error err = {0};
    char token[24];
    struct facts f = {.text = {token}};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    for (unsigned page = 0; page < 3 * PAGINATOR_EMPTY_MAX; page++) {
        snprintf(token, sizeof token, "%u", page);
        f.records = page % PAGINATOR_EMPTY_MAX == 0; /* one record among so many empty pages */
        assert_true(paginator_advance(&p, &f, &err));
    }
    f.records = 0;
    snprintf(token, sizeof token, "one more");
    assert_true(paginator_advance(&p, &f, &err));
    snprintf(token, sizeof token, "too many");
    assert_false(paginator_advance(&p, &f, &err));
    assert_int_equal(err.kind, ERROR_DATA);
}

static const char *next_size(struct setup *s, struct paginator *p)
{
    paginator_fill(p, &s->values);
    return s->values.text[TEMPLATE_PAGE_SIZE];
}

static void good_page(struct paginator *p)
{
    char token[24];
    struct error err = {0};
    const struct facts f = {.records = 1, .text = {token}};
    snprintf(token, sizeof token, "%llu", (unsigned long long)p->page);
    assert_true(paginator_advance(p, &f, &err));
}

static void good_pages(struct setup *s, struct paginator *p, unsigned count, const char *size)
{
    for (unsigned i = 0; i < count; i++) {
        assert_string_equal(next_size(s, p), size);
        good_page(p);
    }
}

static void a_page_that_is_too_big_is_halved_and_grows_slowly(void **state)
{
    (void)state;
    AUTO(setup_done)
    struct setup s = setup_new("{'kind': 'token', 'at': '/next', 'size': '100'}");
    AUTO(paginator_close) struct paginator p = {0};
    AUTO(buffer_done) struct buffer text;
    struct error err = {0};
    static const char *const sizes[] = {"50", "25", "12", "6", "3", "1"};
    buffer_init(&text, PAGINATOR_CURSOR_MAX);
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    good_page(&p);
    for (size_t i = 0; i < 6; i++) {
        assert_true(paginator_shrink(&p));
        assert_string_equal(next_size(&s, &p), sizes[i]);
        assert_string_equal(s.values.text[TEMPLATE_CURSOR], "0"); /* at the same place */
    }
    assert_false(paginator_shrink(&p));
    assert_string_equal(next_size(&s, &p), "1");
    good_pages(&s, &p, PAGINATOR_PATIENCE, "1");
    good_pages(&s, &p, PAGINATOR_PATIENCE, "2");
    assert_string_equal(next_size(&s, &p), "4");
    assert_true(paginator_cursor(&p, &text, &err)); /* a checkpoint knows nothing of it */
    assert_string_equal(buffer_text(&text), "{\"done\":false,\"page\":17,\"token\":\"16\"}");

    /* too early: twice as many good pages this time */
    assert_true(paginator_shrink(&p));
    good_pages(&s, &p, 2 * PAGINATOR_PATIENCE, "2");
    /* it was not */
    for (unsigned size = 4; size < 100; size *= 2) {
        char number[8];
        snprintf(number, sizeof number, "%u", size);
        good_pages(&s, &p, 2 * PAGINATOR_PATIENCE, number);
    }
    assert_string_equal(next_size(&s, &p), "100");

    /* what was in the way is behind us */
    assert_true(paginator_shrink(&p));
    assert_true(paginator_shrink(&p));
    assert_string_equal(next_size(&s, &p), "25");
    paginator_restore(&p);
    assert_string_equal(next_size(&s, &p), "100");
}

static void what_one_slice_learnt_of_pages_holds_for_the_next(void **state)
{
    (void)state;
    AUTO(setup_done)
    struct setup s = setup_new("{'kind': 'token', 'at': '/next', 'size': '100'}");
    struct paginator_sizing list = {0};
    struct error err = {0};
    static const char *const sizes[] = {"25", "25", "50", "50"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        AUTO(paginator_close) struct paginator p = {0};
        assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
        paginator_share(&p, &list);
        if (i == 0)
            assert_true(paginator_shrink(&p) && paginator_shrink(&p));
        good_pages(&s, &p, PAGINATOR_PATIENCE / 2, sizes[i]);
    }
}

static void no_page_is_smaller_than_the_least(void **state)
{
    (void)state;
    AUTO(setup_done)
    struct setup s = setup_new("{'kind': 'token', 'at': '/n', 'size': '500', 'least': 100}");
    AUTO(paginator_close) struct paginator p = {0};
    struct error err = {0};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    assert_true(paginator_shrink(&p));
    assert_true(paginator_shrink(&p));
    assert_string_equal(next_size(&s, &p), "125");
    assert_false(paginator_shrink(&p));
    assert_string_equal(next_size(&s, &p), "125");
}

static void only_pages_with_a_size_of_their_own_can_be_smaller(void **state)
{
    (void)state;
    struct error err = {0};
    AUTO(paginator_close) struct paginator numbered = {0}, unsized = {0};
    AUTO(setup_done) struct setup pages = pages_of("23", "5");
    AUTO(setup_done) struct setup token = setup_new("{'kind': 'token', 'at': '/next'}");
    assert_true(paginator_open(&pages.rule, &pages.values, NULL, &numbered, &err));
    assert_false(paginator_shrink(&numbered));
    assert_true(paginator_open(&token.rule, &token.values, NULL, &unsized, &err));
    assert_false(paginator_shrink(&unsized));
}

static void a_restart_is_at_the_first_page_and_may_see_its_tokens_again(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new("{'kind': 'token', 'at': '/next'}");
    AUTO(paginator_close) struct paginator p = {0};
    struct error err = {0};
    assert_true(paginator_open(&s.rule, &s.values, NULL, &p, &err));
    good_page(&p);
    good_page(&p);
    paginator_restart(&p);
    paginator_fill(&p, &s.values);
    assert_null(s.values.text[TEMPLATE_CURSOR]);
    assert_string_equal(s.values.text[TEMPLATE_PAGE_NUMBER], "1");
    good_page(&p);
    good_page(&p);
    assert_int_equal(p.page, 2);
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
        cmocka_unit_test(a_token_that_only_the_link_has_is_taken_out_of_it),
        cmocka_unit_test(the_token_itself_comes_before_the_link),
        cmocka_unit_test(a_circle_of_any_length_is_found_out),
        cmocka_unit_test(empty_pages_go_on_but_not_for_ever),
        cmocka_unit_test(a_page_that_is_too_big_is_halved_and_grows_slowly),
        cmocka_unit_test(what_one_slice_learnt_of_pages_holds_for_the_next),
        cmocka_unit_test(no_page_is_smaller_than_the_least),
        cmocka_unit_test(only_pages_with_a_size_of_their_own_can_be_smaller),
        cmocka_unit_test(a_restart_is_at_the_first_page_and_may_see_its_tokens_again),
        cmocka_unit_test(a_single_answer_is_one_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
