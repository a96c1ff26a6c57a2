/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/reconcile.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "codec/zstandard.h"
#include "crypto/secret.h"
#include "pipeline/presence.h"
#include "record/hash.h"
#include "stage/position.h"
#include "stage/read.h"
#include "stage/refused.h"

enum { FAULT_SIZE = 512, KEYS_FIRST = 64 * 1024 };

/* The keys that were seen, by hash; at most half full. */
struct keys {
    struct hash_seed seed;
    uint64_t *slots;
    size_t room;
    size_t count;
};

struct reconcile {
    const struct reconcile_options *options;
    struct reconcile_counts *counts;
    const char *name; /* of the sink */
    struct sink *sink; /* for reading */
    struct sink *trial; /* for rows that are written and taken back; NULL: not needed yet */
    struct store *store;
    struct zstandard *zstandard;
    struct segment_packed packed;
    struct segment segment;
    /* of one stream */
    struct driver_stream stream;
    struct read_stream state;
    int64_t marker; /* the last segment that the sink has */
    struct columns *columns;
    struct keys keys;
};

static void reconcile_done(struct reconcile *r)
{
    sink_close(r->trial);
    sink_close(r->sink);
    columns_free(r->columns);
    segment_done(&r->segment);
    segment_packed_done(&r->packed);
    zstandard_free(r->zstandard);
    free(r->keys.slots);
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

/* Rows and digest of a batch against the segments that it was made of; those that were purged
 * cannot be compared any more. */
static bool check_batch(struct reconcile *r, const struct ledger_entry *entry,
                        struct error *err)
{
    uint8_t digest[DIGEST_SIZE] = {0};
    int64_t rows = 0, refused;
    if (entry->first_seq <= r->state.purged_seq)
        return true;
    for (int64_t seq = entry->first_seq; seq <= entry->last_seq; seq++) {
        struct seal_segment about;
        struct error missing;
        if (!read_about(r->store, r->stream.name, seq, &about, &missing))
            return true; /* the inspection of the stage tells */
        ledger_fold(digest, about.digest);
        rows += about.count;
    }
    if (!refused_count(r->store, r->name, r->stream.name, entry->first_seq, entry->last_seq,
                       &refused, err))
        return false;
    if (rows - refused != entry->rows || memcmp(digest, entry->digest, DIGEST_SIZE) != 0)
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

/* False, and *err is what is wrong with it, when the segment cannot be read. */
static bool open_segment(struct reconcile *r, int64_t seq, struct seal_segment *ret_about,
                         struct error *err)
{
    buffer_clear(&r->packed.frame);
    return read_segment(r->store, r->stream.name, seq, ret_about, &r->packed, err) &&
           segment_unpack(&r->packed, r->zstandard, &r->segment, err);
}

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

/* Every record of the open segment but those that the sink refused. */
static bool each_record(struct reconcile *r, const struct seal_segment *about,
                        visit_record *visit, void *context, struct error *err)
{
    const struct driver_segment segment = {about->seq, about->created_ns, about->schema_digest,
                                           about->policy_digest};
    struct driver_record record = {.segment = &segment};
    int64_t refused;
    if (!refused_next(r->store, r->name, r->stream.name, about->seq, -1, &refused, err))
        return false;
    for (size_t cursor = 0; segment_next(&r->segment, &cursor, &record.line, &record.len);
         record.index++) {
        bool ok = record.index != refused ? visit(r, &record, context, err)
                                          : refused_next(r->store, r->name, r->stream.name,
                                                         about->seq, refused, &refused, err);
        if (!ok)
            return false;
    }
    return true;
}

/* --- Keys ------------------------------------------------------------------------------------ */

static bool keys_grow(struct keys *k)
{
    size_t room = k->room ? 2 * k->room : KEYS_FIRST;
    uint64_t *slots = calloc(room, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < k->room; i++) {
        size_t at = k->slots[i] & (room - 1);
        while (k->slots[i] && slots[at])
            at = (at + 1) & (room - 1);
        if (k->slots[i])
            slots[at] = k->slots[i];
    }
    free(k->slots);
    k->slots = slots;
    k->room = room;
    return true;
}

/* *ret_new: the key was not seen before; it is from now on. */
static bool keys_add(struct keys *k, uint64_t hash, bool *ret_new, struct error *err)
{
    if (2 * (k->count + 1) > k->room && !keys_grow(k))
        return error_memory(err);
    size_t at = hash & (k->room - 1);
    while (k->slots[at] && k->slots[at] != hash)
        at = (at + 1) & (k->room - 1);
    *ret_new = !k->slots[at];
    k->slots[at] = hash;
    k->count += *ret_new;
    return true;
}

static bool keys_has(const struct keys *k, uint64_t hash)
{
    size_t at = hash & (k->room - 1);
    while (k->slots[at] && k->slots[at] != hash)
        at = (at + 1) & (k->room - 1);
    return k->slots[at] == hash;
}

static uint64_t hash_key(const struct reconcile *r, const struct columns_value *values)
{
    int key[SCHEMA_KEY_MAX];
    size_t count = schema_key(r->stream.schema, key);
    uint64_t hash = 0;
    for (size_t i = 0; i < count; i++) {
        const struct columns_value *v = &values[key[i]];
        hash =
            v->kind == COLUMNS_TEXT
                ? hash_text(&r->keys.seed, hash, v->text, v->len)
                : hash_text(&r->keys.seed, hash, (const char *)&v->integer, sizeof v->integer);
    }
    return hash;
}

/* Nothing of the stream was seen yet. */
static bool use_columns(struct reconcile *r, struct error *err)
{
    r->keys.count = 0;
    memset(r->keys.slots, 0, r->keys.room * sizeof *r->keys.slots);
    columns_free(r->columns);
    r->columns = columns_new(r->stream.schema);
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
    uint64_t hash = hash_key(r, values);
    *ret_superseded = !there && keys_has(&r->keys, hash);
    return !there || keys_add(&r->keys, hash, &new, err);
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
        struct seal_segment about;
        struct logged logged = {.presence = p, .seq = seq};
        struct error broken;
        if (!check_stop(err))
            return false;
        if (!open_segment(r, seq, &about, &broken))
            continue; /* the inspection of the stage tells */
        if (!each_record(r, &about, look_up_record, &logged, err))
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
    if (!keys_add(&r->keys, hash_key(r, values), &new, err))
        return false;
    newest->is[record->index] = new;
    newest->count += new;
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
static bool try_rows(struct reconcile *r, const struct seal_segment *about,
                     struct newest *newest, struct driver_outcome *ret_outcome,
                     struct error *err)
{
    bool ok = sink_begin(r->trial, &r->stream, err) &&
              each_record(r, about, write_newest, newest, err) &&
              sink_finish(r->trial, ret_outcome, err);
    sink_abort(r->trial);
    return ok;
}

static bool check_rows(struct reconcile *r, int64_t seq, struct error *err)
{
    struct seal_segment about;
    struct newest newest = {.count = 0};
    struct driver_outcome outcome = {.verdict = DRIVER_DONE};
    struct error broken;
    if (!open_segment(r, seq, &about, &broken))
        return true; /* the inspection of the stage tells */
    if (!each_record(r, &about, choose_newest, &newest, err))
        return false;
    if (newest.count == 0)
        return true;
    do {
        if (!try_rows(r, &about, &newest, &outcome, err))
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

static bool check_table(struct reconcile *r, struct error *err)
{
    if (schema_write(r->stream.schema) == SCHEMA_APPEND)
        return true;
    if (!open_trial(r, err) || !use_columns(r, err))
        return false;
    for (int64_t seq = last_seq(r); seq >= first_seq(r) && r->keys.count < RECONCILE_KEYS_MAX;
         seq--) {
        if (!check_stop(err) || !check_rows(r, seq, err))
            return false;
    }
    return true;
}

/* --- All of it ------------------------------------------------------------------------------ */

static bool check_stream(struct reconcile *r, size_t i, struct error *err)
{
    r->stream = deployment_stream(r->options->deployment, i);
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
    segment_packed_init(&r.packed);
    segment_init(&r.segment);
    r.zstandard = zstandard_new();
    secret_fill_random(&r.keys.seed, sizeof r.keys.seed);
    if (!r.zstandard || !keys_grow(&r.keys))
        return error_memory(err);
    if (!sink_open(&sink, &r.sink, err))
        return false;
    for (size_t i = 0; i < d->stream_count; i++) {
        if (!check_stream(&r, i, err))
            return error_prefix(err, "sink %s", r.name);
    }
    return true;
}
