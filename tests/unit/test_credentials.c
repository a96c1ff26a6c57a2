/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets reach what is sent and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/secret.h"
#include "source/credentials.h"
#include "source_fixture.h"

static const char manifest[] = "tests/data/manifest/good/token-and-accounts.json";
/* of the API's documentation: secret "s3cret", token "EAATOKEN" */
static const char proof[] = "bbbbce7877d1993d1c0fbc4d0e65230e89c8d7e82811d37dd4c06b8df3748a95";

struct setup {
    struct manifest *manifest;
    struct settings *settings;
    struct credentials *credentials;
};

static void set(struct setup *s, const char *key, const char *value)
{
    struct error err = {0};
    if (!settings_set(s->settings, key, value, &err))
        fail_msg("%s", err.text);
}

static void setup_init(struct setup *s)
{
    *s = (struct setup){.manifest = fixture_manifest(manifest)};
    s->settings = settings_new(s->manifest);
    assert_non_null(s->settings);
}

/* An environment variable is read once in a process: each test has its own. */
static void give(struct setup *s, const char *key, const char *variable, const char *value)
{
    AUTO(cleanup_free) char *reference = text_format("env:%s", variable);
    setenv(variable, value, 1);
    set(s, key, reference);
}

static void open_credentials(struct setup *s)
{
    struct error err = {0};
    if (!credentials_open(s->settings, &s->credentials, &err))
        fail_msg("%s", err.text);
}

static void setup_done(struct setup *s)
{
    credentials_free(s->credentials);
    settings_free(s->settings);
    manifest_free(s->manifest);
}

static void a_request_gets_header_and_proof_when_it_is_sent(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_init(&s);
    give(&s, "access_token", "T1_TOKEN", "EAATOKEN");
    give(&s, "app_secret", "T1_SECRET", "s3cret");
    open_credentials(&s);
    assert_true(credentials_proven(s.credentials));

    static const struct http_header own[] = {{"Accept", "application/json"}};
    static const char *const urls[][2] = {
        {"https://api.example.com/v26.0/act_1", "?"},
        {"https://api.example.com/v26.0/act_1?limit=5", "&"},
    };
    for (size_t i = 0; i < 2; i++) {
        AUTO(credentials_request_done) struct credentials_request sent = {0};
        struct error err = {0};
        const struct http_request request = {
            .method = "GET", .url = urls[i][0], .headers = own, .header_count = 1};
        assert_true(credentials_apply(s.credentials, &request, &sent, &err));
        AUTO(cleanup_free)
        char *url = text_format("%s%sappsecret_proof=%s", urls[i][0], urls[i][1], proof);
        assert_string_equal(sent.http.url, url);
        assert_string_equal(sent.http.method, "GET");
        assert_int_equal(sent.http.header_count, 2);
        assert_string_equal(sent.http.headers[0].name, "Accept");
        assert_string_equal(sent.http.headers[1].name, "Authorization");
        assert_string_equal(sent.http.headers[1].value, "Bearer EAATOKEN");
        assert_null(strstr(sent.http.url, "EAATOKEN"));
        assert_string_equal(request.url, urls[i][0]);
    }
}

static void without_the_app_secret_there_is_no_proof(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_init(&s);
    give(&s, "access_token", "T2_TOKEN", "EAATOKEN");
    open_credentials(&s);
    assert_false(credentials_proven(s.credentials));
    AUTO(credentials_request_done) struct credentials_request sent = {0};
    struct error err = {0};
    const struct http_request request = {.method = "GET", .url = "https://api.example.com/x"};
    assert_true(credentials_apply(s.credentials, &request, &sent, &err));
    assert_string_equal(sent.http.url, request.url);
    assert_int_equal(sent.http.header_count, 1);
}

/* A proof of our token would be wrong beside somebody else's. */
static void a_request_with_credentials_of_its_own_is_left_alone(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_init(&s);
    give(&s, "access_token", "T3_TOKEN", "EAATOKEN");
    give(&s, "app_secret", "T3_SECRET", "s3cret");
    open_credentials(&s);
    AUTO(credentials_request_done) struct credentials_request sent = {0};
    struct error err = {0};
    static const struct http_header own[] = {{"authorization", "Bearer 1|s3cret"}};
    const struct http_request request = {
        .method = "GET", .url = "https://api.example.com/x", .headers = own, .header_count = 1};
    assert_true(credentials_apply(s.credentials, &request, &sent, &err));
    assert_string_equal(sent.http.url, request.url);
    assert_int_equal(sent.http.header_count, 1);
    assert_string_equal(sent.http.headers[0].value, "Bearer 1|s3cret");
}

