/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "pipeline/result.h"

enum outcome { IDLE, WORKED, FAILED };

/* The status of a run of two streams, with these outcomes. */
static int status(enum outcome first, enum error_kind first_kind, enum outcome second,
                  enum error_kind second_kind, enum error_kind load_kind, uint64_t quarantined)
{
    const enum outcome outcomes[] = {first, second};
    const enum error_kind kinds[] = {first_kind, second_kind};
    struct result r = {.stream_count = 2};
    for (size_t i = 0; i < 2; i++) {
        r.streams[i].slices = outcomes[i] != IDLE;
        r.streams[i].failed = outcomes[i] == FAILED;
        r.streams[i].error.kind = kinds[i];
    }
    r.streams[0].quarantined = quarantined;
    r.sink_count = 1;
    r.sinks[0].failed = load_kind != ERROR_NONE;
    r.sinks[0].error.kind = load_kind;
    return result_exit_status(&r);
}

static void nothing_wrong_is_0(void **state)
{
    (void)state;
    assert_int_equal(status(IDLE, 0, IDLE, 0, ERROR_NONE, 0), 0);
    assert_int_equal(status(WORKED, 0, WORKED, 0, ERROR_NONE, 0), 0);
}

static void a_part_that_failed_is_1(void **state)
{
    (void)state;
    assert_int_equal(status(FAILED, ERROR_DATA, WORKED, 0, ERROR_NONE, 0), 1);
    assert_int_equal(status(WORKED, 0, FAILED, ERROR_REMOTE, ERROR_NONE, 0), 1);
    assert_int_equal(status(WORKED, 0, WORKED, 0, ERROR_NONE, 3), 1);
}

static void when_nothing_else_was_done_the_failure_decides(void **state)
{
    (void)state;
    assert_int_equal(status(FAILED, ERROR_DATA, IDLE, 0, ERROR_NONE, 0), 65);
    assert_int_equal(status(FAILED, ERROR_NETWORK, FAILED, ERROR_DATA, ERROR_NONE, 0), 69);
    assert_int_equal(status(WORKED, 0, WORKED, 0, ERROR_SINK, 0), 69);
}

static void what_goes_on_with_the_next_run_is_75(void **state)
{
    (void)state;
    assert_int_equal(status(FAILED, ERROR_QUOTA, IDLE, 0, ERROR_NONE, 0), 75);
    assert_int_equal(status(WORKED, 0, FAILED, ERROR_QUOTA, ERROR_NONE, 0), 75);
    assert_int_equal(status(WORKED, 0, FAILED, ERROR_STOPPED, ERROR_STOPPED, 2), 75);
    assert_int_equal(status(IDLE, 0, IDLE, 0, ERROR_STOPPED, 0), 75);
    /* but not when something is wrong besides */
    assert_int_equal(status(FAILED, ERROR_DATA, FAILED, ERROR_QUOTA, ERROR_NONE, 0), 65);
    assert_int_equal(status(FAILED, ERROR_QUOTA, FAILED, ERROR_DATA, ERROR_NONE, 0), 65);
    assert_int_equal(status(FAILED, ERROR_QUOTA, WORKED, 0, ERROR_SINK, 0), 1);
}

static void of_several_waits_the_longest_says_when_to_go_on(void **state)
{
    (void)state;
    struct result r = {.stream_count = 4};
    const struct error errors[] = {
        {.kind = ERROR_NONE},
        {.kind = ERROR_QUOTA, .not_before_ns = 5},
        {.kind = ERROR_QUOTA, .not_before_ns = 9},
        {.kind = ERROR_QUOTA, .not_before_ns = 7},
    };
    for (size_t i = 0; i < r.stream_count; i++) {
        r.streams[i].failed = errors[i].kind != ERROR_NONE;
        r.streams[i].error = errors[i];
    }
    assert_ptr_equal(result_failure(&r), &r.streams[2].error);
    r.streams[3].error = (struct error){.kind = ERROR_DATA};
    assert_ptr_equal(result_failure(&r), &r.streams[3].error);
    r.streams[0] = (struct result_stream){.failed = true, .error = {.kind = ERROR_DATA}};
    assert_ptr_equal(result_failure(&r), &r.streams[0].error);
}

