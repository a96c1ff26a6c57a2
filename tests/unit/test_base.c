/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/clock_init.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/queue.h"
#include "base/text.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/extract-base-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const paths[] = {"secret",     "link", "new", "lock",
                                        "made/inner", "made", ""};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        AUTO(cleanup_free) char *path = file_join(folder, paths[i]);
        if (remove(path) < 0)
            continue;
    }
    return 0;
}

static void an_error_keeps_its_kind_when_context_is_added(void **state)
{
    (void)state;
    struct error err;
    assert_false(error_set(&err, ERROR_DATA, "row %d", 7));
    assert_false(error_prefix(&err, "page %d", 3));
    assert_string_equal(err.text, "page 3: row 7");
    assert_int_equal(err.kind, ERROR_DATA);
    assert_int_equal(error_exit_status(err.kind), 65);
}

static void a_long_error_is_cut_not_overrun(void **state)
{
    (void)state;
    struct error err;
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&err, ERROR_IO, "%s", text);
    error_prefix(&err, "%s", text);
    assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
}

static void an_error_is_utf8_whatever_it_was_made_of(void **state)
{
    (void)state;
    struct error err;
    error_set(&err, ERROR_IO, "%s: %.3s", "a\xff\xe2\x82", "ab\u00e9");
    assert_string_equal(err.text, "a???: ab?");
    error_prefix(&err, "%s", "\xc0\xaf\u20ac");
    assert_string_equal(err.text, "??\u20ac: a???: ab?");

    char text[ERROR_TEXT_MAX + 8];
    memset(text, 'x', sizeof text);
    memcpy(text + ERROR_TEXT_MAX - 2, "\u00e9", 3); /* its second byte does not fit */
    error_set(&err, ERROR_IO, "%s", text);
    assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
    assert_int_equal(err.text[ERROR_TEXT_MAX - 2], '?');
}

static void a_buffer_stops_at_its_maximum(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer b;
    buffer_init(&b, 1000);
    char block[600];
    memset(block, 'a', sizeof block);
    assert_true(buffer_append(&b, block, sizeof block));
    assert_false(buffer_append(&b, block, sizeof block));
    assert_int_equal(b.len, 600);
    assert_true(buffer_append(&b, block, 400));
    assert_null(buffer_text(&b));
    assert_false(buffer_reserve(&b, SIZE_MAX));
}

static void instants_survive_formatting_and_parsing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
        const char *canonical;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0, NULL},
        {"2026-11-20T09:30:00.125Z", INT64_C(1795167000125000000), NULL},
        {"2026-11-20T10:30:00.125+01:00", INT64_C(1795167000125000000),
         "2026-11-20T09:30:00.125Z"},
        {"1969-12-31t23:59:59.999999999z", -1, "1969-12-31T23:59:59.999999999Z"},
        {"2000-02-29T12:00:00-00:30", INT64_C(951827400) * CLOCK_SECOND_NS,
         "2000-02-29T12:30:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns;
        char text[CLOCK_RFC3339_SIZE];
        assert_true(clock_parse_rfc3339(cases[i].text, &ns));
        assert_int_equal(ns, cases[i].ns);
        clock_format_rfc3339(ns, text);
        assert_string_equal(text, cases[i].canonical ? cases[i].canonical : cases[i].text);
    }
}

static void days_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "2026-02-29",  "2026-13-01", "2026-00-10", "2026-1-1",
        "2026-11-20 ", "1600-01-01", "",           "20261120",
    };
    int64_t day;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(clock_parse_date(bad[i], &day));
    assert_true(clock_parse_date("2024-02-29", &day));
    int64_t ns;
    assert_false(clock_parse_rfc3339("2026-11-20T24:00:00Z", &ns));
    assert_false(clock_parse_rfc3339("2026-11-20T10:00:00", &ns));
    assert_false(clock_parse_rfc3339("2026-11-20T10:00:00.Z", &ns));
}

static void every_day_of_four_centuries_round_trips(void **state)
{
    (void)state;
    int64_t first, last;
    assert_true(clock_parse_date("1678-01-01", &first));
    assert_true(clock_parse_date("2261-12-31", &last));
    for (int64_t day = first; day <= last; day++) {
        char text[CLOCK_DATE_SIZE];
        int64_t back;
        clock_format_date(day, text);
        assert_true(clock_parse_date(text, &back));
        assert_int_equal(back, day);
    }
}

