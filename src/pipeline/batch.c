/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/batch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "stage/consistency.h"
#include "stage/generation.h"
#include "stage/position.h"
#include "stage/read.h"

struct batch {
    struct pass_work work;
    /* of the call that is going on */
    const struct batch_options *options;
    struct batch_stream *stream;
};

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
    return staged_init(&b->work.staged, &ignored) ? steal(&b) : NULL;
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    staged_done(&b->work.staged);
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

/* Days of these segments that are read again must not count as delivered. */
static bool tell_gap(const struct batch *b, int64_t first, int64_t last, struct error *err)
{
    log_warning(
        "delivery.gap",
        "sink=%s stream=%s first=%" PRId64 " last=%" PRId64
        " these segments were purged and the sink does not have them: days that are "
        "read again are staged anew; fetch the others with --since, --again and --force",
        b->options->name, name_of(b), first, last);
    return writer_forget(b->options->writer, name_of(b), err);
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
    return state.purged_seq <= ledger_position(marker) ||
           tell_gap(b, ledger_position(marker) + 1, state.purged_seq, err);
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
                  pass_write(&b->work, &trial, err) &&
                  sink_finish(b->options->sink, ret_outcome, err);
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
    if (!b->stream->compared && !consistency_check(b->options->store, name_of(b), err))
        return false;
    while (recovered)
        if (!start_at_marker(b, p, &recovered, err))
            return false;
    *ret_found = true;
    if (!goes_by_slice(b))
        return true;
    if (!find_generation(b, p->after, &next, ret_found, err))
        return false;
    if (*ret_found)
        pass_set_generation(p, &next, p->after);
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
    if (!pass_write(&b->work, p, err))
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
    struct pass_work *w = &b->work;
    w->staged.store = options->store;
    w->staged.sink = options->name;
    w->staged.stream = stream->stream.name;
    w->sink = options->sink;
    w->writer = options->writer;
    w->stream = &stream->stream;
    w->columns = stream->columns;
    w->more = options->more;
    w->more_context = options->context;
    w->wanted = NULL;
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
                  pass_wanted *wanted, void *context, struct batch_result *ret_result,
                  struct error *err)
{
    use(b, options, stream);
    b->work.wanted = wanted;
    b->work.wanted_context = context;
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
    pass_set_generation(&whole, generation, generation->first_seq - 1);
    bool ok = replay_pass(b, whole, &done, &result.refused, err);
    sink_abort(options->sink);
    if (!ok)
        return false;
    result.rows = (uint64_t)done.entry.rows;
    *ret_result = result;
    return true;
}
