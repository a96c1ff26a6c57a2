/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/head.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void feed(struct head *r, const char *line)
{
    enum head_event event;
    struct error err;
    if (!head_line(r, line, strlen(line), &event, &err))
        fail_msg("%s", err.text);
    assert_int_equal(event, strcmp(line, "\r\n") == 0 ? HEAD_END : HEAD_FIELD);
}

static void fields_are_found_by_any_case(void **state)
{
    (void)state;
    AUTO(head_done) struct head h;
    head_init(&h);
    feed(&h, "HTTP/1.1 200 OK\r\n");
    feed(&h, "X-App-Usage: {\"call_count\":28}\r\n");
    feed(&h, "x-two:one\n");
    feed(&h, "X-TWO : \ttwo \t\r\n");
    feed(&h, "X-Empty:\r\n");
    feed(&h, " folded: away\r\n");
    feed(&h, "no colon\r\n");
    feed(&h, ": no name\r\n");
    feed(&h, "\r\n");
    assert_string_equal(head_find(&h, "x-app-usage"), "{\"call_count\":28}");
    assert_string_equal(head_find(&h, "X-Two"), "one, two");
    assert_string_equal(head_find(&h, "x-empty"), "");
    assert_null(head_find(&h, "folded"));
    assert_null(head_find(&h, ""));
    assert_int_equal(h.count, 3);

    head_clear(&h);
    assert_null(head_find(&h, "x-two"));
    assert_int_equal(h.lines, 0);
}

static void an_interim_head_is_forgotten_but_counted(void **state)
{
    (void)state;
    AUTO(head_done) struct head h;
    head_init(&h);
    feed(&h, "HTTP/1.1 103 Early Hints\r\n");
    feed(&h, "Link: x\r\n");
    feed(&h, "\r\n");
    feed(&h, "HTTP/2 200 \r\n");
    assert_null(head_find(&h, "Link"));
    assert_int_equal(h.lines, 4);
}

/* A second reader must not see another head than libcurl does. */
static void nothing_but_a_blank_line_ends_the_head(void **state)
{
    (void)state;
    AUTO(head_done) struct head h;
    struct error err;
    head_init(&h);
    feed(&h, "HTTP/1.1 200 OK\r\n");
    feed(&h, "Content-Encoding: gzip\r\n");
    feed(&h, " \t \r\n");
    feed(&h, "HTTP/1.1: 200 OK\r\n");
    feed(&h, "\r\r\n");
    feed(&h, "Content-Encoding: gzip\r\n");
    feed(&h, "\r\n");
    assert_string_equal(head_find(&h, "Content-Encoding"), "gzip, gzip");
    assert_false(head_check(&h, &err));
}

static void trailers_are_counted_and_not_kept(void **state)
{
    (void)state;
    AUTO(head_done) struct head h;
    head_init(&h);
    feed(&h, "HTTP/1.1 200 OK\r\n");
    feed(&h, "\r\n");
    h.ended = true;
    feed(&h, "X-Late: 1\r\n");
    feed(&h, "\r\n");
    feed(&h, "X-Later: 1\r\n");
    assert_int_equal(h.count, 0);
    assert_int_equal(h.lines, 5);
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    AUTO(head_done) struct head h;
    enum head_event event;
    struct error err;
    head_init(&h);
    feed(&h, "HTTP/1.1 200 OK\r\n");
    assert_false(head_line(&h, "X: a\0b\r\n", 8, &event, &err));
    assert_int_equal(err.kind, ERROR_DATA);
}

static void lines_and_bytes_have_a_maximum(void **state)
{
    (void)state;
    enum head_event event;
    struct error err;
    AUTO(head_done) struct head lines;
    head_init(&lines);
    for (int i = 0; i < HEAD_LINES_MAX; i++)
        feed(&lines, "X-A: 1\r\n");
    assert_false(head_line(&lines, "X-A: 1\r\n", 8, &event, &err));
    assert_int_equal(err.kind, ERROR_DATA);

    static char line[HEAD_BYTES_MAX + 2];
    memset(line, 'x', sizeof line);
    AUTO(head_done) struct head bytes;
    head_init(&bytes);
    assert_true(head_line(&bytes, line, HEAD_BYTES_MAX, &event, &err));
    assert_false(head_line(&bytes, "X", 1, &event, &err));
    assert_int_equal(err.kind, ERROR_DATA);
}

