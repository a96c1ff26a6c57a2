/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "sandbox/mdhash.h"
#include "sandbox/meta_call.h"
#include "sandbox/meta_report.h"
#include "sandbox/meta_route.h"
#include "sandbox/meta_throttle.h"
#include "sandbox/meta_truth.h"

/* --- life --- */

static void make_world(struct meta *m)
{
    const struct arguments *a = m->host->arguments;
    uint8_t digest[MDHASH_MD5_SIZE];
    mdhash_md5(a->seed, strlen(a->seed), digest);
    struct meta_world *w = &m->world;
    memcpy(&w->seed, digest, sizeof w->seed);
    w->accounts = (uint32_t)m->keys.settings.accounts;
    w->ads = (uint32_t)m->keys.settings.ads;
    w->restated = (uint32_t)m->keys.settings.restate;
    w->canary = a->canary;
    w->first_day = clock_day_of(timeline_now_ns(m->host->timeline)) - m->keys.settings.history;
    if (!meta_zone_load(&w->zones))
        log_warning("sandbox.zones", "text=\"the system has no time zones; on Debian they come "
                                     "with tzdata; ad accounts are in UTC\"");
}

static void meta_close(void *state)
{
    struct meta *m = state;
    if (m) {
        meta_throttle_close(m);
        meta_jobs_done(&m->jobs);
        meta_ended_done(&m->ended);
    }
    free(m);
}

static bool meta_open(struct service_host *host, void **ret_state, struct error *err)
{
    AUTO(cleanup_free) struct meta *m = calloc(1, sizeof *m);
    if (!m)
        return error_memory(err);
    m->host = host;
    const struct arguments *a = host->arguments;
    if (!meta_keys_read(a->facebook, a->facebook_count, &m->keys, err))
        return false;
    make_world(m);
    meta_ended_init(&m->ended);
    if (!meta_jobs_init(&m->jobs, &m->keys.jobs, m->world.seed, err))
        return false;
    if (!meta_throttle_open(m))
        return error_memory(err);
    *ret_state = steal(&m);
    return true;
}

static void meta_reset(void *state)
{
    struct meta *m = state;
    for (size_t i = 0; i < META_COUNTERS; i++)
        atomic_store(&m->counters[i], 0);
    meta_usage_reset(&m->usage);
    meta_ended_reset(&m->ended);
}

/* --- requests --- */

static bool meta_owns(const char *path)
{
    static const char *const starts[] = {"/v", "/act_", "/me", "/debug_token", "/oauth/"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_starts_with(path, starts[i]))
            return true;
    return path[0] == '/' && path[1] >= '0' && path[1] <= '9';
}

/* The address the client uses for us: what `next` of a page leads to. */
static void take_base(struct meta_call *call, const struct server_request *request)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789.-:[]";
    const char *host = server_header(request, "Host");
    if (!host || strspn(host, plain) != strlen(host) || strlen(host) > META_HOST_MAX / 2)
        host = "localhost";
    snprintf(call->base, sizeof call->base, "%s://%s",
             call->meta->host->arguments->certificate ? "https" : "http", host);
}

static bool take_token(struct meta_call *call, const struct server_request *request)
{
    static const char scheme[] = "Bearer ";
    const char *header = server_header(request, "Authorization");
    if (!header || strncasecmp(header, scheme, sizeof scheme - 1) != 0 ||
        meta_call_param(call, "access_token"))
        return true;
    return meta_params_set(&call->params, "access_token", header + sizeof scheme - 1);
}

static bool take_params(struct meta_call *call, const struct server_request *request)
{
    const char *query = strchr(request->uri, '?');
    size_t len = 0;
    const char *body = server_body(request, &len);
    return (!query || meta_params_add_query(&call->params, query + 1, strlen(query + 1))) &&
           body &&
           meta_params_add_body(&call->params, server_header(request, "Content-Type"), body,
                                len) &&
           take_token(call, request);
}

/* --- what tests look at --- */

