/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1795166400 };

static const struct meta_world world = {.seed = 7, .accounts = 2, .ads = 100};

/* How many of the ads a filter takes. */
static int count(const char *text)
{
    struct meta_filter f;
    char wrong[META_FILTER_TEXT_MAX] = "";
    if (!meta_filter_parse(text, META_AD, &f, wrong))
        fail_msg("%s: %s", text, wrong);
    int taken = 0;
    for (uint32_t i = 0; i < world.ads; i++)
        taken += meta_filter_takes(&f, &world, (struct meta_node){META_AD, 0, i}, NOW);
    meta_filter_done(&f);
    return taken;
}

/* The same with a number in it, in the place of a hash sign. */
static int count_with(const char *pattern, uint64_t number)
{
    char text[256];
    const char *place = strchr(pattern, '#');
    snprintf(text, sizeof text, "%.*s%llu%s", (int)(place - pattern), pattern,
             (unsigned long long)number, place + 1);
    return count(text);
}

static void ids_are_exact(void **state)
{
    (void)state;
    uint64_t ad = meta_world_id(&world, (struct meta_node){META_AD, 0, 12});
    uint64_t campaign = meta_world_id(&world, (struct meta_node){META_CAMPAIGN, 0, 1});
    assert_int_equal(
        count_with("[{\"field\":\"ad.id\",\"operator\":\"IN\",\"value\":[\"#\"]}]", ad), 1);
    assert_int_equal(
        count_with("[{\"field\":\"id\",\"operator\":\"EQUAL\",\"value\":\"#\"}]", ad), 1);
    assert_int_equal(
        count_with("[{\"field\":\"ad.id\",\"operator\":\"EQUAL\",\"value\":#}]", ad + 1), 0);
    assert_int_equal(
        count_with("[{\"field\":\"ad.id\",\"operator\":\"NOT_IN\",\"value\":[#]}]", ad), 99);
    assert_int_equal(
        count_with("[{\"field\":\"campaign.id\",\"operator\":\"IN\",\"value\":[#]}]", campaign),
        9);
}

static void states_and_what_delivers_are_two_words_for_one_thing(void **state)
{
    (void)state;
    int deleted = count(
        "[{\"field\":\"ad.effective_status\",\"operator\":\"IN\",\"value\":[\"DELETED\"]}]");
    assert_true(deleted > 0);
    assert_int_equal(count("[{\"field\":\"ad.delivery_info\",\"operator\":\"IN\","
                           "\"value\":[\"deleted\"]}]"),
                     deleted);
    assert_int_equal(count("[{\"field\":\"ad.delivery_info\",\"operator\":\"NOT_IN\","
                           "\"value\":[\"deleted\"]}]"),
                     100 - deleted);
    assert_int_equal(
        count("[{\"field\":\"effective_status\",\"operator\":\"IN\",\"value\":[]}]"), 0);
}

static void conditions_all_hold(void **state)
{
    (void)state;
    static const char newer[] =
        "[{\"field\":\"ad.updated_time\",\"operator\":\"GREATER_THAN\",\"value\":#}]";
    int64_t updated = meta_world_updated(&world, (struct meta_node){META_AD, 0, 3}, NOW);
    int after = count_with(newer, (uint64_t)updated);
    assert_int_equal(count_with(newer, (uint64_t)updated - 1), after + 1);
    assert_int_equal(count_with(newer, NOW), 0);
    assert_int_equal(count("[{\"field\":\"ad.updated_time\",\"operator\":\"GREATER_THAN\","
                           "\"value\":0},{\"field\":\"ad.name\",\"operator\":\"CONTAIN\","
                           "\"value\":\"no such name\"}]"),
                     0);
    assert_int_equal(count("[]"), 100);
    assert_int_equal(count(NULL), 100);
}

static void rows_are_told_by_their_numbers(void **state)
{
    (void)state;
    struct meta_filter f;
    char wrong[META_FILTER_TEXT_MAX];
    assert_true(meta_filter_parse(
        "[{\"field\":\"ad.impressions\",\"operator\":\"GREATER_THAN\",\"value\":0},"
        "{\"field\":\"spend\",\"operator\":\"IN_RANGE\",\"value\":[1,2]}]",
        META_AD, &f, wrong));
    assert_true(f.has_rows);
    assert_false(f.has_status);
    assert_true(
        meta_filter_takes_row(&f, &(struct meta_metrics){.impressions = 1, .spend = 299}));
    assert_false(meta_filter_takes_row(&f, &(struct meta_metrics){.spend = 100}));
    assert_false(
        meta_filter_takes_row(&f, &(struct meta_metrics){.impressions = 1, .spend = 99}));
    meta_filter_done(&f);
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{}",
        "[1]",
        "[{}]",
        "[{\"field\":\"ad.id\",\"operator\":\"IN\"}]",
        "[{\"field\":\"ad.nothing\",\"operator\":\"IN\",\"value\":[]}]",
        "[{\"field\":\"ad.id\",\"operator\":\"LIKE\",\"value\":[]}]",
        "[{\"field\":\"ad.id\",\"operator\":\"EQUAL\",\"value\":[]}]",
        "[{\"field\":\"ad.id\",\"operator\":\"IN\",\"value\":[\"12x\"]}]",
        "[{\"field\":\"ad.id\",\"operator\":\"IN\",\"value\":[1.5]}]",
        "[{\"field\":\"ad.id\",\"operator\":\"IN_RANGE\",\"value\":[1]}]",
        "[{\"field\":\"ad.name\",\"operator\":\"CONTAIN\",\"value\":[null]}]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct meta_filter f;
        char wrong[META_FILTER_TEXT_MAX] = "";
        if (meta_filter_parse(bad[i], META_AD, &f, wrong))
            fail_msg("'%s' is no filter", bad[i]);
        assert_true(strlen(wrong) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_exact),
        cmocka_unit_test(states_and_what_delivers_are_two_words_for_one_thing),
        cmocka_unit_test(conditions_all_hold),
        cmocka_unit_test(rows_are_told_by_their_numbers),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