static void encodings_are_at_most_one(void **state)
{
    (void)state;
    static const struct {
        const char *first;
        const char *second;
        bool accepted;
    } cases[] = {
        {"", "", true},
        {"Content-Encoding: gzip\r\n", "", true},
        {"content-encoding: X-GZIP\r\n", "Transfer-Encoding: chunked\r\n", true},
        {"Content-Encoding: identity\r\n", "Content-Encoding: br\r\n", true},
        {"Content-Encoding: , zstd ,\r\n", "", true},
        {"Content-Encoding:\r\n", "", true},
        {"Transfer-Encoding: Chunked\r\n", "", true},
        {"Transfer-Encoding: identity\r\n", "", true},
        {"Content-Encoding: gzip, gzip\r\n", "", false},
        {"Content-Encoding: gzip\r\n", "Content-Encoding: deflate\r\n", false},
        {"Content-Encoding: identity, gzip, br\r\n", "", false},
        {"Content-Encoding: compress\r\n", "", false},
        {"Content-Encoding: gzi\r\n", "", false},
        {"Content-Encoding: gzip gzip\r\n", "", false},
        {"Transfer-Encoding: gzip, chunked\r\n", "", false},
        {"Transfer-Encoding: chunked, chunked\r\n", "", false},
        {"Transfer-Encoding: gzip\r\n", "", false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        AUTO(head_done) struct head h;
        struct error err;
        head_init(&h);
        feed(&h, "HTTP/1.1 200 OK\r\n");
        if (*cases[i].first)
            feed(&h, cases[i].first);
        if (*cases[i].second)
            feed(&h, cases[i].second);
        if (head_check(&h, &err) != cases[i].accepted)
            fail_msg("%s%s", cases[i].first, cases[i].second);
        if (!cases[i].accepted)
            assert_int_equal(err.kind, ERROR_DATA);
    }
}

static void the_content_type_is_bare(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *type;
    } cases[] = {
        {"X: y\r\n", ""},
        {"Content-Type: application/json\r\n", "application/json"},
        {"Content-Type: Text/HTML; charset=\"UTF-8\"\r\n", "text/html"},
        {"Content-Type: text/html;charset=x\r\n", "text/html"},
        {"Content-Type:\r\n", ""},
    };
    char type[HEAD_CONTENT_TYPE_SIZE];
    for (size_t i = 0; i < LENGTH(cases); i++) {
        AUTO(head_done) struct head h;
        head_init(&h);
        feed(&h, "HTTP/1.1 200 OK\r\n");
        feed(&h, cases[i].line);
        head_content_type(&h, type);
        assert_string_equal(type, cases[i].type);
    }
    char line[400] = "Content-Type: ";
    memset(line + 14, 'A', 300);
    AUTO(head_done) struct head h;
    head_init(&h);
    feed(&h, "HTTP/1.1 200 OK\r\n");
    feed(&h, line);
    head_content_type(&h, type);
    assert_int_equal(strlen(type), sizeof type - 1);
}

#define NOW "Fri, 20 Nov 2026 09:30:00 GMT"

static void retry_after_is_a_wait_or_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *date; /* NULL: none */
        bool accepted;
        int64_t wait_ns;
    } cases[] = {
        {"0", NULL, true, 0},
        {"120", NULL, true, 120 * CLOCK_SECOND_NS},
        {"0007", NULL, true, 7 * CLOCK_SECOND_NS},
        {"-5", NULL, true, 0},
        {"9223372036", NULL, true, INT64_C(9223372036) * CLOCK_SECOND_NS},
        {"9223372037", NULL, true, INT64_MAX},
        {"99999999999999999999999999", NULL, true, INT64_MAX},
        {"-99999999999999999999999999", NULL, true, 0},
        {"Fri, 20 Nov 2026 09:31:00 GMT", NULL, true, 60 * CLOCK_SECOND_NS},
        {"Fri, 20 Nov 2026 09:29:00 GMT", NULL, true, 0},
        {"Fri, 20 Nov 2026 11:00:30 GMT", "Fri, 20 Nov 2026 11:00:00 GMT", true,
         30 * CLOCK_SECOND_NS},
        {"Fri, 20 Nov 2026 09:31:00 GMT", "yesterday", true, 60 * CLOCK_SECOND_NS},
        {"Sat, 01 Jan 2261 00:00:00 GMT", "Sat, 01 Jan 1700 00:00:00 GMT", true, INT64_MAX},
        {"Sat, 01 Jan 1700 00:00:00 GMT", "Sat, 01 Jan 2261 00:00:00 GMT", true, 0},
        {"", NULL, false, 0},
        {"-", NULL, false, 0},
        {"soon", NULL, false, 0},
        {"1.5", NULL, false, 0},
        {"+5", NULL, false, 0},
        {"5 s", NULL, false, 0},
        {"5, 10", NULL, false, 0},
        {"Fri, 20 Nov 2026 09:31:00", NULL, false, 0},
        {"2026-11-20T09:31:00Z", NULL, false, 0},
    };
    int64_t now_ns;
    assert_true(clock_parse_http_date(NOW, &now_ns));
    for (size_t i = 0; i < LENGTH(cases); i++) {
        AUTO(head_done) struct head h;
        char line[128];
        head_init(&h);
        feed(&h, "HTTP/1.1 200 OK\r\n");
        snprintf(line, sizeof line, "Retry-After: %s\r\n", cases[i].value);
        feed(&h, line);
        if (cases[i].date) {
            snprintf(line, sizeof line, "Date: %s\r\n", cases[i].date);
            feed(&h, line);
        }
        int64_t wait_ns = 0;
        if (head_retry_after(&h, now_ns, &wait_ns) != cases[i].accepted ||
            wait_ns != cases[i].wait_ns)
            fail_msg("%s: %lld", cases[i].value, (long long)wait_ns);
    }
    AUTO(head_done) struct head none;
    int64_t wait_ns;
    head_init(&none);
    assert_false(head_retry_after(&none, now_ns, &wait_ns));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_by_any_case),
        cmocka_unit_test(an_interim_head_is_forgotten_but_counted),
        cmocka_unit_test(nothing_but_a_blank_line_ends_the_head),
        cmocka_unit_test(trailers_are_counted_and_not_kept),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(lines_and_bytes_have_a_maximum),
        cmocka_unit_test(encodings_are_at_most_one),
        cmocka_unit_test(the_content_type_is_bare),
        cmocka_unit_test(retry_after_is_a_wait_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
