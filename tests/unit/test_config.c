/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/config.h"

static char folder[256];
static char path[300]; /* of the configuration */

static int remove_entry(const char *name, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(name);
}

/* Nothing of the caller's own configuration. */
static void clear_environment(void)
{
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    for (char **entry = environ; *entry;) {
        if (!text_starts_with(*entry, "EXTRACT_")) {
            entry++;
            continue;
        }
        char name[200];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*entry, "="), *entry);
        unsetenv(name); /* the next one has moved here */
    }
}

static int set_up(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/test_config.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/extract.conf", folder);
    clear_environment();
    return setenv("HOME", folder, 1);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_bytes(const char *name, const void *data, size_t len)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, 0600), 0);
}

static void write_file(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static void set_file(const char *text)
{
    write_file(path, text);
}

/* Loads, as commands do, with a section of a source beside the fixed rows. */
static bool load(const char *file, struct config **ret_config, struct error *err)
{
    static const struct config_row rows[] = {
        {.section = "demo",
         .key = "users",
         .type = CONFIG_INTEGER,
         .minimum = 1,
         .maximum = 100,
         .fallback = "5",
         .help = "how many"},
        {.section = "demo", .key = "fast", .type = CONFIG_BOOLEAN, .help = "how"},
        {.section = "demo", .key = "base_url", .type = CONFIG_TEXT, .help = "where"},
    };
    AUTO(config_freep) struct config *c = NULL;
    if (!config_load(file, &c, err))
        return false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!config_declare(c, &rows[i], err))
            return false;
    }
    if (!config_finish(c, err))
        return false;
    *ret_config = steal(&c);
    return true;
}

static struct config *good(const char *file)
{
    struct config *c = NULL;
    struct error err;
    if (!load(file, &c, &err))
        fail_msg("%s", err.text);
    return c;
}

/* Refused as a wrong configuration, with this in the message, which it returns. */
static const char *bad(const char *wanted)
{
    static struct error err;
    struct config *c = NULL;
    if (load(path, &c, &err)) {
        config_free(c);
        fail_msg("accepted, instead of: %s", wanted);
    }
    assert_null(c);
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_int_equal(error_exit_status(err.kind), 78);
    if (!strstr(err.text, wanted))
        fail_msg("no '%s' in: %s", wanted, err.text);
    return err.text;
}

static void bad_file(const char *wanted, const char *text)
{
    set_file(text);
    bad(wanted);
}

/* "extract.conf:LINE" comes from the folder of the test. */
static void bad_line(int line, const char *wanted, const char *text)
{
    char place[400];
    snprintf(place, sizeof place, "%s:%d: ", path, line);
    set_file(text);
    bad(wanted);
    bad(place);
}

static void is_from(const struct config *c, const char *key, const char *wanted)
{
    char where[CONFIG_WHERE_MAX];
    config_where(c, "extract", key, where);
    assert_string_equal(where, wanted);
}

/* --- precedence ------------------------------------------------------------------------------ */

static void the_default_yields_to_the_file_the_environment_and_the_option(void **state)
{
    (void)state;
    struct error err;
    char place[400];
    {
        AUTO(config_freep) struct config *c = good(NULL);
        assert_string_equal(config_text(c, "extract", "max_wait"), "15m");
        is_from(c, "max_wait", "default");
        assert_false(config_is_set(c, "extract", "max_wait"));
        assert_null(config_path(c));
        assert_null(config_text(c, "keys", "kek"));
    }
    set_file("[extract]\n\nmax_wait = 1m\n");
    {
        AUTO(config_freep) struct config *c = good(path);
        assert_string_equal(config_text(c, "extract", "max_wait"), "1m");
        snprintf(place, sizeof place, "%s:3", path);
        is_from(c, "max_wait", place);
        assert_true(config_is_set(c, "extract", "max_wait"));
        assert_string_equal(config_path(c), path);
    }
    setenv("EXTRACT_MAX_WAIT", "2m", 1);
    {
        AUTO(config_freep) struct config *c = good(path);
        assert_int_equal(config_duration_ns(c, "extract", "max_wait"), 120 * CLOCK_SECOND_NS);
        is_from(c, "max_wait", "environment EXTRACT_MAX_WAIT");
    }
    AUTO(config_freep) struct config *c = good(path);
    assert_true(config_override(c, "extract", "max_wait", "3m", "--max-wait", &err));
    assert_string_equal(config_text(c, "extract", "max_wait"), "3m");
    is_from(c, "max_wait", "--max-wait");
}

