/* SPDX-License-Identifier: Apache-2.0 */
/* What sources/facebook_ads.json makes of Meta's answers, and of its streams and their schemas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "record/policy.h"
#include "source/settings.h"
#include "source_fixture.h"

static const char manifest_file[] = "sources/facebook_ads.json";

/* --- errors ------------------------------------------------------------------------------ */

/* What an error's body says; NULL: it does not. */
struct body {
    const char *code, *subcode, *message, *transient;
};

static struct facts facts_of(const struct manifest *m, int status, const struct body *body)
{
    const char *const pairs[][2] = {
        {"/error", "{"},
        {"/error/code", body->code},
        {"/error/error_subcode", body->subcode},
        {"/error/message", body->message},
        {"/error/is_transient", body->transient},
    };
    struct facts f = {.status = status, .json = true, .whole = true};
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        for (size_t i = 0; i < m->wanted.count; i++) {
            if (strcmp(m->wanted.pointers[i], pairs[p][0]) == 0)
                f.text[i] = pairs[p][1];
        }
    }
    return f;
}

static const struct verdict_rule *rule_for(const struct manifest *m, int status,
                                           const struct body *body)
{
    static const struct template_values none;
    const struct facts f = facts_of(m, status, body);
    return verdict_of(m->errors, m->error_count, &f, &none);
}

