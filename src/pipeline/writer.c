/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/crashpoint.h"
#include "base/file.h"
#include "base/queue.h"
#include "codec/zstandard.h"
#include "stage/content.h"
#include "stage/generation.h"
#include "stage/position.h"
#include "stage/quarantine.h"
#include "stage/refused.h"
#include "stage/restated.h"

enum {
    SEGMENTS_SPARE = 3, /* waiting, being written; besides one that each fetcher fills */
    SEGMENTS_MAX = WRITER_FETCHERS_MAX + SEGMENTS_SPARE,
    JOBS = 16, /* of the fetching thread: being made, waiting, being written */
    GROUP = 8, /* pages of one transaction at most */
    DEFERRED = 32, /* waiting for the open page to end; at most one a thread */
};

enum job_kind {
    JOB_SEGMENT,
    JOB_PACKED,
    JOB_QUARANTINE,
    JOB_PAGE,
    JOB_DISCARD,
    JOB_FLUSH,
    JOB_NOTE,
};

/* Something to be written on its own: a position, a failure of a sink, parts, an event. */
struct note {
    const char *sink; /* NULL: the parts or the event only */
    const char *stream;
    const char *why; /* NULL: the sink got as far as seq, or it refused a record */
    int64_t seq;
    const struct writer_refusal *refusal; /* NULL: none */
    const struct writer_parts *parts; /* NULL: none */
    const struct event *event; /* NULL: none */
    const struct writer_page *unchanged; /* NULL: none */
    const char *forgotten; /* a stream; NULL: none */
};

/* Jobs of the fetching thread come from the pool and go back there; those somebody waits for are
 * his. */
struct job {
    enum job_kind kind;
    struct append_origin origin;
    struct segment *segment;
    struct segment_packed packed;
    bool all; /* staged although it is what it was */
    uint64_t position;
    char *line;
    size_t len;
    char *reason;
    struct writer_page page;
    char *cursor; /* of the page's checkpoint */
    struct note note;
    bool waited_for;
    bool done;
};

struct writer {
    struct writer_options options;
    struct queue *jobs;
    struct queue *idle; /* the free ones of job_pool */
    struct job job_pool[JOBS];
    struct queue *segments; /* the free ones of segment_pool */
    struct segment segment_pool[SEGMENTS_MAX];
    size_t segment_count;
    struct zstandard *zstandard;
    struct segment_packed packed;
    pthread_t thread;
    bool started;

    pthread_mutex_t turn; /* of the fetching thread whose page is open */
    pthread_mutex_t lock; /* of the four below and of job.done */
    pthread_cond_t changed;
    bool failed;
    struct error error;
    size_t pages_waiting; /* ends of pages in the queue */
    size_t discards_waiting;

    /* the writer's thread alone */
    bool page_open;
    uint64_t parts; /* of the open page, so far … */
    uint64_t unchanged; /* … and records in those that were not staged again */
    struct writer_page group[GROUP]; /* pages that are written whole and not yet committed */
    size_t grouped;
    struct job *deferred[DEFERRED];
    size_t deferred_count;
};

static bool fail_as(struct writer *w, struct error *err)
{
    pthread_mutex_lock(&w->lock);
    bool failed = w->failed;
    if (failed)
        *err = w->error;
    pthread_mutex_unlock(&w->lock);
    return failed ? false : error_set(err, ERROR_BUG, "the writer has ended");
}

static void release_job(struct writer *w, struct job *job)
{
    free(job->line);
    free(job->reason);
    free(job->cursor);
    segment_packed_done(&job->packed);
    *job = (struct job){0};
    queue_push_first(w->idle, job);
}

/* One more or one less end of a page in the queue. */
static void count_waiting(struct writer *w, enum job_kind kind, int more)
{
    if (kind != JOB_PAGE && kind != JOB_DISCARD)
        return;
    pthread_mutex_lock(&w->lock);
    if (kind == JOB_PAGE)
        w->pages_waiting += (size_t)more;
    else
        w->discards_waiting += (size_t)more;
    pthread_mutex_unlock(&w->lock);
}

/* --- on the writer's thread ---------------------------------------------------------------- */

