/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/load.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "base/stop.h"
#include "codec/zstandard.h"
#include "record/columns.h"
#include "sink/warehouse.h"
#include "stage/position.h"
#include "stage/read.h"

enum { SCRIPT_MAX = 1024 * 1024 }; /* what makes or changes one table */

/* A stream of the stage on its way into its table. */
struct loading {
    struct warehouse_stream stream;
    struct columns *columns;
    const uint8_t *policy_digest;
    bool compared; /* the marker was found to be ours, by this process */
};

struct load {
    struct load_options options;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* of the three below */
    pthread_cond_t changed;
    bool more; /* something was staged since the thread looked */
    bool finished; /* nothing more will be */
    bool ended; /* stop now */

    /* the thread alone */
    struct warehouse *warehouse;
    struct store *store; /* reading */
    struct loading streams[DEPLOYMENT_STREAMS_MAX];
    struct zstandard *zstandard;
    struct segment_packed packed;
    struct segment segment;
};

/* --- one batch ------------------------------------------------------------------------------ */

/* The digest of the marker's batch, from what the stage has under its numbers; false when a part
 * was purged. */
static bool fold_marker(struct load *l, const char *stream, const struct ledger_entry *entry,
                        uint8_t ret_digest[DIGEST_SIZE], bool *ret_whole, struct error *err)
{
    struct read_stream state;
    if (!read_stream_get(l->store, stream, &state, err))
        return false;
    *ret_whole = entry->first_seq > state.purged_seq && entry->last_seq <= state.last_seq;
    memset(ret_digest, 0, DIGEST_SIZE);
    for (int64_t seq = entry->first_seq; *ret_whole && seq <= entry->last_seq; seq++) {
        struct seal_segment about;
        if (!read_about(l->store, stream, seq, &about, err))
            return false;
        ledger_fold(ret_digest, about.digest);
    }
    return true;
}

static bool compare(struct load *l, const struct loading *s, const struct ledger_marker *marker,
                    int64_t position, struct error *err)
{
    struct read_stream state;
    uint8_t digest[DIGEST_SIZE];
    bool whole = false;
    if (!read_stream_get(l->store, s->stream.name, &state, err) ||
        (marker->found && !fold_marker(l, s->stream.name, &marker->last, digest, &whole, err)))
        return false;
    const struct ledger_local local = {
        .stage_id = s->stream.stage_id,
        .stream = s->stream.name,
        .table = schema_table(s->stream.schema),
        .position = position,
        .newest = state.last_seq,
        .digest = whole ? digest : NULL,
        .accept = l->options.accept,
    };
    if (ledger_compare(&local, marker, err) != LEDGER_CONTINUE)
        return false;
    if (state.purged_seq > ledger_position(marker))
        log_warning(
            "load.gap",
            "stream=%s first=%lld last=%lld these segments were purged and the warehouse "
            "does not have them: fetch their days again (--since) into a new stage",
            s->stream.name, (long long)ledger_position(marker) + 1,
            (long long)state.purged_seq);
    return true;
}

static bool open_segment(struct load *l, const struct loading *s, int64_t seq,
                         struct seal_segment *ret_about, struct error *err)
{
    buffer_clear(&l->packed.frame);
    return read_segment(l->store, s->stream.name, seq, ret_about, &l->packed, err) &&
           segment_unpack(&l->packed, l->zstandard, &l->segment, err);
}

/* A record of the stage fits the schema that it was staged under; the columns may have changed. */
static bool does_not_fit(const struct loading *s, const struct seal_segment *about,
                         struct error *err)
{
    bool same = memcmp(about->schema_digest, schema_digest(s->stream.schema), DIGEST_SIZE) == 0;
    return error_prefix(err, "stream %s, segment %lld%s", s->stream.name, (long long)about->seq,
                        same ? ""
                             : ", staged under another schema (put that one back, run "
                               "`extract load`, then change it)");
}

static bool write_segment(struct load *l, struct loading *s, const struct seal_segment *about,
                          struct ledger_entry *entry, struct error *err)
{
    int64_t seq = about->seq;
    size_t cursor = 0, len;
    const char *line;
    const struct columns_value *values;
    while (segment_next(&l->segment, &cursor, &line, &len)) {
        if (!columns_parse(s->columns, line, len, &values, err))
            return does_not_fit(s, about, err);
        if (!warehouse_write(l->warehouse, values, err))
            return error_prefix(err, "stream %s, segment %lld", s->stream.name, (long long)seq);
        entry->rows++;
    }
    if (entry->first_seq == 0)
        entry->first_seq = seq;
    entry->last_seq = seq;
    ledger_fold(entry->digest, about->digest);
    memcpy(entry->policy_digest, about->policy_digest, DIGEST_SIZE);
    return true;
}