static void http_dates_are_read_in_their_one_modern_form(void **state)
{
    (void)state;
    int64_t ns;
    assert_true(clock_parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", &ns));
    assert_int_equal(ns, INT64_C(784111777) * CLOCK_SECOND_NS);
    assert_false(clock_parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", &ns));
    assert_false(clock_parse_http_date("120", &ns));
    assert_false(clock_parse_http_date("Sun, 06 Nov 1994 08:49:37 PST", &ns));
    assert_false(clock_parse_http_date("", &ns));
}

static void a_clock_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "60",
        "60,2026-11-28T03:40:16Z",
        "60,2026-11-28T03:40:16Z,",
        "60,2026-11-28T03:40:16Z,2026-11-20",
        "60,2026-11-28,2026-11-20T09:00:00Z",
        "60,2026-11-28T03:40:16Z,2026-11-20T09:00:00Z,",
        "0,2026-11-28T03:40:16Z,2026-11-20T09:00:00Z",
        "-1,2026-11-28T03:40:16Z,2026-11-20T09:00:00Z",
        "1.5,2026-11-28T03:40:16Z,2026-11-20T09:00:00Z",
        "100001,2026-11-28T03:40:16Z,2026-11-20T09:00:00Z",
        "60,2026-11-28T03:40:16.000000000000000000Z,2026-11-20T09:00:00Z",
        "100000,2020-01-01T00:00:00Z,2026-11-20T09:00:00Z", /* by now it would be past 2262 */
    };
    struct timespec real;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {0};
        setenv(CLOCK_VARIABLE, bad[i], 1);
        assert_false(clock_init(&err));
        assert_int_equal(err.kind, ERROR_USAGE);
        clock_gettime(CLOCK_REALTIME, &real);
        assert_in_range(clock_now_ns() / CLOCK_SECOND_NS - real.tv_sec, 0, 1000);
    }
}

static void a_fast_clock_shortens_every_wait(void **state)
{
    (void)state;
    struct timespec real, later, deadline;
    clock_gettime(CLOCK_REALTIME, &real);
    char since[CLOCK_RFC3339_SIZE], spec[128];
    clock_format_rfc3339((real.tv_sec - 60) * CLOCK_SECOND_NS, since);
    snprintf(spec, sizeof spec, "1000,%s,2026-11-20T09:00:00Z", since);

    struct error err;
    int64_t shown_ns;
    setenv(CLOCK_VARIABLE, spec, 1);
    assert_true(clock_init(&err));
    assert_true(clock_parse_rfc3339("2026-11-21T01:40:00Z", &shown_ns)); /* 60,000 s later */
    int64_t now_ns = clock_now_ns();
    assert_in_range(now_ns - shown_ns, 0, 20000 * CLOCK_SECOND_NS);

    /* a minute and a half of it, in less than ten seconds of ours even on a slow machine */
    int64_t monotonic_ns = clock_monotonic_ns();
    clock_gettime(CLOCK_MONOTONIC, &real);
    assert_true(clock_sleep_ns(90 * CLOCK_SECOND_NS + 1));
    clock_gettime(CLOCK_MONOTONIC, &later);
    assert_true(clock_monotonic_ns() - monotonic_ns > 90 * CLOCK_SECOND_NS);
    assert_true(clock_now_ns() - now_ns > 90 * CLOCK_SECOND_NS);
    assert_in_range(later.tv_sec - real.tv_sec, 0, 10);

    clock_gettime(CLOCK_MONOTONIC, &real);
    deadline = clock_deadline(600000 * CLOCK_SECOND_NS, 3600 * CLOCK_SECOND_NS);
    assert_in_range(deadline.tv_sec - real.tv_sec, 599, 610);
    deadline = clock_deadline(600000 * CLOCK_SECOND_NS, 300 * CLOCK_SECOND_NS);
    assert_in_range(deadline.tv_sec - real.tv_sec, 299, 310);

    unsetenv(CLOCK_VARIABLE);
    clock_replace(NULL);
    deadline = clock_deadline(50 * CLOCK_SECOND_NS, 60 * CLOCK_SECOND_NS);
    assert_in_range(deadline.tv_sec - real.tv_sec, 49, 60);
}

