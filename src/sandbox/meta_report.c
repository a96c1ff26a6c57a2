/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "sandbox/meta_fields.h"
#include "sandbox/meta_insights.h"
#include "sandbox/meta_out.h"

enum {
    BODY_MAX = 4 * 1024,
    REASONS_SINCE = 25, /* the version from which on a failure has its reason */
    QUERY_MAX = META_PARAMS_BYTES_MAX,
    LIST_MAX = 16 * 1024 * 1024 + META_JOBS_BYTES_MAX,
};

/* --- create --- */

/* What a run is not asked for: who asks, and pages of its results. */
static bool is_of_the_call(const char *name)
{
    static const char *const names[] = {"access_token", "appsecret_proof", "appsecret_time",
                                        "limit",        "after",           "before",
                                        "method",       "include_headers"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool append_query(const struct meta_params *params, struct buffer *out)
{
    const char *mark = "";
    for (size_t i = 0; i < params->count; i++) {
        const char *name = meta_params_name(params, i);
        if (is_of_the_call(name))
            continue;
        if (!buffer_append_text(out, mark) || !meta_params_append_escaped(out, name) ||
            !buffer_append_byte(out, '=') ||
            !meta_params_append_escaped(out, meta_params_value(params, i)))
            return false;
        mark = "&";
    }
    return buffer_text(out);
}

/* Whether the run will be made; from a rule, or from how much it is asked for. */
static enum meta_job_fate fate_of(const struct meta_call *call, const struct meta_query *q)
{
    const struct fault_hit *hit = &call->faults->hits[FAULT_META_JOB];
    uint64_t most = (uint64_t)call->meta->keys.jobs.rows;
    enum meta_job_fate fate = META_JOB_GOOD;
    if (hit->on && meta_job_find_fate(hit->argument, &fate))
        return fate;
    return most > 0 && meta_query_cost(q, most) > most ? META_JOB_TOO_LARGE : META_JOB_GOOD;
}

static void span_of(const struct meta_query *q, struct meta_job_order *order)
{
    order->since = INT64_MAX;
    order->until = INT64_MIN;
    for (size_t i = 0; i < q->spans.count; i++) {
        if (q->spans.items[i].since < order->since)
            order->since = q->spans.items[i].since;
        if (q->spans.items[i].until > order->until)
            order->until = q->spans.items[i].until;
    }
}

static bool answer_created(struct meta_call *call, struct meta_node run)
{
    char id[META_WORLD_ID_SIZE], body[64];
    meta_world_write_id(&call->meta->world, run, id);
    const char *quote = call->meta->keys.jobs.id == META_JOB_ID_TEXT ? "\"" : "";
    int len = snprintf(body, sizeof body, "{\"report_run_id\":%s%s%s}", quote, id, quote);
    return reply_text(call->reply, 200, META_JSON_TYPE, body, (size_t)len);
}

bool meta_report_create(struct meta_call *call, struct meta_node node)
{
    char text[META_QUERY_TEXT_MAX] = "";
    struct meta_query q;
    enum meta_error what =
        meta_query_parse(&call->meta->world, &call->params, node, call->now_s, &q, text);
    if (what != META_ERROR_NONE)
        return meta_insights_refuse(call->reply, what, text);
    struct meta_job_order order = {
        .node = node, .fate = fate_of(call, &q), .old_reach = q.no_reach};
    span_of(&q, &order);
    meta_query_done(&q);
    AUTO(buffer_done) struct buffer query;
    buffer_init(&query, QUERY_MAX);
    if (!append_query(&call->params, &query))
        return meta_error_answer(call->reply, META_ERROR_PARAMETER, "The query is too long");
    order.query = (char *)query.data;
    struct meta_node run = {.kind = META_RUN, .account = node.account};
    /* nobody knows the header's shape; of the two that are told this one looks like its brother */
    if (order.old_reach && !reply_header(call->reply, "X-Fb-Ads-Insights-Reach-Throttle", "%s",
                                         "{\"app_id_util_pct\":100,\"acc_id_util_pct\":100}"))
        return false;
    what = meta_jobs_create(&call->meta->jobs, &order, call->now_s, &run.index);
    return what == META_ERROR_NONE ? answer_created(call, run)
                                   : meta_error_answer(call->reply, what);
}

/* --- poll --- */

static bool answer_unseen(struct meta_call *call, struct meta_node run)
{
    char id[META_WORLD_ID_SIZE];
    meta_world_write_id(&call->meta->world, run, id);
    return meta_error_answer(call->reply, META_ERROR_UNSEEN, id);
}

/* One member of the answer: as JSON, "" when the run has none. */
struct member {
    const char *name;
    char value[256];
};

enum { MEMBERS = 14 };

static void set_number(struct member *member, const char *name, int64_t value)
{
    member->name = name;
    snprintf(member->value, sizeof member->value, "%" PRId64, value);
}

static void set_text(struct member *member, const char *name, const char *value)
{
    member->name = name;
    snprintf(member->value, sizeof member->value, *value ? "\"%s\"" : "%s", value);
}

static void set_truth(struct member *member, const char *name, bool value)
{
    member->name = name;
    snprintf(member->value, sizeof member->value, "%s", value ? "true" : "false");
}

static void set_date(struct member *member, const char *name, int64_t day)
{
    member->name = name;
    *meta_out_date(member->value, day) = '\0';
}

/* Why a run failed, as v25 and later say it. */
static void list_failure(const struct meta_job_view *view, struct member *members)
{
    static const struct {
        int code;
        int subcode;
        const char *message;
        const char *title;
        const char *advice;
    } reasons[] = {
        {-2, 2490547, "The report could not be made", "Report Failed",
         "Something went wrong while your report was made. Please try again."},
        {-3, 1504045, "The report is too large", "Report Too Large",
         "Your report has too much data. Please ask for fewer days, fields or objects."},
    };
    bool large = view->order.fate == META_JOB_TOO_LARGE;
    set_number(&members[0], "error_code", reasons[large].code);
    set_number(&members[1], "error_subcode", reasons[large].subcode);
    set_text(&members[2], "error_message", reasons[large].message);
    set_text(&members[3], "error_user_title", reasons[large].title);
    set_text(&members[4], "error_user_msg", reasons[large].advice);
}

static size_t list_members(const struct meta_call *call, struct meta_node run,
                           const struct meta_job_view *view, struct member ret[MEMBERS])
{
    char id[META_WORLD_ID_SIZE];
    size_t count = 0;
    meta_world_write_id(&call->meta->world, run, id);
    set_text(&ret[count++], "id", id);
    meta_world_write_id(&call->meta->world, (struct meta_node){META_ACCOUNT, run.account, 0},
                        id);
    set_text(&ret[count++], "account_id", id);
    set_number(&ret[count++], "time_ref", view->created_s);
    if (view->completed_s > 0)
        set_number(&ret[count++], "time_completed", view->completed_s);
    set_text(&ret[count++], "async_status", view->status);
    set_number(&ret[count++], "async_percent_completion", view->percent);
    set_truth(&ret[count++], "is_running", view->running);
    set_date(&ret[count++], "date_start", view->order.since);
    set_date(&ret[count++], "date_stop", view->order.until);
    if (view->failed && call->version.major >= REASONS_SINCE) {
        list_failure(view, &ret[count]);
        count += 5;
    }
    return count;
}

static bool wants(const struct meta_fields *fields, const char *name)
{
    bool wanted = fields->count == 0 || strcmp(name, "id") == 0;
    for (size_t i = 0; i < fields->count; i++)
        wanted |= strcmp(fields->names[i], name) == 0;
    return wanted;
}

static bool append_members(const struct member *members, size_t count,
                           const struct meta_fields *fields, struct buffer *out)
{
    char mark = '{';
    for (size_t i = 0; i < count; i++) {
        if (!wants(fields, members[i].name))
            continue;
        if (!buffer_printf(out, "%c\"%s\":%s", mark, members[i].name, members[i].value))
            return false;
        mark = ',';
    }
    return buffer_append_byte(out, '}');
}

bool meta_report_poll(struct meta_call *call, struct meta_node run)
{
    const char *names = meta_call_param(call, "fields");
    AUTO(meta_fields_done) struct meta_fields fields = {0};
    if (!meta_fields_parse(names ? names : "", &fields))
        return meta_error_answer(call->reply, META_ERROR_PARAMETER, "Syntax error in fields");
    struct meta_job_view view;
    if (!meta_jobs_poll(&call->meta->jobs, run, call->now_s, &view))
        return answer_unseen(call, run);
    struct member members[MEMBERS];
    size_t count = list_members(call, run, &view, members);
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, BODY_MAX);
    return append_members(members, count, &fields, &body) &&
           reply_text(call->reply, 200, META_JSON_TYPE, body.data, body.len);
}

/* --- results --- */

static enum meta_insights_share share_of(const struct meta_job_view *view)
{
    if (view->order.fate == META_JOB_EMPTY)
        return META_INSIGHTS_NONE;
    return view->half ? META_INSIGHTS_HALF : META_INSIGHTS_ALL;
}

bool meta_report_result(struct meta_call *call, struct meta_node run)
{
    AUTO(buffer_done) struct buffer query;
    buffer_init(&query, QUERY_MAX);
    struct meta_job_view view;
    enum meta_error what = meta_jobs_read(&call->meta->jobs, run, call->now_s, &view, &query);
    if (what == META_ERROR_UNSEEN)
        return answer_unseen(call, run);
    if (what != META_ERROR_NONE)
        return meta_error_answer(call->reply, what);
    char id[META_WORLD_ID_SIZE];
    meta_world_write_id(&call->meta->world, run, id);
    const struct meta_insights_terms terms = {
        .now_s = view.half ? call->now_s : view.completed_s,
        .reach = view.reach,
        .share = share_of(&view),
    };
    struct meta_params params;
    meta_params_init(&params);
    /* the id among them: cursors are of one run */
    bool done = meta_params_add_query(&params, (char *)query.data, query.len) &&
                meta_params_set(&params, "report_run_id", id) &&
                meta_insights_result(call, &params, view.order.node, &terms);
    meta_params_done(&params);
    if (done && call->reply->status == 200)
        meta_jobs_count_page(&call->meta->jobs, run);
    return done;
}

bool meta_report_cancel(struct meta_call *call, struct meta_node run)
{
    static const char body[] = "{\"success\":true}";
    if (!meta_jobs_cancel(&call->meta->jobs, run, call->now_s))
        return answer_unseen(call, run);
    return reply_text(call->reply, 200, META_JSON_TYPE, body, sizeof body - 1);
}

bool meta_report_list(struct meta *meta, struct reply *reply, int64_t now_s)
{
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, LIST_MAX);
    return meta_jobs_list(&meta->jobs, &meta->world, now_s, &body) &&
           reply_text(reply, 200, META_JSON_TYPE, body.data, body.len);
}