static void a_value_can_stand_in_a_file_that_the_environment_names(void **state)
{
    (void)state;
    char value[300];
    snprintf(value, sizeof value, "%s/value", folder);
    write_file(value, "2m\n\n");
    set_file("[extract]\nmax_wait = 1m\n");
    setenv("EXTRACT_MAX_WAIT_FILE", value, 1);
    {
        AUTO(config_freep) struct config *c = good(path);
        assert_string_equal(config_text(c, "extract", "max_wait"), "2m");
        is_from(c, "max_wait", "environment EXTRACT_MAX_WAIT_FILE");
    }
    setenv("EXTRACT_MAX_WAIT", "3m", 1);
    bad("environment: both EXTRACT_MAX_WAIT and EXTRACT_MAX_WAIT_FILE are set");
    unsetenv("EXTRACT_MAX_WAIT");
    write_bytes(value, "2m\0zzz", 6);
    bad("NUL byte");
    write_file(value, "2m\n3m\n");
    bad("must be a number and a unit");
    assert_int_equal(unlink(value), 0);
    bad("environment EXTRACT_MAX_WAIT_FILE: ");
}

static void sections_are_part_of_the_environments_names(void **state)
{
    (void)state;
    setenv("EXTRACT_STATE", "/s", 1);
    setenv("EXTRACT_STAGE_RETENTION", "7d", 1);
    setenv("EXTRACT_DEMO_USERS", "42", 1);
    setenv("EXTRACT_DEMO_BASE_URL", "http://127.0.0.1:1", 1);
    AUTO(config_freep) struct config *c = good(NULL);
    assert_string_equal(config_text(c, "extract", "state"), "/s");
    assert_int_equal(config_duration_ns(c, "stage", "retention"), 7 * CLOCK_DAY_NS);
    assert_int_equal(config_integer(c, "demo", "users"), 42);
    assert_string_equal(config_text(c, "demo", "base_url"), "http://127.0.0.1:1");
}

static void what_the_environment_says_is_checked_and_placed(void **state)
{
    (void)state;
    setenv("EXTRACT_DEMO_USERS", "many", 1);
    bad_file(
        "environment EXTRACT_DEMO_USERS: [demo] users = many: must be a whole number from 1 "
        "to 100",
        "");
    unsetenv("EXTRACT_DEMO_USERS");
    setenv("EXTRACT_STATE", "", 1);
    bad("environment EXTRACT_STATE: [extract] state = : must be a line of text");
    setenv("EXTRACT_STATE", "/a\n[warehouse]", 1);
    bad("must be a line of text");
    setenv("EXTRACT_STATE", "/a\xff", 1);
    bad("must be a line of text");
}

/* --- which file ------------------------------------------------------------------------------ */

static void uses(const char *file, const char *wanted)
{
    AUTO(config_freep) struct config *c = good(file);
    assert_string_equal(config_path(c), wanted);
}

static void the_file_is_named_by_option_environment_or_folder(void **state)
{
    (void)state;
    char home[300], xdg[300], by_home[400], by_xdg[400], by_name[300];
    snprintf(home, sizeof home, "%s/.config", folder);
    snprintf(by_home, sizeof by_home, "%s/extract/extract.conf", home);
    snprintf(xdg, sizeof xdg, "%s/xdg", folder);
    snprintf(by_xdg, sizeof by_xdg, "%s/extract/extract.conf", xdg);
    snprintf(by_name, sizeof by_name, "%s/named.conf", folder);
    const char *const folders[] = {home, xdg};
    for (size_t i = 0; i < 2; i++) {
        char sub[400];
        snprintf(sub, sizeof sub, "%s/extract", folders[i]);
        assert_int_equal(mkdir(folders[i], 0700), 0);
        assert_int_equal(mkdir(sub, 0700), 0);
    }
    write_file(by_home, "");
    uses(NULL, by_home);
    setenv("XDG_CONFIG_HOME", xdg, 1);
    uses(NULL, by_home); /* there is nothing in the other yet */
    write_file(by_xdg, "");
    uses(NULL, by_xdg);
    assert_int_equal(chdir(folder), 0);
    setenv("XDG_CONFIG_HOME", "xdg", 1); /* its specification wants a whole path */
    uses(NULL, by_home);
    assert_int_equal(chdir("/"), 0);
    write_file(by_name, "");
    setenv("EXTRACT_CONFIG", by_name, 1);
    uses(NULL, by_name);
    setenv("EXTRACT_CONFIG", "", 1);
    uses(NULL, by_home);
    set_file("");
    setenv("EXTRACT_CONFIG", by_name, 1);
    uses(path, path);
}

