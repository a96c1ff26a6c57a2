/* SPDX-License-Identifier: Apache-2.0 */
/* The schemas of Facebook Ads, and records as the Marketing API sends them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "walk_fixture.h"

/* What the walk adds to every line of insights, and to every other one. */
#define INSIGHTS_TAIL                                                       \
    "\"attribution_windows\":\"1d_view,7d_click\",\"api_version\":\"1.4\"," \
    "\"extracted_at\":\"2026-11-20T09:30:00Z\"}\n"
#define TAIL "\"api_version\":\"1.4\",\"extracted_at\":\"2026-11-20T09:30:00Z\"}\n"

static const char *tree(void)
{
    const char *folder = getenv("EXTRACT_SRCDIR");
    return folder ? folder : ".";
}

/* --- walking records of a stream --- */

static struct outcome walk_records(const char *stream, const struct policy_override *overrides,
                                   size_t count, const char *document, size_t len)
{
    AUTO(cleanup_free)
    char *path = text_format("%s/schemas/facebook_ads/%s.json", tree(), stream);
    AUTO(schema_freep) struct schema *schema = NULL;
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    if (!schema_load(path, &schema, &err) ||
        !policy_new(schema, overrides, count, &policy, &err))
        fail_msg("%s", err.text);
    struct outcome o = run_policy(policy, "/data/*", document, len, SIZE_MAX);
    o.schema = NULL; /* ends here */
    if (!o.ok)
        fail_msg("%s", o.err.text);
    return o;
}

static struct outcome walk_one(const char *stream, const char *record)
{
    AUTO(cleanup_free) char *document = text_format("{\"data\":[%s]}", record);
    return walk_records(stream, NULL, 0, document, strlen(document));
}

static void expect(const char *stream, const char *record, const char *line, const char *misfit)
{
    AUTO(outcome_done) struct outcome o = walk_one(stream, record);
    assert_string_equal(buffer_text(&o.misfits), misfit);
    assert_string_equal(buffer_text(&o.lines), line);
}

#define released(stream, record, line) expect(stream, record, line, "")

/* The reason alone; what did fit is not of interest. */
static void refused(const char *stream, const char *record, const char *reason)
{
    AUTO(outcome_done) struct outcome o = walk_one(stream, record);
    AUTO(cleanup_free) char *start = text_format("0 %s | ", reason);
    assert_string_equal(buffer_text(&o.lines), "");
    if (!text_starts_with(buffer_text(&o.misfits), start))
        fail_msg("expected %s, got %s", start, buffer_text(&o.misfits));
}

/* --- insights --- */

#define ACCOUNT "798085168510957"
#define DAY "2026-11-20"
#define ROW                                                            \
    "\"account_id\":\"" ACCOUNT "\",\"ad_id\":\"120208325579370399\"," \
    "\"date_start\":\"" DAY "\""

static void numbers_and_ids_are_the_text_that_came(void **state)
{
    (void)state;
    released("insights_ad",
             "{" ROW ",\"impressions\":\"9007199254740993\",\"spend\":\"14.35\","
             "\"ctr\":\"4.864865\",\"frequency\":\"1.0E-5\",\"cpc\":1.594444,\"clicks\":9}",
             "{" ROW ",\"impressions\":\"9007199254740993\",\"spend\":\"14.35\","
             "\"ctr\":\"4.864865\",\"frequency\":\"1.0E-5\",\"cpc\":1.594444,\"clicks\":"
             "9," INSIGHTS_TAIL);
    refused("insights_ad", "{" ROW ",\"impressions\":\"185.5\"}",
            "/impressions: does not fit column impressions (bigint)");
    refused("insights_ad", "{" ROW ",\"spend\":\"NaN\"}",
            "/spend: does not fit column spend (numeric)");
    refused("insights_ad", "{" ROW ",\"spend\":\"0.1234567\"}",
            "/spend: does not fit column spend (numeric)");
    refused("insights_ad", "{" ROW ",\"date_stop\":\"2026-11-31\"}",
            "/date_stop: does not fit column date_stop (date)");
}

static void a_list_of_actions_is_kept_as_it_is(void **state)
{
    (void)state;
    static const char actions[] =
        "\"actions\":[{\"action_type\":\"offsite_conversion.fb_pixel_custom\",\"value\":\"10\","
        "\"1d_click\":\"9\",\"7d_click\":\"10\",\"skan_view_third_postback\":\"1\"},"
        "{\"value\":0}],\"website_purchase_roas\":[{\"value\":\"0\"}],\"conversions\":[]";
    AUTO(cleanup_free) char *record = text_format("{" ROW ",%s}", actions);
    AUTO(cleanup_free) char *line = text_format("{" ROW ",%s," INSIGHTS_TAIL, actions);
    released("insights_ad", record, line);
    /* what the schema does not name stays out, within a list too */
    released("insights_ad",
             "{" ROW ",\"actions\":[{\"matched_persona_name\":\"leak\",\"value\":\"1\"}]}",
             "{" ROW ",\"actions\":[{\"value\":\"1\"}]," INSIGHTS_TAIL);
}