static void every_error_has_its_verdict(void **state)
{
    (void)state;
    static const struct {
        int status;
        struct body body;
        enum verdict_kind kind;
        const char *bucket; /* of a quota */
    } rows[] = {
        {500,
         {"1", NULL,
          "Please reduce the amount of data you're asking for, then retry your request", NULL},
         VERDICT_SHRINK,
         NULL},
        {500, {"1", "99", "An unknown error occurred", NULL}, VERDICT_RETRY, NULL},
        {400, {"1", "2853001", "x", "false"}, VERDICT_FAIL, NULL},
        {500, {"1", NULL, "x", NULL}, VERDICT_RETRY, NULL},
        {400, {"2", "1504043", "x", NULL}, VERDICT_RETRY, NULL},
        {503, {"2", NULL, "Service temporarily unavailable", "true"}, VERDICT_RETRY, NULL},
        {500, {"2", "1504038", "x", NULL}, VERDICT_SPLIT, NULL},
        {400, {"100", "1504018", "x", "true"}, VERDICT_SPLIT, NULL},
        {400, {"2", "1504041", "x", "true"}, VERDICT_FAIL, NULL},
        {400, {"2", "1504042", "x", NULL}, VERDICT_FAIL, NULL},
        {400,
         {"4", NULL, "(#4) Application request limit reached", "true"},
         VERDICT_QUOTA,
         "app"},
        {403, {"4", "1504022", "x", "true"}, VERDICT_QUOTA, "insights_load"},
        {400, {"4", "1504039", "x", NULL}, VERDICT_QUOTA, "insights_load"},
        {403, {"10", NULL, "x", NULL}, VERDICT_SKIP, NULL},
        {403,
         {"200", NULL, "(#200) Requires business_management permission", NULL},
         VERDICT_SKIP,
         NULL},
        {403, {"299", NULL, "x", NULL}, VERDICT_SKIP, NULL},
        {400, {"294", NULL, "x", NULL}, VERDICT_SKIP, NULL},
        {400, {"300", NULL, "x", NULL}, VERDICT_FAIL, NULL},
        {400, {"100", "3191001", "x", NULL}, VERDICT_SKIP, NULL},
        {400, {"100", NULL, "(#100) Missing permissions", NULL}, VERDICT_SKIP, NULL},
        {400, {"100", "33", "Unsupported get request", NULL}, VERDICT_SKIP, NULL},
        {400, {"17", NULL, "(#17) User request limit reached", NULL}, VERDICT_QUOTA, "account"},
        {400, {"17", "2446079", "x", "false"}, VERDICT_QUOTA, "account"},
        {400, {"32", NULL, "x", NULL}, VERDICT_QUOTA, "account"},
        {400, {"100", NULL, "Invalid parameter", "false"}, VERDICT_FAIL, NULL},
        {400, {"100", "1487534", "Invalid parameter", "false"}, VERDICT_SPLIT, NULL},
        {400, {"100", "2446289", "Invalid parameter", "false"}, VERDICT_SHRINK, NULL},
        {400, {"100", "2490155", "x", NULL}, VERDICT_SHRINK, NULL},
        {400,
         {"100", NULL,
          "Cannot include spend in summary param because they weren't there while creating the "
          "report run",
          NULL},
         VERDICT_RETRY,
         NULL},
        {400,
         {"100", NULL, "API calls from the server require an appsecret_proof argument", NULL},
         VERDICT_REAUTH,
         NULL},
        {400, {"190", "463", "Error validating access token", NULL}, VERDICT_REAUTH, NULL},
        {401, {"190", NULL, "x", NULL}, VERDICT_REAUTH, NULL},
        {400, {"102", NULL, "x", NULL}, VERDICT_REAUTH, NULL},
        {400, {"104", NULL, "x", NULL}, VERDICT_REAUTH, NULL},
        {400, {"341", NULL, "x", NULL}, VERDICT_QUOTA, "app"},
        {400, {"368", NULL, "x", NULL}, VERDICT_QUOTA, "app"},
        {400, {"613", "1487742", "x", NULL}, VERDICT_QUOTA, "account"},
        {400, {"613", NULL, "x", NULL}, VERDICT_QUOTA, "account"},
        {400, {"613", "1996", "x", NULL}, VERDICT_QUOTA, "account"},
        {400, {"960", NULL, "Too much data was requested in batch", NULL}, VERDICT_SPLIT, NULL},
        {400, {"2500", NULL, "x", NULL}, VERDICT_FAIL, NULL},
        {400, {"3001", NULL, "x", NULL}, VERDICT_FAIL, NULL},
        {400, {"105", NULL, "x", NULL}, VERDICT_FAIL, NULL},
        {400,
         {"2601", "1815107", "Error accessing adreport job.", "true"},
         VERDICT_RETRY,
         NULL},
        {400, {"2637", NULL, "x", "true"}, VERDICT_RETRY, NULL},
        {400,
         {"2635", NULL, "(#2635) You are calling a deprecated version", NULL},
         VERDICT_FAIL,
         NULL},
        {400, {"2642", NULL, "Invalid cursors values", NULL}, VERDICT_RESTART, NULL},
        {400, {"3018", NULL, "x", NULL}, VERDICT_FAIL, NULL},
        {400, {"80000", "2446079", "x", NULL}, VERDICT_QUOTA, "insights"},
        {400, {"80003", NULL, "x", NULL}, VERDICT_QUOTA, "audiences"},
        {400, {"80004", "2446079", "x", NULL}, VERDICT_QUOTA, "management"},
        {400, {"80014", NULL, "x", NULL}, VERDICT_QUOTA, "management"},
        {400, {"80099", NULL, "x", NULL}, VERDICT_QUOTA, "management"},
        {400, {"999", NULL, "x", "true"}, VERDICT_RETRY, NULL},
        {200, {"999", NULL, "x", "false"}, VERDICT_FAIL, NULL},
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct verdict_rule *rule = rule_for(m, rows[i].status, &rows[i].body);
        if (rule->kind != rows[i].kind)
            fail_msg("%s/%s: verdict %d: %s", rows[i].body.code,
                     rows[i].body.subcode ? rows[i].body.subcode : "", rule->kind, rule->say);
        assert_true(rule->quote_count >= 2);
        if (rows[i].bucket)
            assert_string_equal(m->buckets[rule->bucket].name, rows[i].bucket);
    }
}

static void what_is_not_metas_json_passes(void **state)
{
    (void)state;
    static const struct {
        struct facts facts;
        enum verdict_kind kind;
    } rows[] = {
        {{.status = 502}, VERDICT_RETRY},
        {{.status = 200},
         VERDICT_RETRY}, /* "Service Unavailable", and calls itself a success */
        {{.status = 200, .json = true}, VERDICT_RETRY}, /* cut off, or empty */
        {{.status = 200, .json = true, .whole = true}, VERDICT_OK},
        {{.status = 500, .json = true, .whole = true}, VERDICT_RETRY},
    };
    static const struct template_values none;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(verdict_of(m->errors, m->error_count, &rows[i].facts, &none)->kind,
                         rows[i].kind);
}

/* --- streams ----------------------------------------------------------------------------- */

/* A stream as it is asked for: account 42 on a day, or what changed since a time. */
struct asked {
    struct schema *schema;
    struct policy *policy;
    struct buffer fields;
    struct request request;
};

static void asked_done(struct asked *a)
{
    request_done(&a->request);
    buffer_done(&a->fields);
    policy_free(a->policy);
    schema_free(a->schema);
}