/* Numbers have no gaps but for what was purged, which was loaded before. */
static bool check_gap(const struct load *l, const char *stream, int64_t expected, int64_t found,
                      struct error *err)
{
    return found <= expected ||
           error_set(
               err, ERROR_STORE,
               "%s: stream %s, segments %lld to %lld are missing; restore a backup of the "
               "state folder, then run again",
               store_path(l->store), stream, (long long)expected, (long long)found - 1);
}

static bool write_segments(struct load *l, struct loading *s, int64_t after,
                           struct ledger_entry *entry, struct error *err)
{
    struct read_stream state;
    if (!read_stream_get(l->store, s->stream.name, &state, err))
        return false;
    if (after < state.purged_seq)
        after = state.purged_seq;
    for (int i = 0; i < LOAD_SEGMENTS_MAX; i++) {
        int64_t seq;
        struct seal_segment about;
        if (!read_next(l->store, s->stream.name, after, &seq, err))
            return false;
        /* what stands before a damaged segment is loaded; the next batch begins and ends at it */
        if (!check_gap(l, s->stream.name, after + 1, seq ? seq : state.last_seq + 1, err))
            return entry->last_seq > 0;
        if (seq == 0)
            return true;
        if (!open_segment(l, s, seq, &about, err))
            return entry->last_seq > 0;
        if (!write_segment(l, s, &about, entry, err))
            return false;
        after = seq;
    }
    return true;
}

/* The stage learns what the warehouse has: after a commit, or because an earlier run could not
 * say so any more. */
static bool move_position(struct load *l, const struct loading *s,
                          const struct ledger_entry *entry, enum event_kind kind,
                          struct error *err)
{
    const struct event event = {
        .kind = kind,
        .object = s->stream.name,
        .details = {{"sink", LOAD_SINK}, {"table", schema_table(s->stream.schema)}},
        .counts = {{"first_seq", entry->first_seq},
                   {"last_seq", entry->last_seq},
                   {"rows", entry->rows}},
        .digests = {{"batch", entry->digest}},
    };
    return writer_position(l->options.writer, LOAD_SINK, s->stream.name, entry->last_seq,
                           &event, err);
}

static bool is_behind(const struct position *position, const struct ledger_marker *marker)
{
    return position->seq < ledger_position(marker);
}

/* Everything between the fence and the commit; the caller aborts when it fails. */
static bool fill_batch(struct load *l, struct loading *s, struct ledger_marker *ret_marker,
                       struct position *ret_position, struct ledger_entry *entry,
                       struct error *err)
{
    if (!warehouse_position(l->warehouse, &s->stream, ret_marker, err) ||
        !position_get(l->store, LOAD_SINK, s->stream.name, ret_position, err))
        return false;
    if (!s->compared && !compare(l, s, ret_marker, ret_position->seq, err))
        return false;
    s->compared = true;
    if (is_behind(ret_position, ret_marker))
        return true;
    memcpy(entry->schema_digest, schema_digest(s->stream.schema), DIGEST_SIZE);
    return write_segments(l, s, ledger_position(ret_marker), entry, err);
}

/* *ret_rows 0: there was nothing to load. */
static bool load_batch(struct load *l, struct loading *s, uint64_t *ret_rows, struct error *err)
{
    struct ledger_marker marker;
    struct position position;
    struct ledger_entry entry = {0};
    if (!warehouse_begin(l->warehouse, &s->stream, err))
        return false;
    bool filled = fill_batch(l, s, &marker, &position, &entry, err);
    if (!filled || entry.last_seq == 0) {
        warehouse_abort(l->warehouse);
        *ret_rows = 0;
        if (!filled || !is_behind(&position, &marker))
            return filled;
        /* an earlier run was killed before it could say what it had committed */
        return move_position(l, s, &marker.last, EVENT_LOAD_RECOVERED, err) &&
               load_batch(l, s, ret_rows, err);
    }
    crashpoint("load.commit");
    if (!warehouse_commit(l->warehouse, &entry, err))
        return false;
    crashpoint("load.committed");
    if (!move_position(l, s, &entry, EVENT_LOAD_COMMITTED, err))
        return false;
    crashpoint("load.positioned");
    *ret_rows = (uint64_t)entry.rows;
    return true;
}

/* --- the thread ----------------------------------------------------------------------------- */

/* Said before it is done, for the warehouse and the stage have no transaction in common: killed in
 * between, the next run says and does it again, and no table is ever changed unsaid. */
static bool announce_change(struct load *l, const struct loading *s, struct error *err)
{
    struct ddl_change change = {0};
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, SCRIPT_MAX);
    if (!warehouse_plan(l->warehouse, &s->stream, &script, &change, err))
        return false;
    if (!change.creates && change.adds == 0)
        return true;
    const struct event changed = {
        .kind = EVENT_TABLE_CHANGED,
        .object = schema_table(s->stream.schema),
        .details = {{"change", change.creates ? "created" : "columns added"}},
        .counts = {{"columns", (int64_t)change.adds}},
    };
    return writer_event(l->options.writer, &changed, err);
}

