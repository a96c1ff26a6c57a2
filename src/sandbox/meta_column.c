/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_column.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/meta_name.h"
#include "sandbox/meta_out.h"

/* factors that make millionths of a ratio */
#define CENTS 10000
#define PERCENT 100000000

#define M(member) offsetof(struct meta_metrics, member)
#define TYPE(type) (1U << (type))
#define PURCHASE_TYPES (TYPE(OMNI) | TYPE(PIXEL))
#define ALL_TYPES                                                                        \
    (TYPE(PAGE) | TYPE(ENGAGE) | TYPE(LINK) | TYPE(LANDING) | TYPE(VIDEO) | TYPE(CART) | \
     PURCHASE_TYPES | TYPE(LEAD))

enum { PER_MILLE = 1000, DRAW_WORDS = 48, CURVE_POINTS = 22 };

enum operation { COUNT, VALUE, COST, CTR, ROAS, SECONDS };

enum action_type {
    PAGE,
    ENGAGE,
    LINK,
    LANDING,
    VIDEO,
    CART,
    OMNI,
    PIXEL,
    LEAD,
    OUTBOUND,
    TYPES
};

struct column {
    const char *name;
    /* NULL: there is never a value. Returns NULL when there is none in this row. */
    char *(*write)(const struct meta_row *row, const struct column *column, char *out);
    int64_t number; /* a factor, a share of a thousand, a kind, … */
    size_t upper; /* members of struct meta_metrics */
    size_t lower;
    unsigned types;
    enum operation operation;
};

const char meta_column_defaults[] =
    "account_id,campaign_id,impressions,spend,date_start,date_stop";

static int64_t member(const struct meta_row *row, size_t offset)
{
    return *(const int64_t *)((const char *)&row->metrics + offset);
}

/* --- texts --- */

/* The object of a kind that the row's object is, or is in. */
static bool find_node(const struct meta_row *row, enum meta_kind kind,
                      struct meta_node *ret_node)
{
    *ret_node = row->node.kind == kind ? row->node : meta_world_parent(row->node, kind);
    if (kind == META_ACCOUNT)
        return true;
    return row->node.kind != META_ACCOUNT && kind <= row->node.kind;
}

static char *write_id(const struct meta_row *row, const struct column *c, char *out)
{
    struct meta_node node;
    if (!find_node(row, (enum meta_kind)c->number, &node))
        return NULL;
    *out++ = '"';
    out = meta_out_number(out, (int64_t)meta_world_id(row->world, node));
    *out++ = '"';
    return out;
}

static char *write_name(const struct meta_row *row, const struct column *c, char *out)
{
    struct meta_node node;
    if (!find_node(row, (enum meta_kind)c->number, &node))
        return NULL;
    *out++ = '"';
    out = meta_name_json(row->world, node, out);
    *out++ = '"';
    return out;
}

static char *write_currency(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    return meta_out_quoted(out, meta_world_currency(row->world, row->node.account));
}

static char *write_since(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    return meta_out_date(out, row->span.since);
}

static char *write_until(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    return meta_out_date(out, row->span.until);
}

static char *write_created(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    int32_t second;
    return meta_out_date(out,
                         meta_zone_day(meta_world_zone(row->world, row->node.account),
                                       meta_world_created(row->world, row->node), &second));
}

static char *write_word(const struct meta_row *row, const struct column *c, char *out)
{
    static const char *const words[][4] = {
        {"OUTCOME_SALES", "OUTCOME_TRAFFIC", "OUTCOME_LEADS", "PRODUCT_CATALOG_SALES"},
        {"OFFSITE_CONVERSIONS", "LINK_CLICKS", "LEAD_GENERATION", "REACH"},
        {"AUCTION", "AUCTION", "AUCTION", "RESERVED"},
        {"7d_click_1d_view", "7d_click_1d_view", "1d_click", "7d_click_1d_view"},
        {"UNKNOWN", "AVERAGE", "UNKNOWN", "BELOW_AVERAGE_35"},
    };
    struct meta_node node;
    if (!find_node(row, META_CAMPAIGN, &node))
        return NULL;
    uint64_t drawn = meta_world_draw(row->world, node, DRAW_WORDS + (uint64_t)c->number);
    return meta_out_quoted(out, words[c->number][drawn % 4]);
}

