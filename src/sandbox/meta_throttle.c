/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_throttle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "sandbox/meta_advice.h"
#include "sandbox/meta_query.h"

enum {
    ROWS_OF_A_UNIT = 1000,
    UNITS_MAX = 1000, /* of one query: counting rows ends there */
    FLOOR_PARTS = 4,
    FLOOR_TEXT_MAX = 64,
    FLOOR_COUNT_MAX = 1000 * 1000 * 1000,
};

/* --- life --- */

static uint32_t count_active(const struct meta_world *w, uint32_t account)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->ads; i++) {
        const struct meta_node ad = {META_AD, account, i};
        count += meta_world_effective_status(ad) == META_ACTIVE;
    }
    return count;
}

bool meta_throttle_open(struct meta *m)
{
    const struct meta_settings *s = &m->keys.settings;
    struct meta_usage_limits limits;
    meta_limits_resolve(&m->keys.limits, s->limits == META_ON, s->tier == META_TIER_FULL,
                        &limits);
    for (uint32_t i = 0; i < m->world.accounts; i++)
        m->active_ads[i] = count_active(&m->world, i);
    if (meta_usage_init(&m->usage, &limits))
        return true;
    meta_usage_done(&m->usage);
    return false;
}

void meta_throttle_close(struct meta *m)
{
    meta_usage_done(&m->usage);
}

/* --- calls --- */

/* What a call is to the limits; the times are about what Meta's servers take. */
static const struct cost {
    enum meta_usage_case use;
    bool query; /* of insights: it weighs as many rows as it has */
    uint32_t cpu_ms;
    uint32_t time_ms;
} costs[META_COUNTERS] = {
    [META_COUNT_NODE] = {META_USAGE_MANAGEMENT, false, 2, 20},
    [META_COUNT_EDGE] = {META_USAGE_MANAGEMENT, false, 20, 100},
    [META_COUNT_INSIGHTS] = {META_USAGE_INSIGHTS, true, 50, 300},
    [META_COUNT_JOB_CREATE] = {META_USAGE_INSIGHTS, true, 50, 200},
    [META_COUNT_JOB_POLL] = {META_USAGE_INSIGHTS, false, 2, 20},
    [META_COUNT_JOB_RESULT] = {META_USAGE_INSIGHTS, false, 20, 100},
    [META_COUNT_JOB_CANCEL] = {META_USAGE_INSIGHTS, false, 2, 20},
};

static uint32_t units_of(const struct meta_call *call, struct meta_node node)
{
    const struct meta_usage_limits *l = &call->meta->usage.limits;
    char text[META_QUERY_TEXT_MAX];
    struct meta_query q;
    if ((l->app_load == 0 && l->account_load == 0) ||
        meta_query_parse(&call->meta->world, &call->params, node, call->now_s, &q, text) !=
            META_ERROR_NONE)
        return 1;
    uint64_t rows = meta_query_cost(&q, (uint64_t)ROWS_OF_A_UNIT * UNITS_MAX);
    meta_query_done(&q);
    return 1 + (uint32_t)(rows / ROWS_OF_A_UNIT);
}

static struct meta_usage_call weigh(const struct meta_call *call, const struct meta_node *node,
                                    enum meta_counter what)
{
    const struct cost *cost = &costs[what];
    return (struct meta_usage_call){
        .account = node ? (int32_t)node->account : -1,
        .use = cost->use,
        .write = strcmp(call->method, "GET") != 0,
        .active_ads = node ? call->meta->active_ads[node->account] : 0,
        .load = node && cost->query ? units_of(call, *node) : 0,
        .cpu_ms = cost->cpu_ms,
        .time_ms = cost->time_ms,
    };
}

static enum meta_error error_of(const struct meta_usage_limits *l,
                                enum meta_usage_refusal refusal, enum meta_usage_case use)
{
    static const enum meta_error errors[] = {
        [META_USAGE_ALLOWED] = META_ERROR_NONE,
        [META_USAGE_SCORE] = META_ERROR_ACCOUNT_SCORE,
        [META_USAGE_CASE] = META_ERROR_MANAGEMENT_BUC,
        [META_USAGE_APP_LOAD] = META_ERROR_INSIGHTS_APP_LIMIT,
        [META_USAGE_ACCOUNT_LOAD] = META_ERROR_INSIGHTS_ACCOUNT_LIMIT,
        [META_USAGE_APP] = META_ERROR_APP_LIMIT,
        [META_USAGE_ABUSE] = META_ERROR_ABUSE,
    };
    if (refusal == META_USAGE_SCORE && l->score_613)
        return META_ERROR_ACCOUNT_LIMIT;
    if (refusal == META_USAGE_CASE && use == META_USAGE_INSIGHTS)
        return META_ERROR_INSIGHTS_BUC;
    return errors[refusal];
}