static void durations_need_a_unit_and_fit(void **state)
{
    (void)state;
    int64_t ns;
    assert_true(text_parse_duration("90s", &ns));
    assert_int_equal(ns, 90 * CLOCK_SECOND_NS);
    assert_true(text_parse_duration("250ms", &ns));
    assert_int_equal(ns, CLOCK_SECOND_NS / 4);
    assert_true(text_parse_duration("0", &ns));
    static const char *const bad[] = {"",  "5",    "5 m",           "-5m",
                                      "m", "5min", "999999999999d", "1.5h"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_parse_duration(bad[i], &ns));

    char text[32];
    text_format_duration(300 * CLOCK_SECOND_NS, text, sizeof text);
    assert_string_equal(text, "5m");
    text_format_duration(90 * CLOCK_SECOND_NS, text, sizeof text);
    assert_string_equal(text, "90s");
}

static void numbers_are_exact_to_the_last_one(void **state)
{
    (void)state;
    int64_t value;
    assert_true(text_parse_int64("-9223372036854775808", 20, &value));
    assert_int_equal(value, INT64_MIN);
    assert_true(text_parse_int64("9223372036854775807", 19, &value));
    assert_int_equal(value, INT64_MAX);
    assert_false(text_parse_int64("9223372036854775808", 19, &value));
    assert_false(text_parse_int64("-9223372036854775809", 20, &value));
    assert_false(text_parse_int64("", 0, &value));
    assert_false(text_parse_int64("-", 1, &value));
    assert_false(text_parse_int64("1 ", 2, &value));
}

static void the_nearest_name_is_offered_only_when_it_is_near(void **state)
{
    (void)state;
    static const char *const names[] = {"retention", "state", "kek", NULL};
    assert_string_equal(text_nearest("retension", names), "retention");
    assert_string_equal(text_nearest("stat", names), "state");
    assert_null(text_nearest("completely-different", names));
}

static void words_are_found_whole(void **state)
{
    (void)state;
    static const char *const names[] = {"users", "user", "", NULL};
    assert_int_equal(text_find("user", names), 1);
    assert_int_equal(text_find("", names), 2);
    assert_int_equal(text_find("use", names), -1);
    assert_true(text_is_word_of("json", "text json"));
    assert_true(text_is_word_of("text", "text json"));
    assert_false(text_is_word_of("tex", "text json"));
    assert_false(text_is_word_of("text json", "text json"));
    assert_false(text_is_word_of("", "text json"));
}

