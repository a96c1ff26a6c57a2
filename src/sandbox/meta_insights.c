/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_insights.h"

#include <stdlib.h>

#include "sandbox/meta_out.h"

enum { ROW_REST = 64 };

/* Positions count cells within objects within spans. */
struct report {
    struct meta_rows rows;
    struct meta_query query;
    struct meta_range objects;
    uint64_t group; /* the object and span that cells are of */
    bool any;
    struct meta_metrics cells[META_CELLS_MAX];
};

static struct report *report_of(struct meta_rows *rows)
{
    return (struct report *)rows;
}

static uint64_t objects_of(const struct report *r)
{
    return r->objects.end - r->objects.first;
}

static struct meta_node object_at(const struct report *r, uint64_t group)
{
    return (struct meta_node){r->query.level, r->query.node.account,
                              r->objects.first + (uint32_t)(group % objects_of(r))};
}

static struct meta_span span_at(const struct report *r, uint64_t group)
{
    return r->query.spans.items[group / objects_of(r)];
}

static void load(struct report *r, uint64_t group)
{
    if (r->group == group)
        return;
    r->group = group;
    r->any = meta_query_sum(&r->query, object_at(r, group), span_at(r, group), r->cells);
}

static bool report_find(struct meta_rows *rows, uint64_t *position)
{
    struct report *r = report_of(rows);
    uint64_t cells = r->query.breakdown.cells;
    uint64_t groups = objects_of(r) * r->query.spans.count;
    for (uint64_t at = *position; at / cells < groups; at++) {
        load(r, at / cells);
        if (!r->any) {
            at = at / cells * cells + cells - 1; /* none of this object */
            continue;
        }
        if (r->cells[at % cells].rows > 0) {
            *position = at;
            return true;
        }
    }
    return false;
}

/* People are not counted twice, so the reach of many rows is less than their sum. */
static int64_t reach_of(const struct meta_query *q, const struct meta_metrics *m)
{
    if (q->breakdown.hourly)
        return 0;
    return m->rows > 1 ? m->reach * 7 / 10 + (m->reach > 0) : m->reach;
}

static char *report_write(struct meta_rows *rows, uint64_t position, char *out)
{
    struct report *r = report_of(rows);
    const struct meta_query *q = &r->query;
    uint64_t cells = q->breakdown.cells;
    load(r, position / cells);
    struct meta_row row = {
        .world = q->world,
        .node = object_at(r, r->group),
        .span = span_at(r, r->group),
        .metrics = r->cells[position % cells],
        .no_reach = q->no_reach,
        .actions = &q->actions,
    };
    row.metrics.reach = reach_of(q, &row.metrics);
    *out++ = '{';
    for (size_t i = 0; i < q->column_count; i++) {
        char *end = meta_column_write(q->columns[i], &row, out);
        if (end == out)
            continue;
        out = end;
        *out++ = ',';
    }
    out = meta_breakdown_write(&q->breakdown, (uint32_t)(position % cells), out - 1);
    *out++ = '}';
    return out;
}

static uint64_t report_id(struct meta_rows *rows, uint64_t position)
{
    const struct report *r = report_of(rows);
    return meta_world_id(r->query.world, object_at(r, position / r->query.breakdown.cells));
}

static void report_free(struct meta_rows *rows)
{
    struct report *r = report_of(rows);
    meta_query_done(&r->query);
    free(r);
}

/* Takes the query over, whatever comes of it. */
static struct meta_rows *new_report_take(struct meta_query *query)
{
    struct report *r = calloc(1, sizeof *r);
    if (!r) {
        meta_query_done(query);
        return NULL;
    }
    r->query = *query;
    r->objects = meta_world_below(query->world, query->node, query->level);
    r->group = UINT64_MAX;
    r->rows = (struct meta_rows){
        .row_max = ROW_REST + META_BREAKDOWNS_MAX * META_BREAKDOWN_VALUE_MAX,
        .query = query->mark,
        .poisoned = UINT64_MAX,
        .total = -1,
        .find = report_find,
        .write = report_write,
        .id = report_id,
        .free = report_free,
    };
    for (size_t i = 0; i < query->column_count; i++)
        r->rows.row_max += meta_column_max(query->columns[i], &query->actions);
    return &r->rows;
}

bool meta_insights_refuse(struct reply *reply, enum meta_error what, const char *text)
{
    return meta_error_answer(reply, what, text);
}

/* --- sync --- */

static enum meta_error check_size(const struct meta_settings *s, const struct meta_query *q)
{
    const struct {
        uint64_t most;
        enum meta_error what;
    } rules[] = {
        {(uint64_t)s->too_many_rows, META_ERROR_TOO_MANY_ROWS},
        {(uint64_t)s->time_rows, META_ERROR_TIMED_OUT},
        {(uint64_t)s->sync_rows, META_ERROR_REDUCE},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].most > 0 && meta_query_cost(q, rules[i].most) > rules[i].most)
            return rules[i].what;
    return META_ERROR_NONE;
}

static bool answer(struct meta_call *call, const struct meta_params *what,
                   struct meta_node node, const struct meta_insights_terms *terms)
{
    const struct meta_settings *s = &call->meta->keys.settings;
    char text[META_QUERY_TEXT_MAX] = "";
    struct meta_query q;
    enum meta_error error =
        meta_query_parse(&call->meta->world, what, node, terms->now_s, &q, text);
    if (error != META_ERROR_NONE)
        return meta_insights_refuse(call->reply, error, text);
    error = terms->sync ? check_size(s, &q) : META_ERROR_NONE;
    if (error != META_ERROR_NONE) {
        meta_query_done(&q);
        return meta_error_answer(call->reply, error);
    }
    enum meta_insights_share share = terms->share;
    if (terms->sync && q.breakdown.optin && s->optin == META_OFF)
        share = META_INSIGHTS_NONE;
    q.no_reach = q.no_reach && !terms->reach;
    if (share != META_INSIGHTS_ALL) {
        uint32_t kept = share == META_INSIGHTS_HALF ? q.world->ads / 2 : 0;
        memset(q.taken + kept, 0, q.world->ads - kept);
    }
    struct meta_rows *rows = new_report_take(&q);
    return rows && meta_page_answer_take(call, rows);
}

bool meta_insights_answer(struct meta_call *call, struct meta_node node)
{
    const struct meta_insights_terms terms = {.now_s = call->now_s, .sync = true};
    return answer(call, &call->params, node, &terms);
}

bool meta_insights_result(struct meta_call *call, const struct meta_params *what,
                          struct meta_node node, const struct meta_insights_terms *terms)
{
    return answer(call, what, node, terms);
}

bool meta_insights_truth(struct reply *reply, const struct meta_world *world,
                         const struct meta_params *what, struct meta_node node, int64_t now_s)
{
    char text[META_QUERY_TEXT_MAX] = "";
    struct meta_query q;
    enum meta_error error = meta_query_parse(world, what, node, now_s, &q, text);
    if (error != META_ERROR_NONE)
        return meta_insights_refuse(reply, error, text);
    struct meta_rows *rows = new_report_take(&q);
    return rows && meta_page_list_take(reply, rows);
}
