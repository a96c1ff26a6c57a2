/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "source/usage_header.h"

#define SECOND CLOCK_SECOND_NS
#define MINUTE (60 * SECOND)
#define START (INT64_C(1795000000) * SECOND)

static const char app_rule[] = "{\"header\":\"x-app-usage\",\"bucket\":\"app\","
                               "\"used\":[\"/call_count\",\"/total_time\",\"/total_cputime\"]}";
static const char account_rule[] =
    "{\"header\":\"x-ad-account-usage\",\"bucket\":\"account\",\"used\":[\"/acc_id_util_pct\"],"
    "\"reset\":{\"at\":\"/reset_time_duration\",\"unit\":\"seconds\"},"
    "\"capacity\":{\"at\":\"/ads_api_access_tier\",\"is\":{\"development_access\":60,"
    "\"standard_access\":9000}}}";
static const char case_rule[] =
    "{\"header\":\"x-business-use-case-usage\",\"bucket\":\"insights\",\"select\":\"/*/*\","
    "\"where\":{\"at\":\"/type\",\"equals\":\"ads_insights\"},"
    "\"used\":[\"/call_count\",\"/total_cputime\",\"/total_time\"],"
    "\"regain\":{\"at\":\"/estimated_time_to_regain_access\",\"unit\":\"minutes\"}}";
static const char management_rule[] =
    "{\"header\":\"x-business-use-case-usage\",\"bucket\":\"insights\",\"select\":\"/*/*\","
    "\"where\":{\"at\":\"/type\",\"equals\":\"ads_management\"},"
    "\"used\":[\"/call_count\",\"/total_cputime\",\"/total_time\"],"
    "\"regain\":{\"at\":\"/estimated_time_to_regain_access\",\"unit\":\"minutes\"}}";
static const char throttle_app_rule[] =
    "{\"header\":\"x-fb-ads-insights-throttle\",\"bucket\":\"app\","
    "\"used\":[\"/app_id_util_pct\"]}";
static const char throttle_account_rule[] =
    "{\"header\":\"x-fb-ads-insights-throttle\",\"bucket\":\"app\","
    "\"used\":[\"/acc_id_util_pct\"]}";

static const char *const buckets[] = {"app", "account", "insights", NULL};

static bool read_rule(const char *json, struct usage_header *ret_rule, struct error *err)
{
    struct place p = {.file = "t"};
    json_auto_t *value = NULL;
    struct error parse;
    if (!json_parse(json, strlen(json), "t", ERROR_MANIFEST, &value, &parse))
        fail_msg("%s", parse.text);
    /* borrowed texts must last: the tests' documents are kept to the end */
    static json_t *kept;
    if (!kept)
        kept = json_array();
    json_array_append(kept, value);
    *ret_rule = (struct usage_header){0};
    return usage_header_read(&p, value, buckets, ret_rule, err);
}

static struct usage_reading parse(const char *rule_json, const char *text)
{
    AUTO(usage_header_done) struct usage_header rule;
    struct usage_reading reading;
    struct error err;
    if (!read_rule(rule_json, &rule, &err) ||
        !usage_header_parse(&rule, text, START, &reading, &err))
        fail_msg("%s: %s", text, err.text);
    return reading;
}

static void expect_used(const struct usage_reading *r, double percent)
{
    assert_int_equal(r->at_ns, START);
    if (r->used * 100 < percent - 1e-9 || r->used * 100 > percent + 1e-9)
        fail_msg("%f should be %f", r->used * 100, percent);
}

/* As documented by the API. */
static void all_headers_of_meta_are_read(void **state)
{
    (void)state;
    struct usage_reading r =
        parse(app_rule, "{\"call_count\":28,\"total_time\":25,\"total_cputime\":25}");
    expect_used(&r, 28);
    assert_int_equal(r.reset_ns, 0);
    assert_int_equal(r.regain_ns, 0);

    r = parse(account_rule, "{\"acc_id_util_pct\":9.67,\"reset_time_duration\":100,"
                            "\"ads_api_access_tier\":\"standard_access\"}");
    expect_used(&r, 9.67);
    assert_int_equal(r.reset_ns, START + 100 * SECOND);

    static const char cases[] =
        "{\"66782684\":[{\"type\":\"ads_management\",\"call_count\":95,\"total_cputime\":20,"
        "\"total_time\":20,\"estimated_time_to_regain_access\":0,"
        "\"ads_api_access_tier\":\"development_access\"}]}";
    r = parse(management_rule, cases);
    expect_used(&r, 95);
    assert_int_equal(r.regain_ns, 0);
    r = parse(case_rule, cases); /* another use case says nothing of this one */
    assert_int_equal(r.at_ns, 0);

    static const char throttle[] = "{\"app_id_util_pct\":100,\"acc_id_util_pct\":10,"
                                   "\"ads_api_access_tier\":\"standard_access\"}";
    r = parse(throttle_app_rule, throttle);
    expect_used(&r, 100);
    r = parse(throttle_account_rule, throttle);
    expect_used(&r, 10);
}

