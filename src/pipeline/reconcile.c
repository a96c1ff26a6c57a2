/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/reconcile.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "pipeline/presence.h"
#include "pipeline/staged.h"
#include "sink/rowkeys.h"
#include "stage/generation.h"
#include "stage/position.h"
#include "stage/read.h"
#include "stage/refused.h"

enum { FAULT_SIZE = 512 };

struct reconcile {
    const struct reconcile_options *options;
    struct reconcile_counts *counts;
    const char *name; /* of the sink */
    struct sink *sink; /* for reading */
    struct sink *trial; /* for rows that are written and taken back; NULL: not needed yet */
    struct store *store;
    struct staged staged;
    /* of one stream */
    struct driver_stream stream;
    struct read_stream state;
    int64_t marker; /* the last segment that the sink has */
    struct columns *columns;
    struct rowkeys keys; /* that were seen so far */
    int key[SCHEMA_KEY_MAX];
    size_t key_count;
};

static void reconcile_done(struct reconcile *r)
{
    sink_close(r->trial);
    sink_close(r->sink);
    columns_free(r->columns);
    staged_done(&r->staged);
    rowkeys_done(&r->keys);
}

static void __attribute__((format(printf, 2, 3)))
fault(const struct reconcile *r, const char *format, ...)
{
    char text[FAULT_SIZE];
    int len = snprintf(text, sizeof text, "sink %s, stream %s: ", r->name, r->stream.name);
    va_list args;
    va_start(args, format);
    vsnprintf(text + len, sizeof text - (size_t)len, format, args);
    va_end(args);
    r->options->fault(r->options->context, text);
}

static bool check_stop(struct error *err)
{
    return !stop_requested() || error_set(err, ERROR_STOPPED, "asked to stop");
}

/* --- The ledger ------------------------------------------------------------------------------ */

/* The slice that a batch brought, and whether it was one: what was loaded before slices were
 * replaced has none. */
static bool find_generation(struct reconcile *r, const struct ledger_entry *entry,
                            struct generation *ret_generation, bool *ret_found,
                            struct error *err)
{
    *ret_found = false;
    if (!sink_by_slice(r->sink, r->stream.schema))
        return true;
    if (!generation_next(r->store, r->stream.name, entry->last_seq - 1, ret_generation,
                         ret_found, err))
        return false;
    *ret_found = *ret_found && ret_generation->last_seq == entry->last_seq;
    return true;
}

/* Rows and digest of a batch against the segments that it was made of; those that were purged
 * cannot be compared any more. */
static bool check_batch(struct reconcile *r, const struct ledger_entry *entry,
                        struct error *err)
{
    uint8_t digest[DIGEST_SIZE] = {0};
    struct generation g = {.first_seq = entry->first_seq};
    int64_t rows = 0;
    bool by_slice;
    if (!find_generation(r, entry, &g, &by_slice, err))
        return false;
    int64_t first = g.first_seq < entry->first_seq ? g.first_seq : entry->first_seq;
    if (first <= r->state.purged_seq)
        return true;
    for (int64_t seq = first; seq <= entry->last_seq; seq++) {
        struct seal_segment about;
        struct error missing;
        int64_t refused;
        if (!read_about(r->store, r->stream.name, seq, &about, &missing))
            return true; /* the inspection of the stage tells */
        if (!refused_count(r->store, r->name, r->stream.name, seq, seq, &refused, err))
            return false;
        if (seq >= entry->first_seq)
            ledger_fold(digest, about.digest);
        if (!by_slice || generation_has(&g, &about))
            rows += about.count - refused;
    }
    if (rows != entry->rows || memcmp(digest, entry->digest, DIGEST_SIZE) != 0)
        fault(r,
              "segments %" PRId64 " to %" PRId64
              " were delivered with other content than the stage has",
              entry->first_seq, entry->last_seq);
    return true;
}

static bool check_ledger(struct reconcile *r, struct error *err)
{
    struct ledger_entry entry;
    int64_t last = 0;
    for (bool found;;) {
        if (!check_stop(err) || !sink_next(r->sink, &r->stream, last, &found, &entry, err))
            return false;
        if (!found)
            return true;
        if (entry.first_seq != last + 1 && entry.first_seq > r->state.purged_seq + 1)
            fault(r, "the ledger goes from segment %" PRId64 " to %" PRId64, last,
                  entry.first_seq);
        if (!check_batch(r, &entry, err))
            return false;
        r->counts->batches++;
        r->counts->rows += (uint64_t)entry.rows;
        last = entry.last_seq;
    }
}

