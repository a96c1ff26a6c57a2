/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "source/split.h"
#include "source_fixture.h"

static const char example[] = "tests/data/manifest/good/report-and-split.json";

/* Three levels of ids, then the fields. */
static const struct split_rule *rule_of(const struct manifest *m)
{
    assert_true(m->streams[0].has_split);
    return &m->streams[0].split;
}

static const struct split_fields no_fields = {0};

/* Ids "PREFIX000", "PREFIX001", …, backwards and each twice, as rows of an answer. */
static struct split_listed list_of(const struct split_rule *rule, size_t step,
                                   const char *prefix, int count)
{
    static const char *const keys[] = {"campaign_id", "adset_id", "ad_id"};
    struct split_listed listed = {0};
    struct error err = {0};
    for (int twice = 0; twice < 2; twice++) {
        json_auto_t *answer = json_pack("{s:[]}", "data");
        for (int i = count - 1; i >= 0; i--) {
            char id[32];
            snprintf(id, sizeof id, "%s%03d", prefix, i);
            json_array_append_new(json_object_get(answer, "data"),
                                  json_pack("{s:s}", keys[step], id));
        }
        if (!split_listed_add(&rule->steps[step].list, answer, &listed, &err))
            fail_msg("%s", err.text);
    }
    return listed;
}

