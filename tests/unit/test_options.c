/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "command/options.h"

enum { WORDS_MAX = OPTIONS_LIST_MAX * 2 + 8 };

static bool parse(struct options *o, struct error *err, const char *const *words)
{
    char *argv[WORDS_MAX] = {(char *)"extract"};
    int argc = 1;
    for (; *words; words++)
        argv[argc++] = (char *)*words;
    return options_parse(argc, argv, o, err);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void accept_words(struct options *o, const char *const *words)
{
    struct error err;
    if (!parse(o, &err, words))
        fail_msg("%s", err.text);
}
#define accept(o, ...) accept_words(o, WORDS(__VA_ARGS__))

/* Refused as wrong usage, with this in the message. */
static void refuse_words(const char *wanted, const char *const *words)
{
    struct options o;
    struct error err;
    if (parse(&o, &err, words))
        fail_msg("%s was accepted", words[0]);
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_int_equal(error_exit_status(err.kind), 64);
    if (!strstr(err.text, wanted))
        fail_msg("no '%s' in: %s", wanted, err.text);
}
#define refuse(wanted, ...) refuse_words(wanted, WORDS(__VA_ARGS__))

static void every_command_is_found_by_its_words(void **state)
{
    (void)state;
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        char name[64];
        const char *words[4] = {NULL};
        size_t count = 0;
        snprintf(name, sizeof name, "%s", table_commands[i].name);
        for (char *rest = name, *word; (word = strsep(&rest, " "));) {
            if (*word)
                words[count++] = word;
        }
        words[count] = "--help";
        struct options o;
        struct error err;
        assert_true(parse(&o, &err, words));
        assert_int_equal(o.command, i);
    }
}

static void a_value_stands_behind_a_blank_or_an_equals_sign(void **state)
{
    (void)state;
    struct options o;
    accept(&o, "--source", "demo", "--since=3d", "--state=");
    assert_string_equal(o.value[TABLE_SOURCE], "demo");
    assert_string_equal(o.value[TABLE_SINCE], "3d");
    assert_string_equal(o.value[TABLE_STATE], "");
    accept(&o, "--source=a=b", "--actor", "--quiet");
    assert_string_equal(o.value[TABLE_SOURCE], "a=b");
    assert_string_equal(o.value[TABLE_ACTOR], "--quiet");
    assert_false(options_has(&o, TABLE_QUIET));
}

static void letters_can_be_joined_and_carry_a_value(void **state)
{
    (void)state;
    struct options o;
    accept(&o, "show", "-qvs", "demo", "-n5");
    assert_true(options_has(&o, TABLE_QUIET));
    assert_true(options_has(&o, TABLE_VERBOSE));
    assert_string_equal(o.value[TABLE_SOURCE], "demo");
    assert_string_equal(o.value[TABLE_LIMIT], "5");
    accept(&o, "-sdemo");
    assert_string_equal(o.value[TABLE_SOURCE], "demo");
    refuse("-s needs a value", "-s");
    refuse("unknown option -x", "-s", "demo", "-qx");
    refuse("unknown option -n", "-s", "demo", "-n", "5"); /* a letter of `show` alone */
    refuse("unknown option -?", "-\x1b");
}

static void the_last_of_an_option_counts_and_lists_keep_all(void **state)
{
    (void)state;
    struct options o;
    accept(&o, "--source", "a", "--source", "b", "--stream", "x", "--stream=y", "--account",
           "7");
    assert_string_equal(o.value[TABLE_SOURCE], "b");
    assert_int_equal(o.stream_count, 2);
    assert_string_equal(o.streams[0], "x");
    assert_string_equal(o.streams[1], "y");
    assert_null(o.streams[2]);
    assert_int_equal(o.account_count, 1);
    assert_string_equal(o.accounts[0], "7");
    assert_null(o.accounts[1]);
}

static void a_list_has_a_maximum(void **state)
{
    (void)state;
    const char *words[WORDS_MAX] = {"--source", "demo"};
    size_t count = 2;
    for (int i = 0; i < OPTIONS_LIST_MAX; i++)
        words[count++] = "--stream=x";
    struct options o;
    struct error err;
    assert_true(parse(&o, &err, words));
    assert_int_equal(o.stream_count, OPTIONS_LIST_MAX);
    words[count] = "--stream=x";
    refuse_words("--stream: more than 64", words);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    refuse("--source is missing: --source NAME", "--quiet");
    refuse("--source is missing", "show");
    refuse("--source needs a value: --source NAME", "--source");
    struct options o;
    accept(&o, "--help"); /* asks for nothing else */
    accept(&o, "show", "--version");
    accept(&o, "check");
    accept(&o, "keys", "list");
}