/* --- numbers --- */

static char *put_count(char *out, int64_t value)
{
    *out++ = '"';
    out = meta_out_number(out, value);
    *out++ = '"';
    return out;
}

static char *put_millionths(char *out, int64_t value)
{
    *out++ = '"';
    out = meta_out_millionths(out, value);
    *out++ = '"';
    return out;
}

/* Rounded half up. */
static int64_t ratio(int64_t upper, int64_t factor, int64_t lower)
{
    __int128 scaled = (__int128)upper * factor;
    return (int64_t)((2 * scaled + lower) / (2 * (__int128)lower));
}

static char *write_count(const struct meta_row *row, const struct column *c, char *out)
{
    return put_count(out, member(row, c->upper));
}

static char *write_some(const struct meta_row *row, const struct column *c, char *out)
{
    int64_t value = member(row, c->upper) * c->number / PER_MILLE;
    return value > 0 ? put_count(out, value) : NULL;
}

static char *write_reach(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    return row->no_reach ? NULL : put_count(out, row->metrics.reach);
}

static char *write_frequency(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    int64_t reach = row->metrics.reach;
    if (row->no_reach)
        return NULL;
    return put_millionths(out, reach > 0 ? ratio(row->metrics.impressions, 1000000, reach) : 0);
}

static char *write_spend(const struct meta_row *row, const struct column *c, char *out)
{
    return put_millionths(out, row->metrics.spend * c->number / PER_MILLE * CENTS);
}

static char *write_ratio(const struct meta_row *row, const struct column *c, char *out)
{
    int64_t lower = member(row, c->lower);
    return lower > 0 ? put_millionths(out, ratio(member(row, c->upper), c->number, lower))
                     : NULL;
}

static char *write_cpp(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    int64_t reach = row->metrics.reach;
    return reach > 0 && !row->no_reach
               ? put_millionths(out, ratio(row->metrics.spend, CENTS * 1000, reach))
               : NULL;
}

/* --- lists of actions --- */

static const struct {
    const char *name;
    size_t count;
    bool conversion; /* windows say when it came about */
} types[TYPES] = {
    [PAGE] = {"page_engagement", M(engagements), false},
    [ENGAGE] = {"post_engagement", M(engagements), false},
    [LINK] = {"link_click", M(link_clicks), false},
    [LANDING] = {"landing_page_view", M(landings), false},
    [VIDEO] = {"video_view", M(views), false},
    [CART] = {"add_to_cart", M(carts), true},
    [OMNI] = {"omni_purchase", M(purchases), true},
    [PIXEL] = {"offsite_conversion.fb_pixel_purchase", M(purchases), true},
    [LEAD] = {"lead", M(leads), true},
    [OUTBOUND] = {"outbound_click", M(link_clicks), false},
};

static const struct {
    const char *name;
    int64_t share; /* of a thousand; 0: no data */
} windows[] = {
    {"1d_click", 560},
    {"1d_ev", 60},
    {"1d_sequenced", 0},
    {"1d_view", 200},
    {"28d_click", 880},
    {"28d_sequenced", 0},
    {"28d_view", 0},
    {"28d_view_all_conversions", 0},
    {"28d_view_first_conversion", 0},
    {"7d_click", 800},
    {"7d_sequenced", 0},
    {"7d_view", 0},
    {"7d_view_all_conversions", 0},
    {"7d_view_first_conversion", 0},
    {"custom", 0},
    {"dda", 720},
    {"incrementality", 410},
    {"incrementality_all_conversions", 0},
    {"incrementality_first_conversion", 0},
    {"skan_click", 300},
    {"skan_click_second_postback", 0},
    {"skan_click_third_postback", 0},
    {"skan_view", 90},
    {"skan_view_second_postback", 0},
    {"skan_view_third_postback", 0},
};