static void text_is(const struct split_part *part, const char *expected)
{
    AUTO(buffer_done) struct buffer text;
    struct error err = {0};
    AUTO(cleanup_free) char *quoted = strdup(expected);
    for (char *c = quoted; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    buffer_init(&text, SPLIT_TEXT_MAX);
    assert_true(split_part_text(part, &text, &err));
    assert_string_equal(buffer_text(&text), quoted);
}

static void filter_is(const struct split_rule *rule, const struct split_part *part,
                      const char *expected)
{
    AUTO(buffer_done) struct buffer text;
    struct error err = {0};
    buffer_init(&text, SPLIT_TEXT_MAX);
    assert_true(split_part_filter(rule, part, &text, &err));
    assert_string_equal(buffer_text(&text), expected);
}

static void fields_are(const struct split_part *part, const char *expected)
{
    AUTO(buffer_done) struct buffer text;
    struct error err = {0};
    buffer_init(&text, SPLIT_TEXT_MAX);
    assert_true(split_part_fields(part, &text, &err));
    assert_string_equal(buffer_text(&text), expected);
}

static void the_whole_is_cut_by_the_ids_of_the_first_step(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    const struct split_rule *rule = rule_of(m);
    struct split_part whole = {0};
    AUTO(split_parts_done) struct split_parts parts = {0};
    AUTO(split_listed_done) struct split_listed listed = list_of(rule, 0, "c", 3);
    struct error err = {0};
    size_t step = 9;

    text_is(&whole, "{}");
    filter_is(rule, &whole, "");
    assert_int_equal(split_way(rule, &whole, &no_fields, 0, &step), SPLIT_ASK);
    assert_int_equal(step, 0);
    assert_string_equal(rule->steps[step].level, "campaign");
    assert_true(split_ids(rule, &whole, step, &listed, &parts, &err));
    assert_int_equal(parts.count, 2);
    assert_string_equal(parts.list[0].path, "0000");
    assert_string_equal(parts.list[1].path, "0001");
    text_is(&parts.list[0], "{'ids':['c000'],'step':0}");
    text_is(&parts.list[1], "{'ids':['c001','c002'],'step':0}");
    filter_is(rule, &parts.list[1],
              ",{\"field\":\"campaign.id\",\"operator\":\"IN\",\"value\":[\"c001\",\"c002\"]}");
}

static void many_ids_make_parts_of_no_more_than_the_rule_says(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    const struct split_rule *rule = rule_of(m);
    struct split_part whole = {0};
    AUTO(split_parts_done) struct split_parts parts = {0};
    AUTO(split_listed_done) struct split_listed listed = list_of(rule, 0, "c", 901);
    struct error err = {0};
    assert_true(split_ids(rule, &whole, 0, &listed, &parts, &err));
    assert_int_equal(parts.count, 10);
    size_t ids = 0;
    char last[32] = "";
    for (size_t i = 0; i < parts.count; i++) {
        assert_in_range(parts.list[i].id_count, 90, 100);
        for (size_t k = 0; k < parts.list[i].id_count; k++, ids++) {
            assert_true(strcmp(last, parts.list[i].ids[k]) < 0); /* each once, in order */
            snprintf(last, sizeof last, "%s", parts.list[i].ids[k]);
        }
    }
    assert_int_equal(ids, 901);
}

static void a_part_with_ids_is_halved_and_one_id_goes_to_the_next_level(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    const struct split_rule *rule = rule_of(m);
    AUTO(split_part_done) struct split_part part = {0};
    AUTO(split_parts_done) struct split_parts halves = {0};
    AUTO(split_parts_done) struct split_parts sets = {0};
    AUTO(split_listed_done) struct split_listed listed = list_of(rule, 1, "s", 4);
    struct error err = {0};
    size_t step = 9;

    assert_true(split_part_parse(rule, "0003", "{\"ids\":[\"a\",\"b\",\"c\"],\"step\":0}",
                                 &part, &err));
    assert_int_equal(split_way(rule, &part, &no_fields, 0, &step), SPLIT_CUT);
    assert_true(split_cut(rule, &part, &no_fields, step, &halves, &err));
    assert_string_equal(halves.list[1].path, "0003.0001");
    text_is(&halves.list[0], "{'ids':['a'],'step':0}");
    text_is(&halves.list[1], "{'ids':['b','c'],'step':0}");

    assert_int_equal(split_way(rule, &halves.list[0], &no_fields, 0, &step), SPLIT_ASK);
    assert_int_equal(step, 1);
    /* its list cannot be had: the level after it, then the fields, of which there are none */
    assert_int_equal(split_way(rule, &halves.list[0], &no_fields, step + 1, &step), SPLIT_ASK);
    assert_int_equal(step, 2);
    assert_int_equal(split_way(rule, &halves.list[0], &no_fields, step + 1, &step), SPLIT_NOT);
    assert_int_equal(
        split_way(rule, &halves.list[0], &(struct split_fields){"a", NULL}, step + 9, &step),
        SPLIT_NOT);

    assert_true(split_ids(rule, &halves.list[0], 1, &listed, &sets, &err));
    assert_string_equal(sets.list[0].path, "0003.0000.0000");
    text_is(&sets.list[1], "{'ids':['s002','s003'],'step':1}");
    filter_is(rule, &sets.list[0],
              ",{\"field\":\"adset.id\",\"operator\":\"IN\",\"value\":[\"s000\",\"s001\"]}");
}

static void a_list_of_one_id_makes_no_smaller_part(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    const struct split_rule *rule = rule_of(m);
    struct split_part whole = {0};
    AUTO(split_parts_done) struct split_parts parts = {0};
    AUTO(split_listed_done) struct split_listed listed = list_of(rule, 0, "c", 1);
    AUTO(split_listed_done) struct split_listed none = {0};
    struct error err = {0};
    size_t step = 9;
    assert_true(split_ids(rule, &whole, 0, &listed, &parts, &err));
    assert_int_equal(parts.count, 1);
    assert_string_equal(parts.list[0].path, "");
    assert_int_equal(split_way(rule, &parts.list[0], &no_fields, 0, &step), SPLIT_ASK);
    assert_int_equal(step, 1);

    struct split_parts nothing = {0};
    assert_false(split_ids(rule, &whole, 0, &none, &nothing, &err));
    assert_int_equal(err.kind, ERROR_DATA);
}

static void fields_are_halved_beside_the_key_down_to_one(void **state)
{
    (void)state;
    static const struct split_fields fields = {
        "ad_id,spend,account_id,clicks,reach,date_start,actions,cpc", "account_id"};
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    const struct split_rule *rule = rule_of(m);
    AUTO(split_part_done) struct split_part ad = {0};
    AUTO(split_parts_done) struct split_parts halves = {0};
    AUTO(split_parts_done) struct split_parts quarters = {0};
    struct error err = {0};
    size_t step = 9;
    assert_true(split_part_parse(rule, "0001", "{\"ids\":[\"7\"],\"step\":2}", &ad, &err));
    fields_are(&ad, "");
    assert_int_equal(split_way(rule, &ad, &fields, 0, &step), SPLIT_CUT);
    assert_int_equal(rule->steps[step].kind, SPLIT_FIELDS);
    assert_true(split_cut(rule, &ad, &fields, step, &halves, &err));
    fields_are(&halves.list[0], "ad_id,account_id,date_start,spend,clicks");
    fields_are(&halves.list[1], "ad_id,account_id,date_start,reach,actions,cpc");
    text_is(&halves.list[0],
            "{'fields':['ad_id','account_id','date_start','spend','clicks'],'ids':['7'],"
            "'piece_of':'0001','step':2}");
    filter_is(rule, &halves.list[0],
              ",{\"field\":\"ad.id\",\"operator\":\"IN\",\"value\":[\"7\"]}");

    assert_int_equal(split_way(rule, &halves.list[0], &fields, 0, &step), SPLIT_CUT);
    assert_true(split_cut(rule, &halves.list[0], &fields, step, &quarters, &err));
    fields_are(&quarters.list[1], "ad_id,account_id,date_start,clicks");
    assert_string_equal(quarters.list[1].path, "0001.0000.0001");
    assert_string_equal(quarters.list[1].piece_of, "0001");
    assert_int_equal(split_way(rule, &quarters.list[1], &fields, 0, &step), SPLIT_NOT);
}

static void what_a_part_is_survives_as_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"ids\":[\"1\",\"2\"],\"step\":1}",
        "{\"fields\":[\"a\",\"b\"],\"piece_of\":\"\"}",
        "{\"fields\":[\"a\"],\"ids\":[\"120208325579370399\"],\"piece_of\":\"0001\",\"step\":"
        "2}",
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        AUTO(split_part_done) struct split_part part = {0};
        AUTO(split_part_done) struct split_part copy = {0};
        AUTO(buffer_done) struct buffer text;
        struct error err = {0};
        buffer_init(&text, SPLIT_TEXT_MAX);
        if (!split_part_parse(rule_of(m), "0001.0002", texts[i], &part, &err))
            fail_msg("%s", err.text);
        assert_true(split_part_copy(&part, &copy, &err));
        assert_string_equal(copy.path, "0001.0002");
        assert_true(split_part_text(&copy, &text, &err));
        assert_string_equal(buffer_text(&text), texts[i]);
    }
}

