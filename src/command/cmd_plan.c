/* SPDX-License-Identifier: Apache-2.0 */
/* extract plan: what a run would do. Changes nothing; where there are accounts it asks for them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "command/context.h"
#include "command/outlook.h"
#include "command/progress.h"
#include "pipeline/scope.h"
#include "stage/checkpoint.h"

enum {
    PLAN_SCRIPT_MAX = 1024 * 1024,
    REPORT_POLLS = 2, /* of a report, besides creating it */
};

struct plan {
    struct context *context;
    const struct deployment *deployment;
    struct window asked;
    int64_t now_ns;
    struct store *stage; /* NULL: there is none yet */
    struct access access;
    struct progress *progress;
    struct scope *scope;
    struct agenda *agenda;
    char *quota; /* path of the budget */
    struct outlook *outlook; /* of all streams together */
    uint64_t requests; /* the same */
    struct buffer changes; /* statements for what is there in the sinks … */
    size_t missing; /* … and tables and topics that a run makes */
};

static void plan_done(struct plan *p)
{
    agenda_free(p->agenda);
    scope_free(p->scope);
    access_close(&p->access);
    progress_free(p->progress);
    store_close(p->stage);
    free(p->quota);
    outlook_free(p->outlook);
    buffer_done(&p->changes);
}

/* What a stream of all accounts comes to. */
struct work {
    uint64_t accounts;
    uint64_t slices;
    uint64_t open; /* of them, to be read */
    uint64_t requests; /* of those, as far as it can be told */
    char
        since[SLICE_ID_SIZE]; /* the first day, and the last one; "" where slices are no days */
    char until[SLICE_ID_SIZE];
};

/* Need this slice not be read again? And how many pages it had when it was. */
static bool look_up(const struct plan *p, const struct agenda_list *list,
                    const struct slice *slice, bool *ret_complete, uint64_t *ret_pages,
                    struct error *err)
{
    const struct slice_rule rule =
        settings_slice(p->deployment->options->settings, list->stream);
    const struct scope_account *account = list->account;
    const char *stream = p->deployment->streams[list->stream].name;
    struct checkpoint c;
    bool found = false;
    *ret_complete = false;
    *ret_pages = 0;
    if (p->stage &&
        !checkpoint_get(p->stage, stream, account->id, slice->id, &c, NULL, &found, err))
        return false;
    if (!found || c.state != CHECKPOINT_COMPLETE)
        return true;
    *ret_pages = c.pages;
    *ret_complete = scope_settled(account, &rule, slice, &c);
    return true;
}

static void take_days(struct work *w, const struct slice *slice)
{
    if (*slice->from && (!*w->since || strcmp(slice->from, w->since) < 0))
        snprintf(w->since, sizeof w->since, "%s", slice->from);
    if (*slice->to && strcmp(slice->to, w->until) > 0)
        snprintf(w->until, sizeof w->until, "%s", slice->to);
}

/* pages: of a slice; 0: nobody knows. Then it is as many as the last time, or as the slice before
 * it had. */
static bool count_list(const struct plan *p, const struct agenda_list *list, uint64_t pages,
                       struct work *w, struct error *err)
{
    bool has_report = p->deployment->manifest->streams[list->stream].has_report;
    uint64_t guess = pages ? pages : 1;
    for (size_t i = 0; i < list->count; i++) {
        bool complete;
        uint64_t known;
        if (!look_up(p, list, &list->slices[i], &complete, &known, err))
            return false;
        take_days(w, &list->slices[i]);
        guess = !pages && known > 0 ? known : guess;
        w->open += !complete;
        w->requests += complete ? 0 : guess + (has_report ? 1 + REPORT_POLLS : 0);
    }
    w->accounts++;
    w->slices += list->count;
    return true;
}

/* What one list is going to spend: its slices or, where nobody knows their pages, its requests;
 * reports are created at a price of their own. */