static void a_scalar_and_a_list_are_not_taken_for_each_other(void **state)
{
    (void)state;
    refused("insights_ad", "{" ROW ",\"impressions\":[{\"value\":\"1\"}]}",
            "/impressions: expected integer or string, found array");
    refused("insights_ad", "{" ROW ",\"spend\":{\"value\":\"1\"}}",
            "/spend: expected number or string, found object");
    refused("insights_ad", "{" ROW ",\"actions\":\"5\"}",
            "/actions: expected array, found string");
    refused("insights_ad", "{" ROW ",\"actions\":{\"value\":\"1\"}}",
            "/actions: expected array, found object");
    refused("insights_ad", "{" ROW ",\"actions\":[7]}",
            "/actions/*: expected object, found integer");
    refused("insights_ad", "{" ROW ",\"actions\":[{\"value\":[1,2]}]}",
            "/actions/*/value: expected number or string, found array");
    refused("insights_ad", "{" ROW ",\"actions\":null}",
            "/actions: expected array, found null");
    refused("insights_ad",
            "{\"account_id\":[\"7\"],\"ad_id\":\"1\",\"date_start\":\"2026-11-20\"}",
            "/account_id: expected integer or string, found array");
}

static void a_name_keeps_its_escapes_and_loses_what_reaches_a_person(void **state)
{
    (void)state;
    released("insights_ad",
             "{" ROW ",\"ad_name\":\"\\ud83d\\ude00 A\\/B [x] & 3:02\\u202fPM \","
             "\"campaign_name\":\"for ann\\u0040example.com, +49 30 1234567\"}",
             "{" ROW ",\"ad_name\":\"\xf0\x9f\x98\x80 A/B [x] & 3:02\xe2\x80\xafPM \","
             "\"campaign_name\":\"for [email], [phone]\"," INSIGHTS_TAIL);
    refused("insights_ad", "{" ROW ",\"ad_name\":\"\\ud83d\"}", "/ad_name: a lone surrogate");
}

/* A row without impressions has no keys of its breakdowns. */
static void an_absent_breakdown_is_an_empty_part_of_the_key(void **state)
{
    (void)state;
    released("insights_ad_hourly", "{" ROW ",\"impressions\":\"0\",\"spend\":\"0\"}",
             "{" ROW ",\"impressions\":\"0\",\"spend\":\"0\","
             "\"hourly_stats_aggregated_by_advertiser_time_zone\":\"\"," INSIGHTS_TAIL);
    AUTO(outcome_done)
    struct outcome o = walk_one("insights_ad_age_gender",
                                "{" ROW "},{" ROW ",\"age\":\"25-34\"},{" ROW
                                ",\"age\":\"25-34\",\"gender\":\"male\"},"
                                "{" ROW ",\"gender\":\"male\"},{" ROW ",\"age\":\"\"}");
    assert_int_equal(o.counts.released, 4);
    assert_string_equal(buffer_text(&o.misfits),
                        "4 its key was there already | {" ROW ",\"age\":\"\",\"gender\":\"\","
                        "\"attribution_windows\":\"1d_view,7d_click\",\"api_version\":\"1.4\","
                        "\"extracted_at\":\"2026-11-20T09:30:00Z\"}\n");
}

static bool read_recorded(struct buffer *ret_text)
{
    const char *shared = getenv("EXTRACT_SHARED");
    AUTO(cleanup_free)
    char *path = text_format("%s/data/facebook_ads/ads_insights_action_product_id.json",
                             shared ? shared : "../shared");
    struct error err;
    if (file_read(path, ret_text, &err))
        return true;
    print_message("skipped: %s\n", err.text);
    return false;
}

/* The row of a recorded record: every member but one that no stream asks for. */
static json_t *expected_row(const json_t *record)
{
    json_t *row = json_deep_copy(record);
    assert_int_equal(json_object_del(row, "product_id"), 0);
    json_object_set_new(row, "attribution_windows", json_string("1d_view,7d_click"));
    json_object_set_new(row, "api_version", json_string("1.4"));
    json_object_set_new(row, "extracted_at", json_string("2026-11-20T09:30:00Z"));
    return row;
}

