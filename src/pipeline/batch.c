/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/batch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/stop.h"
#include "pipeline/staged.h"
#include "stage/generation.h"
#include "stage/position.h"
#include "stage/read.h"

struct batch {
    struct staged staged;
    /* of the call that is going on */
    const struct batch_options *options;
    struct batch_stream *stream;
    batch_wanted *wanted;
    void *context;
};

/* One time through the records of a batch. Those that were refused before do not count, so the
 * number that a driver gives a record in one pass finds it in the next. */
struct pass {
    int64_t after; /* the segments behind this one … */
    int64_t last; /* … up to this one; 0: there is no end */
    bool exact; /* all of them, whatever the limits say */
    /* Of these, only those of the generation are written: a slice is replaced. The entry counts
     * all behind the marker, so that entries follow each other without a gap; the generation may
     * have begun before it. */
    bool by_slice;
    struct generation generation;
    int64_t marker;
    int64_t stop; /* only so many records, for a trial; -1: all of them */
    int64_t culprit; /* this one goes to quarantine; -1: none does */
    char reason[DRIVER_REASON_SIZE];
    int64_t records; /* so far */
    uint64_t refused; /* by this pass */
    uint64_t bytes;
    int64_t started_ns;
    struct ledger_entry entry;
};

static struct pass pass_of(int64_t after, int64_t last, bool exact)
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

static void set_generation(struct pass *p, const struct generation *g, int64_t marker)
{
    p->by_slice = p->exact = true;
    p->generation = *g;
    p->marker = marker;
    p->after = lower(g->first_seq - 1, marker);
    p->last = g->last_seq;
}

/* The same segments once more. */
static struct pass pass_again(const struct pass *done)
{
    struct pass p = pass_of(done->entry.first_seq - 1, done->entry.last_seq, true);
    if (done->by_slice)
        set_generation(&p, &done->generation, done->marker);
    return p;
}

static const char *name_of(const struct batch *b)
{
    return b->stream->stream.name;
}

struct batch *batch_new(void)
{
    AUTO(batch_freep) struct batch *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    struct error ignored; /* memory is out */
    return staged_init(&b->staged, &ignored) ? steal(&b) : NULL;
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    staged_done(&b->staged);
    free(b);
}

/* --- The marker ----------------------------------------------------------------------------- */

/* The digest of the marker's batch, from what the stage has under its numbers; false when a part
 * was purged. */
static bool fold_marker(struct batch *b, const struct ledger_entry *entry,
                        uint8_t ret_digest[DIGEST_SIZE], bool *ret_whole, struct error *err)
{
    struct read_stream state;
    if (!read_stream_get(b->options->store, name_of(b), &state, err))
        return false;
    *ret_whole = entry->first_seq > state.purged_seq && entry->last_seq <= state.last_seq;
    memset(ret_digest, 0, DIGEST_SIZE);
    for (int64_t seq = entry->first_seq; *ret_whole && seq <= entry->last_seq; seq++) {
        struct seal_segment about;
        if (!read_about(b->options->store, name_of(b), seq, &about, err))
            return false;
        ledger_fold(ret_digest, about.digest);
    }
    return true;
}

static bool compare(struct batch *b, const struct ledger_marker *marker, int64_t position,
                    struct error *err)
{
    const struct driver_stream *stream = &b->stream->stream;
    struct read_stream state;
    uint8_t digest[DIGEST_SIZE];
    bool whole = false;
    if (!read_stream_get(b->options->store, stream->name, &state, err) ||
        (marker->found && !fold_marker(b, &marker->last, digest, &whole, err)))
        return false;
    const struct ledger_local local = {
        .sink = b->options->name,
        .stage_id = stream->stage_id,
        .stream = stream->name,
        .table = schema_table(stream->schema),
        .position = position,
        .newest = state.last_seq,
        .digest = whole ? digest : NULL,
        .accept = b->options->accept,
    };
    if (ledger_compare(&local, marker, err) != LEDGER_CONTINUE)
        return false;
    if (state.purged_seq > ledger_position(marker))
        log_warning("delivery.gap",
                    "sink=%s stream=%s first=%" PRId64 " last=%" PRId64
                    " these segments were purged and the sink does not have them: fetch their "
                    "days again (--since) into a new stage",
                    b->options->name, stream->name, ledger_position(marker) + 1,
                    state.purged_seq);
    return true;
}