static void a_text_that_is_none_of_ours_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text;
    } rows[] = {
        {"1", "{}"},
        {"0001.", "{}"},
        {"0001.000", "{}"},
        {"0001,0002", "{}"},
        {"000a", "{}"},
        {"0001", "[]"},
        {"0001", "{"},
        {"0001", "{\"ids\":[],\"step\":0}"},
        {"0001", "{\"ids\":[\"1\"]}"},
        {"0001", "{\"ids\":[\"1\"],\"step\":3}"},
        {"0001", "{\"ids\":[\"1\"],\"step\":-1}"},
        {"0001", "{\"ids\":[\"1\"],\"step\":99}"},
        {"0001", "{\"ids\":[1],\"step\":0}"},
        {"0001", "{\"ids\":[\"a b\"],\"step\":0}"},
        {"0001", "{\"ids\":[\"a\\\"]\"],\"step\":0}"},
        {"0001", "{\"step\":0}"},
        {"0001", "{\"fields\":[\"a\"]}"},
        {"0001", "{\"fields\":[\"a,b\"],\"piece_of\":\"\"}"},
        {"0001", "{\"fields\":[\"a\"],\"piece_of\":\"0002\"}"},
        {"0001", "{\"piece_of\":\"0001\"}"},
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(split_part_done) struct split_part part = {0};
        struct error err = {0};
        if (split_part_parse(rule_of(m), rows[i].path, rows[i].text, &part, &err))
            fail_msg("taken: %s %s", rows[i].path, rows[i].text);
        assert_int_equal(err.kind, ERROR_STORE);
        assert_int_equal(part.id_count, 0);
    }
}

static void an_answer_that_lists_no_ids_is_refused(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "{}",
        "{'data':{}}",
        "{'data':[{}]}",
        "{'data':[{'campaign_id':''}]}",
        "{'data':[{'campaign_id':true}]}",
        "{'data':[{'campaign_id':'1 or 2'}]}",
        "{'data':[{'campaign_id':'\\u00e4'}]}",
        "{'data':['1']}",
        "[]",
    };
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        AUTO(split_listed_done) struct split_listed listed = {0};
        json_auto_t *answer = fixture_json(answers[i]);
        struct error err = {0};
        if (split_listed_add(&rule_of(m)->steps[0].list, answer, &listed, &err))
            fail_msg("taken: %s", answers[i]);
        assert_int_equal(err.kind, ERROR_DATA);
    }
    AUTO(split_listed_done) struct split_listed listed = {0};
    json_auto_t *answer = fixture_json("{'data':[{'campaign_id':120208325579370399}]}");
    struct error err = {0};
    assert_true(split_listed_add(&rule_of(m)->steps[0].list, answer, &listed, &err));
    assert_string_equal(listed.ids[0], "120208325579370399");
}