/* Without limits there is nothing to tell either. */
static enum meta_advice_fault advice_fault(const struct meta_call *call)
{
    const struct fault_hit *hit = &call->faults->hits[FAULT_META_USAGE];
    if (call->meta->usage.limits.off)
        return META_ADVICE_ABSENT;
    return hit->on ? META_ADVICE_GOOD + 1 +
                         (enum meta_advice_fault)api_settings_choice(META_ADVICE_FAULTS,
                                                                     hit->argument)
                   : META_ADVICE_GOOD;
}

static uint64_t id_of(const struct meta_world *w, const struct meta_node *node)
{
    return node ? meta_world_id(w, (struct meta_node){META_ACCOUNT, node->account, 0}) : 0;
}

bool meta_throttle_admit(struct meta_call *call, const struct meta_node *node,
                         enum meta_counter what, bool *ret_allowed)
{
    struct meta *m = call->meta;
    const struct meta_usage_call weighed = weigh(call, node, what);
    struct meta_usage_answer answer;
    if (!meta_usage_take(&m->usage, timeline_now_ns(m->host->timeline), &weighed, &answer) ||
        !meta_advice_add(call->reply, &answer.state, id_of(&m->world, node), weighed.use,
                         advice_fault(call)))
        return false;
    *ret_allowed = answer.refusal == META_USAGE_ALLOWED;
    if (*ret_allowed)
        return true;
    tally_refusal(m->host->tally, answer.during_block);
    return meta_error_answer(call->reply,
                             error_of(&m->usage.limits, answer.refusal, weighed.use));
}

void meta_throttle_settle(struct meta_call *call, struct meta_node node)
{
    struct meta *m = call->meta;
    if (call->reply->status == 400)
        meta_usage_mistake(&m->usage, timeline_now_ns(m->host->timeline),
                           (int32_t)node.account);
}

/* --- what tests look at --- */

bool meta_throttle_format(struct meta *m, struct buffer *out)
{
    uint64_t ids[META_USAGE_ACCOUNTS_MAX] = {0};
    for (uint32_t i = 0; i < m->world.accounts; i++)
        ids[i] = id_of(&m->world, &(struct meta_node){META_ACCOUNT, i, 0});
    return meta_usage_format(&m->usage, timeline_now_ns(m->host->timeline), ids, out);
}

/* "100:20:10:5", what is not there is 0. */
static bool parse_work(const char *text, struct meta_limits_work *work)
{
    int64_t parts[FLOOR_PARTS] = {0};
    for (size_t i = 0;; i++) {
        size_t len = strcspn(text, ":");
        if (i == FLOOR_PARTS || !text_parse_int64(text, len, &parts[i]) || parts[i] < 0 ||
            parts[i] > FLOOR_COUNT_MAX)
            return false;
        if (!text[len])
            break;
        text += len + 1;
    }
    work->calls[META_USAGE_INSIGHTS] = (uint64_t)parts[0];
    work->calls[META_USAGE_MANAGEMENT] = (uint64_t)parts[1];
    work->writes = (uint64_t)parts[2];
    work->load = (uint64_t)parts[3];
    return true;
}

static bool take_work(const struct meta *m, const struct meta_params *params,
                      struct meta_limits_work work[META_USAGE_ACCOUNTS_MAX])
{
    for (size_t i = 0; i < params->count; i++) {
        struct meta_node node;
        if (!meta_world_find(&m->world, meta_params_name(params, i), &node) ||
            node.kind != META_ACCOUNT ||
            !parse_work(meta_params_value(params, i), &work[node.account]))
            return false;
        work[node.account].active_ads = m->active_ads[node.account];
    }
    return true;
}

bool meta_throttle_floor(struct meta *m, const struct meta_params *params, struct reply *reply)
{
    struct meta_limits_work work[META_USAGE_ACCOUNTS_MAX] = {0};
    if (!take_work(m, params, work))
        return meta_error_answer(reply, META_ERROR_PARAMETER,
                                 "act_ID=INSIGHTS:MANAGEMENT:WRITES:LOAD is expected");
    char text[FLOOR_TEXT_MAX];
    int len = snprintf(text, sizeof text, "{\"seconds\":%" PRId64 "}",
                       meta_limits_floor_s(&m->usage.limits, work, m->world.accounts));
    return reply_text(reply, 200, META_JSON_TYPE, text, (size_t)len);
}