static void ask(const struct settings *settings, const struct manifest_stream *s,
                const struct request_rule *rule, struct asked *ret_asked)
{
    const char *folder = getenv("EXTRACT_SRCDIR");
    AUTO(cleanup_free)
    char *path = text_format("%s/schemas/facebook_ads/%s.json", folder ? folder : ".", s->name);
    struct template_values values = {{0}};
    struct error err = {0};
    *ret_asked = (struct asked){0};
    buffer_init(&ret_asked->fields, SELECTION_TEXT_MAX);
    if (!schema_load(path, &ret_asked->schema, &err) ||
        !policy_new(ret_asked->schema, NULL, 0, &ret_asked->policy, &err) ||
        !selection_render(&s->selection, ret_asked->policy, true, &ret_asked->fields, &err))
        fail_msg("%s: %s", s->name, err.text);
    settings_fill(settings, &values);
    values.text[TEMPLATE_STREAM] = s->name;
    values.text[TEMPLATE_ACCOUNT] = "42";
    values.text[TEMPLATE_SLICE_DAY] = "2026-11-19";
    values.text[TEMPLATE_SLICE_FROM] = values.text[TEMPLATE_SLICE_TO] = "2026-11-19";
    values.text[TEMPLATE_SLICE_SINCE_UNIX] = "1795172500";
    values.text[TEMPLATE_FIELDS] = buffer_text(&ret_asked->fields);
    values.text[TEMPLATE_PAGE_SIZE] = "100";
    values.text[TEMPLATE_CURSOR] = "CURSOR";
    values.text[TEMPLATE_PART_FILTER] = "";
    if (!request_render(rule, "https://graph.facebook.com", &values, &ret_asked->request, &err))
        fail_msg("%s: %s", s->name, err.text);
}

/* A word of a comma list, or of anything between other characters than a name's. */
static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        if ((at == text || at[-1] == ',') && (at[len] == '\0' || at[len] == ','))
            return true;
    }
    return false;
}

static void every_stream_has_a_schema_whose_fields_can_be_asked_for(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    AUTO(settings_freep) struct settings *settings = settings_new(m);
    assert_int_equal(m->stream_count, 16);
    for (size_t i = 0; i < m->stream_count; i++) {
        const struct manifest_stream *s = &m->streams[i];
        AUTO(asked_done) struct asked a;
        ask(settings, s, &s->request, &a);
        const char *fields = buffer_text(&a.fields);
        assert_true(has_word(fields, "account_id"));
        for (const char *const *except = s->selection.except; *except; except++)
            assert_false(has_word(fields, *except));
        for (const char *const *gated = s->selection.gated; *gated; gated++)
            assert_true(has_word(fields, *gated));
        /* what is dropped is not asked for: these make some reads fail, or change every time */
        static const char *const dropped[] = {"preview_shareable_link", "thumbnail_url",
                                              "image_url", NULL};
        for (const char *const *d = dropped; *d; d++)
            assert_false(has_word(fields, *d));
        assert_null(strstr(a.request.http.url, "access_token"));
    }
}

static const struct setting *setting_of(const struct manifest *m, const char *name)
{
    for (size_t i = 0; i < m->setting_count; i++)
        if (strcmp(m->settings[i].name, name) == 0)
            return &m->settings[i];
    fail_msg("no setting %s", name);
    return NULL;
}

/* What a window counts comes under the window's name, and what the schema does not name is left
 * out. "default" stands for others. */
static void every_window_that_can_be_asked_for_has_its_place_in_actions(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    AUTO(settings_freep) struct settings *settings = settings_new(m);
    const struct setting *windows = setting_of(m, "attribution_windows");
    size_t found = 0;
    for (size_t i = 0; i < m->stream_count; i++) {
        AUTO(asked_done) struct asked a;
        ask(settings, &m->streams[i], &m->streams[i].request, &a);
        const struct schema_node *actions = field_find(schema_root(a.schema), "actions");
        for (const char *const *w = windows->choices; actions && *w; w++) {
            found++;
            if (strcmp(*w, "default") != 0 && !field_find(actions->items, *w))
                fail_msg("%s: %s", m->streams[i].name, *w);
        }
    }
    assert_int_equal(found, 10 * 20);
}