/* The newest entry, and what the stage remembers of it. */
static bool check_marker(struct reconcile *r, struct error *err)
{
    struct ledger_marker marker;
    struct position position;
    if (!sink_position(r->sink, &r->stream, &marker, err) ||
        !position_get(r->store, r->name, r->stream.name, &position, err))
        return false;
    r->marker = ledger_position(&marker);
    if (position.seq > r->marker)
        fault(r,
              "its marker is at segment %" PRId64 ", and %" PRId64
              " were known to be delivered",
              r->marker, position.seq);
    if (r->marker > r->state.last_seq)
        fault(r, "its marker is at segment %" PRId64 ", and the stage ends at %" PRId64,
              r->marker, r->state.last_seq);
    return !marker.found || check_batch(r, &marker.last, err);
}

/* --- The records ----------------------------------------------------------------------------- */

/* The segments that the stage has and the sink must have: first to last; none when last is
 * before first. */
static int64_t first_seq(const struct reconcile *r)
{
    return r->state.purged_seq + 1;
}

static int64_t last_seq(const struct reconcile *r)
{
    return r->marker < r->state.last_seq ? r->marker : r->state.last_seq;
}

typedef bool visit_record(struct reconcile *r, const struct driver_record *record,
                          void *context, struct error *err);

/* Every record of the open segment, from the first one on. */
static bool each_record(struct reconcile *r, visit_record *visit, void *context,
                        struct error *err)
{
    struct driver_record record;
    if (!staged_rewind(&r->staged, err))
        return false;
    for (bool found = true;;) {
        if (!staged_next(&r->staged, &record, &found, err))
            return false;
        if (!found)
            return true;
        if (!visit(r, &record, context, err))
            return false;
    }
}

/* --- Keys ------------------------------------------------------------------------------------ */

/* *ret_new: the key was not seen before; it is from now on. */
static bool add_key(struct reconcile *r, const struct columns_value *values, bool *ret_new,
                    struct error *err)
{
    enum rowkeys_verdict verdict = rowkeys_add(&r->keys, values, r->key, r->key_count);
    *ret_new = verdict == ROWKEYS_NEW;
    return verdict != ROWKEYS_FULL || error_memory(err);
}

/* Nothing of the stream was seen yet. */
static bool use_columns(struct reconcile *r, struct error *err)
{
    rowkeys_clear(&r->keys);
    columns_free(r->columns);
    r->columns = columns_new(r->stream.schema);
    r->key_count = schema_key(r->stream.schema, r->key);
    return r->columns || error_memory(err);
}

/* --- A log ---------------------------------------------------------------------------------- */

/* What is known of one segment's records in the log. */
struct logged {
    const struct presence *presence;
    int64_t seq;
    uint32_t count;
    uint32_t missing;
    uint32_t blank; /* tombstones where the schema knows none */
    uint8_t digest[DIGEST_SIZE];
};

/* Of a compacted log a record may be gone when a later one has its key; newer segments come
 * first. */
static bool is_superseded(struct reconcile *r, const struct driver_record *record, bool there,
                          bool *ret_superseded, struct error *err)
{
    const struct columns_value *values;
    bool new = false;
    if (!columns_parse(r->columns, record->line, record->len, &values, err))
        return error_prefix(err, "stream %s, segment %" PRId64, r->stream.name,
                            record->segment->seq);
    *ret_superseded = !there && rowkeys_has(&r->keys, values, r->key, r->key_count);
    return !there || add_key(r, values, &new, err);
}

static bool look_up_record(struct reconcile *r, const struct driver_record *record,
                           void *context, struct error *err)
{
    struct logged *l = context;
    bool there = presence_has(l->presence, l->seq, record->index), superseded = false;
    if (presence_log(l->presence).compacted &&
        !is_superseded(r, record, there, &superseded, err))
        return false;
    l->count++;
    r->counts->compared++;
    if (!there)
        l->missing += !superseded;
    else if (!presence_is_blank(l->presence, l->seq, record->index))
        presence_add(l->digest, record->index, record->line, record->len);
    else
        l->blank += schema_topic(r->stream.schema)->tombstone_column < 0;
    return true;
}

static void judge_segment(struct reconcile *r, const struct logged *l)
{
    uint8_t digest[DIGEST_SIZE];
    presence_digest(l->presence, l->seq, digest);
    if (l->blank > 0)
        fault(r, "segment %" PRId64 ": %" PRIu32 " records are there without a value", l->seq,
              l->blank);
    if (memcmp(digest, l->digest, DIGEST_SIZE) != 0)
        fault(r, "segment %" PRId64 ": records are not what was delivered", l->seq);
    if (l->missing == 0)
        return;
    if (presence_log(l->presence).trimmed)
        r->counts->expired += l->missing;
    else
        fault(r, "segment %" PRId64 ": %" PRIu32 " of %" PRIu32 " records are missing", l->seq,
              l->missing, l->count);
}