/* While a sink is down the stage grows, up to here. */
static bool check_budget(const struct writer *w, const char *path, struct error *err)
{
    uint64_t size;
    if (w->options.budget == 0)
        return true;
    if (!file_size(path, &size, err))
        return false;
    return size <= w->options.budget ||
           error_set(err, ERROR_STORE,
                     "%s: the stage has reached its budget of %llu MiB ([stage] budget). See "
                     "with `extract status` which sink is behind, then `extract purge` what "
                     "all of them have",
                     path, (unsigned long long)(w->options.budget >> 20));
}

static bool check_space(struct writer *w, struct error *err)
{
    uint64_t space;
    const char *path = store_path(w->options.store);
    if (!file_space(path, &space, err))
        return false;
    if (space < w->options.free_space)
        return error_set(err, ERROR_STORE,
                         "%s: the disk has less than %llu MiB left; make room (extract purge "
                         "frees what was loaded), then run again",
                         path, (unsigned long long)(w->options.free_space >> 20));
    return check_budget(w, path, err);
}

static bool open_page(struct writer *w, const struct append_origin *origin, struct error *err)
{
    if (w->page_open)
        return true;
    if (!check_space(w, err) || (w->grouped == 0 && !store_begin(w->options.store, err)))
        return false;
    w->page_open = true;
    w->parts = w->unchanged = 0;
    return content_begin(w->options.store, origin, err) &&
           restated_begin(w->options.store, origin, err) &&
           generation_begin(w->options.store, origin, err);
}

static bool stage_segment(struct writer *w, const struct job *job, struct error *err)
{
    int64_t seq;
    return segment_pack(job->segment, w->zstandard, &w->packed, err) &&
           append_segment(w->options.store, &job->origin, &w->packed, &seq, err);
}

static bool write_segment(struct writer *w, const struct job *job, struct error *err)
{
    struct store *s = w->options.store;
    uint8_t content[DIGEST_SIZE];
    bool same;
    if (!open_page(w, &job->origin, err))
        return false;
    w->parts++;
    if (!segment_content(job->segment,
                         content)) /* nothing of it is compared, or a whole slice */
        return stage_segment(w, job, err);
    if (!content_same(s, &job->origin, w->parts, content, &same, err))
        return false;
    if (same && !job->all) {
        w->unchanged += job->segment->count;
        return true;
    }
    return stage_segment(w, job, err) &&
           (same || content_put(s, &job->origin, w->parts, content, err));
}

static bool write_packed(struct writer *w, const struct job *job, struct error *err)
{
    int64_t seq;
    if (!open_page(w, &job->origin, err))
        return false;
    w->parts++;
    return append_segment(w->options.store, &job->origin, &job->packed, &seq, err);
}

static bool write_quarantine(struct writer *w, const struct job *job, struct error *err)
{
    const struct quarantine_origin origin = {
        .stream = job->origin.stream,
        .account = job->origin.account,
        .slice = job->origin.slice,
        .page = job->origin.page,
        .position = job->position,
    };
    int64_t number;
    return open_page(w, &job->origin, err) &&
           quarantine_put(w->options.store, &origin, job->line, job->len, job->reason, &number,
                          err);
}

static bool audit_page(struct writer *w, const struct writer_page *page, struct error *err)
{
    struct sqlite *db = store_db(w->options.store);
    const struct event staged = {
        .kind = EVENT_PAGE_STAGED,
        .object = page->origin.stream,
        .details = {{"account", page->origin.account}, {"slice", page->origin.slice}},
        .counts = {{"page", (int64_t)page->origin.page},
                   {"records", (int64_t)page->records},
                   {"released", (int64_t)page->released},
                   {"unchanged", (int64_t)page->unchanged},
                   {"quarantined", (int64_t)page->quarantined},
                   {"repeated", (int64_t)page->repeated},
                   {"unknown", (int64_t)page->unknown},
                   {"bytes", (int64_t)page->decoded_bytes}},
        .digests = {{"schema", page->origin.schema_digest},
                    {"policy", page->origin.policy_digest}},
    };
    const struct event drift = {
        .kind = EVENT_SCHEMA_DRIFT,
        .object = page->origin.stream,
        .details = {{"path", page->drift}},
        .counts = {{"page", (int64_t)page->origin.page}, {"unknown", (int64_t)page->unknown}},
    };
    const struct event withheld = {
        .kind = EVENT_FIELDS_WITHHELD,
        .object = page->origin.stream,
        .reason = page->withheld,
        .details = {{"account", page->origin.account}, {"slice", page->origin.slice}},
        .counts = {{"page", (int64_t)page->origin.page}},
    };
    const struct event completed = {
        .kind = EVENT_SLICE_COMPLETED,
        .object = page->origin.stream,
        .details = {{"account", page->origin.account}, {"slice", page->origin.slice}},
        .counts = {{"pages", (int64_t)page->checkpoint.pages},
                   {"records", (int64_t)page->checkpoint.records}},
    };
    return event_append(db, w->options.audit, &staged, err) &&
           (!*page->drift || event_append(db, w->options.audit, &drift, err)) &&
           (!*page->withheld || event_append(db, w->options.audit, &withheld, err)) &&
           (page->checkpoint.state != CHECKPOINT_COMPLETE ||
            event_append(db, w->options.audit, &completed, err));
}