/* Without it Meta leaves out deleted and archived objects that its own sums hold. */
static void every_query_below_the_account_names_all_statuses(void **state)
{
    (void)state;
    static const struct {
        const char *level, *statuses;
    } levels[] = {
        {"campaign", "ACTIVE PAUSED DELETED ARCHIVED IN_PROCESS WITH_ISSUES"},
        {"adset", "ACTIVE PAUSED DELETED ARCHIVED IN_PROCESS WITH_ISSUES CAMPAIGN_PAUSED"},
        {"ad", "ACTIVE PAUSED DELETED ARCHIVED IN_PROCESS WITH_ISSUES CAMPAIGN_PAUSED "
               "ADSET_PAUSED PENDING_REVIEW DISAPPROVED PREAPPROVED PENDING_BILLING_INFO"},
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    AUTO(settings_freep) struct settings *settings = settings_new(m);
    unsigned queries = 0;
    for (size_t i = 0; i < m->stream_count; i++) {
        const struct manifest_stream *s = &m->streams[i];
        if (!text_starts_with(s->name, "insights_"))
            continue;
        const struct request_rule *rules[2 + SPLIT_STEPS_MAX] = {
            &s->request, s->has_report ? &s->report.create : NULL};
        for (size_t step = 0; step < s->split.count; step++)
            rules[2 + step] = s->split.steps[step].kind == SPLIT_IDS
                                  ? &s->split.steps[step].list.request
                                  : NULL;
        for (size_t r = 0; r < 2 + s->split.count; r++) {
            if (!rules[r])
                continue;
            AUTO(asked_done) struct asked a;
            ask(settings, s, rules[r], &a);
            const char *url = a.request.http.url;
            bool account = strstr(url, "?level=account&") != NULL;
            assert_int_equal(strstr(url, "&filtering=") == NULL, account);
            for (size_t l = 0; !account && l < 3; l++) {
                char part[64], statuses[256];
                snprintf(part, sizeof part, "?level=%s&", levels[l].level);
                if (!strstr(url, part))
                    continue;
                snprintf(part, sizeof part, "%%22field%%22%%3A%%22%s.effective_status%%22",
                         levels[l].level);
                assert_non_null(strstr(url, part));
                snprintf(statuses, sizeof statuses, "%s", levels[l].statuses);
                char *rest = statuses;
                for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
                    snprintf(part, sizeof part, "%%22%s%%22", word);
                    if (!strstr(url, part))
                        fail_msg("%s: %s is not asked for: %s", s->name, word, url);
                }
                queries++;
            }
        }
    }
    assert_true(queries > 30);
}

static void edges_name_statuses_and_what_changed(void **state)
{
    (void)state;
    static const struct {
        const char *stream, *path, *filter;
    } rows[] = {
        {"campaigns", "/v26.0/act_42/campaigns?", "campaign"},
        {"ad_sets", "/v26.0/act_42/adsets?", "adset"},
        {"ads", "/v26.0/act_42/ads?", "ad"},
        {"ad_creatives", "/v26.0/act_42/adcreatives?", NULL},
        {"custom_audiences", "/v26.0/act_42/customaudiences?", NULL},
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    AUTO(settings_freep) struct settings *settings = settings_new(m);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t stream = 0;
        struct error err = {0};
        char filter[128];
        assert_true(manifest_find_stream(m, rows[i].stream, &stream, &err));
        const struct manifest_stream *s = &m->streams[stream];
        AUTO(asked_done) struct asked a;
        ask(settings, s, &s->request, &a);
        assert_non_null(strstr(a.request.http.url, rows[i].path));
        assert_int_equal(strstr(a.request.http.url, "&effective_status=%5B%22ACTIVE") != NULL,
                         rows[i].filter != NULL);
        snprintf(filter, sizeof filter,
                 "%%22%s.updated_time%%22%%2C%%22operator%%22%%3A%%22GREATER_THAN%%22%%2C"
                 "%%22value%%22%%3A1795172500%%7D%%5D",
                 rows[i].filter ? rows[i].filter : "x");
        assert_int_equal(strstr(a.request.http.url, filter) != NULL, rows[i].filter != NULL);
        assert_string_equal(s->isolate, "id");
        assert_int_equal(s->slice.kind, rows[i].filter ? SLICE_CHANGES : SLICE_SNAPSHOT);
    }
}

