/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/deliver.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "crypto/secret.h"
#include "net/backoff.h"
#include "pipeline/batch.h"
#include "stage/position.h"
#include "stage/read.h"

#define LOOK_EVERY_NS (CLOCK_SECOND_NS / 5) /* for a stop, in a wait */

enum { SCRIPT_MAX = 1024 * 1024 }; /* what makes or changes one table */

static const struct backoff_rule retry = {.base_ns = CLOCK_SECOND_NS / 2,
                                          .cap_ns = 15 * CLOCK_SECOND_NS};

struct deliver {
    struct deliver_options options;
    const char *name; /* of the sink */
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* of the three below */
    pthread_cond_t changed;
    uint64_t told; /* how often something was staged */
    uint64_t seen; /* of these, before the thread last went through all streams … */
    uint64_t batch_seen; /* … and before the batch in hand last waited */
    bool finished; /* nothing more will be */
    bool ended; /* stop now */

    /* the thread alone */
    struct sink *sink;
    struct store *store; /* reading */
    struct batch *batch;
    struct batch_stream streams[DEPLOYMENT_STREAMS_MAX];
    int64_t opened_ns; /* since when it is open; 0: it is not */
    bool progressed; /* since then */
};

/* --- Waiting -------------------------------------------------------------------------------- */

static void wait_some(struct deliver *d, int64_t ns)
{
    const struct timespec at = clock_deadline(ns, LOOK_EVERY_NS);
    pthread_cond_timedwait(&d->changed, &d->lock, &at);
}

