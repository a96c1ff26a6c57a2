/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "pipeline/batch.h"
#include "pipeline/presence.h"
#include "stage/consistency.h"
#include "stage/numbers.h"
#include "stage/position.h"
#include "stage/purged.h"
#include "stage/read.h"

struct replay {
    const struct replay_options *options;
    const char *name; /* of the sink */
    struct sink *sink;
    struct store *store;
    struct batch *batch;
    char since[CLOCK_DATE_SIZE];
    char until[CLOCK_DATE_SIZE];
    /* of one stream */
    const struct slice_rule *slices;
    const char *stream;
    struct presence *presence;
    int64_t asked_seq; /* the segment whose days were looked up last … */
    bool asked; /* … and whether they are asked for */
};

static void replay_done(struct replay *r)
{
    presence_free(r->presence);
    batch_free(r->batch);
    store_close(r->store);
    sink_close(r->sink);
}

static bool is_of_the_days(const struct replay *r, const char *id)
{
    struct slice slice;
    return !slice_parse(r->slices, id, &slice) || *slice.from == '\0' ||
           (strcmp(slice.to, r->since) >= 0 && strcmp(slice.from, r->until) <= 0);
}

/* Whether the segment is of the days asked for. */
static bool is_asked_for(struct replay *r, int64_t seq, bool *ret_asked, struct error *err)
{
    struct seal_segment about;
    if (!read_about(r->store, r->stream, seq, &about, err))
        return false;
    *ret_asked = is_of_the_days(r, about.slice);
    return true;
}

/* The first and the last segment of those days up to end; 0: there is none. */
static bool find_range(struct replay *r, int64_t end, int64_t *ret_first, int64_t *ret_last,
                       struct error *err)
{
    *ret_first = *ret_last = 0;
    for (int64_t seq = 0;;) {
        struct numbers_step step;
        bool asked;
        if (!numbers_next(r->store, r->stream, NUMBERS_SEGMENT, seq, &step, err))
            return false;
        if (step.missing_first > 0 && step.missing_first <= end)
            return numbers_check(r->store, r->stream, NUMBERS_SEGMENT, &step, err);
        seq = step.next;
        if (seq == 0 || seq > end)
            return true;
        if (!is_asked_for(r, seq, &asked, err))
            return false;
        if (asked) {
            *ret_first = *ret_first ? *ret_first : seq;
            *ret_last = seq;
        }
    }
}

/* For a log: of the days asked for, and not there. */
static bool is_missing(void *context, int64_t seq, uint32_t index)
{
    struct replay *r = context;
    struct error ignored; /* the segment is open already */
    if (seq != r->asked_seq) {
        r->asked_seq = seq;
        if (!is_asked_for(r, seq, &r->asked, &ignored))
            r->asked = false;
    }
    return r->asked && !presence_has(r->presence, seq, index);
}

static struct batch_options batch_options_of(const struct replay *r)
{
    return (struct batch_options){
        .name = r->name,
        .sink = r->sink,
        .store = r->store,
        .writer = r->options->writer,
    };
}

static bool replay_range(struct replay *r, struct batch_stream *s, int64_t first, int64_t last,
                         struct batch_result *ret_result, struct error *err)
{
    const struct batch_options options = batch_options_of(r);
    if (!sink_has_contents(r->sink))
        return batch_replay(r->batch, &options, s, first, last, NULL, NULL, ret_result, err);
    presence_free(r->presence);
    r->presence = NULL;
    r->asked_seq = 0;
    if (!presence_read(r->sink, &s->stream, first, last, &r->presence, err))
        return false;
    if (presence_log(r->presence).compacted)
        return error_set(
            err, ERROR_SINK,
            "stream %s: the topic is compacted: a record that is gone may have been "
            "replaced, and would come back as the newest. Fetch its days again: "
            "extract --source %s --again --force --since DAY --until DAY",
            r->stream, s->stream.source);
    return batch_replay(r->batch, &options, s, first, last, is_missing, r, ret_result, err);
}

static bool check_write(const struct replay *r, const struct schema *schema, struct error *err)
{
    return sink_has_contents(r->sink) || schema_write(schema) != SCHEMA_APPEND ||
           error_set(err, ERROR_SINK,
                     "stream %s: table %s is appended to (x-write), and what it has cannot be "
                     "told from what it has not; nothing of it is replayed",
                     r->stream, schema_table(schema));
}

/* What the sink had last of each slice asked for, as far as the stage has all of it. */
static bool replay_slices(struct replay *r, struct batch_stream *s, int64_t end,
                          struct batch_result *result, struct error *err)
{
    const struct batch_options options = batch_options_of(r);
    struct generation g = {.last_seq = 0};
    struct read_stream state;
    bool found = true;
    if (!read_stream_get(r->store, r->stream, &state, err))
        return false;
    for (;;) {
        struct batch_result one;
        if (!generation_newest(r->store, r->stream, g.last_seq, end, &g, &found, err))
            return false;
        if (!found)
            return true;
        if (g.first_seq <= state.purged_seq || !is_of_the_days(r, g.slice))
            continue;
        if (!batch_replay_slice(r->batch, &options, s, &g, &one, err))
            return false;
        result->rows += one.rows;
        result->refused += one.refused;
    }
}

/* Segments of the days asked for up to end, and for a table all later ones. */
static bool replay_segments(struct replay *r, struct batch_stream *s, int64_t end,
                            struct batch_result *result, struct error *err)
{
    int64_t first, last;
    if (!find_range(r, end, &first, &last, err))
        return false;
    if (!sink_has_contents(r->sink))
        last = end;
    return first == 0 || replay_range(r, s, first, last, result, err);
}