static bool prepare(struct load *l, size_t i, struct error *err)
{
    struct loading *s = &l->streams[i];
    struct ddl_change ignored;
    s->stream = deployment_stream(l->options.deployment, i);
    s->columns = columns_new(s->stream.schema);
    if (!s->columns)
        return error_memory(err);
    return announce_change(l, s, err) &&
           warehouse_prepare(l->warehouse, &s->stream, &ignored, err);
}

static bool is_ended(struct load *l)
{
    pthread_mutex_lock(&l->lock);
    bool ended = l->ended;
    pthread_mutex_unlock(&l->lock);
    return ended;
}

/* After a stop one batch may still be loaded, so that a run loads what it staged; more than that is
 * left to the next one. */
static bool check_stop(const struct load *l, const struct loading *s, struct error *err)
{
    struct position position;
    struct read_stream state;
    if (!stop_requested())
        return true;
    if (!position_get(l->store, LOAD_SINK, s->stream.name, &position, err) ||
        !read_stream_get(l->store, s->stream.name, &state, err))
        return false;
    int64_t left = state.last_seq - position.seq;
    return left <= LOAD_SEGMENTS_MAX ||
           error_set(err, ERROR_STOPPED,
                     "stream %s: asked to stop with %lld segments not loaded yet; run the same "
                     "command again to go on",
                     s->stream.name, (long long)left);
}

/* Loads what there is of every stream. */
static bool load_all(struct load *l, struct error *err)
{
    struct result *result = l->options.result;
    for (size_t i = 0; i < l->options.deployment->stream_count; i++) {
        struct loading *s = &l->streams[i];
        for (uint64_t rows = 1; rows > 0 && !is_ended(l);) {
            if (!check_stop(l, s, err))
                return false;
            if (!load_batch(l, s, &rows, err)) {
                struct error ignored; /* the stage fails on its own */
                writer_sink_failed(l->options.writer, LOAD_SINK, s->stream.name, err->text,
                                   &ignored);
                return false;
            }
            result->streams[i].loaded += rows;
            if (rows > 0)
                l->options.watch->loaded(l->options.watch->context, s->stream.name, rows);
        }
    }
    return true;
}

/* False: nothing more will come. */
static bool wait_for_more(struct load *l)
{
    pthread_mutex_lock(&l->lock);
    while (!l->more && !l->finished && !l->ended)
        pthread_cond_wait(&l->changed, &l->lock);
    bool go_on = l->more && !l->ended;
    l->more = false;
    pthread_mutex_unlock(&l->lock);
    return go_on;
}

static bool follow(struct load *l, struct error *err)
{
    struct deployment *d = l->options.deployment;
    if (!deployment_warehouse(d, false, &l->warehouse, err) ||
        !deployment_read(d, &l->store, err))
        return false;
    for (size_t i = 0; i < d->stream_count; i++) {
        if (!prepare(l, i, err))
            return false;
    }
    while (wait_for_more(l)) {
        if (!load_all(l, err))
            return false;
    }
    return true;
}

static void *run_thread(void *arg)
{
    struct load *l = arg;
    struct error err;
    if (!follow(l, &err)) {
        l->options.result->load_failed = true;
        l->options.result->load_error = err;
    }
    return NULL;
}

/* --- for the others ------------------------------------------------------------------------- */

bool load_new(const struct load_options *options, struct load **ret_load, struct error *err)
{
    AUTO(load_freep) struct load *l = calloc(1, sizeof *l);
    if (!l)
        return error_memory(err);
    l->options = *options;
    l->more = true; /* what earlier runs left */
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    segment_packed_init(&l->packed);
    segment_init(&l->segment);
    l->zstandard = zstandard_new();
    if (!l->zstandard)
        return error_memory(err);
    int number = pthread_create(&l->thread, NULL, run_thread, l);
    if (number != 0)
        return error_errno(err, ERROR_BUG, number, "a thread cannot be started");
    l->started = true;
    *ret_load = steal(&l);
    return true;
}

static void tell(struct load *l, bool *flag)
{
    pthread_mutex_lock(&l->lock);
    *flag = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

void load_wake(struct load *l)
{
    tell(l, &l->more);
}

static void join(struct load *l)
{
    if (l->started)
        pthread_join(l->thread, NULL);
    l->started = false;
}

void load_finish(struct load *l)
{
    tell(l, &l->finished);
    join(l);
}

void load_free(struct load *l)
{
    if (!l)
        return;
    tell(l, &l->ended);
    join(l);
    for (size_t i = 0; i < DEPLOYMENT_STREAMS_MAX; i++)
        columns_free(l->streams[i].columns);
    warehouse_close(l->warehouse);
    store_close(l->store);
    segment_done(&l->segment);
    segment_packed_done(&l->packed);
    zstandard_free(l->zstandard);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    free(l);
}
