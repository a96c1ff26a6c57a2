/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/run.h"

#include <stdlib.h>
#include <string.h>

#include "audit/history.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "pipeline/deliver.h"
#include "pipeline/fetch.h"
#include "pipeline/replay.h"
#include "pipeline/scope.h"
#include "pipeline/writer.h"

/* What a run holds besides the deployment. */
struct run {
    struct deployment *deployment;
    const struct run_options *options;
    struct result *result;
    struct access access;
    struct pseudonym *pseudonym;
    struct scope *scope;
    struct agenda *agenda;
    struct writer *writer;
    struct deliver *sinks[DEPLOYMENT_SINKS_MAX]; /* NULL: not asked for */
};

static void run_done(struct run *r)
{
    for (size_t i = 0; i < DEPLOYMENT_SINKS_MAX; i++)
        deliver_free(r->sinks[i]);
    writer_free(r->writer);
    agenda_free(r->agenda);
    pseudonym_free(r->pseudonym);
    scope_free(r->scope);
    access_close(&r->access);
}

static bool is_staged(const struct writer_page *page)
{
    return !page->same &&
           (page->origin.by_slice || page->released > page->unchanged || page->quarantined > 0);
}

/* What is not durable does not count. */
static void count_page(struct result *result, const struct writer_page *page)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        struct result_stream *s = &result->streams[i];
        if (strcmp(s->name, page->origin.stream) != 0)
            continue;
        s->pages++;
        s->staged |= is_staged(page);
        s->records += page->records;
        s->released += page->released;
        s->unchanged += page->unchanged;
        s->quarantined += page->quarantined;
        s->repeated += page->repeated;
        s->unknown += page->unknown;
        s->decoded_bytes += page->decoded_bytes;
        if (*page->drift && !*s->drift)
            memcpy(s->drift, page->drift, sizeof s->drift);
        if (*page->withheld && s->withheld++ == 0)
            memcpy(s->withheld_why, page->withheld, sizeof s->withheld_why);
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

static size_t threads_of(const struct run *r)
{
    return (size_t)r->deployment->manifest->concurrency;
}