static bool commit_group(struct writer *w, struct error *err)
{
    size_t count = w->grouped;
    if (count == 0)
        return true;
    w->grouped = 0;
    crashpoint("page.commit");
    if (!store_commit(w->options.store, err))
        return false;
    crashpoint("page.committed");
    for (size_t i = 0; i < count; i++)
        w->options.staged(w->options.context, &w->group[i]);
    return true;
}

/* All of the next page is in the queue: it needs no waiting, and cannot be discarded any more. */
static bool next_is_whole(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    bool whole = w->pages_waiting > 0 && w->discards_waiting == 0;
    pthread_mutex_unlock(&w->lock);
    return whole;
}

static bool keep_sums(struct writer *w, const struct writer_page *last, struct error *err)
{
    const char *run = w->options.audit->run;
    return sums_put(w->options.store, &last->origin, run ? run : "", &last->sums, err);
}

/* The last page of a slice: its parts are no more, and one that is delivered as a whole ends with a
 * segment, be it an empty one (stage/generation.h). */
static bool end_slice(struct writer *w, const struct writer_page *page, struct error *err)
{
    struct store *s = w->options.store;
    const struct append_origin *origin = &page->origin;
    const struct part_slice slice = {origin->stream, origin->account, origin->slice};
    int64_t seq;
    if (!part_forget(s, &slice, err) || !keep_sums(w, page, err) ||
        !restated_put(s, origin, page->has_content ? page->content : NULL, err))
        return false;
    if (origin->by_slice && w->parts == 0) {
        struct segment nothing;
        segment_init(&nothing);
        buffer_clear(&w->packed.frame);
        if (!segment_pack(&nothing, w->zstandard, &w->packed, err) ||
            !append_segment(s, origin, &w->packed, &seq, err))
            return false;
    }
    return generation_end(s, origin, err);
}

static bool write_page(struct writer *w, const struct job *job, struct error *err)
{
    struct store *s = w->options.store;
    struct writer_page page = job->page;
    bool last = page.checkpoint.state == CHECKPOINT_COMPLETE;
    if (!open_page(w, &page.origin, err))
        return false;
    page.unchanged = w->unchanged;
    if (!content_end(s, &page.origin, w->parts, last, err) ||
        (last && !end_slice(w, &page, err)) || !checkpoint_put(s, &page.checkpoint, err) ||
        !audit_page(w, &page, err))
        return false;
    w->page_open = false;
    page.checkpoint.cursor = NULL; /* it ends with the job */
    w->group[w->grouped++] = page;
    return (w->grouped < GROUP && w->deferred_count == 0 && next_is_whole(w)) ||
           commit_group(w, err);
}

static bool write_refusal(struct writer *w, const char *sink, const struct writer_refusal *r,
                          struct error *err)
{
    struct store *s = w->options.store;
    const struct quarantine_origin origin = {
        .stream = r->about->stream,
        .account = r->about->account,
        .slice = r->about->slice,
        .page = r->about->page,
        .position = r->index,
    };
    int64_t number;
    return quarantine_put(s, &origin, r->line, r->len, r->reason, &number, err) &&
           refused_put(s, sink, r->about->stream, r->about->seq, r->index, number, err);
}

static bool write_parts(struct writer *w, const struct writer_parts *parts, struct error *err)
{
    struct store *s = w->options.store;
    bool ok = !parts->anew || part_forget(s, parts->slice, err);
    for (size_t i = 0; ok && i < parts->count; i++)
        ok = part_put(s, parts->slice, &parts->list[i], err);
    return ok;
}

