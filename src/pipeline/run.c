/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/run.h"

#include <stdlib.h>
#include <string.h>

#include "audit/history.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/text.h"
#include "pipeline/deliver.h"
#include "pipeline/fetch.h"
#include "pipeline/replay.h"
#include "pipeline/writer.h"

/* What a run holds besides the deployment. */
struct run {
    struct deployment *deployment;
    const struct run_options *options;
    struct result *result;
    struct http *http;
    struct limiter *limiter;
    struct pseudonym *pseudonym;
    struct store *checkpoints; /* reading */
    struct writer *writer;
    struct deliver *sinks[DEPLOYMENT_SINKS_MAX]; /* NULL: not asked for */
};

static void run_done(struct run *r)
{
    for (size_t i = 0; i < DEPLOYMENT_SINKS_MAX; i++)
        deliver_free(r->sinks[i]);
    writer_free(r->writer);
    store_close(r->checkpoints);
    pseudonym_free(r->pseudonym);
    limiter_close(r->limiter);
    http_free(r->http);
}

/* What is not durable does not count. */
static void count_page(struct result *result, const struct writer_page *page)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        struct result_stream *s = &result->streams[i];
        if (strcmp(s->name, page->origin.stream) != 0)
            continue;
        s->pages++;
        s->records += page->records;
        s->released += page->released;
        s->unchanged += page->unchanged;
        s->quarantined += page->quarantined;
        s->unknown += page->unknown;
        s->decoded_bytes += page->decoded_bytes;
        if (*page->drift && !*s->drift)
            memcpy(s->drift, page->drift, sizeof s->drift);
    }
}

/* On the writer's thread. */
static void on_staged(void *context, const struct writer_page *page)
{
    struct run *r = context;
    const struct watch_page seen = {
        .stream = page->origin.stream,
        .slice = page->origin.slice,
        .page = page->origin.page,
        .records = page->released,
        .expected_records = page->expected_records,
        .decoded_bytes = page->decoded_bytes,
        .quota_used = page->quota_used,
        .quota_capacity = page->quota_capacity,
    };
    r->options->watch->page(r->options->watch->context, &seen);
    count_page(r->result, page);
    for (size_t i = 0; i < r->deployment->options->sink_count; i++)
        if (r->sinks[i])
            deliver_wake(r->sinks[i]);
}

static bool open_network(struct run *r, struct error *err)
{
    const struct deployment *d = r->deployment;
    const struct http_options options = {
        .hosts = settings_hosts(d->options->settings),
        .ca_file = d->options->ca_file,
        .user_agent = "extract/" EXTRACT_VERSION,
        .limits = d->manifest->transfer,
    };
    AUTO(cleanup_free) char *quota = deployment_path(d, "quota.db");
    if (!quota)
        return error_memory(err);
    return http_new(&options, &r->http, err) && limiter_open(quota, &r->limiter, err) &&
           keyring_pseudonym(d->keyring, keyring_pseudonym_version(d->keyring), &r->pseudonym,
                             err);
}

static bool open_writer(struct run *r, struct error *err)
{
    const struct writer_options options = {
        .store = r->deployment->store,
        .audit = &r->deployment->audit,
        .free_space = r->deployment->options->free_space,
        .budget = r->deployment->options->stage_budget,
        .context = r,
        .staged = on_staged,
    };
    return writer_new(&options, &r->writer, err);
}

static bool wants_sink(const struct run *r, size_t sink)
{
    const char *only = r->options->sink;
    return !only || strcmp(only, r->deployment->options->sinks[sink].driver->sink) == 0;
}

static bool open_sinks(struct run *r, struct error *err)
{
    for (size_t i = 0; i < r->deployment->options->sink_count; i++) {
        const struct deliver_options options = {
            .deployment = r->deployment,
            .sink = i,
            .writer = r->writer,
            .watch = r->options->watch,
            .accept = r->options->accept_sink,
            .result = r->result,
        };
        if (wants_sink(r, i) && !deliver_new(&options, &r->sinks[i], err))
            return false;
    }
    return true;
}

static void finish_sinks(struct run *r)
{
    for (size_t i = 0; i < r->deployment->options->sink_count; i++)
        if (r->sinks[i])
            deliver_finish(r->sinks[i]);
}

static bool is_wanted(const struct run_options *o, const char *stream)
{
    return !o->streams[0] || text_find(stream, o->streams) >= 0;
}

/* What the whole run may bring, where the settings say so; 0: nobody knows. */
static uint64_t expected_records(const struct run *r)
{
    uint64_t total = 0;
    const struct run_options *o = r->options;
    for (size_t i = 0; i < r->deployment->stream_count; i++) {
        struct settings_forecast forecast;
        struct error ignored;
        if (!is_wanted(o, r->deployment->streams[i].name))
            continue;
        if (!settings_forecast(r->deployment->options->settings, i, &forecast, &ignored) ||
            forecast.records == 0)
            return 0;
        total += forecast.records * (uint64_t)(o->until_day - o->since_day + 1);
    }
    return total;
}