static void a_file_that_was_named_must_be_there(void **state)
{
    (void)state;
    struct error err;
    struct config *c = NULL;
    assert_false(config_load(path, &c, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(strstr(err.text, path));
    setenv("EXTRACT_CONFIG", path, 1);
    assert_false(config_load(NULL, &c, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_false(config_load(folder, &c, &err)); /* a folder is no file */
    assert_int_equal(err.kind, ERROR_CONFIG);
}

static void a_file_that_others_can_write_is_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = {0620, 0602, 0666};
    set_file("[extract]\nmax_wait = 1m\n");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        const char *text = bad("must belong to you or root and be writable by nobody else");
        assert_non_null(strstr(text, "run: chmod go-w '"));
    }
    assert_int_equal(chmod(path, 0644), 0); /* what it holds is no secret */
    config_free(good(path));
}

static void the_default_state_folder_follows_the_environment(void **state)
{
    (void)state;
    setenv("XDG_STATE_HOME", "/x", 1);
    char *text = config_default_state();
    assert_string_equal(text, "/x/extract");
    free(text);
    setenv("XDG_STATE_HOME", "relative", 1);
    text = config_default_state();
    if (geteuid() == 0)
        assert_string_equal(text, "/var/lib/extract");
    else
        assert_true(text_ends_with(text, "/.local/state/extract"));
    free(text);
}

/* --- what may stand in it -------------------------------------------------------------------- */

static void unknown_names_are_refused_with_place_and_nearest(void **state)
{
    (void)state;
    bad_line(4, "unknown section [stge]; did you mean [stage]?",
             "[extract]\nmax_wait = 1m\n[stge]\nretention = 3d\n");
    bad_line(2, "unknown section [completely different]", "[completely different]\na = b\n");
    bad_line(3, "[extract] has no key 'maxwait'; did you mean 'max_wait'?",
             "[extract]\n# comment\nmaxwait = 3s\n");
    bad_line(2, "[demo] has no key 'user'; did you mean 'users'?", "[demo]\nuser = 3\n");
    bad_line(2, "[stage] has no key 'users'", "[stage]\nusers = 3\n");
    bad_line(2, "unknown section [Stage]", "[Stage]\nretention = 3d\n");
}

static void values_of_the_wrong_type_are_refused_with_place(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *wanted;
    } cases[] = {
        {"[demo]\nusers = x", "[demo] users = x: must be a whole number from 1 to 100"},
        {"[demo]\nusers = 0", "from 1 to 100"},
        {"[demo]\nusers = 101", "from 1 to 100"},
        {"[demo]\nusers = 5.0", "must be a whole number"},
        {"[demo]\nusers = 99999999999999999999", "must be a whole number"},
        {"[demo]\nusers =", "must be a whole number"},
        {"[demo]\nfast = yes", "[demo] fast = yes: must be true or false"},
        {"[extract]\nmax_wait = 15", "must be a number and a unit: ms, s, m, h or d"},
        {"[extract]\nmax_wait = 15 m", "must be a number and a unit"},
        {"[extract]\nmax_wait = 15w", "must be a number and a unit"},
        {"[extract]\nmax_wait = -1s", "must be a number and a unit"},
        {"[extract]\nmax_wait = 99999999999999d", "must be a number and a unit"},
        {"[stage]\nfree_space = 1MB", "must be a number and a unit: B, KiB, MiB or GiB"},
        {"[warehouse]\ndriver = oracle",
         "driver = oracle: must be one of: sqlite postgres none"},
        {"[warehouse]\ndriver = ", "must be one of: sqlite postgres none"},
        {"[http]\nca_file = a\xff", "must be a line of text in UTF-8"},
        {"[http]\nca_file =", "must be a line of text in UTF-8"},
        {"[http]\nca_file = a\tb", "must be a line of text in UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        bad_line(2, cases[i].wanted, cases[i].line);
}

static void values_keep_their_meaning(void **state)
{
    (void)state;
    set_file("[demo]\nusers=100\nfast : true\nbase_url = http://h:1/a?b=c#d\n"
             "[stage]\nretention = 0\nfree_space = 2GiB\n"
             "[http]\nca_file = /with blanks/and \xc3\xa9 ; a comment\n"
             "  [keys]\n\t kek = file:/k\n\t passphrase = env:P\n");
    AUTO(config_freep) struct config *c = good(path);
    assert_int_equal(config_integer(c, "demo", "users"), 100);
    assert_true(config_boolean(c, "demo", "fast"));
    assert_string_equal(config_text(c, "demo", "base_url"), "http://h:1/a?b=c#d");
    assert_int_equal(config_duration_ns(c, "stage", "retention"), 0);
    assert_int_equal(config_size(c, "stage", "free_space"), UINT64_C(2) << 30);
    assert_string_equal(config_text(c, "http", "ca_file"), "/with blanks/and \xc3\xa9");
    assert_string_equal(config_text(c, "keys", "kek"), "file:/k");
    assert_string_equal(config_text(c, "keys", "passphrase"), "env:P");
}

static void a_literal_where_a_reference_belongs_is_refused_and_not_repeated(void **state)
{
    (void)state;
    static const char *const secrets[] = {
        "hunter2hunter2hunter2", "ENV:X", "env:", "env:a b", "https://x", "file:", "fd:1"};
    static const char *const keys[] = {"kek", "passphrase"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        for (size_t k = 0; k < 2; k++) {
            char text[200], wanted[100];
            snprintf(text, sizeof text, "[keys]\n%s = %s\n", keys[k], secrets[i]);
            snprintf(wanted, sizeof wanted, "[keys] %s: must be a reference, never the secret",
                     keys[k]);
            bad_line(2, wanted, text);
            if (i == 0)
                assert_null(strstr(bad("env:NAME, file:PATH"), "hunter2"));
        }
    }
    setenv("EXTRACT_KEYS_KEK", "hunter2hunter2hunter2", 1);
    set_file("");
    assert_null(strstr(bad("environment EXTRACT_KEYS_KEK: [keys] kek: must be a reference"),
                       "hunter2"));
}

static void a_key_is_set_once(void **state)
{
    (void)state;
    bad_line(3, "[extract] max_wait was set in line 2 already",
             "[extract]\nmax_wait = 1m\nmax_wait = 1m\n");
    bad_line(6, "[extract] max_wait was set in line 2 already",
             "[extract]\nmax_wait = 1m\n[demo]\nusers = 1\n[extract]\nmax_wait = 2m\n");
    bad_line(3, "[policy demo/s] city was set in line 2 already",
             "[policy demo/s]\ncity = drop\ncity = keep\n");
}

static void what_is_neither_section_nor_setting_is_refused_with_place(void **state)
{
    (void)state;
    bad_line(1, "'max_wait' stands before any [section]", "max_wait = 1m\n");
    bad_line(2, "neither [section] nor key = value", "[extract]\nmax_wait\n");
    bad_line(3, "neither [section] nor key = value", "[extract]\n\n[stage\n");
    bad_line(1, "neither [section] nor key = value",
             "\x7f"
             "ELF\n");
    /* the first mistake is told, also when more follow */
    bad_line(2, "neither [section]", "[extract]\noops\n[nonsense]\na = b\n");
}

static void lines_and_names_have_a_maximum(void **state)
{
    (void)state;
    char text[4000];
    char filler[3000];
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';

    snprintf(text, sizeof text, "[http]\nca_file = %s\n", filler);
    bad_line(2, "longer than 198 characters", text);
    snprintf(text, sizeof text, "[http]\nca_file = %.188s\n", filler);
    set_file(text);
    {
        AUTO(config_freep) struct config *c = good(path);
        assert_int_equal(strlen(config_text(c, "http", "ca_file")), 188);
    }
    snprintf(text, sizeof text, "[http]\nca_file = %.189s\n", filler);
    bad_line(2, "longer than 198 characters", text);
    snprintf(text, sizeof text, "# %s\n  ; %.900s\n[http]\nca_file = /a\n", filler, filler);
    set_file(text);
    config_free(good(path)); /* comments have none */
    snprintf(text, sizeof text, "[%.60s]\na = b\n", filler);
    bad_line(2, "the section's name is too long", text);
    snprintf(text, sizeof text, "[extract]\n%.150s = b\n", filler);
    bad_line(2, "[extract] has no key 'xxx", text);
}

static void files_have_a_maximum(void **state)
{
    (void)state;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("[policy demo/s]\n", file);
    for (int i = 0; i <= CONFIG_ENTRIES_MAX; i++)
        fprintf(file, "column_%d = drop\n", i);
    assert_int_equal(fclose(file), 0);
    chmod(path, 0600);
    bad("more than 2000 settings");

    file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i <= CONFIG_FILE_MAX / 64; i++)
        fprintf(file, "#%*s\n", 63, "");
    assert_int_equal(fclose(file), 0);
    bad(path);
    write_bytes(path, "[extract]\nmax_wait = 1m\0\n", 25);
    bad("NUL byte");
}

static void other_line_ends_a_mark_and_a_missing_end_are_no_trouble(void **state)
{
    (void)state;
    set_file("\xef\xbb\xbf[demo]\r\nusers = 7\r\n\r\n# x\r\nfast = false");
    AUTO(config_freep) struct config *c = good(path);
    assert_int_equal(config_integer(c, "demo", "users"), 7);
    assert_false(config_boolean(c, "demo", "fast"));
}

/* --- policies and sources -------------------------------------------------------------------- */

static void policies_are_handed_out_in_the_order_of_the_file(void **state)
{
    (void)state;
    set_file("[policy demo/s]\ncity = drop\n[demo]\nusers = 1\n[policy demo/t]\n"
             "name = truncate:1\n[policy demo/s]\nzip = keep\n");
    AUTO(config_freep) struct config *c = good(path);
    struct config_policy p;
    size_t cursor = 0;
    static const struct {
        const char *target, *column, *action;
        int line;
    } wanted[] = {
        {"demo/s", "city", "drop", 2},
        {"demo/t", "name", "truncate:1", 6},
        {"demo/s", "zip", "keep", 8},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_true(config_policy_next(c, &cursor, &p));
        assert_string_equal(p.target, wanted[i].target);
        assert_string_equal(p.column, wanted[i].column);
        assert_string_equal(p.action, wanted[i].action);
        assert_int_equal(p.line, wanted[i].line);
    }
    assert_string_equal(p.section, "policy demo/s");
    assert_false(config_policy_next(c, &cursor, &p));
    assert_false(config_policy_next(c, &cursor, &p));
}

static void sections_that_nobody_declared_yet_are_told_once_each(void **state)
{
    (void)state;
    struct error err;
    set_file("[one]\na = 1\nb = 2\n[stage]\nretention = 3d\n[two]\na = 1\n[one]\nc = 3\n"
             "[policy x/y]\na = drop\n");
    AUTO(config_freep) struct config *c = NULL;
    assert_true(config_load(path, &c, &err));
    const char *names[4];
    assert_int_equal(config_foreign_sections(c, names, 4), 2);
    assert_string_equal(names[0], "one");
    assert_string_equal(names[1], "two");
    assert_int_equal(config_foreign_sections(c, names, 1), 1);
    const struct config_row row = {.section = "one", .key = "a", .type = CONFIG_INTEGER};
    assert_true(config_declare(c, &row, &err));
    assert_int_equal(config_integer(c, "one", "a"), 1);
    assert_int_equal(config_foreign_sections(c, names, 4), 1);
    assert_string_equal(names[0], "two");
}

static void any_bytes_end_in_a_configuration_or_an_error(void **state)
{
    (void)state;
    static const char alphabet[] = "[]=;#: \t\n\r\"'\\\x01\xc3\xa9\xff"
                                   "ademousrpolicy/12";
    uint32_t random = 12345;
    for (int round = 0; round < 2000; round++) {
        char text[300];
        size_t len = 0;
        for (; len < 40 + (size_t)round % 250; len++) {
            random = random * 1664525 + 1013904223;
            text[len] = alphabet[(random >> 16) % (sizeof alphabet - 1)];
        }
        write_bytes(path, text, len);
        struct config *c = NULL;
        struct error err = {0};
        if (load(path, &c, &err))
            config_free(c);
        else
            assert_int_equal(err.kind, ERROR_CONFIG);
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_default_yields_to_the_file_the_environment_and_the_option),
        test(a_value_can_stand_in_a_file_that_the_environment_names),
        test(sections_are_part_of_the_environments_names),
        test(what_the_environment_says_is_checked_and_placed),
        test(the_file_is_named_by_option_environment_or_folder),
        test(a_file_that_was_named_must_be_there),
        test(a_file_that_others_can_write_is_refused),
        test(the_default_state_folder_follows_the_environment),
        test(unknown_names_are_refused_with_place_and_nearest),
        test(values_of_the_wrong_type_are_refused_with_place),
        test(values_keep_their_meaning),
        test(a_literal_where_a_reference_belongs_is_refused_and_not_repeated),
        test(a_key_is_set_once),
        test(what_is_neither_section_nor_setting_is_refused_with_place),
        test(lines_and_names_have_a_maximum),
        test(files_have_a_maximum),
        test(other_line_ends_a_mark_and_a_missing_end_are_no_trouble),
        test(policies_are_handed_out_in_the_order_of_the_file),
        test(sections_that_nobody_declared_yet_are_told_once_each),
        test(any_bytes_end_in_a_configuration_or_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