/* It has a breakdown of another kind, so its rows share the key of insights_ad: each is a page. */
static void the_recorded_insights_become_exactly_the_expected_rows(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    if (!read_recorded(&text))
        skip();
    walk_slice(ACCOUNT, "2023-06-01");
    json_t *page = json_loadb((const char *)text.data, text.len, 0, NULL);
    size_t i;
    json_t *record;
    assert_int_equal(json_array_size(json_object_get(page, "data")), 2);
    json_array_foreach (json_object_get(page, "data"), i, record) {
        AUTO(cleanup_free) char *one = json_dumps(record, JSON_COMPACT | JSON_ESCAPE_SLASH);
        AUTO(outcome_done) struct outcome o = walk_one("insights_ad", one);
        assert_string_equal(buffer_text(&o.misfits), "");
        assert_int_equal(o.counts.unknown, 1);
        json_t *row = json_loads(buffer_text(&o.lines), JSON_REJECT_DUPLICATES, NULL);
        json_t *expected = expected_row(record);
        if (!json_equal(row, expected))
            fail_msg("record %zu:\n%s", i, buffer_text(&o.lines));
        json_decref(row);
        json_decref(expected);
    }
    json_decref(page);

    /* and the page as it was recorded: whitespace, paging and all */
    AUTO(outcome_done)
    struct outcome o = walk_records("insights_ad", NULL, 0, (const char *)text.data, text.len);
    assert_int_equal(o.counts.records, 2);
    assert_int_equal(o.counts.released, 1);
    walk_slice(ACCOUNT, DAY);
}

/* --- entities --- */

static void times_of_entities_are_read_whatever_their_offset(void **state)
{
    (void)state;
    released(
        "campaigns",
        "{\"id\":\"1\",\"created_time\":\"2024-03-12T15:02:47-0700\","
        "\"start_time\":\"2020-04-13t18:04:59 "
        "0000\",\"stop_time\":\"1969-12-31T16:00:00-0800\"}",
        "{\"id\":\"1\",\"created_time\":\"2024-03-12T22:02:47Z\","
        "\"start_time\":\"2020-04-13T18:04:59Z\",\"stop_time\":\"1970-01-01T00:00:00Z\"," TAIL);
    refused("campaigns", "{\"id\":\"1\",\"updated_time\":\"Tuesday at 3:02\\u202fPM\"}",
            "/updated_time: does not fit column updated_time (timestamptz)");
}

static void words_for_true_and_false_are_booleans(void **state)
{
    (void)state;
    released("ad_sets", "{\"id\":1,\"is_dynamic_creative\":\"False\",\"bid_amount\":500}",
             "{\"id\":1,\"is_dynamic_creative\":false,\"bid_amount\":500," TAIL);
    released("ad_sets", "{\"id\":\"1\",\"is_dynamic_creative\":true,\"bid_amount\":\"500\"}",
             "{\"id\":\"1\",\"is_dynamic_creative\":true,\"bid_amount\":\"500\"," TAIL);
}

static void targeting_lands_without_names_of_audiences_and_places(void **state)
{
    (void)state;
    AUTO(outcome_done)
    struct outcome o = walk_one(
        "ad_sets",
        "{\"id\":\"1\",\"targeting\":{\"age_min\":18,\"genders\":[1,2],\"geo_locations\":{"
        "\"countries\":[\"DE\"],\"cities\":[{\"key\":\"777\",\"name\":\"Graz\",\"radius\":10}],"
        "\"custom_locations\":[{\"address_string\":\"leak\",\"latitude\":1.5}],"
        "\"places\":[{\"key\":\"1\",\"name\":\"leak\"}]},"
        "\"custom_audiences\":[{\"id\":\"120208325579370399\",\"name\":\"leak\"}],"
        "\"flexible_spec\":[{\"interests\":[{\"id\":\"6003\",\"name\":\"Golf\"}],"
        "\"custom_audiences\":[{\"id\":\"7\",\"name\":\"leak\"}],\"new\":[\"leak\"]}],"
        "\"connections\":[{\"id\":\"8\",\"name\":\"leak\"}],\"new_kind\":\"leak\"}}");
    const char *line = buffer_text(&o.lines);
    assert_string_equal(buffer_text(&o.misfits), "");
    assert_null(strstr(line, "leak"));
    assert_non_null(strstr(
        line, "\"targeting\":{\"age_min\":18,\"genders\":[1,2],\"geo_locations\":{"
              "\"countries\":[\"DE\"],"
              "\"cities\":[{\"key\":\"777\",\"name\":\"Graz\",\"radius\":10}]},"
              "\"custom_audiences\":[{\"id\":\"120208325579370399\",\"name\":\"text_1_"));
    assert_non_null(strstr(line, "\"interests\":[{\"id\":\"6003\",\"name\":\"Golf\"}]"));
    assert_non_null(strstr(line, "\"connections\":[{\"id\":\"8\"}]"));
    assert_int_equal(o.counts.unknown, 4);
}