static void an_unknown_option_names_the_nearest_of_its_command(void **state)
{
    (void)state;
    refuse("unknown option --sorce for `extract`; did you mean --source?", "--sorce", "demo");
    refuse("unknown option --souce for `extract show`; did you mean --source?", "show",
           "--souce=demo");
    refuse("unknown option --escro for `extract keys init`; did you mean --escrow?", "keys",
           "init", "--escro=f");
    /* the option exists, but not there */
    refuse("unknown option --stage-only for `extract show`", "show", "--stage-only");
    struct error err;
    struct options o;
    assert_false(parse(&o, &err, WORDS("--nothing-like-it-at-all")));
    assert_null(strstr(err.text, "did you mean"));
    /* an option is its whole name */
    refuse("unknown option --sourc", "--sourc=demo");
    refuse("unknown option --source_", "--source_", "demo");
}

static void an_unknown_command_names_the_nearest(void **state)
{
    (void)state;
    refuse("unknown command 'stats'; did you mean `extract status`?", "stats");
    refuse("unknown command 'keys verfy'; did you mean `extract keys verify`?", "keys",
           "verfy");
    refuse("unknown command 'keys'; did you mean `extract keys init`?", "keys");
    refuse("unknown command 'completely different'; see extract --help", "completely",
           "different");
    refuse("unknown command 'status twice'", "status", "twice");
}

static void a_word_behind_the_options_is_refused(void **state)
{
    (void)state;
    refuse("'status' is not an option", "--quiet", "status");
    refuse("'--' is not an option", "--source", "demo", "--");
    refuse("'-' is not an option", "--source", "demo", "-");
    refuse("'' is not an option", "--source", "demo", "");
}

static void a_flag_takes_no_value_and_a_choice_one_of_its_own(void **state)
{
    (void)state;
    refuse("--quiet takes no value", "--source", "demo", "--quiet=yes");
    refuse("--output xml: not one of: text json", "--source", "demo", "--output", "xml");
    refuse("--output tex: not one of", "--source", "demo", "--output=tex");
    refuse("--output : not one of", "--source", "demo", "--output=");
    refuse("--output text json: not one of", "--source", "demo", "--output", "text json");
    struct options o;
    accept(&o, "--source", "demo", "--output", "json");
    assert_string_equal(o.value[TABLE_OUTPUT], "json");
}

static void outputs_are_untouched_by_what_is_refused(void **state)
{
    (void)state;
    struct error err;
    struct options o, before;
    memset(&o, 0x5a, sizeof o);
    memcpy(&before, &o, sizeof o);
    assert_false(parse(&o, &err, WORDS("--source", "demo", "--nonsense")));
    assert_memory_equal(&o, &before, sizeof o);
}

static void long_hostile_words_are_cut_in_messages(void **state)
{
    (void)state;
    char word[2000];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    refuse("unknown command 'xxx", word);
    refuse("unknown command 'xxx", word, word);
    refuse("is not an option", "--source", "demo", word);
    memcpy(word, "--", 2);
    refuse("unknown option --xxx", word);
    struct error err;
    struct options o;
    assert_false(parse(&o, &err, WORDS("--source", "demo", word)));
    assert_true(strlen(err.text) < 200);
}

/* --- values ---------------------------------------------------------------------------------- */

static void durations_need_a_unit(void **state)
{
    (void)state;
    struct options o;
    struct error err;
    int64_t ns = 1;
    accept(&o, "--source", "demo", "--max-wait", "90s", "--wait=10");
    assert_true(options_duration(&o, TABLE_MAX_WAIT, 7, &ns, &err));
    assert_int_equal(ns, 90 * CLOCK_SECOND_NS);
    assert_false(options_duration(&o, TABLE_WAIT, 7, &ns, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(err.text, "--wait 10: not a duration"));
    assert_int_equal(ns, 90 * CLOCK_SECOND_NS);
    accept(&o, "--source", "demo");
    assert_true(options_duration(&o, TABLE_WAIT, 7, &ns, &err));
    assert_int_equal(ns, 7);
}

static void numbers_are_whole_and_not_negative(void **state)
{
    (void)state;
    static const char *const bad[] = {"-1", "1.5", "0x10", "", " 1", "99999999999999999999"};
    struct options o;
    struct error err;
    int64_t number = 1;
    accept(&o, "show", "--source", "demo", "--limit", "0");
    assert_true(options_number(&o, TABLE_LIMIT, 5, &number, &err));
    assert_int_equal(number, 0);
    assert_true(options_number(&o, TABLE_SEQ, 5, &number, &err));
    assert_int_equal(number, 5);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        accept(&o, "show", "--source", "demo", "--limit", bad[i]);
        if (options_number(&o, TABLE_LIMIT, 5, &number, &err))
            fail_msg("--limit '%s' was accepted", bad[i]);
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_int_equal(number, 5);
    }
}