/* Values of a breakdown of actions; those with three part the count, those with one name it. */
static const struct {
    const char *name;
    const char *values[3];
} action_breakdowns[] = {
    {"action_type", {NULL}},
    {"action_device", {"desktop", "iphone", "android_smartphone"}},
    {"action_destination", {"www.shop.example"}},
    {"action_target_id", {"120208325579370399"}},
    {"action_reaction", {"like"}},
    {"action_carousel_card_id", {"23850000000000401"}},
    {"action_carousel_card_name", {"Card \\u2460"}},
    {"action_video_sound", {"on"}},
    {"action_video_type", {"total"}},
    {"action_canvas_component_name", {"Header"}},
    {"conversion_destination", {"website"}},
    {"signal_source_bucket", {"online"}},
    {"standard_event_content_type", {"product"}},
    {"matched_persona_id", {"1"}},
    {"matched_persona_name", {"Runner"}},
    {"is_business_ai_assisted", {"false"}},
};

enum {
    WINDOWS = sizeof windows / sizeof *windows,
    BREAKDOWNS = sizeof action_breakdowns / sizeof *action_breakdowns,
    PARTS = 3,
};

bool meta_column_add_window(struct meta_actions *actions, const char *name)
{
    if (strcmp(name, "default") == 0)
        return true;
    for (size_t i = 0; i < WINDOWS; i++) {
        if (strcmp(windows[i].name, name) != 0)
            continue;
        if (windows[i].share == 0)
            return true;
        if (actions->windows == META_WINDOWS_MAX)
            return false;
        actions->window_shares[actions->windows] = windows[i].share;
        actions->window_names[actions->windows++] = windows[i].name;
        return true;
    }
    return false;
}

bool meta_column_add_breakdown(struct meta_actions *actions, const char *name)
{
    for (size_t i = 0; i < BREAKDOWNS; i++)
        if (strcmp(action_breakdowns[i].name, name) == 0) {
            if (i > 0 && actions->breakdowns < META_ACTION_BREAKDOWNS_MAX)
                actions->breakdown_kinds[actions->breakdowns++] = (int)i;
            return true;
        }
    return false;
}

struct action {
    const struct meta_row *row;
    const struct column *column;
    enum action_type type;
    int64_t count; /* of this object, not of its windows */
    int64_t all; /* of its type */
    int part; /* which value of the breakdowns that part it */
};

/* The share of the value that belongs to a count of actions; false: there is none. */
static bool put_value(const struct action *a, int64_t count, char **out)
{
    const struct meta_metrics *m = &a->row->metrics;
    if (count <= 0 && a->column->operation != ROAS)
        return false;
    switch (a->column->operation) {
    case COUNT:
        *out = put_count(*out, count);
        return true;
    case VALUE:
        *out = put_millionths(*out, m->value * count / a->all * CENTS);
        return true;
    case COST:
        *out = put_millionths(*out, ratio(m->spend, CENTS, count));
        return true;
    case CTR:
        if (m->impressions > 0)
            *out = put_millionths(*out, ratio(count, PERCENT, m->impressions));
        return m->impressions > 0;
    case ROAS:
        *out = put_millionths(*out, m->spend > 0 && count > 0
                                        ? ratio(m->value * count / a->all, 1000000, m->spend)
                                        : 0);
        return true;
    default:
        *out = put_count(*out, 3 + count % 9);
        return true;
    }
}

static char *put_key(char *out, const char *name)
{
    *out++ = ',';
    out = meta_out_quoted(out, name);
    *out++ = ':';
    return out;
}

static char *put_windows(const struct action *a, char *out)
{
    const struct meta_actions *actions = a->row->actions;
    for (size_t i = 0; i < actions->windows; i++) {
        /* clicks and the like belong to every window that counts clicks */
        int64_t share = types[a->type].conversion                   ? actions->window_shares[i]
                        : strstr(actions->window_names[i], "click") ? PER_MILLE
                                                                    : 0;
        int64_t count = a->count * share / PER_MILLE;
        char *value = put_key(out, actions->window_names[i]);
        if (count > 0 && put_value(a, count, &value))
            out = value;
    }
    return out;
}