/* --- One pass ------------------------------------------------------------------------------- */

/* A record of the stage fits the schema that it was staged under; the columns may have changed. */
static bool does_not_fit(const struct batch *b, struct error *err)
{
    const struct seal_segment *about = &b->staged.about;
    bool same =
        memcmp(about->schema_digest, schema_digest(b->stream->stream.schema), DIGEST_SIZE) == 0;
    return error_prefix(err, "stream %s, segment %" PRId64 "%s", name_of(b), about->seq,
                        same ? ""
                             : ", staged under another schema (put that one back, run "
                               "`extract load`, then change it)");
}

/* Durable before the batch is, so that the record is never in neither place. */
static bool refuse(struct batch *b, struct pass *p, const struct driver_record *record,
                   const char *reason, struct error *err)
{
    char text[DRIVER_REASON_SIZE + 64];
    snprintf(text, sizeof text, "sink %s does not take it: %s", b->options->name, reason);
    const struct writer_refusal refusal = {
        .about = &b->staged.about,
        .index = record->index,
        .line = record->line,
        .len = record->len,
        .reason = text,
    };
    crashpoint("record.refused");
    p->refused++;
    return writer_refused(b->options->writer, b->options->name, &refusal, err);
}

static bool write_record(struct batch *b, struct pass *p, struct driver_record *record,
                         struct error *err)
{
    if (p->records++ == p->culprit)
        return refuse(b, p, record, p->reason, err);
    if (!columns_parse(b->stream->columns, record->line, record->len, &record->values, err))
        return does_not_fit(b, err);
    const char *refused;
    if (!sink_write(b->options->sink, record, &refused, err))
        return error_prefix(err, "stream %s, segment %" PRId64, name_of(b),
                            record->segment->seq);
    if (refused)
        return refuse(b, p, record, refused, err);
    p->entry.rows++;
    return true;
}

static bool is_wanted(const struct batch *b, int64_t seq, uint32_t index)
{
    return !b->wanted || b->wanted(b->context, seq, index);
}

