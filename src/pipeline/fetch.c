/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/stop.h"
#include "source/reader.h"
#include "stage/generation.h"

/* One slice while it is read. */
struct work {
    const struct fetch_options *options;
    size_t index; /* of the stream in the manifest */
    const struct deployment_stream *stream;
    const struct slice *slice;
    struct append_origin origin;
    struct checkpoint checkpoint;
    bool all; /* also what is as it was when it was last read is staged */
    struct segment *segment; /* being filled; NULL: none yet */
    bool page_begun; /* the writer was given something of this page */
    bool writer_failed; /* the error came from there: nothing can go on */
};

static bool writer_error(struct work *w)
{
    w->writer_failed = true;
    return false;
}

/* --- records of the open page --------------------------------------------------------------- */

static bool on_begin(void *context, struct error *err)
{
    struct work *w = context;
    if (w->segment)
        segment_clear(w->segment);
    if (w->page_begun && !writer_discard(w->options->writer, err))
        return writer_error(w);
    w->page_begun = false;
    return true;
}

static bool send_segment(struct work *w, struct error *err)
{
    struct segment *segment = w->segment;
    w->segment = NULL;
    w->page_begun = true;
    return writer_segment(w->options->writer, &w->origin, w->all, segment, err) ||
           writer_error(w);
}

static bool on_record(void *context, const char *line, size_t len, size_t fleeting,
                      struct error *err)
{
    struct work *w = context;
    if (w->segment && segment_is_full(w->segment) && !send_segment(w, err))
        return false;
    if (!w->segment && !(w->segment = writer_take(w->options->writer))) {
        w->writer_failed = true;
        return writer_flush(w->options->writer, err); /* fails with the writer's error */
    }
    w->segment->fleeting = fleeting;
    return segment_add(w->segment, line, len, err);
}

static bool on_quarantine(void *context, const char *line, size_t len, const char *reason,
                          uint64_t position, struct error *err)
{
    struct work *w = context;
    w->page_begun = true;
    return writer_quarantine(w->options->writer, &w->origin, position, line, len, reason,
                             err) ||
           writer_error(w);
}

/* --- pages ---------------------------------------------------------------------------------- */

/* What is spent of the stream's first bucket, for the one who watches. */
static bool look_at_quota(struct work *w, struct writer_page *page, struct error *err)
{
    const struct deployment *d = w->options->deployment;
    const struct manifest_stream *stream = &d->manifest->streams[w->index];
    if (stream->cost_count == 0)
        return true;
    size_t bucket = stream->costs[0].bucket;
    const struct bucket_rule *rule = settings_bucket(d->options->settings, bucket);
    if (!rule)
        return true;
    char key[LIMITER_KEY_MAX + 1];
    struct limiter_state state;
    settings_quota_key(d->options->settings, MANIFEST_SINGLE_ACCOUNT, bucket, key);
    if (!limiter_state(w->options->limiter, key, rule, clock_now_ns(), &state, err))
        return false;
    page->quota_used = state.used;
    page->quota_capacity = state.capacity;
    return true;
}

static bool commit_page(struct work *w, const struct reader *r, const struct reader_page *page,
                        struct error *err)
{
    struct checkpoint *c = &w->checkpoint;
    if (w->segment && w->segment->count > 0 && !send_segment(w, err))
        return false;
    if (strlen(page->cursor) > CHECKPOINT_CURSOR_MAX)
        return error_set(err, ERROR_DATA, "%s/%s: the cursor is longer than %d bytes",
                         w->stream->name, w->slice->id, CHECKPOINT_CURSOR_MAX);
    memcpy(c->request_digest, reader_request_digest(r), DIGEST_SIZE);
    c->pages++;
    c->records += page->counts.released;
    c->state = page->last ? CHECKPOINT_COMPLETE : CHECKPOINT_OPEN;
    snprintf(c->cursor, sizeof c->cursor, "%s", page->cursor);