static void only_well_formed_utf8_passes(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", "abc", "\xc3\xa9", "\xe2\x80\x8c", "\xf0\x9f\x98\x80", "\xef\xbf\xbf"};
    static const char *const bad[] = {
        "\x80",     "\xc0\xaf",         "\xed\xa0\x80", "\xf5\x80\x80\x80",
        "\xe2\x80", "\xf0\x80\x80\x80", "\xc3("};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(text_is_utf8(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_is_utf8(bad[i], strlen(bad[i])));
}

static char logged[8192];

static void keep_line(enum log_level level, const char *line)
{
    (void)level;
    snprintf(logged, sizeof logged, "%s", line);
}

static void a_hostile_text_cannot_forge_a_log_line(void **state)
{
    (void)state;
    log_set_handler(keep_line);
    log_info("page.failed", "text=%s",
             "a\nb\x1b[2J\xff\xe2\x80\xae"
             "c\xc3\xa9");
    log_set_handler(NULL);
    assert_non_null(
        strstr(logged, " info page.failed text=a\\x0ab\\x1b[2J\\xff\\xe2\\x80\\xaec\xc3\xa9"));
    assert_null(strchr(logged, '\n'));
}

static void a_file_is_replaced_whole_and_private(void **state)
{
    (void)state;
    struct error err;
    AUTO(cleanup_free) char *path = file_join(folder, "secret");
    assert_true(file_write_atomic(path, "one", 3, &err));
    assert_true(file_write_atomic(path, "two", 3, &err));
    assert_true(file_check_private(path, &err));

    AUTO(buffer_done) struct buffer content;
    buffer_init(&content, 3);
    assert_true(file_read(path, &content, &err));
    assert_memory_equal(content.data, "two", 3);

    assert_false(file_write_new(path, "x", 1, &err));
    buffer_clear(&content);
    content.max = 2;
    AUTO(buffer_done) struct buffer small;
    buffer_init(&small, 2);
    assert_false(file_read(path, &small, &err));
    assert_non_null(strstr(err.text, "longer than 2 bytes"));
}

static void a_secret_that_others_can_use_is_refused(void **state)
{
    (void)state;
    struct error err;
    AUTO(cleanup_free) char *path = file_join(folder, "secret");
    AUTO(cleanup_free) char *link_path = file_join(folder, "link");
    assert_true(file_write_atomic(path, "k", 1, &err));
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(file_check_private(path, &err));
    assert_non_null(strstr(err.text, "chmod 600"));
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(symlink(path, link_path), 0);
    assert_false(file_check_private(link_path, &err));
    assert_non_null(strstr(err.text, "symbolic link"));
    assert_false(file_check_private(folder, &err));
}

static void a_folder_that_others_can_write_is_refused(void **state)
{
    (void)state;
    struct error err;
    AUTO(cleanup_free) char *path = file_join(folder, "made/inner");
    assert_true(file_make_private_folder(path, &err));
    assert_true(file_make_private_folder(path, &err));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(chmod(path, 0777), 0);
    assert_false(file_make_private_folder(path, &err));
}

static void a_second_lock_is_refused_and_names_the_holder(void **state)
{
    (void)state;
    struct error err;
    AUTO(cleanup_free) char *path = file_join(folder, "lock");
    AUTO(cleanup_close) int first = -1, second = -1;
    assert_true(file_lock(path, 0, &first, &err));
    assert_false(file_lock(path, 0, &second, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_non_null(strstr(err.text, pid));
    cleanup_close(&first);
    assert_true(file_lock(path, 0, &second, &err));
}

static void *push_hundred(void *arg)
{
    for (intptr_t i = 1; i <= 100; i++)
        queue_push(arg, (void *)i);
    queue_close(arg);
    return NULL;
}

static void a_queue_hands_on_everything_in_order_and_then_ends(void **state)
{
    (void)state;
    AUTO(queue_freep) struct queue *q = queue_new(3);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, push_hundred, q), 0);
    void *item;
    intptr_t expected = 1;
    while (queue_pop(q, &item))
        assert_int_equal((intptr_t)item, expected++);
    assert_int_equal(expected, 101);
    pthread_join(thread, NULL);
    assert_false(queue_push(q, NULL));
}

static void what_is_pushed_first_is_popped_before_all_that_wait(void **state)
{
    (void)state;
    AUTO(queue_freep) struct queue *q = queue_new(3);
    void *item;
    char text[] = "abc";
    assert_true(queue_push(q, &text[1]));
    assert_true(queue_push_first(q, &text[0]));
    assert_true(queue_push(q, &text[2]));
    for (size_t i = 0; i < 3; i++) {
        assert_true(queue_pop(q, &item));
        assert_ptr_equal(item, &text[i]);
    }
    assert_true(queue_push_first(q, &text[0])); /* into an empty one, at any place */
    assert_true(queue_pop(q, &item));
    assert_ptr_equal(item, &text[0]);
    queue_close(q);
    assert_false(queue_push_first(q, &text[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_keeps_its_kind_when_context_is_added),
        cmocka_unit_test(a_long_error_is_cut_not_overrun),
        cmocka_unit_test(an_error_is_utf8_whatever_it_was_made_of),
        cmocka_unit_test(a_buffer_stops_at_its_maximum),
        cmocka_unit_test(instants_survive_formatting_and_parsing),
        cmocka_unit_test(days_that_do_not_exist_are_refused),
        cmocka_unit_test(every_day_of_four_centuries_round_trips),
        cmocka_unit_test(http_dates_are_read_in_their_one_modern_form),
        cmocka_unit_test(a_clock_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_fast_clock_shortens_every_wait),
        cmocka_unit_test(durations_need_a_unit_and_fit),
        cmocka_unit_test(numbers_are_exact_to_the_last_one),
        cmocka_unit_test(the_nearest_name_is_offered_only_when_it_is_near),
        cmocka_unit_test(words_are_found_whole),
        cmocka_unit_test(only_well_formed_utf8_passes),
        cmocka_unit_test(a_hostile_text_cannot_forge_a_log_line),
        cmocka_unit_test(a_file_is_replaced_whole_and_private),
        cmocka_unit_test(a_secret_that_others_can_use_is_refused),
        cmocka_unit_test(a_folder_that_others_can_write_is_refused),
        cmocka_unit_test(a_second_lock_is_refused_and_names_the_holder),
        cmocka_unit_test(a_queue_hands_on_everything_in_order_and_then_ends),
        cmocka_unit_test(what_is_pushed_first_is_popped_before_all_that_wait),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