static bool write_records(struct batch *b, struct pass *p, struct error *err)
{
    struct driver_record record;
    for (bool found = true; p->records != p->stop;) {
        if (!staged_next(&b->staged, &record, &found, err))
            return false;
        if (!found)
            return true;
        if (is_wanted(b, record.segment->seq, record.index) &&
            !write_record(b, p, &record, err))
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

static bool write_segment(struct batch *b, struct pass *p, int64_t seq, struct error *err)
{
    struct seal_segment about;
    if (p->by_slice) {
        if (!read_about(b->options->store, name_of(b), seq, &about, err))
            return false;
        if (!generation_has(&p->generation, &about)) {
            count_segment(p, &about);
            return true;
        }
    }
    if (!staged_open(&b->staged, seq, err))
        return ends_here(p);
    if (!write_records(b, p, err))
        return false;
    p->bytes += b->staged.segment.text.len;
    count_segment(p, &b->staged.about);
    return true;
}

/* Numbers have no gaps but for what was purged, which was delivered before. */
static bool check_gap(const struct batch *b, int64_t expected, int64_t found, struct error *err)
{
    return found <= expected ||
           error_set(err, ERROR_STORE,
                     "%s: stream %s, segments %" PRId64 " to %" PRId64
                     " are missing; restore a backup of the state folder, then run again",
                     store_path(b->options->store), name_of(b), expected, found - 1);
}

static bool is_full(const struct batch *b, const struct pass *p)
{
    const struct driver_limits limits = sink_limits(b->options->sink);
    if ((p->last > 0 && p->after >= p->last) || p->records == p->stop)
        return true;
    return !p->exact && p->entry.last_seq > 0 &&
           ((uint64_t)p->records >= limits.records || p->bytes >= limits.bytes ||
            stop_requested());
}

/* Waits for the next segment, as long as the batch is young. */
static bool wait_for_more(const struct batch *b, const struct pass *p)
{
    const struct driver_limits limits = sink_limits(b->options->sink);
    int64_t left = p->started_ns + limits.age_ns - clock_monotonic_ns();
    return !p->exact && left > 0 && p->entry.last_seq > 0 && b->options->more &&
           b->options->more(b->options->context, left);
}

static bool replace_slice(struct batch *b, const struct pass *p, struct error *err)
{
    int64_t ignored;
    return sink_slice(b->options->sink, p->generation.account, p->generation.slice, err) &&
           sink_clear(b->options->sink, &ignored, err);
}

static bool write_pass(struct batch *b, struct pass *p, struct error *err)
{
    struct read_stream state;
    if (p->by_slice && !replace_slice(b, p, err))
        return false;
    if (!read_stream_get(b->options->store, name_of(b), &state, err))
        return false;
    if (p->after < state.purged_seq)
        p->after = state.purged_seq;
    while (!is_full(b, p)) {
        int64_t seq;
        /* in this order: what is staged between the two is no gap */
        if (!read_stream_get(b->options->store, name_of(b), &state, err) ||
            !read_next(b->options->store, name_of(b), p->after, &seq, err))
            return false;
        if (!check_gap(b, p->after + 1, seq ? seq : state.last_seq + 1, err))
            return ends_here(p);
        if (seq == 0 && wait_for_more(b, p))
            continue;
        if (seq == 0)
            return true;
        int64_t before = p->after;
        if (!write_segment(b, p, seq, err))
            return false;
        if (p->after == before)
            return true; /* a damaged one is next */
    }
    return true;
}

/* --- A record that the sink refuses ---------------------------------------------------------- */

static bool give_up(const struct batch *b, const char *reason, struct error *err)
{
    return error_set(err, ERROR_SINK,
                     "stream %s: sink %s refused more than %d records of one batch, the last "
                     "one because: %s. Is it made for these records?",
                     name_of(b), b->options->name, BATCH_TRIES_MAX, reason);
}

/* Whether the sink takes the first `count` records of a batch; nothing is committed. */
static bool try_first(struct batch *b, const struct pass *batch, int64_t count,
                      struct driver_outcome *ret_outcome, struct error *err)
{
    *ret_outcome = (struct driver_outcome){.verdict = DRIVER_AGAIN};
    for (int i = 0; i < BATCH_TRIES_MAX && ret_outcome->verdict == DRIVER_AGAIN; i++) {
        struct pass trial = pass_again(batch);
        trial.stop = count;
        bool ok = sink_begin(b->options->sink, &b->stream->stream, err) &&
                  write_pass(b, &trial, err) && sink_finish(b->options->sink, ret_outcome, err);
        sink_abort(b->options->sink);
        if (!ok)
            return false;
    }
    return true;
}

/* The sink refuses a record of the batch and does not say which: it is the last one of the
 * shortest beginning that is refused. (Halves on their own would not do: a constraint may be
 * about two records that are each good.) */
static bool find_culprit(struct batch *b, const struct pass *batch,
                         struct driver_outcome *outcome, struct error *err)
{
    int64_t taken = 0, refused = batch->entry.rows;
    while (outcome->record < 0 && refused - taken > 1) {
        int64_t middle = taken + (refused - taken) / 2;
        struct driver_outcome trial;
        if (!try_first(b, batch, middle, &trial, err))
            return false;
        if (trial.verdict == DRIVER_REFUSED) {
            refused = middle;
            *outcome = trial;
        } else {
            taken = middle;
        }
    }
    if (outcome->record < 0)
        outcome->record = refused - 1;
    return true;
}

/* The same batch is to be written anew; what to do otherwise this time. */
static bool learn(struct batch *b, const struct pass *done, struct driver_outcome *outcome,
                  struct pass *ret_next, struct error *err)
{
    struct pass next = pass_again(done);
    if (outcome->verdict == DRIVER_REFUSED) {
        if (!find_culprit(b, done, outcome, err))
            return false;
        next.culprit = outcome->record;
        memcpy(next.reason, outcome->reason, sizeof next.reason);
    }
    *ret_next = next;
    return true;
}

/* --- The batch ------------------------------------------------------------------------------ */

/* The stage learns what the sink has: after a commit, or because an earlier run could not say so
 * any more. */
static bool move_position(struct batch *b, const struct ledger_entry *entry,
                          enum event_kind kind, struct error *err)
{
    const struct event event = {
        .kind = kind,
        .object = name_of(b),
        .details = {{"sink", b->options->name},
                    {"table", schema_table(b->stream->stream.schema)}},
        .counts = {{"first_seq", entry->first_seq},
                   {"last_seq", entry->last_seq},
                   {"rows", entry->rows}},
        .digests = {{"batch", entry->digest}},
    };
    return writer_position(b->options->writer, b->options->name, name_of(b), entry->last_seq,
                           &event, err);
}

/* Takes the fence and starts behind the marker. *ret_recovered: an earlier run was killed before
 * it could say what it had committed; the stage knows it now, and the fence is given back. */
static bool start_at_marker(struct batch *b, struct pass *p, bool *ret_recovered,
                            struct error *err)
{
    struct ledger_marker marker;
    struct position position;
    if (!sink_begin(b->options->sink, &b->stream->stream, err) ||
        !sink_position(b->options->sink, &b->stream->stream, &marker, err) ||
        !position_get(b->options->store, b->options->name, name_of(b), &position, err))
        return false;
    /* once is enough, unless the marker is not what this process left there */
    bool lost = position.seq > ledger_position(&marker);
    if ((lost || !b->stream->compared) && !compare(b, &marker, position.seq, err))
        return false;
    b->stream->compared = true;
    p->after = ledger_position(&marker);
    *ret_recovered = position.seq < p->after;
    if (!*ret_recovered)
        return true;
    sink_abort(b->options->sink);
    return move_position(b, &marker.last, EVENT_BATCH_RECOVERED, err);
}

static bool goes_by_slice(const struct batch *b)
{
    return sink_by_slice(b->options->sink, b->stream->stream.schema);
}

/* The next slice that is complete and of which the stage has everything. */
static bool find_generation(const struct batch *b, int64_t after, struct generation *ret_next,
                            bool *ret_found, struct error *err)
{
    struct read_stream state;
    if (!read_stream_get(b->options->store, name_of(b), &state, err))
        return false;
    do {
        if (!generation_next(b->options->store, name_of(b), after, ret_next, ret_found, err))
            return false;
        after = ret_next->last_seq;
    } while (*ret_found && ret_next->first_seq <= state.purged_seq);
    return true;
}

/* What the next batch is, under the fence. *ret_found false: there is nothing to deliver. */
static bool start(struct batch *b, struct pass *p, bool *ret_found, struct error *err)
{
    struct generation next = {.last_seq = 0};
    bool recovered = true;
    while (recovered)
        if (!start_at_marker(b, p, &recovered, err))
            return false;
    *ret_found = true;
    if (!goes_by_slice(b))
        return true;
    if (!find_generation(b, p->after, &next, ret_found, err))
        return false;
    if (*ret_found)
        set_generation(p, &next, p->after);
    return true;
}

/* Pages of a slice come one by one, and none of them is worth a transaction of the sink before
 * the last one is there. */
static bool is_worth_a_look(const struct batch *b, bool *ret_is, struct error *err)
{
    struct position position;
    struct generation ignored = {.last_seq = 0};
    *ret_is = true;
    return !goes_by_slice(b) || !b->stream->compared ||
           (position_get(b->options->store, b->options->name, name_of(b), &position, err) &&
            find_generation(b, position.seq, &ignored, ret_is, err));
}

/* The records of the pass, or of what was learnt about it, are in the sink's open transaction.
 * Without any segment there is nothing to commit. */
static bool fill(struct batch *b, struct pass *p, uint64_t *refused,
                 struct driver_outcome *ret_outcome, struct error *err)
{
    if (!write_pass(b, p, err))
        return false;
    *refused += p->refused;
    *ret_outcome = (struct driver_outcome){.verdict = DRIVER_DONE};
    return p->entry.last_seq == 0 || sink_finish(b->options->sink, ret_outcome, err);
}

static bool commit(struct batch *b, struct pass *p, struct error *err)
{
    memcpy(p->entry.schema_digest, schema_digest(b->stream->stream.schema), DIGEST_SIZE);
    crashpoint("batch.commit");
    if (!sink_commit(b->options->sink, &p->entry, err))
        return false;
    crashpoint("batch.committed");
    if (!move_position(b, &p->entry, EVENT_BATCH_DELIVERED, err))
        return false;
    crashpoint("batch.positioned");
    return true;
}

static bool deliver(struct batch *b, struct batch_result *ret_result, struct error *err)
{
    struct pass next = pass_of(0, 0, false);
    struct driver_outcome outcome = {.verdict = DRIVER_DONE};
    uint64_t refused = 0;
    bool found;
    *ret_result = (struct batch_result){.last_seq = 0};
    if (!is_worth_a_look(b, &found, err))
        return false;
    if (!found)
        return true;
    for (int i = 0; i < BATCH_TRIES_MAX; i++) {
        struct pass p = next;
        if (!start(b, &p, &found, err))
            return false;
        if (!found)
            return true;
        if (!fill(b, &p, &refused, &outcome, err))
            return false;
        if (outcome.verdict == DRIVER_DONE) {
            *ret_result =
                (struct batch_result){p.entry.last_seq, (uint64_t)p.entry.rows, refused};
            return p.entry.last_seq == 0 || commit(b, &p, err);
        }
        sink_abort(b->options->sink);
        if (!learn(b, &p, &outcome, &next, err))
            return false;
    }
    return give_up(b, outcome.reason, err);
}

static void use(struct batch *b, const struct batch_options *options,
                struct batch_stream *stream)
{
    b->options = options;
    b->stream = stream;
    b->wanted = NULL;
    b->staged.store = options->store;
    b->staged.sink = options->name;
    b->staged.stream = stream->stream.name;
}

bool batch_deliver(struct batch *b, const struct batch_options *options,
                   struct batch_stream *stream, struct batch_result *ret_result,
                   struct error *err)
{
    use(b, options, stream);
    bool ok = deliver(b, ret_result, err);
    sink_abort(options->sink);
    return ok;
}

/* --- Again ---------------------------------------------------------------------------------- */

static bool commit_replayed(struct batch *b, const struct pass *p, struct error *err)
{
    const struct event replayed = {
        .kind = EVENT_BATCH_REPLAYED,
        .object = name_of(b),
        .details = {{"sink", b->options->name},
                    {"table", schema_table(b->stream->stream.schema)}},
        .counts = {{"first_seq", p->entry.first_seq},
                   {"last_seq", p->entry.last_seq},
                   {"rows", p->entry.rows}},
    };
    /* said before it is done: the sink keeps no marker of it */
    return writer_event(b->options->writer, &replayed, err) &&
           sink_commit(b->options->sink, NULL, err);
}

static bool replay_pass(struct batch *b, struct pass next, struct pass *ret_pass,
                        uint64_t *refused, struct error *err)
{
    struct driver_outcome outcome = {.verdict = DRIVER_DONE};
    for (int i = 0; i < BATCH_TRIES_MAX; i++) {
        *ret_pass = next;
        if (!sink_begin(b->options->sink, &b->stream->stream, err) ||
            !fill(b, ret_pass, refused, &outcome, err))
            return false;
        if (outcome.verdict == DRIVER_DONE)
            return (ret_pass->entry.rows == 0 && !ret_pass->by_slice) ||
                   commit_replayed(b, ret_pass, err);
        sink_abort(b->options->sink);
        if (!learn(b, ret_pass, &outcome, &next, err))
            return false;
    }
    return give_up(b, outcome.reason, err);
}

bool batch_replay(struct batch *b, const struct batch_options *options,
                  struct batch_stream *stream, int64_t first_seq, int64_t last_seq,
                  batch_wanted *wanted, void *context, struct batch_result *ret_result,
                  struct error *err)
{
    use(b, options, stream);
    b->wanted = wanted;
    b->context = context;
    struct batch_result result = {.last_seq = first_seq - 1};
    while (result.last_seq < last_seq) {
        struct pass p;
        bool ok =
            replay_pass(b, pass_of(result.last_seq, last_seq, false), &p, &result.refused, err);
        sink_abort(options->sink);
        if (!ok)
            return false;
        if (p.entry.last_seq == 0)
            break;
        result.last_seq = p.entry.last_seq;
        result.rows += (uint64_t)p.entry.rows;
    }
    *ret_result = result;
    return true;
}

bool batch_replay_slice(struct batch *b, const struct batch_options *options,
                        struct batch_stream *stream, const struct generation *generation,
                        struct batch_result *ret_result, struct error *err)
{
    struct batch_result result = {.last_seq = generation->last_seq};
    struct pass whole = pass_of(0, 0, true), done;
    use(b, options, stream);
    set_generation(&whole, generation, generation->first_seq - 1);
    bool ok = replay_pass(b, whole, &done, &result.refused, err);
    sink_abort(options->sink);
    if (!ok)
        return false;
    result.rows = (uint64_t)done.entry.rows;
    *ret_result = result;
    return true;
}