static void keys_with_dots_are_kept(void **state)
{
    (void)state;
    static const char specs[] =
        "\"tracking_specs\":[{\"action.type\":[\"offsite_conversion\"],\"fb_pixel\":"
        "[\"120208325579370399\"]},{\"action.type\":[\"post_engagement\"],\"post.wall\":"
        "[7],\"post\":\"8\"}]";
    AUTO(cleanup_free)
    char *record = text_format("{\"id\":\"1\",\"creative\":{\"id\":\"9\"},%s}", specs);
    AUTO(cleanup_free)
    char *line = text_format("{\"id\":\"1\",\"creative_id\":\"9\",%s," TAIL, specs);
    released("ads", record, line);
}

static void an_audience_is_what_it_is_and_never_what_it_is_called(void **state)
{
    (void)state;
    AUTO(outcome_done)
    struct outcome o = walk_one(
        "custom_audiences",
        "{\"id\":\"1\",\"name\":\"leak\",\"description\":\"leak\",\"time_created\":1510698896,"
        "\"time_updated\":\"1510698896\",\"approximate_count_lower_bound\":-1,"
        "\"data_source\":{\"type\":\"UNKNOWN\",\"sub_type\":\"ANYTHING\",\"creation_params\":"
        "\"[]\"},"
        "\"permission_for_actions\":{\"can_edit\":\"True\",\"can_see_insight\":\"False\","
        "\"supports_recipient_lookalike\":true}}");
    const char *line = buffer_text(&o.lines);
    assert_string_equal(buffer_text(&o.misfits), "");
    assert_null(strstr(line, "leak"));
    assert_non_null(strstr(line, "\"name\":\"text_1_"));
    assert_non_null(strstr(
        line,
        "\"time_created\":\"2017-11-14T22:34:56Z\",\"time_updated\":\"2017-11-14T22:34:56Z\","
        "\"approximate_count_lower_bound\":-1,\"data_source\":{\"type\":\"UNKNOWN\","
        "\"sub_type\":\"ANYTHING\",\"creation_params\":\"[]\"},\"permission_for_actions\":{"
        "\"can_edit\":\"True\",\"can_see_insight\":\"False\",\"supports_recipient_lookalike\":"
        "true},"));
}

static void a_creative_lands_without_addresses_that_are_signed(void **state)
{
    (void)state;
    static const char record[] =
        "{\"data\":[{\"id\":\"1\",\"thumbnail_url\":\"https:\\/\\/cdn.example\\/a.png?oh=%s\","
        "\"title\":\"Write to "
        "ann\\u0040example.com\",\"link_url\":\"https:\\/\\/a.example\\/b?c=d\","
        "\"object_story_spec\":{\"link_data\":{\"picture\":\"leak\",\"link\":"
        "\"https:\\/\\/a.example\\/?m=leak\",\"message\":\"Hi\",\"call_to_action\":{\"type\":"
        "\"CALL_NOW\",\"value\":{\"whatsapp_number\":\"leak\"}}}}}]}";
    static const char expected[] =
        "{\"id\":\"1\",\"title\":\"Write to [email]\",\"link_url\":\"https://a.example/b\","
        "\"object_story_spec\":{\"link_data\":{\"link\":\"https://a.example/"
        "\",\"message\":\"Hi\","
        "\"call_to_action\":{\"type\":\"CALL_NOW\",\"value\":{}}}},\"api_version\":\"1.4\",";
    AUTO(outcome_done)
    struct outcome o = walk_records("ad_creatives", NULL, 0, record, strlen(record));
    AUTO(cleanup_free)
    char *line = text_format("%s\"extracted_at\":\"2026-11-20T09:30:00Z\"}\n", expected);
    assert_string_equal(buffer_text(&o.misfits), "");
    assert_string_equal(buffer_text(&o.lines), line);

    /* a policy may keep them: the creative is the same one all the same */
    static const struct policy_override keep = {"thumbnail_url", "keep"};
    AUTO(outcome_done)
    struct outcome kept = walk_records("ad_creatives", &keep, 1, record, strlen(record));
    size_t lasting = kept.lines.len - kept.fleeting;
    assert_int_equal(lasting, strlen(expected));
    assert_memory_equal(kept.lines.data, expected, lasting);
    assert_non_null(strstr(buffer_text(&kept.lines), "\"thumbnail_url\":\"https:"));
}