static char *put_breakdowns(const struct action *a, char *out)
{
    const struct meta_actions *actions = a->row->actions;
    for (size_t i = 0; i < actions->breakdowns; i++) {
        int kind = actions->breakdown_kinds[i];
        const char *const *values = action_breakdowns[kind].values;
        if (a->type == LANDING && !values[1])
            continue; /* seen: its siblings have the key */
        out = put_key(out, action_breakdowns[kind].name);
        out = meta_out_quoted(out, values[1] ? values[a->part] : values[0]);
    }
    return out;
}

static char *put_action(const struct action *a, char *out)
{
    char *start = out;
    if (out[-1] == '}')
        *out++ = ',';
    bool nameless = a->column->operation == ROAS && a->count == 0;
    out = stpcpy(out, "{");
    if (!nameless) {
        out = stpcpy(out, "\"action_type\":");
        out = meta_out_quoted(out, types[a->type].name);
        *out++ = ',';
    }
    out = stpcpy(out, "\"value\":");
    if (!put_value(a, a->count, &out))
        return start;
    out = put_windows(a, out);
    if (!nameless)
        out = put_breakdowns(a, out);
    *out++ = '}';
    return out;
}

static bool parts(const struct meta_actions *actions)
{
    for (size_t i = 0; i < actions->breakdowns; i++)
        if (action_breakdowns[actions->breakdown_kinds[i]].values[1])
            return true;
    return false;
}

static char *put_type(const struct meta_row *row, const struct column *c, enum action_type type,
                      char *out)
{
    struct action a = {.row = row, .column = c, .type = type};
    a.count = a.all = member(row, types[type].count) * c->number / PER_MILLE;
    if (a.all == 0 &&
        (c->operation != ROAS || row->metrics.impressions == 0 || row->metrics.carts == 0))
        return out;
    if (!parts(row->actions))
        return put_action(&a, out);
    for (a.part = 0; a.part < PARTS; a.part++) {
        a.count = a.all * (a.part + 1) / PARTS - a.all * a.part / PARTS;
        out = put_action(&a, out);
    }
    return out;
}

static char *write_list(const struct meta_row *row, const struct column *c, char *out)
{
    char *start = out;
    *out++ = '[';
    for (enum action_type type = 0; type < TYPES; type++)
        if (c->types & TYPE(type))
            out = put_type(row, c, type, out);
    if (out == start + 1)
        return NULL; /* never an empty list */
    *out++ = ']';
    return out;
}

/* Here numbers are numbers; now and then an element comes without any. */
static char *write_curve(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    if (row->metrics.views == 0)
        return NULL;
    out = stpcpy(out, "[{\"action_type\":\"video_view\"");
    if (row->metrics.views % 5 != 0) {
        out = stpcpy(out, ",\"value\":[100");
        for (int i = 1; i < CURVE_POINTS; i++) {
            *out++ = ',';
            out = meta_out_number(out, 100 - i * 4 - row->metrics.views % 7);
        }
        *out++ = ']';
    }
    return stpcpy(out, "}]");
}

static char *end_result(char *out)
{
    return stpcpy(out, ",\"attribution_windows\":[\"default\"]}]}]");
}

static char *write_results(const struct meta_row *row, const struct column *c, char *out)
{
    (void)c;
    if (row->metrics.link_clicks == 0)
        return NULL;
    out = stpcpy(out, "[{\"indicator\":\"actions:link_click\",\"values\":[{\"value\":");
    out = put_count(out, row->metrics.link_clicks);
    return end_result(out);
}

static char *write_cost_per_result(const struct meta_row *row, const struct column *c,
                                   char *out)
{
    (void)c;
    if (row->metrics.link_clicks == 0)
        return NULL;
    out = stpcpy(out, "[{\"indicator\":\"actions:link_click\",\"values\":[{\"value\":");
    out = put_millionths(out, ratio(row->metrics.spend, CENTS, row->metrics.link_clicks));
    return end_result(out);
}

/* --- the table --- */

