/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sandbox/meta_cursor.h"

enum { REACH_MONTHS = 13, FIELDS_OF_A_ROW = 10 };

/* --- parsing --- */

__attribute__((format(printf, 2, 3))) static enum meta_error wrong(char *ret_text,
                                                                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ret_text, META_QUERY_TEXT_MAX, format, args);
    va_end(args);
    return META_ERROR_PARAMETER;
}

static enum meta_error parse_level(const struct meta_params *params, struct meta_query *q,
                                   char *ret_text)
{
    static const struct {
        const char *name;
        enum meta_kind kind;
    } levels[] = {{"account", META_ACCOUNT},
                  {"campaign", META_CAMPAIGN},
                  {"adset", META_ADSET},
                  {"ad", META_AD}};
    const char *name = meta_params_get(params, "level");
    q->level = q->node.kind;
    if (!name || !*name)
        return META_ERROR_NONE;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(levels[i].name, name) == 0) {
            q->level = levels[i].kind;
            bool below = q->node.kind == META_ACCOUNT ||
                         (q->level != META_ACCOUNT && q->level >= q->node.kind);
            return below ? META_ERROR_NONE
                         : wrong(ret_text, "level %s is above the object that was asked", name);
        }
    return wrong(ret_text, "Param level must be one of {ad, adset, campaign, account}");
}

static enum meta_error parse_columns(const struct meta_params *params, struct meta_query *q,
                                     char *ret_text)
{
    const char *text = meta_params_get(params, "fields");
    AUTO(meta_fields_done) struct meta_fields fields = {0};
    if (!meta_fields_parse(text && *text ? text : meta_column_defaults, &fields))
        return wrong(ret_text, "Param fields must be a list of names");
    for (size_t i = 0; i < fields.count; i++) {
        int column = meta_column_find(fields.names[i]);
        if (column < 0)
            return wrong(ret_text, "%s is not valid for fields param", fields.names[i]);
        q->columns[q->column_count++] = column;
    }
    static const char *const always[] = {"date_start", "date_stop"};
    for (size_t k = 0; k < 2; k++) {
        bool there = false;
        for (size_t i = 0; i < q->column_count; i++)
            there |= q->columns[i] == meta_column_find(always[k]);
        if (!there && q->column_count < META_FIELDS_MAX)
            q->columns[q->column_count++] = meta_column_find(always[k]);
    }
    return META_ERROR_NONE;
}

static enum meta_error parse_breakdowns(const struct meta_params *params, struct meta_query *q,
                                        char *ret_text)
{
    const char *text = meta_params_get(params, "breakdowns");
    AUTO(meta_fields_done) struct meta_fields names = {0};
    if (!meta_fields_parse(text ? text : "", &names))
        return wrong(ret_text, "Param breakdowns must be a list of names");
    for (size_t i = 0; i < names.count; i++)
        if (!meta_breakdown_is_name(names.names[i]))
            return wrong(ret_text, "breakdowns[0] must be one of the breakdowns there are: %s",
                         names.names[i]);
    if (meta_breakdown_choose(names.names, names.count, &q->breakdown))
        return META_ERROR_NONE;
    size_t len = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < names.count && len + 2 < META_QUERY_TEXT_MAX; i++) {
        snprintf(ret_text + len, META_QUERY_TEXT_MAX - len, "%s%s", i > 0 ? ", " : "",
                 names.names[i]);
        len = strlen(ret_text);
    }
    return META_ERROR_BREAKDOWNS;
}

