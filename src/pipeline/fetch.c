/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/fetch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "pipeline/course.h"
#include "pipeline/packer.h"
#include "pipeline/scope.h"

enum {
    COURSES_MAX = 8, /* of a thread, most of them waiting */
    REFUSALS =
        5, /* accounts refused a stream with nothing of it read in between: all may be … */
    PROBES = 3, /* … and are, when so many of the last ones are as well */
};

/* Whether accounts that are refused a stream speak for those behind them: a stream may be wrong
 * for all of them, or these accounts in all streams. */
struct doubt {
    unsigned refusals; /* in a row */
    unsigned probes; /* of them, of accounts that were asked out of turn */
    const struct agenda_list *probe; /* the last one of these; NULL: none was chosen */
};

struct lane {
    struct fetch *fetch;
    struct access access;
    struct store *checkpoints;
    struct course *courses[COURSES_MAX];
    int64_t not_before_ns[COURSES_MAX]; /* by course */
    size_t count;
    size_t turn; /* the course that is asked next */
    pthread_t thread;
    bool started;
};

struct fetch {
    const struct fetch_options *options;
    struct access access; /* what the threads fork theirs from */
    struct packer *packer;
    struct hold_room room;
    struct dedup_room keys;
    struct restarts *restarts;
    struct compare *compare;
    struct lane lanes[WRITER_FETCHERS_MAX];
    atomic_bool over; /* nothing else is begun or gone on with */

    pthread_mutex_t lock; /* of all below */
    struct result *result;
    struct doubt doubts[DEPLOYMENT_STREAMS_MAX];
    bool fatal; /* the whole run must end */
    struct error error;
};

/* --- what became of a slice ------------------------------------------------------------------ */

static void end_all(struct fetch *f)
{
    atomic_store(&f->over, true);
    agenda_stop(f->options->agenda);
}

static void fail_run(struct fetch *f, const struct error *cause)
{
    pthread_mutex_lock(&f->lock);
    if (!f->fatal)
        f->error = *cause;
    f->fatal = true;
    pthread_mutex_unlock(&f->lock);
    end_all(f);
}

static void on_begun(void *context, size_t stream)
{
    struct fetch *f = context;
    pthread_mutex_lock(&f->lock);
    f->result->streams[stream].slices++;
    pthread_mutex_unlock(&f->lock);
}

static void on_completed(void *context, size_t stream)
{
    struct fetch *f = context;
    pthread_mutex_lock(&f->lock);
    f->result->streams[stream].complete++;
    f->doubts[stream] = (struct doubt){.refusals = 0};
    pthread_mutex_unlock(&f->lock);
}

/* The first failure is what is told of a stream, unless a worse one comes: a wait is the least, and
 * the longest says when all can go on; then what is wrong with one slice. */
static bool is_worse(const struct error *cause, const struct error *told)
{
    if (cause->kind == ERROR_QUOTA)
        return told->kind == ERROR_QUOTA && cause->not_before_ns > told->not_before_ns;
    return told->kind == ERROR_QUOTA || (told->kind == ERROR_DATA && cause->kind != ERROR_DATA);
}

/* Under the lock. */
static void count_refusal(struct fetch *f, const struct agenda_list *list)
{
    struct doubt *d = &f->doubts[list->stream];
    bool probed = list == d->probe;
    d->refusals++;
    d->probes += probed;
    if (d->probes < PROBES) {
        if (probed || d->refusals % REFUSALS == 0)
            d->probe = agenda_prefer_last(f->options->agenda, list->stream);
        return;
    }
    size_t left = agenda_drop(f->options->agenda, list->stream);
    if (left > 0)
        log_warning("stream.given_up",
                    "stream=%s refused=%u left=%zu so many accounts one after the other were "
                    "refused, the last ones too: those that are left are not asked",
                    f->result->streams[list->stream].name, d->refusals, left);
}

static void count_failure(struct fetch *f, const struct agenda_list *list,
                          const struct error *cause, bool over)
{
    struct result_stream *stream = &f->result->streams[list->stream];
    pthread_mutex_lock(&f->lock);
    failures_note(&f->result->failures, stream->name, list->account->id, 1, cause);
    if (!stream->failed || is_worse(cause, &stream->error)) {
        stream->failed = true;
        stream->error = *cause;
    }
    if (cause->kind == ERROR_QUOTA && cause->not_before_ns > f->result->resume_ns)
        f->result->resume_ns = cause->not_before_ns;
    if (over && cause->kind == ERROR_REMOTE)
        count_refusal(f, list);
    pthread_mutex_unlock(&f->lock);
}