/* in the order of their names */
static const struct column columns[] = {
    {.name = "account_currency", .write = write_currency},
    {.name = "account_id", .write = write_id, .number = META_ACCOUNT},
    {.name = "account_name", .write = write_name, .number = META_ACCOUNT},
    {.name = "action_values",
     .write = write_list,
     .number = 1000,
     .types = PURCHASE_TYPES,
     .operation = VALUE},
    {.name = "actions",
     .write = write_list,
     .number = 1000,
     .types = ALL_TYPES,
     .operation = COUNT},
    {.name = "ad_click_actions"},
    {.name = "ad_id", .write = write_id, .number = META_AD},
    {.name = "ad_impression_actions"},
    {.name = "ad_name", .write = write_name, .number = META_AD},
    {.name = "adset_end"},
    {.name = "adset_id", .write = write_id, .number = META_ADSET},
    {.name = "adset_name", .write = write_name, .number = META_ADSET},
    {.name = "adset_start"},
    {.name = "advanced_actions_28d_view"},
    {.name = "advanced_reach_1d_lookback"},
    {.name = "advanced_reach_28d_lookback"},
    {.name = "advanced_reach_7d_lookback"},
    {.name = "anchor_event_attribution_setting"},
    {.name = "anchor_events_performance_indicator"},
    {.name = "attribution_setting", .write = write_word, .number = 3},
    {.name = "auction_bid"},
    {.name = "auction_competitiveness"},
    {.name = "auction_max_competitor_bid"},
    {.name = "average_purchases_conversion_value"},
    {.name = "buying_type", .write = write_word, .number = 2},
    {.name = "campaign_id", .write = write_id, .number = META_CAMPAIGN},
    {.name = "campaign_name", .write = write_name, .number = META_CAMPAIGN},
    {.name = "canvas_avg_view_percent"},
    {.name = "canvas_avg_view_time"},
    {.name = "catalog_segment_actions"},
    {.name = "catalog_segment_value"},
    {.name = "catalog_segment_value_mobile_purchase_roas"},
    {.name = "catalog_segment_value_omni_purchase_roas"},
    {.name = "catalog_segment_value_website_purchase_roas"},
    {.name = "clicks", .write = write_count, .number = 1000, .upper = M(clicks)},
    {.name = "configurable_attribution_action"},
    {.name = "configurable_attribution_actionvalue"},
    {.name = "configurable_audience_overlap_reach"},
    {.name = "configurable_reachbyfrequency_action"},
    {.name = "configurable_reachbyfrequency_converters_count"},
    {.name = "configurable_reachbyfrequency_impressions_cost"},
    {.name = "configurable_reachbyfrequency_impressions_count"},
    {.name = "configurable_reachbyfrequency_reach"},
    {.name = "conversion_lead_rate"},
    {.name = "conversion_leads"},
    {.name = "conversion_rate_ranking", .write = write_word, .number = 4},
    {.name = "conversion_values",
     .write = write_list,
     .number = 1000,
     .types = TYPE(OMNI),
     .operation = VALUE},
    {.name = "conversions",
     .write = write_list,
     .number = 1000,
     .types = TYPE(LEAD),
     .operation = COUNT},
    {.name = "converted_product_app_custom_event_fb_mobile_purchase"},
    {.name = "converted_product_app_custom_event_fb_mobile_purchase_value"},
    {.name = "converted_product_offline_purchase"},
    {.name = "converted_product_offline_purchase_value"},
    {.name = "converted_product_omni_purchase"},
    {.name = "converted_product_omni_purchase_values"},
    {.name = "converted_product_quantity"},
    {.name = "converted_product_value"},
    {.name = "converted_product_website_pixel_purchase"},
    {.name = "converted_product_website_pixel_purchase_value"},
    {.name = "converted_promoted_product_app_custom_event_fb_mobile_purchase"},
    {.name = "converted_promoted_product_app_custom_event_fb_mobile_purchase_value"},
    {.name = "converted_promoted_product_offline_purchase"},
    {.name = "converted_promoted_product_offline_purchase_value"},
    {.name = "converted_promoted_product_omni_purchase"},
    {.name = "converted_promoted_product_omni_purchase_values"},
    {.name = "converted_promoted_product_quantity"},
    {.name = "converted_promoted_product_value"},
    {.name = "converted_promoted_product_website_pixel_purchase"},
    {.name = "converted_promoted_product_website_pixel_purchase_value"},
    {.name = "cost_per_15_sec_video_view",
     .write = write_list,
     .number = 210,
     .types = TYPE(VIDEO),
     .operation = COST},
    {.name = "cost_per_2_sec_continuous_video_view"},
    {.name = "cost_per_6_sec_video_view"},
    {.name = "cost_per_action_type",
     .write = write_list,
     .number = 1000,
     .types = ALL_TYPES,
     .operation = COST},
    {.name = "cost_per_ad_click"},
    {.name = "cost_per_conversion",
     .write = write_list,
     .number = 1000,
     .types = TYPE(LEAD),
     .operation = COST},
    {.name = "cost_per_conversion_lead"},
    {.name = "cost_per_dda_countby_convs"},
    {.name = "cost_per_estimated_ad_recallers"},
    {.name = "cost_per_inline_link_click",
     .write = write_ratio,
     .number = CENTS,
     .upper = M(spend),
     .lower = M(link_clicks)},
    {.name = "cost_per_inline_post_engagement",
     .write = write_ratio,
     .number = CENTS,
     .upper = M(spend),
     .lower = M(engagements)},
    {.name = "cost_per_message_delivered"},
    {.name = "cost_per_objective_result"},
    {.name = "cost_per_one_thousand_ad_impression"},
    {.name = "cost_per_outbound_click",
     .write = write_list,
     .number = 1000,
     .types = TYPE(OUTBOUND),
     .operation = COST},
    {.name = "cost_per_result", .write = write_cost_per_result},
    {.name = "cost_per_thruplay",
     .write = write_list,
     .number = 200,
     .types = TYPE(VIDEO),
     .operation = COST},
    {.name = "cost_per_unique_action_type",
     .write = write_list,
     .number = 950,
     .types = TYPE(LINK) | TYPE(ENGAGE),
     .operation = COST},
    {.name = "cost_per_unique_click",
     .write = write_ratio,
     .number = CENTS,
     .upper = M(spend),
     .lower = M(clicks)},
    {.name = "cost_per_unique_conversion"},
    {.name = "cost_per_unique_inline_link_click",
     .write = write_ratio,
     .number = CENTS,
     .upper = M(spend),
     .lower = M(link_clicks)},
    {.name = "cost_per_unique_outbound_click",
     .write = write_list,
     .number = 960,
     .types = TYPE(OUTBOUND),
     .operation = COST},
    {.name = "cpc",
     .write = write_ratio,
     .number = CENTS,
     .upper = M(spend),
     .lower = M(clicks)},
    {.name = "cpm",
     .write = write_ratio,
     .number = CENTS * 1000,
     .upper = M(spend),
     .lower = M(impressions)},
    {.name = "cpp", .write = write_cpp},
    {.name = "created_time", .write = write_created},
    {.name = "creative_diversity_data"},
    {.name = "creative_diversity_label"},
    {.name = "creative_diversity_score"},
    {.name = "creative_fatigue_summary"},
    {.name = "creative_fatigued_ads"},
    {.name = "creative_media_type"},
    {.name = "ctr",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(clicks),
     .lower = M(impressions)},
    {.name = "date_start", .write = write_since},
    {.name = "date_stop", .write = write_until},
    {.name = "dda_countby_convs"},
    {.name = "dda_results"},
    {.name = "engagement_rate_ranking", .write = write_word, .number = 4},
    {.name = "estimated_ad_recall_rate"},
    {.name = "estimated_ad_recallers"},
    {.name = "frequency", .write = write_frequency},
    {.name = "full_view_impressions",
     .write = write_some,
     .number = 300,
     .upper = M(impressions)},
    {.name = "full_view_reach", .write = write_some, .number = 280, .upper = M(reach)},
    {.name = "impressions", .write = write_count, .number = 1000, .upper = M(impressions)},
    {.name = "inline_link_click_ctr",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(link_clicks),
     .lower = M(impressions)},
    {.name = "inline_link_clicks",
     .write = write_some,
     .number = 1000,
     .upper = M(link_clicks)},
    {.name = "inline_post_engagement",
     .write = write_some,
     .number = 1000,
     .upper = M(engagements)},
    {.name = "instagram_profile_follow"},
    {.name = "instagram_profile_visits", .write = write_some, .number = 40, .upper = M(clicks)},
    {.name = "instagram_upcoming_event_reminders_set"},
    {.name = "instant_experience_clicks_to_open"},
    {.name = "instant_experience_clicks_to_start"},
    {.name = "instant_experience_outbound_clicks"},
    {.name = "interactive_component_tap"},
    {.name = "landing_page_view_actions_per_link_click"},
    {.name = "landing_page_view_per_link_click",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(landings),
     .lower = M(link_clicks)},
    {.name = "landing_page_view_per_purchase_rate"},
    {.name = "link_clicks_per_results"},
    {.name = "marketing_messages_click_rate_benchmark"},
    {.name = "marketing_messages_cost_per_delivered"},
    {.name = "marketing_messages_cost_per_link_btn_click"},
    {.name = "marketing_messages_delivered"},
    {.name = "marketing_messages_delivery_rate"},
    {.name = "marketing_messages_link_btn_click"},
    {.name = "marketing_messages_link_btn_click_rate"},
    {.name = "marketing_messages_media_view_rate"},
    {.name = "marketing_messages_phone_call_btn_click_rate"},
    {.name = "marketing_messages_quick_reply_btn_click"},
    {.name = "marketing_messages_quick_reply_btn_click_rate"},
    {.name = "marketing_messages_read"},
    {.name = "marketing_messages_read_rate"},
    {.name = "marketing_messages_read_rate_benchmark"},
    {.name = "marketing_messages_sent"},
    {.name = "marketing_messages_spend"},
    {.name = "marketing_messages_spend_currency"},
    {.name = "messages_delivered"},
    {.name = "messages_delivered_ctr"},
    {.name = "mobile_app_purchase_roas"},
    {.name = "multi_event_conversion_attribution_setting"},
    {.name = "objective", .write = write_word, .number = 0},
    {.name = "objective_result_rate"},
    {.name = "objective_results", .write = write_results},
    {.name = "onsite_conversion_messaging_detected_purchase_deduped"},
    {.name = "opportunity_score_l4"},
    {.name = "optimization_goal", .write = write_word, .number = 1},
    {.name = "outbound_clicks",
     .write = write_list,
     .number = 1000,
     .types = TYPE(OUTBOUND),
     .operation = COUNT},
    {.name = "outbound_clicks_ctr",
     .write = write_list,
     .number = 1000,
     .types = TYPE(OUTBOUND),
     .operation = CTR},
    {.name = "place_page_name"},
    {.name = "playable_average_game_length"},
    {.name = "playable_game_start_rate"},
    {.name = "product_group_retailer_id"},
    {.name = "product_retailer_id"},
    {.name = "product_views"},
    {.name = "purchase_per_landing_page_view",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(purchases),
     .lower = M(landings)},
    {.name = "purchase_roas",
     .write = write_list,
     .number = 1000,
     .types = TYPE(OMNI),
     .operation = ROAS},
    {.name = "purchases_per_link_click",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(purchases),
     .lower = M(link_clicks)},
    {.name = "qualifying_question_qualify_answer_rate"},
    {.name = "quality_ranking", .write = write_word, .number = 4},
    {.name = "reach", .write = write_reach},
    {.name = "read_rate"},
    {.name = "result_rate"},
    {.name = "result_values_performance_indicator"},
    {.name = "results", .write = write_results},
    {.name = "shops_assisted_purchases"},
    {.name = "social_spend", .write = write_spend, .number = 0},
    {.name = "spend", .write = write_spend, .number = 1000},
    {.name = "total_card_view"},
    {.name = "total_postbacks"},
    {.name = "total_postbacks_detailed"},
    {.name = "total_postbacks_detailed_v4"},
    {.name = "unique_actions",
     .write = write_list,
     .number = 950,
     .types = TYPE(LINK) | TYPE(ENGAGE) | TYPE(PAGE),
     .operation = COUNT},
    {.name = "unique_clicks", .write = write_some, .number = 940, .upper = M(clicks)},
    {.name = "unique_conversions",
     .write = write_list,
     .number = 970,
     .types = TYPE(LEAD),
     .operation = COUNT},
    {.name = "unique_ctr",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(clicks),
     .lower = M(reach)},
    {.name = "unique_inline_link_click_ctr",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(link_clicks),
     .lower = M(reach)},
    {.name = "unique_inline_link_clicks",
     .write = write_some,
     .number = 950,
     .upper = M(link_clicks)},
    {.name = "unique_link_clicks_ctr",
     .write = write_ratio,
     .number = PERCENT,
     .upper = M(link_clicks),
     .lower = M(reach)},
    {.name = "unique_outbound_clicks",
     .write = write_list,
     .number = 960,
     .types = TYPE(OUTBOUND),
     .operation = COUNT},
    {.name = "unique_outbound_clicks_ctr",
     .write = write_list,
     .number = 960,
     .types = TYPE(OUTBOUND),
     .operation = CTR},
    {.name = "unique_video_continuous_2_sec_watched_actions",
     .write = write_list,
     .number = 690,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "unique_video_view_15_sec",
     .write = write_list,
     .number = 200,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "updated_time", .write = write_created},
    {.name = "video_15_sec_watched_actions",
     .write = write_list,
     .number = 210,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_30_sec_watched_actions",
     .write = write_list,
     .number = 180,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_6_sec_watched_actions"},
    {.name = "video_avg_time_watched_actions",
     .write = write_list,
     .number = 1000,
     .types = TYPE(VIDEO),
     .operation = SECONDS},
    {.name = "video_continuous_2_sec_watched_actions",
     .write = write_list,
     .number = 700,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_p100_watched_actions",
     .write = write_list,
     .number = 120,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_p25_watched_actions",
     .write = write_list,
     .number = 600,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_p50_watched_actions",
     .write = write_list,
     .number = 400,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_p75_watched_actions",
     .write = write_list,
     .number = 250,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_p95_watched_actions",
     .write = write_list,
     .number = 150,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_play_actions",
     .write = write_list,
     .number = 1000,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_play_curve_actions", .write = write_curve},
    {.name = "video_play_retention_0_to_15s_actions"},
    {.name = "video_play_retention_20_to_60s_actions"},
    {.name = "video_play_retention_graph_actions"},
    {.name = "video_thruplay_watched_actions",
     .write = write_list,
     .number = 200,
     .types = TYPE(VIDEO),
     .operation = COUNT},
    {.name = "video_time_watched_actions"},
    {.name = "video_view_per_impression"},
    {.name = "website_ctr",
     .write = write_list,
     .number = 1000,
     .types = TYPE(LINK),
     .operation = CTR},
    {.name = "website_purchase_roas",
     .write = write_list,
     .number = 1000,
     .types = TYPE(PIXEL),
     .operation = ROAS},
    {.name = "wish_bid"},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static int compare_names(const void *key, const void *element)
{
    return strcmp(key, ((const struct column *)element)->name);
}

int meta_column_find(const char *name)
{
    const struct column *c = bsearch(name, columns, COLUMNS, sizeof *columns, compare_names);
    return c ? (int)(c - columns) : -1;
}

enum { SCALAR_MAX = 128, ACTION_MAX = 160, WINDOW_MAX = 64, BREAKDOWN_MAX = 96 };

size_t meta_column_max(int column, const struct meta_actions *actions)
{
    const struct column *c = &columns[column];
    if (c->write == write_name)
        return SCALAR_MAX + META_NAME_MAX;
    if (c->write != write_list)
        return 3 * SCALAR_MAX;
    return SCALAR_MAX + TYPES * PARTS *
                            (ACTION_MAX + actions->windows * WINDOW_MAX +
                             actions->breakdowns * BREAKDOWN_MAX);
}

char *meta_column_write(int column, const struct meta_row *row, char *out)
{
    const struct column *c = &columns[column];
    if (!c->write)
        return out;
    char *value = meta_out_quoted(out, c->name);
    *value++ = ':';
    char *end = c->write(row, c, value);
    return end ? end : out;
}