static bool write_unchanged(struct writer *w, const struct writer_page *page, struct error *err)
{
    const struct append_origin *origin = &page->origin;
    const struct part_slice slice = {origin->stream, origin->account, origin->slice};
    return part_forget(w->options.store, &slice, err) && keep_sums(w, page, err) &&
           checkpoint_put(w->options.store, &page->checkpoint, err);
}

static bool write_what_is_noted(struct writer *w, const struct note *note, struct error *err)
{
    struct store *s = w->options.store;
    if (note->unchanged)
        return write_unchanged(w, note->unchanged, err);
    if (note->parts)
        return write_parts(w, note->parts, err);
    if (note->forgotten)
        return content_forget_stream(s, note->forgotten, err) &&
               restated_forget_stream(s, note->forgotten, err);
    if (!note->sink)
        return true;
    if (note->refusal)
        return write_refusal(w, note->sink, note->refusal, err);
    if (note->why)
        return position_fail(s, note->sink, note->stream, note->why, err);
    return position_put(s, note->sink, note->stream, note->seq, err);
}

static bool write_note(struct writer *w, const struct note *note, struct error *err)
{
    struct store *s = w->options.store;
    if (!store_begin(s, err))
        return false;
    bool ok = write_what_is_noted(w, note, err);
    ok = ok && (!note->event || event_append(store_db(s), w->options.audit, note->event, err));
    if (!ok) {
        store_rollback(s);
        return false;
    }
    crashpoint("note.commit");
    if (!store_commit(s, err))
        return false;
    crashpoint("note.committed");
    if (note->unchanged)
        w->options.staged(w->options.context, note->unchanged);
    return true;
}