static void only_who_asks_for_it_gets_a_secret_into_a_template(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_init(&s);
    give(&s, "access_token", "T4_TOKEN", "EAATOKEN");
    open_credentials(&s);
    struct template_values values = {0};
    settings_fill(s.settings, &values);
    assert_null(values.text[TEMPLATE_SECRET_FIRST]);
    credentials_fill(s.credentials, &values);
    assert_string_equal(values.text[TEMPLATE_SECRET_FIRST], "EAATOKEN");
    assert_null(values.text[TEMPLATE_SECRET_FIRST + 1]);
}

static void what_cannot_be_used_is_refused_without_being_shown(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum error_kind kind;
        const char *says;
    } cases[] = {
        {"two words", ERROR_AUTH, "byte 4 is no letter"},
        {"line\r\nX-Evil: 1", ERROR_AUTH, "byte 5 is no letter"},
        {"schl\xc3\xbcssel", ERROR_AUTH, "byte 5 is no letter"},
        {"", ERROR_AUTH, "empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(setup_done) struct setup s;
        AUTO(cleanup_free) char *variable = text_format("T5_TOKEN%zu", i);
        struct error err = {0};
        setup_init(&s);
        give(&s, "access_token", variable, cases[i].value);
        assert_false(credentials_open(s.settings, &s.credentials, &err));
        assert_int_equal(err.kind, cases[i].kind);
        if (!strstr(err.text, cases[i].says) ||
            !text_starts_with(err.text, "[example] access_token: "))
            fail_msg("%s", err.text);
        assert_true(!*cases[i].value || !strstr(err.text, cases[i].value));
    }
    AUTO(setup_done) struct setup s;
    struct error err = {0};
    setup_init(&s);
    assert_false(credentials_open(s.settings, &s.credentials, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(
        strstr(err.text, "[example] access_token is not set: the token; say where"));
}

static void a_secret_that_somebody_repeats_is_hidden(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_init(&s);
    give(&s, "access_token", "T6_TOKEN", "EAATOKEN");
    give(&s, "app_secret", "T6_SECRET", "s3cret");
    open_credentials(&s);
    AUTO(cleanup_free)
    char *text = text_format("EAATOKEN and EAATOKENs3cret, %s; EAATOKE", proof);
    credentials_hide(s.credentials, text, strlen(text));
    AUTO(cleanup_free) char *stars = strdup(proof);
    memset(stars, '*', strlen(stars));
    AUTO(cleanup_free)
    char *hidden = text_format("******** and **************, %s; EAATOKE", stars);
    assert_string_equal(text, hidden);
    credentials_hide(NULL, text, strlen(text));
}

static void an_api_that_takes_anybody_needs_nothing(void **state)
{
    (void)state;
    AUTO(setup_done)
    struct setup s = {.manifest = fixture_manifest("sources/random_user.json")};
    s.settings = settings_new(s.manifest);
    open_credentials(&s);
    AUTO(credentials_request_done) struct credentials_request sent = {0};
    struct error err = {0};
    const struct http_request request = {.method = "GET", .url = "https://randomuser.me/"};
    assert_true(credentials_apply(s.credentials, &request, &sent, &err));
    assert_string_equal(sent.http.url, request.url);
    assert_int_equal(sent.http.header_count, 0);
}

/* --- refused in the middle of a run -------------------------------------------------------- */

static int64_t now_ns;

static int64_t stood_still(void)
{
    return now_ns;
}

static bool no_sleep(int64_t duration_ns)
{
    (void)duration_ns;
    return true;
}

static const struct clock_source standing = {stood_still, stood_still, no_sleep};

/* A file of our own, and the reference to it. */
struct place_of_token {
    char folder[64];
    char *path;
    char *reference;
};

static void place_init(struct place_of_token *p)
{
    snprintf(p->folder, sizeof p->folder, "/tmp/test-credentials-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->path = file_join(p->folder, "token");
    p->reference = text_format("file:%s", p->path);
    now_ns = 1000 * CLOCK_SECOND_NS;
    clock_replace(&standing);
}

static void place_done(struct place_of_token *p)
{
    clock_replace(NULL);
    unlink(p->path);
    rmdir(p->folder);
    free(p->path);
    free(p->reference);
}

static void put(const struct place_of_token *p, const char *token)
{
    FILE *f = fopen(p->path, "w");
    assert_non_null(f);
    assert_int_equal(fchmod(fileno(f), 0600), 0);
    fprintf(f, "%s\n", token);
    fclose(f);
}

/* A token that is in a file, at first OLDTOKEN. */
static void setup_place(struct setup *s, struct place_of_token *p)
{
    place_init(p);
    setup_init(s);
    put(p, "OLDTOKEN");
    set(s, "access_token", p->reference);
}

static void apply(struct setup *s, struct credentials_request *r)
{
    static const struct http_request request = {.method = "GET", .url = "https://x.example/"};
    struct error err = {0};
    if (!credentials_apply(s->credentials, &request, r, &err))
        fail_msg("%s", err.text);
}

static void another_token_is_in_force_for_whoever_asks_next(void **state)
{
    (void)state;
    AUTO(place_done) struct place_of_token place;
    AUTO(setup_done) struct setup s;
    setup_place(&s, &place);
    give(&s, "app_secret", "T7_SECRET", "s3cret");
    open_credentials(&s);

    struct credentials_renewal renewal;
    struct credentials_request old = {0}, new = {0};
    apply(&s, &old);
    put(&place, "EAATOKEN");
    credentials_renew(s.credentials, old.number, &renewal);
    assert_true(renewal.renewed && renewal.first);
    assert_string_equal(renewal.text, "access_token");
    apply(&s, &new);
    assert_string_equal(new.http.headers[0].value, "Bearer EAATOKEN");
    assert_non_null(strstr(new.http.url, proof));

    /* who is under way has what it was sent with, and neither is told */
    assert_string_equal(old.http.headers[0].value, "Bearer OLDTOKEN");
    char text[] = "OLDTOKEN EAATOKEN";
    credentials_hide(s.credentials, text, strlen(text));
    assert_string_equal(text, "******** ********");
    /* another thread that was refused with the old one need not read */
    credentials_renew(s.credentials, old.number, &renewal);
    assert_true(renewal.renewed && !renewal.first);
    credentials_request_done(&old);
    credentials_request_done(&new);

    int64_t last_ns;
    char names[CREDENTIALS_TEXT_SIZE];
    assert_int_equal(credentials_renewals(s.credentials, &last_ns, names), 1);
    assert_int_equal(last_ns, now_ns);
    assert_string_equal(names, "access_token");
}

static void the_same_token_renews_nothing_and_is_not_read_all_the_time(void **state)
{
    (void)state;
    AUTO(place_done) struct place_of_token place;
    AUTO(setup_done) struct setup s;
    setup_place(&s, &place);
    open_credentials(&s);
    struct credentials_renewal renewal;
    AUTO(credentials_request_done) struct credentials_request r = {0};
    apply(&s, &r);
    credentials_renew(s.credentials, r.number, &renewal);
    assert_false(renewal.renewed);
    assert_string_equal(renewal.text,
                        "the secrets of [example] were read again and have not changed");

    put(&place, "NEWTOKEN");
    now_ns += CREDENTIALS_RENEW_EVERY_NS - 1;
    credentials_renew(s.credentials, r.number, &renewal);
    assert_false(renewal.renewed);
    now_ns += 1;
    credentials_renew(s.credentials, r.number, &renewal);
    assert_true(renewal.renewed && renewal.first);
}

static void a_token_that_is_gone_renews_nothing_and_says_why(void **state)
{
    (void)state;
    AUTO(place_done) struct place_of_token place;
    AUTO(setup_done) struct setup s;
    setup_place(&s, &place);
    open_credentials(&s);
    struct credentials_renewal renewal;
    AUTO(credentials_request_done) struct credentials_request r = {0};
    apply(&s, &r);
    unlink(place.path);
    credentials_renew(s.credentials, r.number, &renewal);
    assert_false(renewal.renewed);
    if (!text_starts_with(renewal.text,
                          "its secrets cannot be read again: [example] access_token: file:"))
        fail_msg("%s", renewal.text);
    assert_string_equal(r.http.headers[0].value, "Bearer OLDTOKEN");
}

static void what_cannot_change_is_not_read_again(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_init(&s);
    give(&s, "access_token", "T8_TOKEN", "EAATOKEN");
    open_credentials(&s);
    struct credentials_renewal renewal;
    AUTO(credentials_request_done) struct credentials_request r = {0};
    apply(&s, &r);
    credentials_renew(s.credentials, r.number, &renewal);
    assert_false(renewal.renewed);
    assert_string_equal(renewal.text, "");
    credentials_renew(s.credentials, 0, &renewal);
    assert_false(renewal.renewed);
    credentials_renew(NULL, 1, &renewal);
    assert_false(renewal.renewed);
}

static int start(void **state)
{
    (void)state;
    struct error err;
    return secret_init(&err) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_gets_header_and_proof_when_it_is_sent),
        cmocka_unit_test(without_the_app_secret_there_is_no_proof),
        cmocka_unit_test(a_request_with_credentials_of_its_own_is_left_alone),
        cmocka_unit_test(only_who_asks_for_it_gets_a_secret_into_a_template),
        cmocka_unit_test(what_cannot_be_used_is_refused_without_being_shown),
        cmocka_unit_test(a_secret_that_somebody_repeats_is_hidden),
        cmocka_unit_test(an_api_that_takes_anybody_needs_nothing),
        cmocka_unit_test(another_token_is_in_force_for_whoever_asks_next),
        cmocka_unit_test(the_same_token_renews_nothing_and_is_not_read_all_the_time),
        cmocka_unit_test(a_token_that_is_gone_renews_nothing_and_says_why),
        cmocka_unit_test(what_cannot_change_is_not_read_again),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