static bool check_log(struct reconcile *r, struct error *err)
{
    AUTO(presence_freep) struct presence *p = NULL;
    if (!use_columns(r, err) ||
        !presence_read(r->sink, &r->stream, first_seq(r), last_seq(r), &p, err))
        return false;
    for (int64_t seq = last_seq(r); seq >= first_seq(r); seq--) {
        struct logged logged = {.presence = p, .seq = seq};
        struct error broken;
        if (!check_stop(err))
            return false;
        if (!staged_open(&r->staged, seq, &broken))
            continue; /* the inspection of the stage tells */
        if (!each_record(r, look_up_record, &logged, err))
            return false;
        judge_segment(r, &logged);
    }
    const struct presence_rest rest = presence_rest(p);
    if (rest.doubled > 0)
        fault(r, "%" PRIu64 " records are there more than once", rest.doubled);
    return true;
}

/* --- A table -------------------------------------------------------------------------------- */

/* Which records of a segment are the newest of their keys. */
struct newest {
    bool is[SEGMENT_RECORDS_MAX];
    uint64_t count;
    uint64_t others;
};

/* Newer segments come first: a key that was seen has newer values. */
static bool choose_newest(struct reconcile *r, const struct driver_record *record,
                          void *context, struct error *err)
{
    struct newest *newest = context;
    const struct columns_value *values;
    bool new = false;
    if (!columns_parse(r->columns, record->line, record->len, &values, err))
        return error_prefix(err, "stream %s, segment %" PRId64, r->stream.name,
                            record->segment->seq);
    if (!add_key(r, values, &new, err))
        return false;
    newest->is[record->index] = new;
    newest->count += new;
    newest->others += !new;
    return true;
}

static bool write_newest(struct reconcile *r, const struct driver_record *record, void *context,
                         struct error *err)
{
    const struct newest *newest = context;
    struct driver_record parsed = *record;
    const char *refused;
    return !newest->is[record->index] ||
           (columns_parse(r->columns, record->line, record->len, &parsed.values, err) &&
            sink_write(r->trial, &parsed, &refused, err));
}

/* Writes them and takes them back: how many rows would have changed? */
static bool try_rows(struct reconcile *r, struct newest *newest,
                     struct driver_outcome *ret_outcome, struct error *err)
{
    bool ok = sink_begin(r->trial, &r->stream, err) &&
              each_record(r, write_newest, newest, err) &&
              sink_finish(r->trial, ret_outcome, err);
    sink_abort(r->trial);
    return ok;
}

static bool check_rows(struct reconcile *r, int64_t seq, struct error *err)
{
    struct newest newest = {.count = 0};
    struct driver_outcome outcome = {.verdict = DRIVER_DONE};
    struct error broken;
    if (!staged_open(&r->staged, seq, &broken))
        return true; /* the inspection of the stage tells */
    if (!each_record(r, choose_newest, &newest, err))
        return false;
    if (newest.count == 0)
        return true;
    do {
        if (!try_rows(r, &newest, &outcome, err))
            return false;
    } while (outcome.verdict == DRIVER_AGAIN);
    r->counts->compared += newest.count;
    if (outcome.verdict == DRIVER_REFUSED)
        fault(r, "segment %" PRId64 ": the sink would not take its records any more: %s", seq,
              outcome.reason);
    else if (outcome.changed > 0)
        fault(r,
              "segment %" PRId64 ": %" PRIu64 " of %" PRIu64
              " rows are missing or are not what was delivered",
              seq, outcome.changed, newest.count);
    return true;
}

static bool open_trial(struct reconcile *r, struct error *err)
{
    const struct sink_options options =
        deployment_sink(r->options->deployment, r->options->sink, false);
    struct ddl_change ignored;
    return (r->trial || sink_open(&options, &r->trial, err)) &&
           sink_prepare(r->trial, &r->stream, false, &ignored, err);
}

static bool check_merged(struct reconcile *r, struct error *err)
{
    rowkeys_clear(&r->keys);
    for (int64_t seq = last_seq(r); seq >= first_seq(r) && r->keys.count < RECONCILE_KEYS_MAX;
         seq--) {
        if (!check_stop(err) || !check_rows(r, seq, err))
            return false;
    }
    return true;
}

/* --- A table whose slices are replaced ------------------------------------------------------- */

/* What is found out about one slice. */
struct slice_check {
    const struct generation *generation;
    bool readable; /* all of its segments */
    uint64_t repeated; /* records whose key a later one has */
    struct driver_outcome outcome;
    int64_t rows; /* of the slice, with those that were missing */
};