static bool fetch_streams(struct run *r, struct error *err)
{
    const struct fetch_options options = {
        .deployment = r->deployment,
        .checkpoints = r->checkpoints,
        .writer = r->writer,
        .http = r->http,
        .limiter = r->limiter,
        .pseudonym = r->pseudonym,
        .since_day = r->options->since_day,
        .until_day = r->options->until_day,
        .again = r->options->again,
        .force = r->options->force,
        .max_wait_ns = r->options->max_wait_ns,
        .watch = r->options->watch,
        .expected_records = expected_records(r),
    };
    for (size_t i = 0; i < r->deployment->stream_count; i++) {
        if (is_wanted(r->options, r->deployment->streams[i].name) &&
            !fetch_stream(&options, i, &r->result->streams[i], err))
            return false;
    }
    return true;
}

/* Other settings than the last run's are an event of their own. */
static bool audit_config(struct run *r, struct error *err)
{
    uint8_t last[DIGEST_SIZE];
    bool found;
    const uint8_t *now = r->deployment->options->config_digest;
    if (!history_last_digest(store_db(r->checkpoints), EVENT_RUN_START, "config", &found, last,
                             err))
        return false;
    if (!found || memcmp(last, now, DIGEST_SIZE) == 0)
        return true;
    const struct event changed = {
        .kind = EVENT_CONFIG_CHANGED,
        .object = r->deployment->options->source,
        .digests = {{"before", last}, {"config", now}},
    };
    return writer_event(r->writer, &changed, err);
}

static bool audit_start(struct run *r, struct error *err)
{
    const struct deployment *d = r->deployment;
    char since[CLOCK_DATE_SIZE], until[CLOCK_DATE_SIZE];
    clock_format_date(r->options->since_day, since);
    clock_format_date(r->options->until_day, until);
    const struct event start = {
        .kind = EVENT_RUN_START,
        .object = d->options->source,
        .details = {{"since", since},
                    {"until", until},
                    {"version", EXTRACT_VERSION},
                    {"api_version", d->manifest->version},
                    {"key", keyring_kek_id(d->keyring)}},
        .digests = {{"config", d->options->config_digest}},
    };
    return audit_config(r, err) && writer_event(r->writer, &start, err);
}

static bool audit_end(struct run *r, struct error *err)
{
    const struct error *cause = result_failure(r->result);
    uint64_t released = 0, unchanged = 0, quarantined = 0, loaded = 0, published = 0;
    for (size_t i = 0; i < r->result->stream_count; i++) {
        const struct result_stream *s = &r->result->streams[i];
        released += s->released;
        unchanged += s->unchanged;
        quarantined += result_quarantined(r->result, s);
        loaded += result_delivered(r->result, s, "warehouse");
        published += result_delivered(r->result, s, "kafka");
    }
    const struct event end = {
        .kind = EVENT_RUN_END,
        .outcome = cause ? EVENT_FAILED : EVENT_DONE,
        .object = r->deployment->options->source,
        .reason = cause ? cause->text : NULL,
        .counts = {{"released", (int64_t)released},
                   {"unchanged", (int64_t)unchanged},
                   {"quarantined", (int64_t)quarantined},
                   {"loaded", (int64_t)loaded},
                   {"published", (int64_t)published}},
    };
    return writer_event(r->writer, &end, err);
}

/* From the event of the start to that of the end. */
static bool work(struct run *r, struct error *err)
{
    if (!open_network(r, err) || !deployment_read(r->deployment, &r->checkpoints, err) ||
        !open_writer(r, err) || !audit_start(r, err))
        return false;
    crashpoint("run.started");
    if (!r->options->stage_only && !open_sinks(r, err))
        return false;

    bool ok = fetch_streams(r, err);
    finish_sinks(r);
    crashpoint("run.ending");
    return ok && audit_end(r, err);
}

bool run_source(struct deployment *d, const struct run_options *options,
                struct result *ret_result, struct error *err)
{
    AUTO(run_done) struct run r = {.deployment = d, .options = options, .result = ret_result};
    result_init(ret_result, d);
    bool ok = work(&r, err);
    ret_result->ended_ns = clock_now_ns();
    return ok;
}

bool run_deliver(struct deployment *d, const struct run_options *options,
                 struct result *ret_result, struct error *err)
{
    AUTO(run_done) struct run r = {.deployment = d, .options = options, .result = ret_result};
    result_init(ret_result, d);
    if (!open_writer(&r, err) || !open_sinks(&r, err))
        return false;
    finish_sinks(&r);
    ret_result->ended_ns = clock_now_ns();
    return true;
}

bool run_replay(struct deployment *d, const struct run_options *options,
                struct result *ret_result, struct error *err)
{
    AUTO(run_done) struct run r = {.deployment = d, .options = options, .result = ret_result};
    result_init(ret_result, d);
    if (!open_writer(&r, err))
        return false;
    for (size_t i = 0; i < d->options->sink_count; i++) {
        const struct replay_options replay = {
            .deployment = d,
            .sink = i,
            .writer = r.writer,
            .watch = options->watch,
            .since_day = options->since_day,
            .until_day = options->until_day,
            .streams = options->streams,
            .result = ret_result,
        };
        if (wants_sink(&r, i) && !replay_sink(&replay, err))
            return false;
    }
    ret_result->ended_ns = clock_now_ns();
    return true;
}