static void breakdowns_are_asked_for_in_both_ways_and_only_when_named(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    AUTO(settings_freep) struct settings *settings = settings_new(m);
    unsigned presets = 0;
    for (size_t i = 0; i < m->stream_count; i++) {
        const struct manifest_stream *s = &m->streams[i];
        if (!text_starts_with(s->name, "insights_ad_") ||
            strcmp(s->name, "insights_ad_set") == 0)
            continue;
        presets++;
        assert_false(settings_wants(settings, i));
        AUTO(asked_done) struct asked direct, report;
        ask(settings, s, &s->request, &direct);
        ask(settings, s, &s->report.create, &report);
        for (const char *const *name = s->selection.except; *name; name++) {
            char part[80];
            snprintf(part, sizeof part, "%%22%s%%22", *name);
            const char *first = strstr(direct.request.http.url, "&breakdowns=%5B");
            const char *second = strstr(report.request.http.url, "&breakdowns=%5B");
            assert_true(first && strstr(first, part) && second && strstr(second, part));
        }
    }
    assert_int_equal(presets, 6);
}

/* What a request is charged of a bucket; 0: nothing. */
static uint64_t charged(const struct manifest *m, const char *bucket, const struct costs *usual,
                        const struct request_rule *rule)
{
    const struct cost_of of = {usual, &rule->costs};
    const struct template_values none = {0};
    const struct cost *costs[COST_BUCKETS_MAX];
    size_t count = cost_list(&of, costs);
    uint64_t amount = 0;
    struct error err;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(m->buckets[costs[i]->bucket].name, bucket) == 0)
            assert_true(settings_cost(costs[i], &none, &amount, &err));
    }
    return amount;
}

/* A read is a point of an account's score and a write is three; lists of accounts are nobody's. */
static void an_empty_day_is_proved_by_an_answer_with_a_list(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        bool proves;
    } rows[] = {
        {"{'data':[]}", true},
        {"{'data':[{'date_start':'2026-11-20'}]}", true},
        {"{'data':[{'impressions':'0','spend':'0.00'}]}", true},
        {"{'data':[{'impressions':'0','spend':'0.01'}]}", false},
        {"{'data':[{'impressions':1}]}", false},
        {"{'data':null}", false},
        {"{'data':{}}", false},
        {"{}", false},
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    size_t stream;
    struct error ignored;
    assert_true(manifest_find_stream(m, "insights_ad", &stream, &ignored));
    const struct emptiness_rule *rule = &m->streams[stream].when_empty;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        json_auto_t *answer = fixture_json(rows[i].answer);
        assert_int_equal(emptiness_judge(rule, answer, &err), rows[i].proves);
        assert_int_equal(err.kind, rows[i].proves ? 0 : ERROR_DATA);
    }
}

static void what_writes_costs_three_points(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(manifest_file);
    unsigned reports = 0;
    for (size_t i = 0; i < m->stream_count; i++) {
        const struct manifest_stream *s = &m->streams[i];
        assert_int_equal(charged(m, "account", &s->costs, &s->request), 1);
        assert_int_equal(charged(m, "app", &s->costs, &s->request), 1);
        if (!s->has_report)
            continue;
        reports++;
        assert_int_equal(charged(m, "account", &s->costs, &s->report.create), 3);
        assert_int_equal(charged(m, "account", &s->costs, &s->report.cancel), 3);
        assert_int_equal(charged(m, "account", &s->costs, &s->report.poll), 1);
        assert_int_equal(charged(m, "account", &s->costs, &s->report.batch.request), 1);
        assert_int_equal(charged(m, "account", &s->costs, &s->report.results), 1);
        assert_int_equal(charged(m, "insights", &s->costs, &s->report.create), 1);
    }
    assert_true(reports > 8);
    assert_int_equal(charged(m, "app", NULL, &m->accounts.request), 1);
    assert_int_equal(charged(m, "account", NULL, &m->accounts.request), 0);
    assert_int_equal(charged(m, "app", NULL, &m->accounts.one), 1);
    assert_int_equal(charged(m, "account", NULL, &m->accounts.one), 1);
    assert_int_equal(charged(m, "app", NULL, &m->auth.inspect.request), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_its_verdict),
        cmocka_unit_test(what_is_not_metas_json_passes),
        cmocka_unit_test(every_stream_has_a_schema_whose_fields_can_be_asked_for),
        cmocka_unit_test(every_window_that_can_be_asked_for_has_its_place_in_actions),
        cmocka_unit_test(every_query_below_the_account_names_all_statuses),
        cmocka_unit_test(edges_name_statuses_and_what_changed),
        cmocka_unit_test(breakdowns_are_asked_for_in_both_ways_and_only_when_named),
        cmocka_unit_test(an_empty_day_is_proved_by_an_answer_with_a_list),
        cmocka_unit_test(what_writes_costs_three_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
