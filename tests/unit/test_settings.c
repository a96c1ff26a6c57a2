/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "source/settings.h"
#include "source_fixture.h"

struct setup {
    struct manifest *manifest;
    struct settings *settings;
};

static struct setup setup_of(const char *manifest)
{
    struct setup s = {.manifest = fixture_manifest(manifest)};
    s.settings = settings_new(s.manifest);
    assert_non_null(s.settings);
    return s;
}

static struct setup setup_new(void)
{
    return setup_of("sources/random_user.json");
}

static void setup_done(struct setup *s)
{
    settings_free(s->settings);
    manifest_free(s->manifest);
}

static const char *value_of(const struct settings *s, const char *name, bool *ret_changed)
{
    struct settings_key keys[SETTINGS_KEYS_MAX];
    size_t count = settings_keys(s, keys);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            *ret_changed = keys[i].changed;
            return keys[i].value;
        }
    }
    fail_msg("no key %s", name);
    return NULL;
}

static void the_defaults_are_in_force_until_something_is_set(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new();
    static const char *const rows[][2] = {
        {"base_url", "https://randomuser.me"},
        {"limit_users", "20000/5m"},
        {"users", "5000"},
        {"page_size", "1000"},
        {"seed", "extract"},
        {"nationalities", NULL},
    };
    struct settings_key keys[SETTINGS_KEYS_MAX];
    assert_int_equal(settings_keys(s.settings, keys), 6);
    for (size_t i = 0; i < 6; i++) {
        bool changed = true;
        const char *value = value_of(s.settings, rows[i][0], &changed);
        assert_string_equal(keys[i].name, rows[i][0]);
        assert_true(*keys[i].description && *keys[i].type);
        assert_false(changed);
        assert_int_equal(value == NULL, rows[i][1] == NULL);
        if (value)
            assert_string_equal(value, rows[i][1]);
    }
    assert_string_equal(settings_hosts(s.settings)[0], "randomuser.me:443");
    assert_null(settings_hosts(s.settings)[1]);
    struct error err = {0};
    assert_true(settings_check(s.settings, &err));
}

static void a_value_is_kept_as_its_canonical_text(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *kept;
    } rows[] = {
        {"users", "1", "1"},
        {"users", "0050", "50"},
        {"users", "50000000", "50000000"},
        {"seed", "Abc_-9", "Abc_-9"},
        {"nationalities", "au", "AU"},
        {"nationalities", " gb ,US,\tfr", "GB,US,FR"},
        {"limit_users", "20000/2s", "20000/2s"},
        {"limit_users", "1/90s", "1/90s"},
        {"limit_users", "none", "none"},
        {"base_url", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"},
        {"base_url", "https://a.example/x/", "https://a.example/x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(setup_done) struct setup s = setup_new();
        struct error err = {0};
        bool changed = false;
        if (!settings_set(s.settings, rows[i].key, rows[i].value, &err))
            fail_msg("%s", err.text);
        assert_string_equal(value_of(s.settings, rows[i].key, &changed), rows[i].kept);
        assert_true(changed);
    }
}

static void a_bad_value_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *says;
    } rows[] = {
        {"users", "0", "users: expected a whole number from 1 to 50000000, found \"0\""},
        {"users", "50000001", "50000000"},
        {"users", "5k", "found \"5k\""},
        {"users", "", "found \"\""},
        {"users", " 5", "found \" 5\""},
        {"users", "99999999999999999999", "from 1 to"},
        {"page_size", "5001", "from 1 to 5000"},
        {"seed", "short", "6 to 64"},
        {"seed", "with blank", "6 to 64"},
        {"seed", "", "6 to 64"},
        {"nationalities", "AU,UK", "unknown entry \"UK\""},
        {"nationalities", "AU,,US", "unknown entry \"\""},
        {"nationalities", "", "unknown entry \"\""},
        {"nationalities", "AU,au", "AU is there twice"},
        {"limit_users", "20000", "such as 20000/5m"},
        {"limit_users", "20000/5", "such as 20000/5m"},
        {"limit_users", "0/5m", "1 or more"},
        {"limit_users", "-1/5m", "1 or more"},
        {"limit_users", "5/0", "1ms to 366d"},
        {"limit_users", "None", "such as 20000/5m, or none"},
        {"base_url", "http://randomuser.me", "base_url must use https://"},
        {"base_url", "https://a:b@randomuser.me", "must not hold a user"},
        {"user", "5", "unknown key \"user\" (did you mean users?)"},
        {"limit_user", "5/1s", "did you mean limit_users?"},
        {"baseurl", "x", "did you mean base_url?"},
        {"something-else-entirely", "x", "unknown key"},
    };
    AUTO(setup_done) struct setup s = setup_new();
    struct settings_key before[SETTINGS_KEYS_MAX], after[SETTINGS_KEYS_MAX];
    size_t count = settings_keys(s.settings, before);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        if (settings_set(s.settings, rows[i].key, rows[i].value, &err))
            fail_msg("%s = %s was taken", rows[i].key, rows[i].value);
        assert_int_equal(err.kind, ERROR_CONFIG);
        if (!strstr(err.text, rows[i].says))
            fail_msg("%s = %s: %s", rows[i].key, rows[i].value, err.text);
    }
    assert_int_equal(settings_keys(s.settings, after), count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(after[i].value, before[i].value);
        assert_false(after[i].changed);
    }
}