static bool add_list(struct outlook *o, const struct plan *p, const struct agenda_list *list,
                     const struct settings_forecast *forecast, uint64_t open, uint64_t requests,
                     struct error *err)
{
    const struct settings *settings = p->deployment->options->settings;
    const char *account = list->account->id;
    uint64_t created = p->deployment->manifest->streams[list->stream].has_report ? open : 0;
    uint64_t times = forecast->pages ? open : requests - created;
    return outlook_add(o, settings, account, forecast->cost, times, err) &&
           outlook_add(o, settings, account, forecast->create, created, err);
}

/* All accounts' lists of a stream, and how long the quota makes them take, these alone. They are
 * added to all others, too. */
static bool count_stream(struct plan *p, size_t stream,
                         const struct settings_forecast *forecast, struct work *ret_work,
                         int64_t *ret_ns, struct error *err)
{
    AUTO(outlook_freep) struct outlook *own = NULL;
    struct work w = {0};
    if (!outlook_open(p->quota, p->now_ns, &own, err))
        return false;
    for (size_t i = 0; i < agenda_lists(p->agenda); i++) {
        const struct agenda_list *list = agenda_list(p->agenda, i);
        const struct work before = w;
        if (list->stream != stream)
            continue;
        if (!count_list(p, list, forecast->pages, &w, err))
            return false;
        uint64_t open = w.open - before.open, requests = w.requests - before.requests;
        if (!add_list(own, p, list, forecast, open, requests, err) ||
            !add_list(p->outlook, p, list, forecast, open, requests, err))
            return false;
    }
    *ret_work = w;
    *ret_ns = outlook_finish_ns(own) - p->now_ns;
    return true;
}

static long long minutes(int64_t ns)
{
    const int64_t minute_ns = 60 * CLOCK_SECOND_NS;
    return (long long)(ns / minute_ns + (ns % minute_ns > 0));
}

static bool plan_sinks(struct plan *p, size_t stream, struct buffer *script, struct error *err)
{
    const struct deployment *d = p->deployment;
    const struct driver_stream target = deployment_stream(d, stream);
    for (size_t i = 0; i < d->options->sink_count; i++) {
        const struct sink_options options = deployment_sink(d, i, true);
        AUTO(sink_closep) struct sink *sink = NULL;
        struct ddl_change change;
        size_t before = script->len;
        if (!sink_open(&options, &sink, err) || !sink_plan(sink, &target, script, &change, err))
            return false;
        p->missing += change.creates;
        if (!change.creates &&
            !buffer_append(&p->changes, script->data + before, script->len - before))
            return error_set(err, ERROR_SINK, "more than %d bytes of statements",
                             PLAN_SCRIPT_MAX);
    }
    return true;
}

static void print_time(int64_t ns)
{
    if (ns > 0)
        printf("the quota makes it take at least %lld min\n", minutes(ns));
    else
        puts("no wait for the quota");
}

static void print_stream(const struct plan *p, size_t stream, const struct work *w,
                         const struct settings_forecast *forecast, int64_t ns)
{
    const struct deployment *d = p->deployment;
    printf("%s/%s: ", d->options->source, d->streams[stream].name);
    if (*w->since)
        printf("%s to %s: ", w->since, w->until);
    if (d->manifest->accounts.kind != ACCOUNT_SINGLE)
        printf("%" PRIu64 " accounts, ", w->accounts);
    printf("%" PRIu64 " slices, %" PRIu64 " of them open", w->slices, w->open);
    if (w->requests > 0)
        printf(": %s%" PRIu64 " requests", forecast->pages ? "" : "about ", w->requests);
    if (forecast->records)
        printf(", %" PRIu64 " records", forecast->records * w->open);
    printf("; ");
    print_time(ns);
}

static void print_sinks(struct plan *p)
{
    const char *source = p->deployment->options->source;
    const char *changes = buffer_text(&p->changes);
    if (p->missing > 0)
        printf("sinks: %zu tables or topics are missing, and made by the run; extract ddl "
               "--source %s prints them\n",
               p->missing, source);
    if (changes && *changes)
        printf("changes to the sinks, for extract ddl --source %s --apply:\n%s", source,
               changes);
}

