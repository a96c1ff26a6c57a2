/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pass.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/stop.h"
#include "stage/numbers.h"
#include "stage/read.h"

struct pass pass_of(int64_t after, int64_t last, bool exact)
{
    return (struct pass){
        .after = after,
        .last = last,
        .exact = exact,
        .stop = -1,
        .culprit = -1,
        .started_ns = clock_monotonic_ns(),
    };
}

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void pass_set_generation(struct pass *p, const struct generation *g, int64_t marker)
{
    p->by_slice = p->exact = true;
    p->generation = *g;
    p->marker = marker;
    p->after = lower(g->first_seq - 1, marker);
    p->last = g->last_seq;
}

struct pass pass_again(const struct pass *done)
{
    struct pass p = pass_of(done->entry.first_seq - 1, done->entry.last_seq, true);
    if (done->by_slice)
        pass_set_generation(&p, &done->generation, done->marker);
    return p;
}

/* A record of the stage fits the schema that it was staged under; the columns may have changed. */
static bool does_not_fit(const struct pass_work *w, struct error *err)
{
    const struct seal_segment *about = &w->staged.about;
    bool same =
        memcmp(about->schema_digest, schema_digest(w->stream->schema), DIGEST_SIZE) == 0;
    return error_prefix(err, "stream %s, segment %" PRId64 "%s", w->staged.stream, about->seq,
                        same ? ""
                             : ", staged under another schema (put that one back, run "
                               "`extract load`, then change it)");
}

/* Durable before the batch is, so that the record is never in neither place. */
static bool refuse(struct pass_work *w, struct pass *p, const struct driver_record *record,
                   const char *reason, struct error *err)
{
    char text[DRIVER_REASON_SIZE + 64];
    snprintf(text, sizeof text, "sink %s does not take it: %s", w->staged.sink, reason);
    const struct writer_refusal refusal = {
        .about = &w->staged.about,
        .index = record->index,
        .line = record->line,
        .len = record->len,
        .reason = text,
    };
    crashpoint("record.refused");
    p->refused++;
    return writer_refused(w->writer, w->staged.sink, &refusal, err);
}

static bool write_record(struct pass_work *w, struct pass *p, struct driver_record *record,
                         struct error *err)
{
    if (p->records++ == p->culprit)
        return refuse(w, p, record, p->reason, err);
    if (!columns_parse(w->columns, record->line, record->len, &record->values, err))
        return does_not_fit(w, err);
    const char *refused;
    if (!sink_write(w->sink, record, &refused, err))
        return error_prefix(err, "stream %s, segment %" PRId64, w->staged.stream,
                            record->segment->seq);
    if (refused)
        return refuse(w, p, record, refused, err);
    p->entry.rows++;
    return true;
}

static bool is_wanted(const struct pass_work *w, int64_t seq, uint32_t index)
{
    return !w->wanted || w->wanted(w->wanted_context, seq, index);
}

static bool write_records(struct pass_work *w, struct pass *p, struct error *err)
{
    struct driver_record record;
    for (bool found = true; p->records != p->stop;) {
        if (!staged_next(&w->staged, &record, &found, err))
            return false;
        if (!found)
            return true;
        if (is_wanted(w, record.segment->seq, record.index) &&
            !write_record(w, p, &record, err))
            return false;
    }
    return true;
}

static void count_segment(struct pass *p, const struct seal_segment *about)
{
    p->after = about->seq;
    if (about->seq <= p->marker)
        return;
    if (p->entry.first_seq == 0)
        p->entry.first_seq = about->seq;
    p->entry.last_seq = about->seq;
    ledger_fold(p->entry.digest, about->digest);
    memcpy(p->entry.policy_digest, about->policy_digest, DIGEST_SIZE);
}

/* What stands before a segment that is damaged or missing is delivered, but for a part of a
 * slice. */
static bool ends_here(const struct pass *p)
{
    return p->entry.last_seq > 0 && !p->by_slice;
}

static bool write_segment(struct pass_work *w, struct pass *p, int64_t seq, struct error *err)
{
    struct seal_segment about;
    if (p->by_slice) {
        if (!read_about(w->staged.store, w->staged.stream, seq, &about, err))
            return false;
        if (!generation_has(&p->generation, &about)) {
            count_segment(p, &about);
            return true;
        }
        p->segments++;
    }
    if (!staged_open(&w->staged, seq, err))
        return ends_here(p);
    if (!write_records(w, p, err))
        return false;
    p->bytes += w->staged.segment.text.len;
    count_segment(p, &w->staged.about);
    return true;
}

static bool is_full(const struct pass_work *w, const struct pass *p)
{
    const struct driver_limits limits = sink_limits(w->sink);
    if ((p->last > 0 && p->after >= p->last) || p->records == p->stop)
        return true;
    return !p->exact && p->entry.last_seq > 0 &&
           ((uint64_t)p->records >= limits.records || p->bytes >= limits.bytes ||
            stop_requested());
}

/* Waits for the next segment, as long as the batch is young. */
static bool wait_for_more(const struct pass_work *w, const struct pass *p)
{
    const struct driver_limits limits = sink_limits(w->sink);
    int64_t left = p->started_ns + limits.age_ns - clock_monotonic_ns();
    return !p->exact && left > 0 && p->entry.last_seq > 0 && w->more &&
           w->more(w->more_context, left);
}

static bool replace_slice(struct pass_work *w, const struct pass *p, struct error *err)
{
    int64_t ignored;
    return sink_slice(w->sink, p->generation.account, p->generation.slice, err) &&
           sink_clear(w->sink, &ignored, err);
}

/* Which segments are of the slice is taken from their rows before they are unsealed: one that does
 * not say so any more would be passed over. */
static bool check_slice(const struct pass_work *w, const struct pass *p, struct error *err)
{
    const struct generation *g = &p->generation;
    return !p->by_slice || p->records == p->stop || p->segments == g->segments ||
           error_set(err, ERROR_STORE,
                     "%s: stream %s, account \"%s\", slice \"%s\" has %" PRId64
                     " segments and should have %" PRId64 "; extract verify names what is "
                     "damaged: restore a backup of the state folder, then run again",
                     store_path(w->staged.store), w->staged.stream, g->account, g->slice,
                     p->segments, g->segments);
}

bool pass_write(struct pass_work *w, struct pass *p, struct error *err)
{
    struct store *store = w->staged.store;
    const char *stream = w->staged.stream;
    struct numbers_step step;
    if (p->by_slice && !replace_slice(w, p, err))
        return false;
    while (!is_full(w, p)) {
        if (!numbers_next(store, stream, NUMBERS_SEGMENT, p->after, &step, err))
            return false;
        if (!numbers_check(store, stream, NUMBERS_SEGMENT, &step, err))
            return ends_here(p);
        if (step.next == 0 && wait_for_more(w, p))
            continue;
        if (step.next == 0 || (p->last > 0 && step.next > p->last))
            break;
        int64_t before = p->after;
        if (!write_segment(w, p, step.next, err))
            return false;
        if (p->after == before)
            return true; /* a damaged one is next */
    }
    return check_slice(w, p, err);
}