/* Every one, for only the first of its sort is told. A stop is the run's, and no slice's. */
static bool audit_failure(struct fetch *f, const struct agenda_list *list,
                          const struct slice *slice, const struct error *cause,
                          struct error *err)
{
    bool parked = cause->kind == ERROR_QUOTA;
    char until[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(cause->not_before_ns, until);
    const struct event event = {
        .kind = parked ? EVENT_QUOTA_PARKED : EVENT_SLICE_FAILED,
        .outcome = parked ? EVENT_DONE : EVENT_FAILED,
        .object = f->options->deployment->streams[list->stream].name,
        .reason = parked ? NULL : cause->text,
        .details = {{"account", list->account->id},
                    {"slice", slice->id},
                    {"until", parked ? until : NULL},
                    {"error", parked ? NULL : error_kind_name(cause->kind)}},
    };
    return cause->kind == ERROR_STOPPED || writer_event(f->options->writer, &event, err);
}

static void on_failed(void *context, const struct agenda_list *list, const struct slice *slice,
                      const struct error *cause, bool over)
{
    struct fetch *f = context;
    struct error unwritten;
    count_failure(f, list, cause, over);
    if (!audit_failure(f, list, slice, cause, &unwritten))
        fail_run(f, &unwritten);
}

static bool on_compared(void *context, const struct compare_outcome *outcome, struct error *err)
{
    struct fetch *f = context;
    struct event event;
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->result->stream_count; i++) {
        if (strcmp(f->result->streams[i].name, outcome->stream) == 0)
            compare_count(outcome, &f->result->streams[i]);
    }
    pthread_mutex_unlock(&f->lock);
    compare_event(outcome, &event);
    return writer_event(f->options->writer, &event, err);
}

/* --- a thread -------------------------------------------------------------------------------- */

static void drop(struct lane *lane, size_t i)
{
    course_free(lane->courses[i]);
    lane->count--;
    lane->courses[i] = lane->courses[lane->count];
    lane->not_before_ns[i] = lane->not_before_ns[lane->count];
}

static void begin(struct lane *lane, const struct agenda_list *list)
{
    struct fetch *f = lane->fetch;
    const struct fetch_options *o = f->options;
    const struct course_options options = {
        .deployment = o->deployment,
        .list = list,
        .access = &lane->access,
        .checkpoints = lane->checkpoints,
        .writer = o->writer,
        .packer = f->packer,
        .room = &f->room,
        .keys = &f->keys,
        .pseudonym = o->pseudonym,
        .restarts = f->restarts,
        .compare = f->compare,
        .again = o->again,
        .force = o->force,
        .expected_records = o->expected_records,
        .notes = {f, on_compared, on_begun, on_completed, on_failed},
    };
    struct error err;
    if (!course_new(&options, &lane->courses[lane->count], &err)) {
        fail_run(f, &err);
        return;
    }
    lane->not_before_ns[lane->count++] = 0;
}

static void step(struct lane *lane, size_t i)
{
    struct fetch *f = lane->fetch;
    struct error err;
    int64_t until = 0;
    switch (course_step(lane->courses[i], &until, &err)) {
    case COURSE_ON:
        lane->not_before_ns[i] = 0;
        return;
    case COURSE_LATER:
        lane->not_before_ns[i] = until;
        return;
    case COURSE_FAILED:
        end_all(f);
        break;
    case COURSE_FATAL:
        fail_run(f, &err);
        break;
    case COURSE_END:
        break;
    }
    drop(lane, i);
}

/* The next one in turn that may go on; count: none may before *ret_until_ns. */
static size_t find_due(struct lane *lane, int64_t now, int64_t *ret_until_ns)
{
    *ret_until_ns = INT64_MAX;
    for (size_t n = 0; n < lane->count; n++) {
        size_t i = (lane->turn + n) % lane->count;
        if (lane->not_before_ns[i] <= now || stop_requested()) {
            lane->turn = i + 1;
            return i;
        }
        if (lane->not_before_ns[i] < *ret_until_ns)
            *ret_until_ns = lane->not_before_ns[i];
    }
    return lane->count;
}