#define CASE(calls, cpu, wall, regain)                                           \
    "{\"type\":\"ads_insights\",\"call_count\":" calls ",\"total_cputime\":" cpu \
    ",\"total_time\":" wall ",\"estimated_time_to_regain_access\":" regain "}"

static void the_most_of_all_objects_counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double used;
        int64_t regain_ns;
    } rows[] = {
        {"{\"1\":[" CASE("5", "6", "7.5", "0") "]}", 7.5, 0},
        {"{\"1\":[" CASE("5", "6", "7", "0") "," CASE("1", "50", "2", "3") "]}", 50,
         3 * MINUTE},
        {"{\"1\":[" CASE("5", "6", "7", "19") "],\"2\":[" CASE("80", "6", "7", "4") "]}", 80,
         19 * MINUTE},
        /* the same key twice: neither is lost */
        {"{\"1\":[" CASE("90", "6", "7", "0") "],\"1\":[" CASE("8", "6", "7", "2") "]}", 90,
         2 * MINUTE},
        {"{\"1\":[" CASE("0.01", "0", "0", "0.5") "]}", 0.01, MINUTE / 2},
        {"{\"1\":[" CASE("1e2", "0", "0", "0") "]}", 100, 0},
        {"{\"1\":[" CASE("\"44\"", "0", "0", "\"2\"") "]}", 44, 2 * MINUTE},
        /* lines of one header, joined */
        {"{\"1\":[" CASE("5", "6", "7", "0") "]}, {\"1\":[" CASE("9", "6", "7", "1") "]}", 9,
         MINUTE},
        /* bounds of what may be claimed */
        {"{\"1\":[" CASE("1e300", "0", "0", "1e300") "]}", 10000, USAGE_AWAY_MAX_NS},
        {"{\"1\":[" CASE("-5", "6", "null", "-3") "]}", 6, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct usage_reading r = parse(case_rule, rows[i].text);
        expect_used(&r, rows[i].used);
        assert_int_equal(r.regain_ns, rows[i].regain_ns ? START + rows[i].regain_ns : 0);
    }
}

/* Of several the least; what is not listed, is no text or says nothing of the use says nothing. */
static void a_tier_is_a_capacity(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t capacity;
    } rows[] = {
        {"{\"acc_id_util_pct\":5,\"ads_api_access_tier\":\"development_access\"}", 60},
        {"{\"ads_api_access_tier\":\"standard_access\",\"acc_id_util_pct\":5}", 9000},
        {"{\"acc_id_util_pct\":5,\"ads_api_access_tier\":\"standard_access\"},"
         "{\"acc_id_util_pct\":5,\"ads_api_access_tier\":\"development_access\"}",
         60},
        {"{\"acc_id_util_pct\":5,\"ads_api_access_tier\":\"another_access\"}", 0},
        {"{\"acc_id_util_pct\":5,\"ads_api_access_tier\":[\"standard_access\"]}", 0},
        {"{\"acc_id_util_pct\":5}", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct usage_reading r = parse(account_rule, rows[i].text);
        expect_used(&r, 5);
        assert_int_equal(r.capacity, rows[i].capacity);
    }
}

static void thirty_two_objects_are_looked_at(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, USAGE_HEADER_TEXT_MAX + 1);
    buffer_append_text(&text, "{\"1\":[");
    for (int i = 0; i < 32; i++)
        buffer_printf(&text,
                      "%s{\"type\":\"%s\",\"call_count\":%d,\"total_cputime\":1,"
                      "\"total_time\":1,\"estimated_time_to_regain_access\":0}",
                      i > 0 ? "," : "", i % 2 ? "ads_insights" : "pages", i);
    buffer_append_text(&text, "]}");
    struct usage_reading r = parse(case_rule, buffer_text(&text));
    expect_used(&r, 31);
}

static void a_list_of_lists_is_reached_by_its_pointer(void **state)
{
    (void)state;
    static const char rule[] = "{\"header\":\"h\",\"bucket\":\"app\",\"select\":\"/*/1/*\","
                               "\"used\":[\"/deep/pct\"]}";
    struct usage_reading r =
        parse(rule, "[[[{\"deep\":{\"pct\":90}}],[{\"deep\":{\"pct\":20}},{\"deep\":{\"pct\":"
                    "30}}]],[[],[{\"deep\":{\"pct\":25}}]]]");
    expect_used(&r, 30);
}