static void a_day_has_many_names(void **state)
{
    (void)state;
    int64_t today, now;
    assert_true(clock_parse_date("2026-11-20", &today));
    now = today * CLOCK_DAY_NS + 11 * 3600 * CLOCK_SECOND_NS;
    const struct {
        const char *text;
        int64_t day;
    } good[] = {
        {"today", today},
        {"yesterday", today - 1},
        {"2026-11-01", today - 19},
        {"3d", today - 3},
        {"0", today},
        {"11h", today},
        {"12h", today - 1},
        {"2026-11-19T23:59:59Z", today - 1},
        {"2026-11-20T00:30:00+01:00", today - 1},
        {"2026-12-24", today + 34}, /* what lies ahead is the command's to refuse */
    };
    static const char *const bad[] = {
        "tomorrow", "2026-02-30",           "20261101", "3", "-3d",
        "",         "2026-11-19T25:00:00Z", "100000d"};
    struct options o;
    struct error err;
    int64_t day;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        accept(&o, "--source", "demo", "--since", good[i].text);
        if (!options_day(&o, TABLE_SINCE, now, &day, &err))
            fail_msg("%s", err.text);
        assert_int_equal(day, good[i].day);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        accept(&o, "--source", "demo", "--since", bad[i]);
        day = 42;
        if (options_day(&o, TABLE_SINCE, now, &day, &err))
            fail_msg("--since '%s' was accepted", bad[i]);
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_int_equal(day, 42);
    }
    accept(&o, "--source", "demo");
    assert_true(options_day(&o, TABLE_UNTIL, now, &day, &err));
    assert_int_equal(day, today);
}

static void json_can_be_asked_for_in_a_line_that_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *words[4];
        bool asks;
    } lines[] = {
        {{"extract", "--bogus", "--output", "json"}, true},
        {{"extract", "--output=json", "--bogus"}, true},
        {{"extract", "stats", "-o", "json"}, true},
        {{"extract", "-ojson"}, true},
        {{"extract", "--output"}, false},
        {{"extract", "--output", "text", "json"}, false},
        {{"extract"}, false},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char *argv[4];
        int argc = 0;
        for (; argc < 4 && lines[i].words[argc]; argc++)
            argv[argc] = (char *)lines[i].words[argc];
        if (options_ask_json(argc, argv) != lines[i].asks)
            fail_msg("line %zu", i);
    }
}

static void without_a_stream_all_are_wanted(void **state)
{
    (void)state;
    struct options o;
    accept(&o, "--source", "demo");
    assert_true(options_want_stream(&o, "users"));
    accept(&o, "--source", "demo", "--stream", "users", "--stream", "events");
    assert_true(options_want_stream(&o, "events"));
    assert_false(options_want_stream(&o, "user"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_found_by_its_words),
        cmocka_unit_test(a_value_stands_behind_a_blank_or_an_equals_sign),
        cmocka_unit_test(letters_can_be_joined_and_carry_a_value),
        cmocka_unit_test(the_last_of_an_option_counts_and_lists_keep_all),
        cmocka_unit_test(a_list_has_a_maximum),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(an_unknown_option_names_the_nearest_of_its_command),
        cmocka_unit_test(an_unknown_command_names_the_nearest),
        cmocka_unit_test(a_word_behind_the_options_is_refused),
        cmocka_unit_test(a_flag_takes_no_value_and_a_choice_one_of_its_own),
        cmocka_unit_test(outputs_are_untouched_by_what_is_refused),
        cmocka_unit_test(long_hostile_words_are_cut_in_messages),
        cmocka_unit_test(durations_need_a_unit),
        cmocka_unit_test(numbers_are_whole_and_not_negative),
        cmocka_unit_test(a_day_has_many_names),
        cmocka_unit_test(json_can_be_asked_for_in_a_line_that_is_wrong),
        cmocka_unit_test(without_a_stream_all_are_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