static void a_token_that_is_refused_is_77(void **state)
{
    (void)state;
    assert_int_equal(status(FAILED, ERROR_AUTH, FAILED, ERROR_AUTH, ERROR_NONE, 0), 77);
    /* whatever was done before */
    assert_int_equal(status(WORKED, 0, FAILED, ERROR_AUTH, ERROR_NONE, 3), 77);
    assert_int_equal(status(FAILED, ERROR_DATA, FAILED, ERROR_AUTH, ERROR_NONE, 0), 77);
    /* one account that may not be seen ends nothing */
    assert_int_equal(status(WORKED, 0, FAILED, ERROR_ACCOUNT, ERROR_NONE, 0), 1);
}

static void only_what_was_staged_or_reached_a_sink_is_new(void **state)
{
    (void)state;
    const struct result r = {.sink_count = 2};
    /* read again, and as it was */
    assert_false(result_is_new(&r, &(struct result_stream){.slices = 1, .unchanged = 20}));
    assert_true(result_is_new(&r, &(struct result_stream){.slices = 1, .staged = true}));
    assert_true(result_is_new(&r, &(struct result_stream){.batches = {0, 1}}));
}

/* --- failures ------------------------------------------------------------------------------- */

static bool note(struct failures *f, const char *stream, const char *account,
                 enum error_kind kind, int64_t not_before_ns, const char *text)
{
    struct error cause;
    error_set(&cause, kind, "%s", text);
    cause.not_before_ns = not_before_ns;
    return failures_note(f, stream, account, 1, &cause);
}

static void each_account_and_kind_is_told_in_its_first_words(void **state)
{
    (void)state;
    struct failures f = {.count = 0};
    assert_true(note(&f, "ads", "1", ERROR_DATA, 0, "a"));
    assert_true(note(&f, "ads", "2", ERROR_DATA, 0, "b"));
    assert_true(note(&f, "ads", "1", ERROR_ACCOUNT, 0, "c"));
    assert_true(note(&f, "ads", "1", ERROR_DATA, 0, "d"));
    assert_true(note(&f, "sets", "1", ERROR_DATA, 0, "e"));
    assert_true(note(&f, NULL, "1", ERROR_DATA, 0, "f"));
    assert_int_equal(f.count, 5);
    assert_string_equal(f.list[0].error.text, "a");
    assert_string_equal(f.list[0].account, "1");
    assert_int_equal(f.list[0].slices, 2);
    assert_int_equal(f.list[1].slices, 1);
    assert_null(f.list[4].stream);
}

static void what_is_no_account_s_matter_is_one_whoever_met_it(void **state)
{
    (void)state;
    struct failures f = {.count = 0};
    note(&f, "ads", "1", ERROR_NETWORK, 0, "a");
    note(&f, "ads", "2", ERROR_NETWORK, 0, "b");
    note(&f, "ads", "1", ERROR_QUOTA, 5, "c");
    note(&f, "ads", "2", ERROR_QUOTA, 9, "d");
    note(&f, "ads", "3", ERROR_QUOTA, 7, "e");
    assert_int_equal(f.count, 2);
    assert_string_equal(f.list[0].error.text, "a");
    assert_string_equal(f.list[0].account, "");
    assert_string_equal(f.list[1].error.text, "d"); /* then all can go on */
    assert_true(f.list[1].error.not_before_ns == 9);
    assert_int_equal(f.list[1].slices, 3);
}

static void those_without_room_are_counted(void **state)
{
    (void)state;
    struct failures f = {.count = 0};
    for (int i = 0; i < FAILURES_MAX + 3; i++) {
        char account[16];
        snprintf(account, sizeof account, "%d", i);
        assert_int_equal(note(&f, "ads", account, ERROR_DATA, 0, "a"), i < FAILURES_MAX);
    }
    assert_true(note(&f, "ads", "0", ERROR_DATA, 0, "a"));
    assert_int_equal(f.count, FAILURES_MAX);
    assert_int_equal(f.more, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_wrong_is_0),
        cmocka_unit_test(a_part_that_failed_is_1),
        cmocka_unit_test(when_nothing_else_was_done_the_failure_decides),
        cmocka_unit_test(what_goes_on_with_the_next_run_is_75),
        cmocka_unit_test(of_several_waits_the_longest_says_when_to_go_on),
        cmocka_unit_test(a_token_that_is_refused_is_77),
        cmocka_unit_test(only_what_was_staged_or_reached_a_sink_is_new),
        cmocka_unit_test(each_account_and_kind_is_told_in_its_first_words),
        cmocka_unit_test(what_is_no_account_s_matter_is_one_whoever_met_it),
        cmocka_unit_test(those_without_room_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
