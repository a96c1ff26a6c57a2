/* SPDX-License-Identifier: Apache-2.0 */
/* The accounts and their days: ids, the tree, sums, parts, restatement. */
#include "sandbox/meta_breakdown.h"
#include "sandbox/meta_metrics.h"
#include "sandbox/meta_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 20700 };

static const struct meta_world worlds[] = {
    {.seed = 1, .accounts = 1, .ads = 1, .restated = 2},
    {.seed = 2, .accounts = 3, .ads = 11, .restated = 2},
    {.seed = 3, .accounts = 200, .ads = 10000, .restated = 5},
};

enum { WORLDS = sizeof worlds / sizeof *worlds };

static const enum meta_kind kinds[] = {META_CAMPAIGN, META_ADSET,    META_AD,
                                       META_CREATIVE, META_AUDIENCE, META_ACCOUNT};

static void ids_lead_back_to_their_objects(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            const struct meta_world *w = &worlds[i];
            uint32_t count = meta_world_count(w, kinds[k]);
            struct meta_node node = {kinds[k], w->accounts - 1, count - 1}, found;
            char digits[META_WORLD_ID_SIZE], text[2 * META_WORLD_ID_SIZE];
            meta_world_write_id(w, node, digits);
            assert_int_equal(strlen(digits), 18);
            snprintf(text, sizeof text, "%s%s", kinds[k] == META_ACCOUNT ? "act_" : "", digits);
            assert_true(meta_world_find(w, text, &found));
            assert_memory_equal(&found, &node, sizeof node);
            assert_false(meta_world_find_number(w, meta_world_id(w, node) + 1, &found));
            node.index = count;
            assert_false(meta_world_find_number(w, meta_world_id(w, node), &found));
        }
    struct meta_node found;
    assert_false(meta_world_find(&worlds[0], "", &found));
    assert_false(meta_world_find(&worlds[0], "act_", &found));
    assert_false(meta_world_find(&worlds[0], "-1", &found));
    assert_false(meta_world_find(&worlds[0], "999999999999999999", &found));
}

/* Everything is in exactly one object of each kind above it. */
static void the_tree_has_no_gaps(void **state)
{
    (void)state;
    static const enum meta_kind above[] = {META_CAMPAIGN, META_ADSET};
    for (size_t i = 0; i < WORLDS; i++)
        for (size_t k = 0; k < 2; k++) {
            const struct meta_world *w = &worlds[i];
            uint32_t next = 0;
            for (uint32_t n = 0; n < meta_world_count(w, above[k]); n++) {
                struct meta_node node = {above[k], 0, n};
                struct meta_range ads = meta_world_below(w, node, META_AD);
                assert_int_equal(ads.first, next);
                assert_true(ads.end > ads.first);
                for (uint32_t ad = ads.first; ad < ads.end; ad++)
                    assert_int_equal(
                        meta_world_parent((struct meta_node){META_AD, 0, ad}, above[k]).index,
                        n);
                next = ads.end;
            }
            assert_int_equal(next, w->ads);
        }
}

static void a_dozen_in_a_hundred_ads_are_gone(void **state)
{
    (void)state;
    int states[META_STATUS_COUNT] = {0};
    for (uint32_t ad = 0; ad < 10000; ad++)
        states[meta_world_effective_status((struct meta_node){META_AD, 0, ad})]++;
    assert_in_range(states[META_ARCHIVED], 700, 900);
    assert_in_range(states[META_DELETED], 300, 500);
    assert_true(states[META_ACTIVE] > 4000);
}

static void parts_sum_up_to_the_whole(void **state)
{
    (void)state;
    static const char *const breakdowns[][3] = {
        {"age"},
        {"gender", "age"},
        {"country"},
        {"platform_position", "publisher_platform", "impression_device"},
        {"hourly_stats_aggregated_by_advertiser_time_zone"},
    };
    const struct meta_today today = {DAY + 1, 0};
    for (size_t i = 0; i < sizeof breakdowns / sizeof *breakdowns; i++) {
        struct meta_breakdown b;
        size_t names = 1;
        while (names < 3 && breakdowns[i][names])
            names++;
        assert_true(meta_breakdown_choose(breakdowns[i], names, &b));
        for (uint32_t ad = 0; ad < 300; ad++) {
            uint64_t key = meta_metrics_key(&worlds[2], 4, ad);
            struct meta_metrics day, sum = {0}, cells[META_CELLS_MAX] = {{0}};
            if (!meta_metrics_draw(&worlds[2], key, DAY, 3, today, &day))
                continue;
            meta_breakdown_spread(&b, key, &day, cells);
            for (uint32_t k = 0; k < b.cells; k++)
                meta_metrics_add(&sum, &cells[k]);
            sum.rows = day.rows;
            assert_memory_equal(&sum, &day, sizeof day);
        }
    }
}

static void breakdowns_go_together_or_not(void **state)
{
    (void)state;
    struct meta_breakdown b;
    static const char *const bad[][2] = {
        {"impression_device"}, {"dma"}, {"age", "country"}, {"age", "age"}, {"nothing"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(meta_breakdown_choose(bad[i], bad[i][1] ? 2 : 1, &b));
    assert_true(meta_breakdown_choose(NULL, 0, &b));
    assert_int_equal(b.cells, 1);
}

static void a_new_day_changes_as_many_as_it_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++)
        for (int64_t today = DAY; today < DAY + 60; today++) {
            uint32_t changed = 0;
            for (int64_t day = today - 40; day <= today; day++) {
                uint32_t before = meta_metrics_version(&worlds[i], 0, day, today - 1);
                uint32_t after = meta_metrics_version(&worlds[i], 0, day, today);
                assert_true(after == before || after == before + 1);
                assert_true(after == before || (today - day >= 2 && today - day <= 28));
                changed += after - before;
            }
            assert_int_equal(changed, worlds[i].restated);
        }
}

static void a_day_that_is_not_over_has_a_part_of_it(void **state)
{
    (void)state;
    uint64_t key = 0;
    struct meta_metrics morning = {0}, evening = {0}, whole = {0};
    for (uint32_t ad = 0; whole.impressions == 0; ad++) {
        key = meta_metrics_key(&worlds[2], 0, ad);
        (void)meta_metrics_draw(&worlds[2], key, DAY, 0, (struct meta_today){DAY + 1, 0},
                                &whole);
    }
    assert_true(
        meta_metrics_draw(&worlds[2], key, DAY, 0, (struct meta_today){DAY, 20000}, &morning));
    assert_true(
        meta_metrics_draw(&worlds[2], key, DAY, 0, (struct meta_today){DAY, 80000}, &evening));
    assert_true(morning.impressions < evening.impressions);
    assert_true(evening.impressions < whole.impressions);
    assert_false(
        meta_metrics_draw(&worlds[2], key, DAY, 0, (struct meta_today){DAY - 1, 0}, &whole));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_lead_back_to_their_objects),
        cmocka_unit_test(the_tree_has_no_gaps),
        cmocka_unit_test(a_dozen_in_a_hundred_ads_are_gone),
        cmocka_unit_test(parts_sum_up_to_the_whole),
        cmocka_unit_test(breakdowns_go_together_or_not),
        cmocka_unit_test(a_new_day_changes_as_many_as_it_should),
        cmocka_unit_test(a_day_that_is_not_over_has_a_part_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