/* Whoever waits for the job goes on; one that nobody waits for can be had again. */
static void finish_job(struct writer *w, struct job *job)
{
    if (job->segment)
        writer_return(w, job->segment);
    if (!job->waited_for) {
        release_job(w, job);
        return;
    }
    pthread_mutex_lock(&w->lock);
    job->done = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static bool write_deferred(struct writer *w, struct error *err)
{
    for (size_t i = 0; i < w->deferred_count; i++) {
        struct job *job = w->deferred[i];
        if (!write_note(w, &job->note, err)) {
            memmove(w->deferred, w->deferred + i, (w->deferred_count - i) * sizeof job);
            w->deferred_count -= i;
            return false;
        }
        finish_job(w, job);
    }
    w->deferred_count = 0;
    return true;
}

static void roll_back(struct writer *w)
{
    if (w->page_open || w->grouped > 0)
        store_rollback(w->options.store);
    w->page_open = false;
    w->grouped = 0;
}

static bool discard_page(struct writer *w, struct error *err)
{
    if (w->grouped > 0)
        return error_set(err, ERROR_BUG, "a page is discarded that was said to be whole");
    roll_back(w);
    return true;
}

static bool write_job(struct writer *w, struct job *job, struct error *err)
{
    switch (job->kind) {
    case JOB_SEGMENT:
        return write_segment(w, job, err);
    case JOB_PACKED:
        return write_packed(w, job, err);
    case JOB_QUARANTINE:
        return write_quarantine(w, job, err);
    case JOB_PAGE:
        return write_page(w, job, err) && write_deferred(w, err);
    case JOB_DISCARD:
        return discard_page(w, err) && write_deferred(w, err);
    case JOB_NOTE:
        return commit_group(w, err) && write_note(w, &job->note, err);
    case JOB_FLUSH:
        return commit_group(w, err);
    }
    return error_set(err, ERROR_BUG, "unknown job");
}

static void fail(struct writer *w, const struct error *err)
{
    roll_back(w);
    pthread_mutex_lock(&w->lock);
    w->failed = true;
    w->error = *err;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    queue_close(w->jobs);
    queue_close(w->idle);
    queue_close(w->segments);
}

static void *write_jobs(void *arg)
{
    struct writer *w = arg;
    bool failed = false;
    void *item;
    while (queue_pop(w->jobs, &item)) {
        struct job *job = item;
        struct error err;
        count_waiting(w, job->kind, -1);
        if (!failed && job->kind == JOB_NOTE && w->page_open && w->deferred_count < DEFERRED) {
            w->deferred[w->deferred_count++] = job;
            continue;
        }
        if (!failed && !write_job(w, job, &err)) {
            failed = true;
            fail(w, &err);
        }
        finish_job(w, job);
    }
    struct error ignored; /* what is left over at a failure or an early end is not waited for */
    roll_back(w);
    if (!failed)
        write_deferred(w, &ignored);
    while (w->deferred_count > 0)
        finish_job(w, w->deferred[--w->deferred_count]);
    return NULL;
}

/* --- for the others ------------------------------------------------------------------------ */

bool writer_new(const struct writer_options *options, struct writer **ret_writer,
                struct error *err)
{
    AUTO(writer_freep) struct writer *w = calloc(1, sizeof *w);
    if (!w)
        return error_memory(err);
    w->options = *options;
    w->segment_count = options->fetchers + SEGMENTS_SPARE;
    if (options->fetchers > WRITER_FETCHERS_MAX)
        return error_set(err, ERROR_BUG, "%zu threads fetch", options->fetchers);
    pthread_mutex_init(&w->turn, NULL);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    segment_packed_init(&w->packed);
    for (size_t i = 0; i < w->segment_count; i++)
        segment_init(&w->segment_pool[i]);

    w->jobs = queue_new(JOBS);
    w->idle = queue_new(JOBS);
    w->segments = queue_new(w->segment_count);
    w->zstandard = zstandard_new();
    if (!w->jobs || !w->idle || !w->segments || !w->zstandard)
        return error_memory(err);
    for (size_t i = 0; i < w->segment_count; i++)
        queue_push(w->segments, &w->segment_pool[i]);
    for (size_t i = 0; i < JOBS; i++)
        queue_push(w->idle, &w->job_pool[i]);

    int number = pthread_create(&w->thread, NULL, write_jobs, w);
    if (number != 0)
        return error_errno(err, ERROR_BUG, number, "a thread cannot be started");
    w->started = true;
    *ret_writer = steal(&w);
    return true;
}

void writer_free(struct writer *w)
{
    if (!w)
        return;
    if (w->started) {
        queue_close(w->jobs);
        pthread_join(w->thread, NULL);
    }
    for (size_t i = 0; i < w->segment_count; i++)
        segment_done(&w->segment_pool[i]);
    segment_packed_done(&w->packed);
    zstandard_free(w->zstandard);
    queue_free(w->segments);
    queue_free(w->idle);
    queue_free(w->jobs);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    pthread_mutex_destroy(&w->turn);
    free(w);
}

struct segment *writer_take(struct writer *w)
{
    void *segment;
    return queue_pop(w->segments, &segment) ? segment : NULL;
}

void writer_return(struct writer *w, struct segment *segment)
{
    segment_clear(segment);
    queue_push_first(w->segments, segment);
}

/* Hands on a copy of the job; fails only when the writer has. */
static bool push(struct writer *w, const struct job *job, struct error *err)
{
    void *slot;
    if (!queue_pop(w->idle, &slot))
        return fail_as(w, err);
    *(struct job *)slot = *job;
    count_waiting(w, job->kind, 1); /* before the writer can see it */
    return queue_push(w->jobs, slot) || fail_as(w, err);
}

void writer_claim(struct writer *w)
{
    pthread_mutex_lock(&w->turn);
}

bool writer_segment(struct writer *w, const struct append_origin *origin, bool all,
                    struct segment *segment, struct error *err)
{
    const struct job job = {
        .kind = JOB_SEGMENT, .origin = *origin, .all = all, .segment = segment};
    if (push(w, &job, err))
        return true;
    writer_return(w, segment);
    return false;
}

bool writer_packed(struct writer *w, const struct append_origin *origin,
                   struct segment_packed *packed, struct error *err)
{
    struct job job = {.kind = JOB_PACKED, .origin = *origin, .packed = *packed};
    segment_packed_init(packed);
    if (push(w, &job, err))
        return true;
    segment_packed_done(&job.packed);
    return false;
}

bool writer_quarantine(struct writer *w, const struct append_origin *origin, uint64_t position,
                       const char *line, size_t len, const char *reason, struct error *err)
{
    struct job job = {.kind = JOB_QUARANTINE, .origin = *origin, .position = position};
    job.line = malloc(len ? len : 1);
    job.reason = strdup(reason);
    job.len = len;
    if (job.line && job.reason) {
        memcpy(job.line, line, len);
        if (push(w, &job, err))
            return true;
    } else {
        error_memory(err);
    }
    free(job.line);
    free(job.reason);
    return false;
}

bool writer_commit(struct writer *w, const struct writer_page *page, struct error *err)
{
    struct job job = {.kind = JOB_PAGE, .origin = page->origin, .page = *page};
    const char *cursor = page->checkpoint.cursor;
    job.page.checkpoint.cursor = job.cursor = strdup(cursor ? cursor : "");
    bool ok = job.cursor ? push(w, &job, err) : error_memory(err);
    if (!ok)
        free(job.cursor);
    pthread_mutex_unlock(&w->turn);
    return ok;
}

bool writer_discard(struct writer *w, struct error *err)
{
    const struct job job = {.kind = JOB_DISCARD};
    bool ok = push(w, &job, err);
    pthread_mutex_unlock(&w->turn);
    return ok;
}

/* Hands on the caller's own job and waits until it is done. */
static bool push_and_wait(struct writer *w, struct job *job, struct error *err)
{
    job->waited_for = true;
    if (!queue_push(w->jobs, job))
        return fail_as(w, err);
    pthread_mutex_lock(&w->lock);
    while (!job->done)
        pthread_cond_wait(&w->changed, &w->lock);
    bool failed = w->failed;
    pthread_mutex_unlock(&w->lock);
    return failed ? fail_as(w, err) : true;
}

bool writer_flush(struct writer *w, struct error *err)
{
    struct job job = {.kind = JOB_FLUSH};
    return push_and_wait(w, &job, err);
}

bool writer_unchanged(struct writer *w, const struct writer_page *slice, struct error *err)
{
    const struct event unchanged = {
        .kind = EVENT_SLICE_UNCHANGED,
        .object = slice->origin.stream,
        .details = {{"account", slice->origin.account}, {"slice", slice->origin.slice}},
        .counts = {{"pages", (int64_t)slice->checkpoint.pages},
                   {"records", (int64_t)slice->records},
                   {"unknown", (int64_t)slice->unknown},
                   {"bytes", (int64_t)slice->decoded_bytes}},
        .digests = {{"schema", slice->origin.schema_digest},
                    {"policy", slice->origin.policy_digest}},
    };
    struct job job = {
        .kind = JOB_NOTE,
        .note = {.unchanged = slice, .event = &unchanged},
    };
    return push_and_wait(w, &job, err);
}

bool writer_event(struct writer *w, const struct event *event, struct error *err)
{
    struct job job = {.kind = JOB_NOTE, .note = {.event = event}};
    return push_and_wait(w, &job, err);
}

bool writer_position(struct writer *w, const char *sink, const char *stream, int64_t seq,
                     const struct event *event, struct error *err)
{
    struct job job = {
        .kind = JOB_NOTE,
        .note = {.sink = sink, .stream = stream, .seq = seq, .event = event},
    };
    return push_and_wait(w, &job, err);
}

bool writer_refused(struct writer *w, const char *sink, const struct writer_refusal *refusal,
                    struct error *err)
{
    const struct event refused = {
        .kind = EVENT_RECORD_REFUSED,
        .object = refusal->about->stream,
        .reason = refusal->reason,
        .details = {{"sink", sink}},
        .counts = {{"seq", refusal->about->seq}, {"record", refusal->index}},
    };
    struct job job = {
        .kind = JOB_NOTE,
        .note = {.sink = sink, .refusal = refusal, .event = &refused},
    };
    return push_and_wait(w, &job, err);
}

bool writer_parts(struct writer *w, const struct writer_parts *parts, const struct event *event,
                  struct error *err)
{
    struct job job = {.kind = JOB_NOTE, .note = {.parts = parts, .event = event}};
    return push_and_wait(w, &job, err);
}

bool writer_forget(struct writer *w, const char *stream, struct error *err)
{
    struct job job = {.kind = JOB_NOTE, .note = {.forgotten = stream}};
    return push_and_wait(w, &job, err);
}

bool writer_sink_failed(struct writer *w, const char *sink, const char *stream, const char *why,
                        struct error *err)
{
    struct job job = {
        .kind = JOB_NOTE,
        .note = {.sink = sink, .stream = stream, .why = why},
    };
    return push_and_wait(w, &job, err);
}