/* False: nothing more will come, or not within wait_ns. */
static bool wait_for_more(void *context, int64_t wait_ns)
{
    struct deliver *d = context;
    int64_t until = clock_monotonic_ns() + wait_ns;
    pthread_mutex_lock(&d->lock);
    while (d->told == d->batch_seen && !d->finished && !d->ended && !stop_requested()) {
        int64_t left = until - clock_monotonic_ns();
        if (left <= 0)
            break;
        wait_some(d, left);
    }
    bool go_on = d->told != d->batch_seen && !d->ended;
    d->batch_seen = d->told; /* it may have been another stream's: seen stays as it is */
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

/* The same without an end of its own. */
static bool wait_for_any(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    while (d->told == d->seen && !d->finished && !d->ended)
        pthread_cond_wait(&d->changed, &d->lock);
    bool go_on = d->told != d->seen && !d->ended;
    d->seen = d->batch_seen = d->told;
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

static bool is_ended(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    bool ended = d->ended;
    pthread_mutex_unlock(&d->lock);
    return ended;
}

/* False when there is no point in waiting any longer. */
static bool pause_for(struct deliver *d, int64_t ns)
{
    int64_t until = clock_monotonic_ns() + ns;
    pthread_mutex_lock(&d->lock);
    while (!d->ended && !stop_requested()) {
        int64_t left = until - clock_monotonic_ns();
        if (left <= 0)
            break;
        wait_some(d, left);
    }
    bool go_on = !d->ended && !stop_requested();
    d->told++; /* all streams are looked at */
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

/* --- What `extract status` says ------------------------------------------------------------- */

/* What goes wrong with the stage as well is not said here: the stage fails on its own. */
static void note_failure(struct deliver *d, size_t i, const struct error *why)
{
    struct error ignored;
    writer_sink_failed(d->options.writer, d->name,
                       deployment_stream(d->options.deployment, i).name, why->text, &ignored);
}

/* Nothing is left to deliver, and what was once wrong is not any more. */
static bool forget_failure(struct deliver *d, const char *stream, struct error *err)
{
    struct position p;
    return position_get(d->store, d->name, stream, &p, err) &&
           (!*p.error || writer_position(d->options.writer, d->name, stream, p.seq, NULL, err));
}

/* --- The sink is opened --------------------------------------------------------------------- */

/* Said before it is done, for the sink and the stage have no transaction in common: killed in
 * between, the next run says and does it again, and no table is ever made unsaid. */
static bool announce_change(struct deliver *d, const struct driver_stream *stream,
                            struct error *err)
{
    struct ddl_change change = {0};
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, SCRIPT_MAX);
    if (!sink_plan(d->sink, stream, &script, &change, err))
        return false;
    if (!change.creates)
        return true;
    const struct event changed = {
        .kind = EVENT_TABLE_CHANGED,
        .object = schema_table(stream->schema),
        .details = {{"sink", d->name}, {"change", "created"}},
    };
    return writer_event(d->options.writer, &changed, err);
}

static bool prepare(struct deliver *d, size_t i, struct error *err)
{
    struct batch_stream *s = &d->streams[i];
    struct ddl_change change = {0};
    s->stream = deployment_stream(d->options.deployment, i);
    s->compared = false;
    if (!s->columns)
        s->columns = columns_new(s->stream.schema);
    if (!s->columns)
        return error_memory(err);
    if (!announce_change(d, &s->stream, err) ||
        !sink_prepare(d->sink, &s->stream, false, &change, err))
        return false;
    if (*change.note)
        log_warning("sink.differs", "sink=%s stream=%s %s; it is left as it is", d->name,
                    s->stream.name, change.note);
    return true;
}

static bool open_sink(struct deliver *d, struct error *err)
{
    const struct sink_options options =
        deployment_sink(d->options.deployment, d->options.sink, false);
    d->progressed = false;
    d->opened_ns = 0;
    if (!sink_open(&options, &d->sink, err))
        return false;
    for (size_t i = 0; i < d->options.deployment->stream_count; i++) {
        if (!prepare(d, i, err))
            return false;
    }
    d->opened_ns = clock_monotonic_ns();
    return true;
}

/* --- Batches -------------------------------------------------------------------------------- */

/* After a stop a few segments may still be delivered; more than that is left to the next run. */
static bool check_stop(const struct deliver *d, const char *stream, struct error *err)
{
    struct position position;
    struct read_stream state;
    if (!stop_requested())
        return true;
    if (!position_get(d->store, d->name, stream, &position, err) ||
        !read_stream_get(d->store, stream, &state, err))
        return false;
    int64_t left = state.last_seq - position.seq;
    return left <= DELIVER_STOP_MAX ||
           error_set(err, ERROR_STOPPED,
                     "stream %s: asked to stop with %lld segments not delivered to the %s yet; "
                     "run the same command again to go on",
                     stream, (long long)left, d->name);
}

static bool deliver_stream(struct deliver *d, size_t i, struct error *err)
{
    struct batch_stream *s = &d->streams[i];
    struct result_stream *result = &d->options.result->streams[i];
    const struct batch_options options = {
        .name = d->name,
        .sink = d->sink,
        .store = d->store,
        .writer = d->options.writer,
        .accept = d->options.accept,
        .more = wait_for_more,
        .context = d,
    };
    struct batch_result batch = {.last_seq = 1};
    while (batch.last_seq > 0 && !is_ended(d)) {
        if (!check_stop(d, s->stream.name, err) ||
            !batch_deliver(d->batch, &options, s, &batch, err))
            return false;
        result->delivered[d->options.sink] += batch.rows;
        result->refused[d->options.sink] += batch.refused;
        result->batches[d->options.sink] += batch.last_seq > 0;
        d->progressed |= batch.last_seq > 0;
        if (batch.rows > 0)
            d->options.watch->delivered(d->options.watch->context, d->name, s->stream.name,
                                        batch.rows);
    }
    return forget_failure(d, s->stream.name, err);
}

static bool deliver_streams(struct deliver *d, struct error *err)
{
    for (size_t i = 0; i < d->options.deployment->stream_count; i++) {
        if (deliver_stream(d, i, err))
            continue;
        note_failure(d, i, err);
        return false;
    }
    return true;
}

/* From opening the sink until nothing more comes. */
static bool follow(struct deliver *d, struct error *err)
{
    if (!open_sink(d, err)) {
        for (size_t i = 0; i < d->options.deployment->stream_count; i++)
            note_failure(d, i, err);
        return false;
    }
    while (wait_for_any(d)) {
        if (!deliver_streams(d, err))
            return false;
    }
    return true;
}

/* Whether it is worth another try, after a wait. since_ns: of the first failure in a row. */
static bool try_again(struct deliver *d, const struct error *failure, int64_t since_ns,
                      unsigned attempt)
{
    if (failure->kind != ERROR_NETWORK || is_ended(d) || stop_requested())
        return false;
    uint64_t random;
    secret_fill_random(&random, sizeof random);
    int64_t wait = backoff_wait(&retry, attempt, random);
    if (clock_monotonic_ns() + wait - since_ns > d->options.deployment->options->sink_retry_ns)
        return false;
    d->options.watch->retrying(d->options.watch->context, failure, attempt + 1, wait);
    return pause_for(d, wait);
}

static bool was_sound(const struct deliver *d, int64_t now_ns)
{
    int64_t row_ns = d->options.deployment->options->sink_retry_ns;
    return d->opened_ns > 0 && now_ns - d->opened_ns > row_ns;
}

/* A row of failures ends with a batch that went through, and with a sink that was open for longer
 * than a row may be: it may have had nothing to do. */
static bool run(struct deliver *d, struct error *err)
{
    if (!deployment_read(d->options.deployment, &d->store, err))
        return false;
    unsigned attempt = 0;
    for (int64_t since = 0;;) {
        if (follow(d, err))
            return true;
        sink_close(d->sink);
        d->sink = NULL;
        int64_t now = clock_monotonic_ns();
        if (d->progressed || was_sound(d, now))
            attempt = 0;
        if (attempt == 0)
            since = now;
        if (!try_again(d, err, since, attempt++))
            return false;
    }
}

static void *run_thread(void *arg)
{
    struct deliver *d = arg;
    struct result_sink *result = &d->options.result->sinks[d->options.sink];
    struct error err = {0};
    if (!run(d, &err)) {
        result->failed = true;
        result->error = err;
    }
    return NULL;
}

/* --- For the others ------------------------------------------------------------------------- */

static void init_lock(struct deliver *d)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&d->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&d->lock, NULL);
}