static void an_account_is_the_same_on_the_next_day(void **state)
{
    (void)state;
    AUTO(outcome_done)
    struct outcome o = walk_one(
        "ad_accounts",
        "{\"account_id\":\"123\",\"id\":\"act_123\",\"age\":1402.6937847222,\"balance\":"
        "\"391\","
        "\"timezone_offset_hours_utc\":5.75,\"business\":{\"id\":\"7\",\"name\":\"A GmbH\"},"
        "\"capabilities\":[\"A\",\"B\"],\"funding_source_details\":{\"id\":\"8\",\"type\":1,"
        "\"display_string\":\"leak\"}}");
    static const char says[] =
        "{\"account_id\":\"123\",\"id\":\"act_123\",\"balance\":\"391\","
        "\"timezone_offset_hours_utc\":5.75,\"business_id\":\"7\",\"business_name\":\"A GmbH\","
        "\"capabilities\":[\"A\",\"B\"],\"funding_source_details\":{\"id\":\"8\",\"type\":1},"
        "\"api_version\":\"1.4\",";
    assert_string_equal(buffer_text(&o.misfits), "");
    assert_int_equal(o.lines.len - o.fleeting, strlen(says));
    assert_memory_equal(o.lines.data, says, strlen(says));
    assert_non_null(strstr(buffer_text(&o.lines), "\"age\":1402.6937847222,"));
}

/* --- every stream --- */

/* The smallest record: every other field may be absent, parts of the key among them. */
static char *smallest_record(const json_t *schema)
{
    json_t *record = json_object();
    size_t i;
    json_t *name;
    json_array_foreach (json_object_get(schema, "required"), i, name) {
        bool day = strcmp(json_string_value(name), "date_start") == 0;
        json_object_set_new(record, json_string_value(name), json_string(day ? DAY : "1"));
    }
    char *text = json_dumps(record, JSON_COMPACT);
    json_decref(record);
    return text;
}

static void what_need_not_be_there_may_be_absent(void **state)
{
    (void)state;
    AUTO(cleanup_free) char *pattern = text_format("%s/schemas/facebook_ads/*.json", tree());
    glob_t found;
    walk_slice("1", DAY);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 16);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        json_t *schema;
        struct error err;
        assert_true(json_read_file(found.gl_pathv[i], ERROR_MANIFEST, &schema, &err));
        AUTO(cleanup_free) char *record = smallest_record(schema);
        AUTO(cleanup_free)
        char *stream = strdup(strrchr(found.gl_pathv[i], '/') + 1);
        stream[strlen(stream) - strlen(".json")] = '\0';
        AUTO(outcome_done) struct outcome o = walk_one(stream, record);
        assert_string_equal(buffer_text(&o.misfits), "");
        assert_int_equal(o.counts.released, 1);
        json_decref(schema);
    }
    globfree(&found);
}

static int set_up(void **state)
{
    (void)state;
    struct error err;
    if (!secret_init(&err))
        return -1;
    uint8_t bytes[PSEUDONYM_KEY_SIZE] = {7};
    struct secret *key = secret_copy(bytes, sizeof bytes);
    pseudonym = pseudonym_new(key, 1);
    secret_free(key);
    walk_slice(ACCOUNT, DAY);
    return pseudonym ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pseudonym_free(pseudonym);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_ids_are_the_text_that_came),
        cmocka_unit_test(a_list_of_actions_is_kept_as_it_is),
        cmocka_unit_test(a_scalar_and_a_list_are_not_taken_for_each_other),
        cmocka_unit_test(a_name_keeps_its_escapes_and_loses_what_reaches_a_person),
        cmocka_unit_test(an_absent_breakdown_is_an_empty_part_of_the_key),
        cmocka_unit_test(the_recorded_insights_become_exactly_the_expected_rows),
        cmocka_unit_test(times_of_entities_are_read_whatever_their_offset),
        cmocka_unit_test(words_for_true_and_false_are_booleans),
        cmocka_unit_test(targeting_lands_without_names_of_audiences_and_places),
        cmocka_unit_test(keys_with_dots_are_kept),
        cmocka_unit_test(an_audience_is_what_it_is_and_never_what_it_is_called),
        cmocka_unit_test(a_creative_lands_without_addresses_that_are_signed),
        cmocka_unit_test(an_account_is_the_same_on_the_next_day),
        cmocka_unit_test(what_need_not_be_there_may_be_absent),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