/* The newest record of every key, from the last segment to the first. */
static bool write_slice(struct reconcile *r, struct slice_check *c, struct error *err)
{
    const struct generation *g = c->generation;
    for (int64_t seq = g->last_seq; seq >= g->first_seq && c->readable; seq--) {
        struct seal_segment about;
        struct newest newest = {.count = 0};
        struct error broken;
        if (!check_stop(err))
            return false;
        c->readable = read_about(r->store, r->stream.name, seq, &about, &broken) &&
                      (!generation_has(g, &about) || staged_open(&r->staged, seq, &broken));
        if (c->readable && generation_has(g, &about) &&
            (!each_record(r, choose_newest, &newest, err) ||
             !each_record(r, write_newest, &newest, err)))
            return false;
        c->repeated += newest.others;
    }
    return true;
}

/* Writes the slice and takes it back: how many rows would have changed, and how many has it? */
static bool try_slice(struct reconcile *r, struct slice_check *c, struct error *err)
{
    rowkeys_clear(&r->keys);
    c->readable = true;
    c->repeated = 0;
    bool ok = sink_begin(r->trial, &r->stream, err) &&
              sink_slice(r->trial, c->generation->account, c->generation->slice, err) &&
              write_slice(r, c, err) &&
              (!c->readable ||
               (sink_finish(r->trial, &c->outcome, err) &&
                (c->outcome.verdict != DRIVER_DONE || sink_clear(r->trial, &c->rows, err))));
    sink_abort(r->trial);
    return ok;
}

static bool check_slice(struct reconcile *r, const struct generation *g, struct error *err)
{
    struct slice_check c = {.generation = g};
    do {
        if (!try_slice(r, &c, err))
            return false;
    } while (c.readable && c.outcome.verdict == DRIVER_AGAIN);
    if (!c.readable)
        return true; /* the inspection of the stage tells */
    int64_t wanted = (int64_t)r->keys.count;
    if (c.repeated > 0)
        fault(r,
              "slice %s: %" PRIu64
              " records have the key of another one, and the table has one "
              "row for both: fetch the slice again (--again)",
              g->slice, c.repeated);
    r->counts->compared += r->keys.count;
    if (c.outcome.verdict == DRIVER_REFUSED)
        fault(r, "slice %s: the sink would not take its records any more: %s", g->slice,
              c.outcome.reason);
    else if (c.outcome.changed > 0)
        fault(r,
              "slice %s: %" PRIu64 " of %" PRId64
              " rows are missing or are not what was delivered",
              g->slice, c.outcome.changed, wanted);
    if (c.outcome.verdict == DRIVER_DONE && c.rows > wanted)
        fault(r, "slice %s: %" PRId64 " rows are there that were not delivered", g->slice,
              c.rows - wanted);
    return true;
}

/* Each slice as it was delivered last. */
static bool check_replaced(struct reconcile *r, struct error *err)
{
    struct generation g = {.last_seq = 0};
    for (bool found;;) {
        if (!generation_newest(r->store, r->stream.name, g.last_seq, last_seq(r), &g, &found,
                               err))
            return false;
        if (!found)
            return true;
        if (g.first_seq >= first_seq(r) && !check_slice(r, &g, err))
            return false;
    }
}

static bool check_table(struct reconcile *r, struct error *err)
{
    if (schema_write(r->stream.schema) == SCHEMA_APPEND)
        return true;
    if (!open_trial(r, err) || !use_columns(r, err))
        return false;
    return sink_by_slice(r->sink, r->stream.schema) ? check_replaced(r, err)
                                                    : check_merged(r, err);
}

/* --- All of it ------------------------------------------------------------------------------ */

static bool check_stream(struct reconcile *r, size_t i, struct error *err)
{
    r->stream = deployment_stream(r->options->deployment, i);
    r->staged.stream = r->stream.name;
    if (!read_stream_get(r->store, r->stream.name, &r->state, err) || !check_marker(r, err) ||
        !check_ledger(r, err))
        return false;
    if (last_seq(r) < first_seq(r))
        return true;
    return sink_has_contents(r->sink) ? check_log(r, err) : check_table(r, err);
}

bool reconcile_sink(const struct reconcile_options *options, struct reconcile_counts *counts,
                    struct error *err)
{
    const struct deployment *d = options->deployment;
    const struct sink_options sink = deployment_sink(d, options->sink, true);
    AUTO(reconcile_done)
    struct reconcile r = {
        .options = options,
        .counts = counts,
        .name = d->options->sinks[options->sink].driver->sink,
        .store = d->store,
    };
    rowkeys_init(&r.keys);
    if (!staged_init(&r.staged, err) || !sink_open(&sink, &r.sink, err))
        return false;
    r.staged.store = r.store;
    r.staged.sink = r.name;
    for (size_t i = 0; i < d->stream_count; i++) {
        if (!check_stream(&r, i, err))
            return error_prefix(err, "sink %s", r.name);
    }
    return true;
}