/* Another thread may end everything meanwhile. */
static void rest(int64_t now, int64_t until_ns)
{
    int64_t wait = until_ns - now;
    clock_sleep_ns(wait < CLOCK_SECOND_NS ? wait : CLOCK_SECOND_NS);
}

static void *run_lane(void *arg)
{
    struct lane *lane = arg;
    struct fetch *f = lane->fetch;
    while (!atomic_load(&f->over)) {
        int64_t now = clock_now_ns(), until;
        size_t due = find_due(lane, now, &until);
        const struct agenda_list *list = NULL;
        if (due < lane->count)
            step(lane, due);
        else if (lane->count < COURSES_MAX && (list = agenda_take(f->options->agenda)))
            begin(lane, list);
        else if (lane->count == 0)
            break;
        else
            rest(now, until);
    }
    while (lane->count > 0)
        drop(lane, lane->count - 1);
    return NULL;
}

/* --- all of them ----------------------------------------------------------------------------- */

static bool lane_open(struct fetch *f, struct lane *lane, struct error *err)
{
    const struct fetch_options *o = f->options;
    lane->fetch = f;
    lane->access = f->access; /* the first one goes on with the run's own */
    return (lane == f->lanes || access_fork(&f->access, &lane->access, err)) &&
           deployment_read(o->deployment, &lane->checkpoints, err);
}

static void lane_close(const struct fetch *f, struct lane *lane)
{
    if (lane->started)
        pthread_join(lane->thread, NULL);
    store_close(lane->checkpoints);
    if (lane != f->lanes)
        access_join(&lane->access);
}

/* All that they need is there before the first one starts. */
static bool start(struct fetch *f, struct error *err)
{
    for (size_t i = 0; i < f->options->threads; i++) {
        if (!lane_open(f, &f->lanes[i], err))
            return false;
    }
    for (size_t i = 0; i < f->options->threads; i++) {
        struct lane *lane = &f->lanes[i];
        int number = pthread_create(&lane->thread, NULL, run_lane, lane);
        if (number != 0)
            return error_errno(err, ERROR_BUG, number, "a thread cannot be started");
        lane->started = true;
    }
    return true;
}

static bool work(struct fetch *f, struct error *err)
{
    bool ok = start(f, err);
    if (!ok)
        end_all(f);
    for (size_t i = 0; i < f->options->threads; i++)
        lane_close(f, &f->lanes[i]);
    if (f->fatal)
        *err = f->error;
    return ok && !f->fatal;
}

static bool prepare_compare(struct fetch *f, struct error *err)
{
    const struct fetch_options *o = f->options;
    if (!compare_new(o->deployment, &f->compare, err))
        return false;
    for (size_t i = 0; o->again && i < o->deployment->manifest->stream_count; i++) {
        if (agenda_slices(o->agenda, i) > 0)
            compare_await(f->compare, i);
    }
    return true;
}

bool fetch_agenda(const struct fetch_options *options, struct result *result, struct error *err)
{
    AUTO(cleanup_free) struct fetch *f = calloc(1, sizeof *f);
    if (!f)
        return error_memory(err);
    f->options = options;
    f->result = result;
    f->access = *options->access;
    /* there is something else to do while one waits */
    f->access.yields = options->threads > 1 || agenda_lists(options->agenda) > 1;
    hold_room_init(&f->room);
    dedup_room_init(&f->keys);
    pthread_mutex_init(&f->lock, NULL);
    f->restarts = restarts_new();
    f->packer = packer_new();
    bool ok = ((f->restarts && f->packer) || error_memory(err)) && prepare_compare(f, err) &&
              work(f, err);
    if (f->restarts)
        restarts_tell(f->restarts);
    restarts_free(f->restarts);
    compare_free(f->compare);
    packer_free(f->packer);
    pthread_mutex_destroy(&f->lock);
    /* the writer borrows the texts of the agenda */
    struct error unwritten;
    bool flushed = writer_flush(options->writer, &unwritten);
    if (!flushed && ok)
        *err = unwritten;
    return ok && flushed;
}