static enum meta_error parse_actions(const struct meta_params *params, struct meta_query *q,
                                     char *ret_text)
{
    static const struct {
        const char *name;
        bool (*add)(struct meta_actions *actions, const char *name);
    } lists[] = {{"action_attribution_windows", meta_column_add_window},
                 {"action_breakdowns", meta_column_add_breakdown}};
    for (size_t k = 0; k < 2; k++) {
        const char *text = meta_params_get(params, lists[k].name);
        AUTO(meta_fields_done) struct meta_fields names = {0};
        if (!meta_fields_parse(text ? text : "", &names))
            return wrong(ret_text, "Param %s must be a list of names", lists[k].name);
        for (size_t i = 0; i < names.count; i++)
            if (!lists[k].add(&q->actions, names.names[i]))
                return wrong(ret_text, "Param action lists: %s is not one of the known values",
                             names.names[i]);
    }
    return META_ERROR_NONE;
}

static enum meta_error parse_spans(const struct meta_params *params, struct meta_query *q,
                                   char *ret_text)
{
    const struct meta_span_request request = {
        .time_ranges = meta_params_get(params, "time_ranges"),
        .time_range = meta_params_get(params, "time_range"),
        .date_preset = meta_params_get(params, "date_preset"),
        .time_increment = meta_params_get(params, "time_increment"),
    };
    char text[META_SPAN_TEXT_MAX] = "";
    enum meta_error what =
        meta_span_parse(&request, q->today.day, q->world->first_day, &q->spans, text);
    return what == META_ERROR_PARAMETER ? wrong(ret_text, "%s", text) : what;
}

static enum meta_error parse_filter(const struct meta_params *params, struct meta_query *q,
                                    char *ret_text)
{
    char text[META_FILTER_TEXT_MAX] = "";
    return meta_filter_parse(meta_params_get(params, "filtering"), q->level, &q->filter, text)
               ? META_ERROR_NONE
               : wrong(ret_text, "%s", text);
}

/* --- what it wants --- */

/* Without a filter deleted objects of the level are left out; with one that says nothing about
 * states, archived ones too. What is above them counts them all the same; an account asked for
 * itself, whose filter is on what is in it, counts the objects of the filter's kind. */
static bool is_hidden(const struct meta_query *q, struct meta_node ad)
{
    bool filtered = q->filter.count > 0;
    enum meta_kind kind = q->level;
    if (q->filter.has_status || (q->node.kind == q->level && !filtered))
        return false;
    if (kind == META_ACCOUNT)
        kind = q->filter.kind == META_NOTHING || q->filter.kind == META_ACCOUNT
                   ? META_AD
                   : q->filter.kind;
    enum meta_status status =
        meta_world_effective_status(kind == META_AD ? ad : meta_world_parent(ad, kind));
    return status == META_DELETED || (status == META_ARCHIVED && filtered);
}

static bool take_ads(struct meta_query *q, int64_t now_s)
{
    struct meta_range ads = meta_world_below(q->world, q->node, META_AD);
    q->taken = calloc(q->world->ads, 1);
    if (!q->taken)
        return false;
    for (uint32_t i = ads.first; i < ads.end; i++) {
        struct meta_node ad = {META_AD, q->node.account, i};
        q->taken[i] = !is_hidden(q, ad) && meta_filter_takes(&q->filter, q->world, ad, now_s);
    }
    return true;
}

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool take_days(struct meta_query *q)
{
    int64_t since = INT64_MAX, until = INT64_MIN;
    for (size_t i = 0; i < q->spans.count; i++) {
        since = since < q->spans.items[i].since ? since : q->spans.items[i].since;
        until = max_of(until, q->spans.items[i].until);
    }
    int64_t reach_from = meta_span_months_before(q->today.day, REACH_MONTHS);
    q->no_reach = q->breakdown.count > 0 && since < reach_from;
    q->first_day = max_of(since, q->breakdown.hourly ? reach_from : since);
    q->first_day = max_of(q->first_day, q->world->first_day);
    q->last_day = until < q->today.day ? until : q->today.day;
    int64_t days = max_of(q->last_day - q->first_day + 1, 1);
    q->versions = calloc((size_t)days, 1);
    if (!q->versions)
        return false;
    for (int64_t day = q->first_day; day <= q->last_day; day++)
        q->versions[day - q->first_day] =
            (uint8_t)meta_metrics_version(q->world, q->node.account, day, q->today.day);
    return true;
}