static bool open_writer(struct run *r, struct error *err)
{
    const struct writer_options options = {
        .store = r->deployment->store,
        .audit = &r->deployment->audit,
        .free_space = r->deployment->options->free_space,
        .budget = r->deployment->options->stage_budget,
        .fetchers = threads_of(r),
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

static bool is_wanted(const struct run *r, size_t stream)
{
    const struct deployment *d = r->deployment;
    const char *const *named = r->options->streams;
    return named[0] ? text_find(d->streams[stream].name, named) >= 0
                    : settings_wants(d->options->settings, stream);
}

/* What the whole run may bring, where the settings say so; 0: nobody knows. */
static uint64_t expected_records(const struct run *r)
{
    uint64_t total = 0;
    for (size_t i = 0; i < r->deployment->stream_count; i++) {
        struct settings_forecast forecast;
        struct error ignored;
        uint64_t slices = agenda_slices(r->agenda, i);
        if (slices == 0)
            continue;
        if (!settings_forecast(r->deployment->options->settings, i, &forecast, &ignored) ||
            forecast.records == 0)
            return 0;
        total += forecast.records * slices;
    }
    return total;
}

static bool wants_stream(void *context, size_t stream)
{
    return is_wanted(context, stream);
}

static bool open_access(struct run *r, struct error *err)
{
    const struct keyring *keys = r->deployment->keyring;
    r->access.deployment = r->deployment;
    r->access.watch = r->options->watch;
    r->access.max_wait_ns = r->options->max_wait_ns;
    return access_open(&r->access, true, err) &&
           keyring_pseudonym(keys, keyring_pseudonym_version(keys), &r->pseudonym, err);
}

static bool on_out_of_reach(void *context, size_t stream, const struct scope_account *account,
                            const char *first, struct error *err)
{
    struct run *r = context;
    struct result_stream *s = &r->result->streams[stream];
    if (strcmp(first, s->out_of_reach) > 0)
        snprintf(s->out_of_reach, sizeof s->out_of_reach, "%s", first);
    const struct event event = {
        .kind = EVENT_DAYS_OUT_OF_REACH,
        .object = s->name,
        .details = {{"account", account->id}, {"first", first}},
    };
    return writer_event(r->writer, &event, err);
}

/* Who there is, and what of each is to be read. */
static bool make_agenda(struct run *r, struct error *err)
{
    AUTO(store_closep) struct store *stage = NULL; /* the writer has the other connection */
    if (!deployment_read(r->deployment, &stage, err))
        return false;
    const struct scope_notes notes = {r, wants_stream, on_out_of_reach};
    const struct scope_options options = {
        .access = &r->access,
        .window = &r->options->window,
        .stage = stage,
    };
    return scope_new(&options, &r->scope, err) &&
           scope_agenda(r->scope, &notes, &r->agenda, err);
}

static bool fetch(struct run *r, struct error *err)
{
    const struct deployment *d = r->deployment;
    const struct fetch_options options = {
        .deployment = d,
        .agenda = r->agenda,
        .writer = r->writer,
        .access = &r->access,
        .pseudonym = r->pseudonym,
        .threads = threads_of(r),
        .again = r->options->again,
        .force = r->options->force,
        .expected_records = expected_records(r),
    };
    return fetch_agenda(&options, r->result, err);
}

/* Without accounts none of the streams can be read; what is staged is delivered all the same. */
static void fail_streams(struct run *r, const struct error *cause)
{
    for (size_t i = 0; i < r->result->stream_count; i++) {
        if (!is_wanted(r, i))
            continue;
        r->result->streams[i].failed = true;
        r->result->streams[i].error = *cause;
        failures_note(&r->result->failures, r->result->streams[i].name, "", 0, cause);
    }
}

/* An account that cannot be read is missing in every stream. */
static bool note_account(struct run *r, const struct scope_account *account, struct error *err)
{
    const struct error *cause = account->failure;
    const struct event event = {
        .kind = EVENT_ACCOUNT_FAILED,
        .outcome = EVENT_FAILED,
        .object = account->id,
        .reason = cause->text,
        .details = {{"error", error_kind_name(cause->kind)}},
    };
    if (r->result->accounts_failed++ == 0)
        r->result->account_error = *cause;
    if (failures_note(&r->result->failures, NULL, account->id, 0, cause))
        log_warning("account.failed", "account=%s %s", account->id, cause->text);
    return writer_event(r->writer, &event, err);
}

static bool note_accounts(struct run *r, struct error *err)
{
    const struct scope_account *accounts = scope_accounts(r->scope, &r->result->accounts);
    for (size_t i = 0; i < r->result->accounts; i++) {
        if (accounts[i].failed && !note_account(r, &accounts[i], err))
            return false;
    }
    return true;
}

/* Accounts that were taken away are missed by nobody but us. */
static bool find_accounts(const struct run *r, struct error *err)
{
    size_t count;
    scope_accounts(r->scope, &count);
    return count > 0 || error_set(err, ERROR_ACCOUNT, "these credentials can see no account");
}

static bool read_source(struct run *r, struct error *err)
{
    struct error failure;
    if (!make_agenda(r, &failure) || !find_accounts(r, &failure)) {
        fail_streams(r, &failure);
        return true;
    }
    return note_accounts(r, err) && fetch(r, err);
}

/* Other settings than the last run's are an event of their own. */
static bool audit_config(struct run *r, struct error *err)
{
    uint8_t last[DIGEST_SIZE];
    bool found;
    const uint8_t *now = r->deployment->options->config_digest;
    AUTO(store_closep) struct store *history = NULL; /* the writer has the other connection */
    if (!deployment_read(r->deployment, &history, err) ||
        !history_last_digest(store_db(history), EVENT_RUN_START, "config", &found, last, err))
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
    char since[WINDOW_TEXT_SIZE], until[WINDOW_TEXT_SIZE];
    window_format_day(&r->options->window.since, since);
    window_format_day(&r->options->window.until, until);
    const struct event start = {
        .kind = EVENT_RUN_START,
        .object = d->options->source,
        .details = {{"since", *since ? since : NULL},
                    {"until", *until ? until : NULL},
                    {"version", EXTRACT_VERSION},
                    {"api_version", settings_version(d->options->settings)},
                    {"key", keyring_kek_id(d->keyring)}},
        .digests = {{"config", d->options->config_digest}},
    };
    return audit_config(r, err) && writer_event(r->writer, &start, err);
}

/* What answers said about their version. Written at the end, when no page is open. */
static bool audit_versions(struct run *r, struct error *err)
{
    struct version_notice notice;
    for (size_t i = 0; version_noticed(r->access.versions, i, &notice); i++) {
        const struct event event = {
            .kind = EVENT_API_VERSION,
            .object = r->deployment->options->source,
            .reason = *notice.warning ? notice.warning : NULL,
            .details = {{"asked", notice.asked},
                        {"served", *notice.served ? notice.served : notice.asked}},
        };
        if (!writer_event(r->writer, &event, err))
            return false;
    }
    return true;
}

/* Also at the end. */
static bool audit_renewals(struct run *r, struct error *err)
{
    char names[CREDENTIALS_TEXT_SIZE], last[CLOCK_RFC3339_SIZE];
    int64_t last_ns;
    unsigned times = credentials_renewals(r->access.credentials, &last_ns, names);
    clock_format_rfc3339(last_ns, last);
    const struct event event = {
        .kind = EVENT_CREDENTIALS_RENEWED,
        .object = r->deployment->options->source,
        .details = {{"secrets", names}, {"last", last}},
        .counts = {{"times", times}},
    };
    return times == 0 || writer_event(r->writer, &event, err);
}

static bool audit_end(struct run *r, struct error *err)
{
    const struct error *cause = result_failure(r->result);
    uint64_t released = 0, unchanged = 0, quarantined = 0, repeated = 0;
    uint64_t loaded = 0, published = 0;
    for (size_t i = 0; i < r->result->stream_count; i++) {
        const struct result_stream *s = &r->result->streams[i];
        released += s->released;
        unchanged += s->unchanged;
        quarantined += result_quarantined(r->result, s);
        repeated += s->repeated;
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
                   {"repeated", (int64_t)repeated},
                   {"loaded", (int64_t)loaded},
                   {"published", (int64_t)published}},
    };
    return writer_event(r->writer, &end, err);
}

/* From the event of the start to that of the end. */
static bool work(struct run *r, struct error *err)
{
    if (!open_access(r, err) || !open_writer(r, err) || !audit_start(r, err))
        return false;
    crashpoint("run.started");
    if (!r->options->stage_only && !open_sinks(r, err))
        return false;

    for (size_t i = 0; i < r->result->stream_count; i++)
        r->result->streams[i].wanted = is_wanted(r, i);
    bool ok = read_source(r, err);
    finish_sinks(r);
    crashpoint("run.ending");
    return ok && audit_versions(r, err) && audit_renewals(r, err) && audit_end(r, err);
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
    static const struct slice_rule any = {.kind = SLICE_DAY};
    AUTO(zone_closep)
    struct zone *utc = NULL; /* who lists the days need not ask for accounts */
    if (!zone_open("UTC", &utc, err) || !open_writer(&r, err))
        return false;
    const struct window_days days =
        window_resolve(&options->window, &any, utc, ret_result->started_ns);
    for (size_t i = 0; i < d->options->sink_count; i++) {
        const struct replay_options replay = {
            .deployment = d,
            .sink = i,
            .writer = r.writer,
            .watch = options->watch,
            .since_day = days.since,
            .until_day = days.until,
            .streams = options->streams,
            .result = ret_result,
        };
        if (wants_sink(&r, i) && !replay_sink(&replay, err))
            return false;
    }
    ret_result->ended_ns = clock_now_ns();
    return true;
}