    struct writer_page whole = {
        .origin = w->origin,
        .checkpoint = *c,
        .records = page->counts.records,
        .released = page->counts.released,
        .quarantined = page->counts.quarantined,
        .unknown = page->counts.unknown,
        .decoded_bytes = page->decoded_bytes,
        .expected_records = w->options->expected_records,
    };
    if (page->drift_count > 0)
        snprintf(whole.drift, sizeof whole.drift, "%s", page->drifts[0].path);
    if (!look_at_quota(w, &whole, err))
        return false;
    crashpoint("fetch.page");
    w->page_begun = false;
    return writer_commit(w->options->writer, &whole, err) || writer_error(w);
}

static bool read_pages(struct work *w, struct reader *r, struct error *err)
{
    for (;;) {
        if (stop_requested())
            return error_set(err, ERROR_STOPPED, "%s/%s: stopped after page %llu",
                             w->stream->name, w->slice->id,
                             (unsigned long long)reader_pages_done(r));
        struct reader_page page;
        w->origin.page = reader_pages_done(r) + 1;
        if (!reader_next(r, &page, err))
            return false;
        if (page.done)
            return true;
        if (!commit_page(w, r, &page, err))
            return false;
        log_debug("page.fetched", "stream=%s slice=%s page=%llu records=%llu bytes=%llu",
                  w->stream->name, w->slice->id, (unsigned long long)page.number,
                  (unsigned long long)page.counts.records,
                  (unsigned long long)page.decoded_bytes);
        if (page.last)
            return true;
    }
}

/* --- slices --------------------------------------------------------------------------------- */

/* The slice starts anew: its pages so far stay staged, but no more count. */
static bool reset_checkpoint(struct work *w, const char *why, struct error *err)
{
    const struct event reset = {
        .kind = EVENT_CHECKPOINT_RESET,
        .object = w->stream->name,
        .reason = why,
        .details = {{"slice", w->slice->id}},
        .counts = {{"pages", (int64_t)w->checkpoint.pages}},
    };
    log_warning("slice.restarted", "stream=%s slice=%s pages=%llu %s", w->stream->name,
                w->slice->id, (unsigned long long)w->checkpoint.pages, why);
    w->checkpoint.pages = w->checkpoint.records = 0;
    return writer_event(w->options->writer, &reset, err) || writer_error(w);
}

/* Why a slice that has a checkpoint is read anew; NULL: it is not. */
static bool find_cause(const struct work *w, const char **ret_why, struct error *err)
{
    const struct fetch_options *o = w->options;
    const struct checkpoint *c = &w->checkpoint;
    bool known = true;
    *ret_why = NULL;
    if (o->again && c->state == CHECKPOINT_COMPLETE) {
        *ret_why = "asked for again";
        return true;
    }
    /* what was staged for another way of writing is no part of a whole */
    if (w->origin.by_slice && !generation_known(o->checkpoints, c->stream, c->account, c->slice,
                                                c->state == CHECKPOINT_OPEN, &known, err))
        return false;
    if (!known)
        *ret_why = "its slices are replaced as a whole now (x-write)";
    return true;
}

static bool open_reader(struct work *w, struct reader **ret_reader, bool *ret_complete,
                        struct error *err)
{
    const struct fetch_options *o = w->options;
    const char *why = NULL;
    bool found;
    if (!checkpoint_get(o->checkpoints, w->stream->name, MANIFEST_SINGLE_ACCOUNT, w->slice->id,
                        &w->checkpoint, &found, err) ||
        (found && !find_cause(w, &why, err)))
        return false;
    const struct reader_checkpoint resume = {w->checkpoint.cursor,
                                             w->checkpoint.request_digest};
    const struct reader_options options = {
        .settings = o->deployment->options->settings,
        .stream = w->index,
        .account = MANIFEST_SINGLE_ACCOUNT,
        .slice = w->slice,
        .checkpoint = found && !why ? &resume : NULL,
        .http = o->http,
        .limiter = o->limiter,
        .policy = w->stream->policy,
        .pseudonym = o->pseudonym,
        .max_wait_ns = o->max_wait_ns,
        .output = {w, on_begin, on_record, on_quarantine},
        .watch = {o->watch->context, o->watch->waiting, o->watch->retrying},
    };
    if (!reader_new(&options, ret_reader, err))
        return false;
    *ret_complete =
        found && reader_resumed(*ret_reader) && w->checkpoint.state == CHECKPOINT_COMPLETE;
    if (found && !reader_resumed(*ret_reader))
        return reset_checkpoint(
            w, why ? why : "the request has changed: settings, server or manifest", err);
    if (!found) {
        snprintf(w->checkpoint.stream, sizeof w->checkpoint.stream, "%s", w->stream->name);
        snprintf(w->checkpoint.account, sizeof w->checkpoint.account, "%s",
                 MANIFEST_SINGLE_ACCOUNT);
        snprintf(w->checkpoint.slice, sizeof w->checkpoint.slice, "%s", w->slice->id);
    }
    return true;
}