enum meta_error meta_query_parse(const struct meta_world *world,
                                 const struct meta_params *params, struct meta_node node,
                                 int64_t now_s, struct meta_query *ret_query,
                                 char ret_text[META_QUERY_TEXT_MAX])
{
    static enum meta_error (*const steps[])(const struct meta_params *, struct meta_query *,
                                            char *) = {
        parse_level, parse_columns, parse_breakdowns, parse_actions, parse_spans, parse_filter};
    AUTO(meta_query_done)
    struct meta_query q = {
        .world = world,
        .node = node,
        .today = meta_metrics_today(world, node.account, now_s),
        .mark = meta_cursor_mark(params, node),
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        enum meta_error what = steps[i](params, &q, ret_text);
        if (what != META_ERROR_NONE)
            return what;
    }
    if (!take_ads(&q, now_s) || !take_days(&q))
        return META_ERROR_UNKNOWN;
    *ret_query = q;
    q = (struct meta_query){0};
    return META_ERROR_NONE;
}

void meta_query_done(struct meta_query *q)
{
    meta_spans_done(&q->spans);
    meta_filter_done(&q->filter);
    free(q->versions);
    free(q->taken);
    q->versions = q->taken = NULL;
}

/* --- sums --- */

static void sum_ad(const struct meta_query *q, uint32_t ad, int64_t since, int64_t until,
                   struct meta_metrics *cells)
{
    uint64_t key = meta_metrics_key(q->world, q->node.account, ad);
    for (int64_t day = since; day <= until; day++) {
        struct meta_metrics m;
        if (meta_metrics_draw(q->world, key, day, q->versions[day - q->first_day], q->today,
                              &m))
            meta_breakdown_spread(&q->breakdown, key, &m, cells);
    }
}

bool meta_query_sum(const struct meta_query *q, struct meta_node object, struct meta_span span,
                    struct meta_metrics cells[META_CELLS_MAX])
{
    struct meta_range ads = meta_world_below(q->world, object, META_AD);
    int64_t since = max_of(span.since, q->first_day);
    int64_t until = span.until < q->last_day ? span.until : q->last_day;
    memset(cells, 0, q->breakdown.cells * sizeof *cells);
    for (uint32_t ad = ads.first; ad < ads.end; ad++)
        if (q->taken[ad])
            sum_ad(q, ad, since, until, cells);
    bool any = false;
    for (uint32_t i = 0; i < q->breakdown.cells; i++) {
        if (cells[i].rows > 0 && !meta_filter_takes_row(&q->filter, &cells[i]))
            cells[i].rows = 0;
        any |= cells[i].rows > 0;
    }
    return any;
}

uint64_t meta_query_count(const struct meta_query *q, uint64_t most)
{
    struct meta_range objects = meta_world_below(q->world, q->node, q->level);
    struct meta_metrics cells[META_CELLS_MAX];
    uint64_t count = 0;
    for (size_t s = 0; s < q->spans.count; s++)
        for (uint32_t i = objects.first; i < objects.end && count < most; i++) {
            struct meta_node object = {q->level, q->node.account, i};
            if (!meta_query_sum(q, object, q->spans.items[s], cells))
                continue;
            for (uint32_t k = 0; k < q->breakdown.cells; k++)
                count += cells[k].rows > 0;
        }
    return count;
}

uint64_t meta_query_cost(const struct meta_query *q, uint64_t most)
{
    uint64_t fields = q->column_count > FIELDS_OF_A_ROW ? q->column_count : FIELDS_OF_A_ROW;
    uint64_t rows = most / fields * FIELDS_OF_A_ROW + FIELDS_OF_A_ROW;
    return meta_query_count(q, rows) * fields / FIELDS_OF_A_ROW;
}