/* The service hangs on seeds of 18 characters, and joins seed and page number. */
static void no_seed_that_is_allowed_falls_into_a_trap(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new();
    char seed[80] = "";
    for (size_t len = 0; len < 70; len++) {
        struct error err = {0};
        memset(seed, 'x', len);
        seed[len] = '\0';
        bool allowed = settings_set(s.settings, "seed", seed, &err);
        assert_int_equal(allowed, len >= 6 && len <= 64);
        if (!allowed)
            continue;
        const struct manifest_stream *stream = &s.manifest->streams[0];
        struct template_values values = {{0}};
        AUTO(buffer_done) struct buffer text;
        buffer_init(&text, 1000);
        settings_fill(s.settings, &values);
        values.text[TEMPLATE_SLICE_DAY] = "2026-11-20";
        assert_string_equal(stream->constants[1].name, "seed");
        assert_true(
            template_render(&stream->constants[1].value, &values, TEMPLATE_PLAIN, &text));
        assert_true(text.len > 18);
        assert_false(text.data[text.len - 1] >= '0' && text.data[text.len - 1] <= '9');
    }
}

static void what_only_shows_together_is_checked_together(void **state)
{
    (void)state;
    static const struct {
        const char *users, *page_size, *limit;
        const char *says; /* NULL: fine */
    } rows[] = {
        {"50000000", "5000", "20000/5m", NULL},
        {"50000000", "4999", "20000/5m", "users: 50000000 records in pages of 4999"},
        {"10001", "1", "20000/5m", "10001 pages"},
        {"5000", "5000", "4999/1s", "costs 5000, more than limit_users allows (4999/1s)"},
        {"10", "5000", "4999/1s", NULL},
        {"5000", "5000", "none", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(setup_done) struct setup s = setup_new();
        struct error err = {0};
        assert_true(settings_set(s.settings, "users", rows[i].users, &err));
        assert_true(settings_set(s.settings, "page_size", rows[i].page_size, &err));
        assert_true(settings_set(s.settings, "limit_users", rows[i].limit, &err));
        bool fine = settings_check(s.settings, &err);
        assert_int_equal(fine, rows[i].says == NULL);
        if (!fine && !strstr(err.text, rows[i].says))
            fail_msg("%s", err.text);
    }
}

static void a_forecast_counts_pages_and_what_they_cost(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new();
    struct settings_forecast f;
    struct error err = {0};
    assert_true(settings_set(s.settings, "users", "12345", &err));
    assert_true(settings_forecast(s.settings, 0, &f, &err));
    assert_int_equal(f.pages, 13);
    assert_int_equal(f.records, 12345);
    assert_int_equal(f.cost[0], 12345);
    assert_true(settings_set(s.settings, "users", "7", &err));
    assert_true(settings_forecast(s.settings, 0, &f, &err));
    assert_int_equal(f.pages, 1);
    assert_int_equal(f.cost[0], 7);
}

static void a_limit_that_is_lifted_is_no_rule(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new();
    struct error err = {0};
    assert_int_equal(settings_bucket(s.settings, 0)->capacity, 20000);
    assert_true(settings_set(s.settings, "limit_users", "100/2s", &err));
    assert_int_equal(settings_bucket(s.settings, 0)->capacity, 100);
    assert_int_equal(settings_bucket(s.settings, 0)->window_ns, 2 * CLOCK_SECOND_NS);
    assert_true(settings_set(s.settings, "limit_users", "none", &err));
    assert_null(settings_bucket(s.settings, 0));
}

static void a_share_is_taken_of_every_limit(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_new();
    struct error err = {0};
    settings_reserve(s.settings, 30);
    assert_int_equal(bucket_capacity(settings_bucket(s.settings, 0)), 14000);
    assert_true(settings_set(s.settings, "limit_users", "10000/5m", &err));
    assert_int_equal(bucket_capacity(settings_bucket(s.settings, 0)), 7000);
    assert_true(settings_set(s.settings, "page_size", "5000", &err));
    assert_true(settings_check(s.settings, &err));
    settings_reserve(s.settings, 60);
    assert_false(settings_check(s.settings, &err));
    assert_non_null(strstr(err.text, "limit_users allows (40 % of 10000/5m)"));
}

static void a_limit_that_nobody_tells_has_no_number(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_of("tests/data/manifest/good/usage.json");
    struct error err = {0};
    size_t bucket = 2; /* events */
    bool changed;
    assert_string_equal(value_of(s.settings, "limit_events", &changed), "usage/1h");
    assert_int_equal(settings_bucket(s.settings, bucket)->kind, BUCKET_USAGE);
    assert_true(settings_set(s.settings, "limit_events", "usage/5m", &err));
    assert_int_equal(settings_bucket(s.settings, bucket)->window_ns, 300 * CLOCK_SECOND_NS);
    assert_int_equal(settings_bucket(s.settings, bucket)->kind, BUCKET_USAGE);
    assert_int_equal(settings_bucket(s.settings, bucket)->parallel, 3);
    assert_true(settings_set(s.settings, "limit_events", "600/1h", &err));
    assert_int_equal(settings_bucket(s.settings, bucket)->kind, BUCKET_WINDOW);
    assert_int_equal(settings_bucket(s.settings, bucket)->capacity, 600);
    assert_false(settings_set(s.settings, "limit_operations", "usage/5m", &err));
    assert_false(settings_set(s.settings, "limit_events", "usage/0", &err));
}

static void a_bucket_is_of_the_app_or_of_an_account(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_of("tests/data/manifest/good/usage.json");
    char key[LIMITER_KEY_MAX + 1];
    settings_quota_key(s.settings, "act_1", 0, key);
    assert_string_equal(key, "graph/operations");
    settings_quota_key(s.settings, "act_1", 1, key);
    assert_string_equal(key, "graph/act_1/requests");
}

/* --- credentials, accounts, versions ------------------------------------------------------ */

static struct setup setup_with_token(void)
{
    struct setup s = {.manifest =
                          fixture_manifest("tests/data/manifest/good/token-and-accounts.json")};
    s.settings = settings_new(s.manifest);
    assert_non_null(s.settings);
    return s;
}

static void set_good(struct setup *s, const char *key, const char *value)
{
    struct error err = {0};
    if (!settings_set(s->settings, key, value, &err))
        fail_msg("%s", err.text);
}

static void another_version_takes_the_place_of_the_manifests(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_with_token();
    struct template_values values = {0};
    bool changed;
    assert_string_equal(settings_version(s.settings), "v26.0");
    assert_string_equal(value_of(s.settings, "api_version", &changed), "v26.0");
    assert_false(changed);
    set_good(&s, "api_version", "v25.0");
    settings_fill(s.settings, &values);
    assert_string_equal(values.text[TEMPLATE_VERSION], "v25.0");
    assert_string_equal(value_of(s.settings, "api_version", &changed), "v25.0");
    assert_true(changed);
    static const char *const bad[] = {"25.0", "v25", "v25.0/../v1", "", "v25.0 "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {0};
        assert_false(settings_set(s.settings, "api_version", bad[i], &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
    }
    AUTO(setup_done) struct setup fixed = setup_new();
    struct error err = {0};
    assert_false(settings_set(fixed.settings, "api_version", "1.3", &err));
    assert_non_null(strstr(err.text, "unknown key \"api_version\""));
}

static void accounts_are_ids_each_once(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_with_token();
    assert_null(settings_accounts(s.settings)[0]);
    set_good(&s, "accounts", "17, 4 120208325579370399,");
    const char *const *ids = settings_accounts(s.settings);
    assert_string_equal(ids[0], "17");
    assert_string_equal(ids[1], "4");
    assert_string_equal(ids[2], "120208325579370399");
    assert_null(ids[3]);
    static const char *const bad[][2] = {
        {"act_1", "\"act_1\" is no account's id"},
        {"1,2,1", "1 is there twice"},
        {" , ", "expected ids"},
        {"../1", "no account's id"},
        {"1\n2", "no account's id"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {0};
        assert_false(settings_set(s.settings, "accounts", bad[i][0], &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        if (!strstr(err.text, bad[i][1]))
            fail_msg("%s", err.text);
    }
    assert_string_equal(settings_accounts(s.settings)[0], "17");
}

static void a_secret_is_a_reference_and_is_not_shown_when_it_is_none(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_with_token();
    struct error err = {0};
    bool changed;
    assert_false(settings_set(s.settings, "access_token", "EAATOKEN", &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_true(text_starts_with(err.text, "access_token: a secret is given by reference"));
    assert_null(strstr(err.text, "EAATOKEN"));
    assert_null(settings_reference(s.settings, 0));
    set_good(&s, "access_token", "file:/nowhere/token");
    assert_string_equal(settings_reference(s.settings, 0), "file:/nowhere/token");
    assert_string_equal(value_of(s.settings, "access_token", &changed), "file:/nowhere/token");
    assert_true(changed);
    assert_null(value_of(s.settings, "app_secret", &changed));
}

static void a_stream_that_is_not_read_by_default_is_read_when_it_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *streams; /* NULL: not set */
        const char *wanted; /* of things, everything, days */
    } rows[] = {{NULL, "+-+"}, {"everything", "-+-"}, {"days, THINGS", "+-+"}, {"days", "--+"}};
    AUTO(setup_done) struct setup s = setup_of("tests/data/manifest/good/what-adapts.json");
    struct error err = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].streams)
            assert_true(settings_set(s.settings, "streams", rows[i].streams, &err));
        for (size_t stream = 0; stream < 3; stream++)
            assert_int_equal(settings_wants(s.settings, stream), rows[i].wanted[stream] == '+');
    }
    assert_false(settings_set(s.settings, "streams", "everythin", &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(strstr(err.text, "did you mean everything"));
    assert_true(settings_wants(s.settings, 2)); /* as it was */

    /* where all are read by default there is nothing to choose */
    AUTO(setup_done) struct setup all = setup_new();
    assert_false(settings_set(all.settings, "streams", "users", &err));
    assert_non_null(strstr(err.text, "unknown key"));
}

static void a_lookback_replaces_that_of_every_stream_that_has_one(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_of("tests/data/manifest/good/what-adapts.json");
    struct error err = {0};
    assert_int_equal(settings_slice(s.settings, 2).lookback_days, 28);
    assert_true(settings_set(s.settings, "lookback", "7d", &err));
    assert_int_equal(settings_slice(s.settings, 2).lookback_days, 7);
    assert_true(settings_slice(s.settings, 2).has_lookback);
    assert_false(settings_slice(s.settings, 0).has_lookback);
    static const char *const bad[] = {"", "7", "7h", "-1d", "99999d", "d"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(settings_set(s.settings, "lookback", bad[i], &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_int_equal(settings_slice(s.settings, 2).lookback_days, 7);
    AUTO(setup_done) struct setup none = setup_new();
    assert_false(settings_set(none.settings, "lookback", "7d", &err));
}

static void a_list_is_there_as_json_too(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s = setup_of("tests/data/manifest/good/what-adapts.json");
    struct template_values values = {0};
    struct error err = {0};
    settings_fill(s.settings, &values);
    assert_null(values.text[TEMPLATE_LIST_FIRST]); /* page_size is none */
    assert_string_equal(values.text[TEMPLATE_LIST_FIRST + 1], "[\"7d_click\",\"1d_view\"]");
    assert_true(settings_set(s.settings, "windows", "28d_click", &err));
    settings_fill(s.settings, &values);
    assert_string_equal(values.text[TEMPLATE_LIST_FIRST + 1], "[\"28d_click\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_in_force_until_something_is_set),
        cmocka_unit_test(a_value_is_kept_as_its_canonical_text),
        cmocka_unit_test(a_bad_value_is_refused_and_changes_nothing),
        cmocka_unit_test(no_seed_that_is_allowed_falls_into_a_trap),
        cmocka_unit_test(what_only_shows_together_is_checked_together),
        cmocka_unit_test(a_forecast_counts_pages_and_what_they_cost),
        cmocka_unit_test(a_limit_that_is_lifted_is_no_rule),
        cmocka_unit_test(a_share_is_taken_of_every_limit),
        cmocka_unit_test(a_limit_that_nobody_tells_has_no_number),
        cmocka_unit_test(a_bucket_is_of_the_app_or_of_an_account),
        cmocka_unit_test(another_version_takes_the_place_of_the_manifests),
        cmocka_unit_test(accounts_are_ids_each_once),
        cmocka_unit_test(a_secret_is_a_reference_and_is_not_shown_when_it_is_none),
        cmocka_unit_test(a_stream_that_is_not_read_by_default_is_read_when_it_is_named),
        cmocka_unit_test(a_lookback_replaces_that_of_every_stream_that_has_one),
        cmocka_unit_test(a_list_is_there_as_json_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