static bool fetch_slice(struct work *w, struct result_stream *result, struct error *err)
{
    AUTO(reader_freep) struct reader *r = NULL;
    bool complete;
    if (!open_reader(w, &r, &complete, err))
        return false;
    if (complete)
        return true;
    result->slices++;
    bool ok = read_pages(w, r, err);
    if (w->segment)
        writer_return(w->options->writer, steal(&w->segment));
    if (!ok && w->page_begun) {
        struct error ignored; /* fails only when the writer has, and that shows at every call */
        writer_discard(w->options->writer, &ignored);
        w->page_begun = false;
    }
    result->complete += ok;
    return ok;
}

static bool audit_parking(struct work *w, const struct error *cause, struct error *err)
{
    char until[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(cause->not_before_ns, until);
    const struct event parked = {
        .kind = EVENT_QUOTA_PARKED,
        .object = w->stream->name,
        .details = {{"slice", w->slice->id}, {"until", until}},
    };
    return writer_event(w->options->writer, &parked, err);
}

/* A failure of one slice that says nothing about the next: its data. A quota, an outage, a stop or
 * bad credentials would only repeat themselves. */
static bool is_local(enum error_kind kind)
{
    return kind == ERROR_DATA;
}

bool fetch_stream(const struct fetch_options *options, size_t stream,
                  struct result_stream *result, struct error *err)
{
    const struct deployment *d = options->deployment;
    struct work w = {
        .options = options,
        .index = stream,
        .stream = &d->streams[stream],
        /* only a merge makes of the same records what was there before, in parts */
        .all = options->force || schema_write(d->streams[stream].schema) != SCHEMA_MERGE,
        .origin = {.stream = d->streams[stream].name,
                   .account = MANIFEST_SINGLE_ACCOUNT,
                   .schema_digest = schema_digest(d->streams[stream].schema),
                   .policy_digest = policy_digest(d->streams[stream].policy),
                   .by_slice = schema_write(d->streams[stream].schema) == SCHEMA_REPLACE},
    };
    AUTO(cleanup_free) struct slice *slices = NULL;
    size_t count;
    if (!slice_list(&d->manifest->streams[stream].slice, options->since_day, options->until_day,
                    &slices, &count, err))
        return false;

    bool going = true;
    for (size_t i = 0; i < count && going; i++) {
        struct error failure;
        w.slice = &slices[i];
        w.origin.slice = slices[i].id;
        w.checkpoint = (struct checkpoint){0};
        if (fetch_slice(&w, result, &failure))
            continue;
        if (!result->failed || !is_local(failure.kind)) {
            result->failed = true;
            result->error = failure;
        }
        if (w.writer_failed)
            *err = failure;
        else if (failure.kind == ERROR_QUOTA && !audit_parking(&w, &failure, err))
            w.writer_failed = true;
        going = is_local(failure.kind) && !w.writer_failed;
    }
    /* the writer borrows the slices' texts: nothing may be on its way when they go */
    struct error unwritten;
    bool flushed = writer_flush(options->writer, &unwritten);
    if (!flushed && !w.writer_failed)
        *err = unwritten;
    return flushed && !w.writer_failed;
}