static bool plan_stream(struct plan *p, size_t stream, json_t *out, struct error *err)
{
    const struct deployment *d = p->deployment;
    struct settings_forecast forecast;
    struct work w;
    int64_t ns = 0;
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, PLAN_SCRIPT_MAX);
    if (!settings_forecast(d->options->settings, stream, &forecast, err) ||
        !count_stream(p, stream, &forecast, &w, &ns, err) ||
        !plan_sinks(p, stream, &script, err))
        return false;
    p->requests += w.requests;
    const char *statements = buffer_text(&script) ? buffer_text(&script) : "";
    json_array_append_new(
        out, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "stream",
                       d->streams[stream].name, "since", w.since, "until", w.until, "accounts",
                       (json_int_t)w.accounts, "slices", (json_int_t)w.slices, "open",
                       (json_int_t)w.open, "requests", (json_int_t)w.requests, "records",
                       (json_int_t)(forecast.records * w.open), "quota_seconds",
                       (json_int_t)(ns / CLOCK_SECOND_NS), "statements", statements));
    if (!context_json(p->context))
        print_stream(p, stream, &w, &forecast, ns);
    return true;
}

static bool is_wanted(void *context, size_t stream)
{
    const struct plan *p = context;
    const struct options *o = p->context->options;
    const struct deployment *d = p->deployment;
    return o->stream_count > 0 ? options_want_stream(o, d->streams[stream].name)
                               : settings_wants(d->options->settings, stream);
}

/* Who there is, and what of each is to be read. */
static bool open_scope(struct plan *p, struct error *err)
{
    p->progress = progress_new(options_has(p->context->options, TABLE_QUIET));
    if (!p->progress)
        return error_memory(err);
    p->access.deployment = p->deployment;
    p->access.watch = progress_watch(p->progress);
    const struct scope_options options = {
        .access = &p->access, .window = &p->asked, .stage = p->stage};
    const struct scope_notes notes = {.context = p, .wanted = is_wanted};
    return access_open(&p->access, false, err) && scope_new(&options, &p->scope, err) &&
           scope_agenda(p->scope, &notes, &p->agenda, err);
}

static void tell_failed_accounts(const struct plan *p)
{
    size_t count;
    const struct scope_account *accounts = scope_accounts(p->scope, &count);
    for (size_t i = 0; i < count; i++) {
        if (accounts[i].failed)
            log_warning("account.failed", "account=%s %s", accounts[i].id,
                        accounts[i].failure->text);
    }
}

static bool print_all(struct plan *p, struct error *err)
{
    AUTO(json_decrefp) json_t *streams = json_array();
    for (size_t i = 0; i < p->deployment->stream_count; i++) {
        if (is_wanted(p, i) && !plan_stream(p, i, streams, err))
            return false;
    }
    int64_t all_ns = outlook_finish_ns(p->outlook) - p->now_ns;
    if (context_json(p->context))
        return context_print_json(json_pack("{s:O, s:I}", "streams", streams, "quota_seconds",
                                            (json_int_t)(all_ns / CLOCK_SECOND_NS)),
                                  err);
    if (json_array_size(streams) > 1) {
        printf("all of it: %" PRIu64 " requests; ", p->requests);
        print_time(all_ns);
    }
    print_sinks(p);
    return true;
}

bool cmd_plan(struct context *c, int *ret_status, struct error *err)
{
    const struct store_options options =
        deployment_stage(&c->deployment, c->deployment.source, NULL);
    AUTO(deployment_freep) struct deployment *d = NULL;
    AUTO(plan_done) struct plan p = {.context = c, .now_ns = clock_now_ns()};
    buffer_init(&p.changes, PLAN_SCRIPT_MAX);
    if (!options_window(c->options, p.now_ns, &p.asked, err) ||
        !window_check(&p.asked, p.now_ns, err) ||
        !deployment_open(&c->deployment, 0, 0, &d, err) ||
        (store_exists(&options) && !store_open_read(&options, &p.stage, err)))
        return false;
    p.deployment = d;
    p.quota = deployment_path(d, "quota.db");
    if (!p.quota)
        return error_memory(err);
    context_warn_of_version(c);
    if (!outlook_open(p.quota, p.now_ns, &p.outlook, err) || !open_scope(&p, err))
        return false;
    tell_failed_accounts(&p);
    *ret_status = 0;
    return print_all(&p, err);
}