bool deliver_new(const struct deliver_options *options, struct deliver **ret_deliver,
                 struct error *err)
{
    AUTO(deliver_freep) struct deliver *d = calloc(1, sizeof *d);
    if (!d)
        return error_memory(err);
    d->options = *options;
    d->name = options->deployment->options->sinks[options->sink].driver->sink;
    d->told = 1; /* what earlier runs left */
    init_lock(d);
    d->batch = batch_new();
    if (!d->batch)
        return error_memory(err);
    int number = pthread_create(&d->thread, NULL, run_thread, d);
    if (number != 0)
        return error_errno(err, ERROR_BUG, number, "a thread cannot be started");
    d->started = true;
    *ret_deliver = steal(&d);
    return true;
}

static void tell(struct deliver *d, bool *flag)
{
    pthread_mutex_lock(&d->lock);
    *flag = true;
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

void deliver_wake(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    d->told++;
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

static void join(struct deliver *d)
{
    if (d->started)
        pthread_join(d->thread, NULL);
    d->started = false;
}

void deliver_finish(struct deliver *d)
{
    tell(d, &d->finished);
    join(d);
}

void deliver_free(struct deliver *d)
{
    if (!d)
        return;
    tell(d, &d->ended);
    join(d);
    sink_close(d->sink);
    store_close(d->store);
    for (size_t i = 0; i < DEPLOYMENT_STREAMS_MAX; i++)
        columns_free(d->streams[i].columns);
    batch_free(d->batch);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}
