/* SPDX-License-Identifier: Apache-2.0 */
/* extract plan: what a run would do. Sends nothing and changes nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "command/context.h"
#include "quota/limiter.h"
#include "stage/checkpoint.h"

enum { PLAN_SCRIPT_MAX = 1024 * 1024 };

struct plan_days {
    int64_t since;
    int64_t until;
};

/* Is this slice complete already? The stage may not be there yet. */
static bool slice_complete(struct store *s, const char *stream, const char *slice,
                           bool *ret_complete, struct error *err)
{
    struct checkpoint c;
    bool found = false;
    if (s && !checkpoint_get(s, stream, MANIFEST_SINGLE_ACCOUNT, slice, &c, &found, err))
        return false;
    *ret_complete = found && c.state == CHECKPOINT_COMPLETE;
    return true;
}

static bool count_open(const struct deployment *d, struct store *s, size_t stream,
                       const struct plan_days *days, size_t *ret_slices, size_t *ret_open,
                       struct error *err)
{
    AUTO(cleanup_free) struct slice *slices = NULL;
    size_t count, open = 0;
    if (!slice_list(&d->manifest->streams[stream].slice, days->since, days->until, &slices,
                    &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool complete;
        if (!slice_complete(s, d->streams[stream].name, slices[i].id, &complete, err))
            return false;
        open += !complete;
    }
    *ret_slices = count;
    *ret_open = open;
    return true;
}

/* How long the limit makes spending `cost` take, from what is free now. */
static bool quota_time(const struct deployment *d, size_t bucket, uint64_t cost,
                       int64_t *ret_ns, struct error *err)
{
    const struct bucket_rule *rule = settings_bucket(d->options->settings, bucket);
    struct limiter_state state = {0};
    *ret_ns = 0;
    if (!rule || cost == 0)
        return true;
    AUTO(cleanup_free) char *path = deployment_path(d, "quota.db");
    AUTO(limiter_closep) struct limiter *limiter = NULL;
    char key[LIMITER_KEY_MAX + 1];
    if (!path)
        return error_memory(err);
    settings_quota_key(d->options->settings, MANIFEST_SINGLE_ACCOUNT, bucket, key);
    int64_t now = clock_now_ns();
    if (file_exists(path) && (!limiter_open(path, &limiter, err) ||
                              !limiter_state(limiter, key, rule, now, &state, err)))
        return false;
    uint64_t left = rule->capacity > state.used ? rule->capacity - state.used : 0;
    uint64_t windows = cost <= left ? 0 : (cost - left + rule->capacity - 1) / rule->capacity;
    int64_t blocked = state.blocked_until_ns > now ? state.blocked_until_ns - now : 0;
    *ret_ns = blocked + (int64_t)windows * rule->window_ns;
    return true;
}

static bool plan_sinks(const struct deployment *d, size_t stream, struct buffer *script,
                       struct error *err)
{
    const struct driver_stream target = deployment_stream(d, stream);
    for (size_t i = 0; i < d->options->sink_count; i++) {
        const struct sink_options options = deployment_sink(d, i, true);
        AUTO(sink_closep) struct sink *sink = NULL;
        struct ddl_change change;
        if (!sink_open(&options, &sink, err) || !sink_plan(sink, &target, script, &change, err))
            return false;
    }
    return true;
}

static bool plan_stream(struct context *c, const struct deployment *d, struct store *s,
                        size_t stream, const struct plan_days *days, json_t *out,
                        struct error *err)
{
    struct settings_forecast forecast;
    size_t slices, open;
    int64_t longest = 0;
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, PLAN_SCRIPT_MAX);
    if (!settings_forecast(d->options->settings, stream, &forecast, err) ||
        !count_open(d, s, stream, days, &slices, &open, err) ||
        !plan_sinks(d, stream, &script, err))
        return false;
    for (size_t i = 0; i < d->manifest->bucket_count; i++) {
        int64_t ns;
        if (!quota_time(d, i, forecast.cost[i] * open, &ns, err))
            return false;
        longest = ns > longest ? ns : longest;
    }
    const char *statements = buffer_text(&script);
    json_array_append_new(out, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:s}", "stream",
                                         d->streams[stream].name, "slices", (json_int_t)slices,
                                         "open", (json_int_t)open, "requests",
                                         (json_int_t)(forecast.pages * open), "records",
                                         (json_int_t)(forecast.records * open), "quota_seconds",
                                         (json_int_t)(longest / CLOCK_SECOND_NS), "statements",
                                         statements ? statements : ""));
    if (context_json(c))
        return true;
    printf("%s/%s: %zu slices, %zu of them open", d->options->source, d->streams[stream].name,
           slices, open);
    if (forecast.pages)
        printf(": %" PRIu64 " requests, %" PRIu64 " records", forecast.pages * open,
               forecast.records * open);
    printf("; the quota makes it take at least %lld min\n",
           (long long)((longest + 60 * CLOCK_SECOND_NS - 1) / (60 * CLOCK_SECOND_NS)));
    printf("%s%s", statements && *statements ? "changes to the sinks:\n" : "",
           statements ? statements : "");
    return true;
}

bool cmd_plan(struct context *c, int *ret_status, struct error *err)
{
    struct plan_days days;
    int64_t now = clock_now_ns();
    if (!options_day(c->options, TABLE_SINCE, now, &days.since, err) ||
        !options_day(c->options, TABLE_UNTIL, now, &days.until, err))
        return false;

    const struct store_options options =
        deployment_stage(&c->deployment, c->deployment.source, NULL);
    AUTO(deployment_freep) struct deployment *d = NULL;
    AUTO(store_closep) struct store *s = NULL;
    AUTO(json_decrefp) json_t *streams = json_array();
    if (!deployment_open(&c->deployment, 0, 0, &d, err) ||
        (store_exists(&options) && !store_open_read(&options, &s, err)))
        return false;
    for (size_t i = 0; i < d->stream_count; i++) {
        if (options_want_stream(c->options, d->streams[i].name) &&
            !plan_stream(c, d, s, i, &days, streams, err))
            return false;
    }
    *ret_status = 0;
    return !context_json(c) || context_print_json(json_pack("{s:O}", "streams", streams), err);
}