/* Where a header says nothing of the bucket there is no reading, and nothing to warn of. */
static void what_says_nothing_is_no_reading(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        "5",
        "null",
        "{\"1\":{}}",
        "{\"1\":[]}",
        "{\"1\":[5,null,[[]]]}",
        "{\"1\":[{\"type\":\"pages\",\"call_count\":99}]}",
        "{\"call_count\":99}",
        "",
        "[[[[[[[[[[[[{\"type\":\"ads_insights\",\"call_count\":99}]]]]]]]]]]]]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct usage_reading r = parse(case_rule, texts[i]);
        if (r.at_ns || r.regain_ns || r.reset_ns)
            fail_msg("%s is a reading", texts[i]);
    }
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static char longest[USAGE_HEADER_TEXT_MAX + 2];
    memset(longest, ' ', sizeof longest - 1);
    static const char *const texts[] = {
        "{",
        "nonsense",
        "{\"1\":[}",
        "{} {}",
        "{\"1\":[{\"type\":\"ads_insights\"}]}",
        "{\"1\":[{\"type\":\"ads_insights\",\"call_count\":\"many\"}]}",
        "1],[2]]",
        "{\"a\":01}",
        "\xff",
        longest,
    };
    AUTO(usage_header_done) struct usage_header rule;
    struct error err;
    assert_true(read_rule(case_rule, &rule, &err));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct usage_reading r = {.used = 7};
        if (usage_header_parse(&rule, texts[i], START, &r, &err))
            fail_msg("%.40s is taken", texts[i]);
        assert_int_equal(err.kind, ERROR_DATA);
        assert_true(r.used == 7);
    }
}

static void rules_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *says;
    } rows[] = {
        {"{\"header\":\"h\",\"bucket\":\"none\",\"used\":[\"/a\"]}", "no bucket \"none\""},
        {"{\"header\":\"h\",\"bucket\":\"app\"}", "used"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[]}", "/used"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[5]}", "/used"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[\"a\"]}", "JSON Pointer"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[\"/a/b/c/d/e/f/g/h\"]}",
         "JSON Pointer"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[\"/a\"],\"select\":\"x\"}", "/select"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[\"/a\"],\"where\":{\"at\":\"/b\"}}",
         "equals"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[\"/a\"],"
         "\"regain\":{\"at\":\"/b\",\"unit\":\"fortnights\"}}",
         "unit"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"reset\":{\"at\":\"/b\",\"unit\":\"seconds\"}}",
         "used"},
        {"{\"header\":\"h\",\"bucket\":\"app\",\"used\":[\"/a\"],\"more\":1}", "more"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(usage_header_done) struct usage_header rule;
        struct error err;
        if (read_rule(rows[i].rule, &rule, &err))
            fail_msg("%s is taken", rows[i].rule);
        assert_int_equal(err.kind, ERROR_MANIFEST);
        if (!strstr(err.text, rows[i].says))
            fail_msg("%s: %s", rows[i].rule, err.text);
    }
}

static void spans_are_read_in_their_unit(void **state)
{
    (void)state;
    static const struct {
        enum unit unit;
        const char *text;
        int64_t ns; /* -1: refused */
    } rows[] = {
        {UNIT_SECONDS, "0", 0},
        {UNIT_SECONDS, "100", 100 * SECOND},
        {UNIT_MINUTES, "1.5", 90 * SECOND},
        {UNIT_DURATION, "40591s", 40591 * SECOND},
        {UNIT_DURATION, "1.250s", 1250 * SECOND / 1000},
        {UNIT_SECONDS, "999999999", USAGE_AWAY_MAX_NS},
        {UNIT_DURATION, "40591", -1},
        {UNIT_SECONDS, "40591s", -1},
        {UNIT_SECONDS, "-1", -1},
        {UNIT_SECONDS, "", -1},
        {UNIT_SECONDS, "nan", -1},
        {UNIT_SECONDS, "1.", -1},
        {UNIT_SECONDS, "1e999", -1},
        {UNIT_SECONDS, " 1", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ns = -1;
        bool taken = unit_span(rows[i].unit, rows[i].text, &ns);
        if (taken != (rows[i].ns >= 0) || ns != rows[i].ns)
            fail_msg("%s: %lld ns", rows[i].text, (long long)ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_headers_of_meta_are_read),
        cmocka_unit_test(the_most_of_all_objects_counts),
        cmocka_unit_test(a_tier_is_a_capacity),
        cmocka_unit_test(thirty_two_objects_are_looked_at),
        cmocka_unit_test(a_list_of_lists_is_reached_by_its_pointer),
        cmocka_unit_test(what_says_nothing_is_no_reading),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(rules_that_make_no_sense_are_refused),
        cmocka_unit_test(spans_are_read_in_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