/* Days of an account that follow each other and are not in the stage any more. */
struct gap {
    struct replay *replay;
    uint64_t slices; /* of this one … */
    uint64_t total; /* … and of all that were told before */
    char account[STORE_NAME_SIZE];
    char first[SLICE_ID_SIZE];
    char last[SLICE_ID_SIZE];
};

static void tell_gap(struct gap *g)
{
    if (g->slices > 0)
        log_warning("replay.purged",
                    "sink=%s stream=%s account=%s first=%s last=%s slices=%" PRIu64
                    " not in the stage any more, or not all of it: fetch it again (--again "
                    "--force)",
                    g->replay->name, g->replay->stream, g->account, g->first, g->last,
                    g->slices);
    g->total += g->slices;
    g->slices = 0;
}

static bool is_next_day(const char *day, const char *next)
{
    int64_t a, b;
    return clock_parse_date(day, &a) && clock_parse_date(next, &b) && a + 1 == b;
}

static void add_to_gap(void *context, const struct purged_slice *slice)
{
    struct gap *g = context;
    if (!is_of_the_days(g->replay, slice->slice))
        return;
    if (g->slices == 0 || strcmp(g->account, slice->account) != 0 ||
        !is_next_day(g->last, slice->slice)) {
        tell_gap(g);
        snprintf(g->account, sizeof g->account, "%s", slice->account);
        snprintf(g->first, sizeof g->first, "%.*s", SLICE_ID_SIZE - 1, slice->slice);
    }
    snprintf(g->last, sizeof g->last, "%.*s", SLICE_ID_SIZE - 1, slice->slice);
    g->slices++;
}

/* Every reading of changes holds what no other one does, so whatever is purged of them lacks. */
static bool find_changes(struct replay *r, struct gap *gap, struct error *err)
{
    static const struct purged_slice all = {"*", "changes"};
    struct read_stream state;
    if (!read_stream_get(r->store, r->stream, &state, err))
        return false;
    if (state.purged_seq > 0)
        add_to_gap(gap, &all);
    return true;
}

/* What was purged of the days asked for. */
static bool tell_purged(struct replay *r, const struct schema *schema, uint64_t *ret_slices,
                        struct error *err)
{
    struct gap gap = {.replay = r};
    bool by_slice = schema_write(schema) == SCHEMA_REPLACE;
    if (!(r->slices->kind == SLICE_CHANGES
              ? find_changes(r, &gap, err)
              : purged_slices(r->store, r->stream, by_slice, add_to_gap, &gap, err)))
        return false;
    tell_gap(&gap);
    *ret_slices = gap.total;
    return true;
}

/* The last segment that was delivered: the sink's marker knows, when the position is lost. */
static bool find_end(struct replay *r, const struct driver_stream *stream, int64_t *ret_end,
                     struct error *err)
{
    struct ledger_marker marker;
    struct position position;
    if (!sink_position(r->sink, stream, &marker, err) ||
        !position_get(r->store, r->name, r->stream, &position, err))
        return false;
    int64_t marked = ledger_position(&marker);
    *ret_end = position.seq > marked ? position.seq : marked;
    return true;
}

static bool replay_stream(struct replay *r, size_t i, struct error *err)
{
    struct deployment *d = r->options->deployment;
    struct batch_stream s = {.stream = deployment_stream(d, i)};
    struct ddl_change ignored;
    struct batch_result result = {.last_seq = 0};
    int64_t end;
    r->stream = s.stream.name;
    r->slices = &d->manifest->streams[i].slice;
    if (!check_write(r, s.stream.schema, err) || !consistency_check(r->store, r->stream, err) ||
        !sink_prepare(r->sink, &s.stream, false, &ignored, err) ||
        !find_end(r, &s.stream, &end, err))
        return false;
    AUTO(columns_freep) struct columns *columns = columns_new(s.stream.schema);
    if (!columns)
        return error_memory(err);
    s.columns = columns;
    if (!(sink_by_slice(r->sink, s.stream.schema) ? replay_slices(r, &s, end, &result, err)
                                                  : replay_segments(r, &s, end, &result, err)))
        return false;
    struct result_stream *stream = &r->options->result->streams[i];
    stream->delivered[r->options->sink] += result.rows;
    stream->refused[r->options->sink] += result.refused;
    stream->batches[r->options->sink] += result.rows > 0;
    uint64_t purged = 0;
    if (!tell_purged(r, s.stream.schema, &purged, err))
        return false;
    stream->purged = purged; /* the same for every sink */
    if (result.rows > 0)
        r->options->watch->delivered(r->options->watch->context, r->name, r->stream,
                                     result.rows);
    return true;
}

static bool replay_streams(struct replay *r, struct error *err)
{
    const struct replay_options *o = r->options;
    const struct sink_options sink = deployment_sink(o->deployment, o->sink, false);
    if (!sink_open(&sink, &r->sink, err))
        return false;
    for (size_t i = 0; i < o->deployment->stream_count; i++) {
        bool wanted = !o->streams || !o->streams[0] ||
                      text_find(o->deployment->streams[i].name, o->streams) >= 0;
        if (wanted && !replay_stream(r, i, err))
            return false;
    }
    return true;
}

bool replay_sink(const struct replay_options *options, struct error *err)
{
    AUTO(replay_done)
    struct replay r = {
        .options = options,
        .name = options->deployment->options->sinks[options->sink].driver->sink,
    };
    clock_format_date(options->since_day, r.since);
    clock_format_date(options->until_day, r.until);
    r.batch = batch_new();
    if (!r.batch)
        return error_memory(err);
    if (!deployment_read(options->deployment, &r.store, err))
        return false;
    struct result_sink *result = &options->result->sinks[options->sink];
    result->failed = !replay_streams(&r, &result->error);
    return true;
}