static const char *const counter_names[META_COUNTERS] = {
    [META_COUNT_NODE] = "node",
    [META_COUNT_EDGE] = "edge",
    [META_COUNT_INSIGHTS] = "insights",
    [META_COUNT_JOB_CREATE] = "job_create",
    [META_COUNT_JOB_POLL] = "job_poll",
    [META_COUNT_JOB_RESULT] = "job_result",
    [META_COUNT_JOB_CANCEL] = "job_cancel",
    [META_COUNT_BATCH] = "batch",
    [META_COUNT_DEBUG_TOKEN] = "debug_token",
    [META_COUNT_OAUTH] = "oauth",
    [META_COUNT_OTHER] = "other",
};

static int64_t now_of(const struct meta *m)
{
    return timeline_now_ns(m->host->timeline) / CLOCK_SECOND_NS;
}

static bool meta_stats(void *state, struct buffer *out)
{
    struct meta *m = state;
    if (!buffer_append_byte(out, '{'))
        return false;
    for (size_t i = 0; i < META_COUNTERS; i++)
        if (!buffer_printf(out, "%s\"%s\":%" PRIuFAST64, i > 0 ? "," : "", counter_names[i],
                           atomic_load(&m->counters[i])))
            return false;
    return buffer_append_text(out, ",\"limits\":") && meta_throttle_format(m, out) &&
           buffer_append_text(out, ",\"jobs\":") && meta_jobs_stats(&m->jobs, now_of(m), out) &&
           buffer_append_byte(out, '}');
}

static bool control_truth(struct meta *m, struct meta_params *params, struct reply *reply)
{
    return meta_truth_answer(reply, &m->world, params, now_of(m));
}

static bool control_floor(struct meta *m, struct meta_params *params, struct reply *reply)
{
    return meta_throttle_floor(m, params, reply);
}

static bool control_jobs(struct meta *m, struct meta_params *params, struct reply *reply)
{
    (void)params;
    return meta_report_list(m, reply, now_of(m));
}

static bool control_expire(struct meta *m, struct meta_params *params, struct reply *reply)
{
    static const char done[] = "{}\n",
                      refusal[] = "token is missing, too long, or one too many";
    const char *token = meta_params_get(params, "token");
    if (!token || !meta_ended_add(&m->ended, token))
        return reply_text(reply, 400, "text/plain", refusal, sizeof refusal - 1);
    return reply_text(reply, 200, META_JSON_TYPE, done, sizeof done - 1);
}

static const struct {
    const char *path;
    bool (*answer)(struct meta *m, struct meta_params *params, struct reply *reply);
} control_calls[] = {
    {"/_sandbox/facebook/truth", control_truth},
    {"/_sandbox/facebook/floor", control_floor},
    {"/_sandbox/facebook/jobs", control_jobs},
    {"/_sandbox/facebook/expire", control_expire},
};

static bool meta_control(void *state, const struct server_request *request, struct reply *reply)
{
    const char *query = strchr(request->uri, '?');
    struct meta_params params;
    meta_params_init(&params);
    bool known = false, done = false;
    for (size_t i = 0; i < sizeof control_calls / sizeof *control_calls && !known; i++) {
        known = strcmp(request->path, control_calls[i].path) == 0 &&
                (!query || meta_params_add_query(&params, query + 1, strlen(query + 1)));
        if (known)
            done = control_calls[i].answer(state, &params, reply);
    }
    meta_params_done(&params);
    return known ? done
                 : reply_text(reply, 404, "text/plain", "no such call", strlen("no such call"));
}

/* --- the service --- */

static bool meta_answer(void *state, const struct server_request *request,
                        const struct fault_set *faults, struct reply *reply)
{
    struct meta *m = state;
    struct meta_call call = {
        .meta = m,
        .method = request->method,
        .route = meta_route,
        .faults = faults,
        .now_s = timeline_now_ns(m->host->timeline) / CLOCK_SECOND_NS,
        .reply = reply,
    };
    meta_params_init(&call.params);
    take_base(&call, request);
    bool done =
        meta_call_take_path(&call, request->path, "") && take_params(&call, request)
            ? meta_route(&call)
            : meta_error_answer(reply, META_ERROR_PARAMETER, "The request cannot be read");
    meta_params_done(&call.params);
    return done;
}

const struct service meta_service = {
    .name = "facebook",
    .owns = meta_owns,
    .open = meta_open,
    .close = meta_close,
    .reset = meta_reset,
    .answer = meta_answer,
    .stats = meta_stats,
    .control = meta_control,
};