static void paths_that_belong_together_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct {
            const char *path;
            uint64_t parts;
        } rows[8];
        bool whole;
    } trees[] = {
        {"the whole", {{"", 0}}, true},
        {"two parts", {{"", 2}, {"0000", 0}, {"0001", 0}}, true},
        {"cut again",
         {{"", 2}, {"0000", 2}, {"0000.0000", 0}, {"0000.0001", 0}, {"0001", 0}},
         true},
        {"the last one cut", {{"", 2}, {"0000", 0}, {"0001", 1}, {"0001.0000", 0}}, true},
        {"nothing", {{NULL, 0}}, false},
        {"no whole", {{"0000", 0}}, false},
        {"the last one missing", {{"", 2}, {"0000", 0}}, false},
        {"the first one missing", {{"", 2}, {"0001", 0}}, false},
        {"one missing below", {{"", 2}, {"0000", 2}, {"0000.0000", 0}, {"0001", 0}}, false},
        {"all missing below", {{"", 1}, {"0000", 2}}, false},
        {"one too many", {{"", 1}, {"0000", 0}, {"0001", 0}}, false},
        {"below what was not cut", {{"", 1}, {"0000", 0}, {"0000.0000", 0}}, false},
    };
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        struct split_tree tree = {0};
        bool sound = true;
        for (size_t k = 0; trees[i].rows[k].path && sound; k++)
            sound = split_tree_add(&tree, trees[i].rows[k].path, trees[i].rows[k].parts);
        if ((sound && split_tree_end(&tree)) != trees[i].whole)
            fail_msg("%s", trees[i].what);
    }
}

/* However stubborn the API is, it ends: every cut is smaller, and so deep it never gets. */
static void cutting_ends(void **state)
{
    (void)state;
    AUTO(manifest_freep) struct manifest *m = fixture_manifest(example);
    const struct split_rule *rule = rule_of(m);
    AUTO(split_part_done) struct split_part part = {0};
    struct error err = {0};
    static const struct split_fields fields = {"ad_id,a,b,c,d,e,f,g,h", NULL};
    int cuts = 0;
    for (size_t step = 0;; cuts++) {
        enum split_way way = split_way(rule, &part, &fields, 0, &step);
        if (way == SPLIT_NOT)
            break;
        assert_true(cuts < 64);
        AUTO(split_parts_done) struct split_parts parts = {0};
        AUTO(split_listed_done)
        struct split_listed listed =
            way == SPLIT_ASK ? list_of(rule, step, "x", 150) : (struct split_listed){0};
        bool ok = way == SPLIT_ASK ? split_ids(rule, &part, step, &listed, &parts, &err)
                                   : split_cut(rule, &part, &fields, step, &parts, &err);
        if (!ok)
            fail_msg("%s", err.text);
        split_part_done(&part);
        assert_true(split_part_copy(&parts.list[parts.count - 1], &part, &err));
    }
    /* 150 to 1, three times, and eight fields to one */
    assert_int_equal(cuts, 3 * 8 + 3);
    fields_are(&part, "ad_id,h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_is_cut_by_the_ids_of_the_first_step),
        cmocka_unit_test(many_ids_make_parts_of_no_more_than_the_rule_says),
        cmocka_unit_test(a_part_with_ids_is_halved_and_one_id_goes_to_the_next_level),
        cmocka_unit_test(a_list_of_one_id_makes_no_smaller_part),
        cmocka_unit_test(fields_are_halved_beside_the_key_down_to_one),
        cmocka_unit_test(what_a_part_is_survives_as_text),
        cmocka_unit_test(a_text_that_is_none_of_ours_is_refused),
        cmocka_unit_test(an_answer_that_lists_no_ids_is_refused),
        cmocka_unit_test(paths_that_belong_together_are_known),
        cmocka_unit_test(cutting_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
