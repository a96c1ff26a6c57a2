/* SPDX-License-Identifier: Apache-2.0 */
/* Which version answers, and how long it lasts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "source_fixture.h"

static int64_t day(const char *text)
{
    int64_t value;
    assert_true(clock_parse_date(text, &value));
    return value;
}

static void a_version_is_warned_of_sixty_days_ahead(void **state)
{
    (void)state;
    AUTO(manifest_freep)
    struct manifest *m = fixture_manifest("tests/data/manifest/good/token-and-accounts.json");
    static const struct {
        const char *version, *today;
        enum version_outlook outlook;
        const char *says;
    } cases[] = {
        {"v26.0", "2026-10-01", VERSION_UNKNOWN, ""},
        {"v24.0", "2026-08-06", VERSION_LASTING, ""},
        {"v24.0", "2026-08-07", VERSION_ENDING, "ends on 2026-10-06, in 60 days"},
        {"v24.0", "2026-10-05", VERSION_ENDING, "in 1 days"},
        {"v24.0", "2026-10-06", VERSION_ENDED, "ended on 2026-10-06"},
        {"v24.0", "2027-01-01", VERSION_ENDED, "set a later api_version"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[VERSION_WORDS_SIZE];
        int64_t end, today = day(cases[i].today);
        assert_int_equal(version_outlook(&m->versions, cases[i].version, today, &end),
                         cases[i].outlook);
        version_words(&m->versions, cases[i].version, today, words);
        if (!strstr(words, cases[i].says) || (!*cases[i].says && *words))
            fail_msg("%s: %s", cases[i].today, words);
    }
}

static void each_thing_to_say_is_said_once(void **state)
{
    (void)state;
    AUTO(version_log_freep) struct version_log *log = version_log_new();
    struct version_notice n;
    assert_false(version_note(log, "v24.0", NULL, NULL, &n));
    assert_false(version_note(log, "v24.0", "v24.0", NULL, &n));
    assert_true(version_note(log, "v24.0", "v25.0", NULL, &n));
    assert_string_equal(n.asked, "v24.0");
    assert_string_equal(n.served, "v25.0");
    assert_string_equal(n.warning, "");
    assert_false(version_note(log, "v24.0", "v25.0", NULL, &n));
    assert_true(version_note(log, "v24.0", "v25.0", "auto-upgraded to v25.0", &n));
    assert_string_equal(n.warning, "auto-upgraded to v25.0");
    assert_true(version_note(log, "v24.0", "v24.0", "auto-upgraded\x1b[2J", &n));
    assert_string_equal(n.served, "");
    assert_string_equal(n.warning, "auto-upgraded?[2J");
    assert_true(version_noticed(log, 2, &n));
    assert_false(version_noticed(log, 3, &n));
}

static void a_service_that_never_repeats_itself_is_not_listened_to_for_ever(void **state)
{
    (void)state;
    AUTO(version_log_freep) struct version_log *log = version_log_new();
    struct version_notice n;
    size_t said = 0;
    for (int i = 0; i < 1000; i++) {
        char served[400];
        snprintf(served, sizeof served, "v%d.0 %0300d", i, i);
        said += version_note(log, "v26.0", served, NULL, &n);
        assert_true(strlen(n.served) <= VERSION_TEXT_MAX);
    }
    assert_int_equal(said, VERSION_NOTICES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_warned_of_sixty_days_ahead),
        cmocka_unit_test(each_thing_to_say_is_said_once),
        cmocka_unit_test(a_service_that_never_repeats_itself_is_not_listened_to_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
