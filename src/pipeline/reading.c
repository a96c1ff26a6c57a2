/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "pipeline/pieces.h"
#include "source/reader.h"
#include "source/split.h"
#include "stage/generation.h"
#include "stage/sums.h"

static const char asked_again[] = "asked for again";

/* How far it is. */
struct progress {
    uint64_t pages;
    uint64_t records;
    uint64_t found; /* records of all answers, or released before this run */
};

struct reading {
    struct reading_options options;
    const struct deployment_stream *stream;
    const struct slice *slice;
    const char *account;
    struct append_origin origin;
    struct checkpoint checkpoint;
    char *cursor; /* of the checkpoint; NULL: none */
    struct reader *reader;
    uint8_t digest[DIGEST_SIZE]; /* of the whole slice's request */
    uint64_t records; /* of the last complete reading */
    int64_t began_ns; /* nothing of it is older; INT64_MAX: there is nothing of it yet */
    bool whole; /* the slice is one part, read by the stream's request */
    bool resumed; /* it goes on behind its checkpoint */
    bool begun; /* with a part */
    bool last_part;
    struct intake *intake; /* where its records go */
    bool writer_failed; /* the error came from there: nothing can go on */

    struct progress now;
    struct progress page; /* at the end of the last page … */
    struct progress part; /* … and of the last part */
    bool part_open;
    struct compare_tally *tally; /* NULL: it is part of no comparison */
    bool unproven; /* the last page is there, and has none; it waits for leave to ask why */
    struct reader_page last_page;

    /* where rows come in pieces */
    struct pieces *pieces; /* NULL: they do not */
    char piece_of[SPLIT_PATH_SIZE]; /* the part that they make, and the piece */
    char path[SPLIT_PATH_SIZE];
    bool last_piece;
    struct reader_page joined; /* the counts of all pages */
};

static bool writer_error(struct reading *r)
{
    r->writer_failed = true;
    return false;
}

/* --- records of the open page --------------------------------------------------------------- */

static bool discard(struct reading *r, struct error *err)
{
    if (r->pieces)
        pieces_discard(r->pieces);
    compare_tally_discard(r->tally);
    r->now = r->page;
    return intake_discard(r->intake, err);
}

static bool on_begin(void *context, struct error *err)
{
    return discard(context, err);
}

static bool add_record(struct reading *r, const char *line, size_t len, size_t fleeting,
                       struct error *err)
{
    compare_tally_record(r->tally, line, len);
    return intake_record(r->intake, line, len, fleeting, err);
}

static bool on_record(void *context, const char *line, size_t len, size_t fleeting,
                      struct error *err)
{
    struct reading *r = context;
    return r->pieces ? pieces_record(r->pieces, line, len, fleeting, err)
                     : add_record(r, line, len, fleeting, err);
}

/* Pieces have the keys of their rows, which are judged when they are put together. */
static enum walk_fate on_judge(void *context, const struct walk_keyed *record,
                               const char **ret_reason)
{
    struct reading *r = context;
    return r->pieces ? WALK_TAKE : intake_judge(r->intake, record, ret_reason);
}

static bool on_quarantine(void *context, const char *line, size_t len, const char *reason,
                          uint64_t position, struct error *err)
{
    struct reading *r = context;
    if (r->pieces) /* the others would make a row of the rest, which nobody could tell */
        return error_set(err, ERROR_DATA,
                         "record %llu does not fit, and is one piece of a row, which cannot be "
                         "set aside alone: %s",
                         (unsigned long long)position, reason);
    return intake_quarantine(r->intake, line, len, reason, position, err);
}

/* --- beginning anew ------------------------------------------------------------------------- */

/* The slice starts anew: its pages so far stay staged, but no more count. */
static bool reset_checkpoint(struct reading *r, const char *why, struct error *err)
{
    const struct event reset = {
        .kind = EVENT_CHECKPOINT_RESET,
        .object = r->stream->name,
        .reason = why,
        .details = {{"slice", r->slice->id}},
        .counts = {{"pages", (int64_t)r->checkpoint.pages}},
    };
    const struct restart restart = {
        .stream = r->stream->name,
        .why = why,
        .slice = r->slice->id,
        .pages = r->checkpoint.pages,
        .asked = why == asked_again,
    };
    restarts_note(r->options.restarts, &restart);
    r->checkpoint.pages = r->checkpoint.records = 0;
    r->began_ns = INT64_MAX;
    r->now = r->page = r->part = (struct progress){0};
    compare_tally_restart(r->tally);
    intake_forget(r->intake);
    return writer_event(r->options.writer, &reset, err) || writer_error(r);
}

/* --- pages ---------------------------------------------------------------------------------- */

/* What is spent of the stream's first bucket, for the one who watches. */
static bool look_at_quota(struct reading *r, struct writer_page *page, struct error *err)
{
    const struct deployment *d = r->options.deployment;
    const struct manifest_stream *stream = &d->manifest->streams[r->options.stream];
    if (stream->costs.count == 0)
        return true;
    size_t bucket = stream->costs.list[0].bucket;
    const struct bucket_rule *rule = settings_bucket(d->options->settings, bucket);
    if (!rule)
        return true;
    char key[LIMITER_KEY_MAX + 1];
    struct limiter_state state;
    settings_quota_key(d->options->settings, r->account, bucket, key);
    if (!limiter_state(r->options.access->limiter, key, rule, clock_now_ns(), &state, err))
        return false;
    page->quota_used = state.used;
    page->quota_capacity = state.capacity;
    return true;
}

static void note_began(struct reading *r, int64_t ns)
{
    r->began_ns = ns < r->began_ns ? ns : r->began_ns;
}

/* What the reading covers: what the reader says, where its slices say so, or all there is. */
static void put_mark(struct reading *r)
{
    const struct slice_mark all = {.began_ns = r->began_ns};
    char *mark = r->checkpoint.mark;
    _Static_assert((int)SLICE_MARK_SIZE <= (int)CHECKPOINT_MARK_SIZE, "a mark fits");
    if (*reader_mark(r->reader))
        snprintf(mark, CHECKPOINT_MARK_SIZE, "%s", reader_mark(r->reader));
    else
        slice_format_mark(&all, mark);
}

static bool keep_cursor(struct reading *r, const char *cursor, struct error *err)
{
    char *copy = strdup(cursor);
    if (!copy)
        return error_memory(err);
    free(r->cursor);
    r->checkpoint.cursor = r->cursor = copy;
    return true;
}

/* The checkpoint behind this page. */
static bool advance(struct reading *r, const struct reader_page *page, struct error *err)
{
    struct checkpoint *c = &r->checkpoint;
    if (strlen(page->cursor) > CHECKPOINT_CURSOR_MAX)
        return error_set(err, ERROR_DATA, "%s/%s: the cursor is longer than %d bytes",
                         r->stream->name, r->slice->id, CHECKPOINT_CURSOR_MAX);
    r->now.pages++;
    r->now.records += page->counts.released;
    r->now.found += page->counts.records;
    c->pages = r->now.pages;
    c->records = r->now.records;
    c->state = page->last && r->last_part ? CHECKPOINT_COMPLETE : CHECKPOINT_OPEN;
    /* where a slice in parts was broken off is not gone on: its pages belong to no request */
    memset(c->request_digest, 0, DIGEST_SIZE);
    if (r->whole || c->state == CHECKPOINT_COMPLETE)
        memcpy(c->request_digest, r->digest, DIGEST_SIZE);
    put_mark(r);
    return keep_cursor(r, page->cursor, err);
}

static bool describe_page(struct reading *r, const struct reader_page *page,
                          struct writer_page *ret_page, struct error *err)
{
    *ret_page = (struct writer_page){
        .origin = r->origin,
        .checkpoint = r->checkpoint,
        .records = page->counts.records,
        .released = page->counts.released,
        .quarantined = page->counts.quarantined,
        .repeated = page->counts.repeated,
        .unknown = page->counts.unknown,
        .decoded_bytes = page->decoded_bytes,
        .expected_records = r->options.expected_records,
    };
    if (r->checkpoint.state == CHECKPOINT_COMPLETE)
        compare_tally_sums(r->tally, &ret_page->sums);
    if (page->drift_count > 0)
        snprintf(ret_page->drift, sizeof ret_page->drift, "%s", page->drifts[0].path);
    if (page->withheld) {
        snprintf(ret_page->withheld, sizeof ret_page->withheld, "%s", page->withheld);
        text_make_utf8(ret_page->withheld);
    }
    return look_at_quota(r, ret_page, err);
}

/* A slice without any record has to be right. While that cannot be asked the page is kept. */
static bool prove_empty(struct reading *r, const struct reader_page *page, struct error *err)
{
    r->unproven = false;
    if (r->now.found > 0 || reader_prove_empty(r->reader, err))
        return true;
    r->unproven = err->kind == ERROR_QUOTA;
    r->last_page = *page;
    return false;
}

static bool create(const struct reading_options *options, struct reading **ret_reading,
                   struct error *err);
static bool is_passed_over(struct reading *r, bool *ret_over, struct error *err);

/* Of the same slice of another stream, when no run would read it again as things are. */
static bool recall_sums(void *context, size_t stream, struct sums_slice *sums, bool *ret_known,
                        struct error *err)
{
    const struct reading *r = context;
    struct reading_options options = r->options;
    options.stream = stream;
    options.again = false;
    options.sizing = NULL;
    AUTO(reading_freep) struct reading *other = NULL;
    return create(&options, &other, err) &&
           sums_get(options.checkpoints, &other->origin, options.deployment->run, sums,
                    ret_known, err) &&
           (!*ret_known || is_passed_over(other, ret_known, err));
}

static bool compare_slice(struct reading *r, struct error *err)
{
    const struct compare_slice slice = {
        .account = r->account,
        .id = r->slice->id,
        .recall = recall_sums,
        .recall_context = r,
        .report = r->options.report,
        .report_context = r->options.report_context,
    };
    return compare_complete(r->options.compare, r->tally, &slice, err) || writer_error(r);
}

static bool take_page(struct reading *r, const struct reader_page *page, struct error *err)
{
    struct writer_page whole;
    if (!advance(r, page, err) || !describe_page(r, page, &whole, err))
        return false;
    if (whole.checkpoint.state == CHECKPOINT_COMPLETE && !prove_empty(r, page, err))
        return false;
    crashpoint("fetch.page");
    if (!intake_page(r->intake, &whole, err))
        return false;
    r->page = r->now;
    compare_tally_commit(r->tally);
    return whole.checkpoint.state != CHECKPOINT_COMPLETE || compare_slice(r, err);
}

/* --- rows that come in pieces ---------------------------------------------------------------- */

/* A row that is whole may still be that of another part. */
static bool take_row(struct reading *r, const struct join_row *row, struct walk_counts *counts,
                     struct error *err)
{
    const char *reason = NULL;
    enum walk_fate fate = WALK_TAKE;
    if (r->origin.by_slice &&
        !intake_judge_line(r->intake, row->line, row->len, &fate, &reason, err))
        return false;
    uint64_t position = counts->records++;
    switch (fate) {
    case WALK_TAKE:
        counts->released++;
        return add_record(r, row->line, row->len, row->fleeting, err);
    case WALK_DROP:
        counts->repeated++;
        return true;
    case WALK_SET_ASIDE:
        break;
    }
    counts->quarantined++;
    return intake_quarantine(r->intake, row->line, row->len - 1, reason, position, err);
}

/* All pieces are there: their rows are one page. */
static bool take_joined(struct reading *r, struct error *err)
{
    struct join_row row;
    struct reader_page page = r->joined;
    page.counts.records = 0;
    while (pieces_next(r->pieces, &row)) {
        if (!take_row(r, &row, &page.counts, err))
            return false;
    }
    page.last = true;
    return take_page(r, &page, err);
}

/* As the reader says where it was. */
static bool locate(const struct reading *r, struct error *err)
{
    return error_prefix(err, "%s %s %.40s %s: part %s", r->options.deployment->manifest->source,
                        r->stream->name, r->account, r->slice->id, r->path);
}

static bool take_piece(struct reading *r, const struct reader_page *page, struct error *err)
{
    r->joined.counts.unknown += page->counts.unknown;
    r->joined.decoded_bytes += page->decoded_bytes;
    r->joined.cursor = page->cursor;
    r->joined.drift_count = 0;
    if (!pieces_page(r->pieces, err))
        return locate(r, err);
    return !(page->last && r->last_piece) || take_joined(r, err);
}

/* ---------------------------------------------------------------------------------------------- */

/* The API no longer knows the cursor: what it gave so far comes again. */
static bool restart(struct reading *r, struct error *err)
{
    static const char why[] = "the service no longer knows the cursor";
    return r->whole ? reset_checkpoint(r, why, err) : error_set(err, ERROR_DATA, "%s", why);
}

/* A page that came only because less was asked for. */
static void tell_adapted(const struct reading *r, const struct reader_page *page)
{
    if (page->shrunk > 0)
        log_warning("page.shrunk", "stream=%s account=%s slice=%s page=%llu times=%u",
                    r->stream->name, r->account, r->slice->id, (unsigned long long)page->number,
                    page->shrunk);
    if (page->withheld)
        log_warning("fields.withheld", "stream=%s account=%s slice=%s page=%llu %s",
                    r->stream->name, r->account, r->slice->id, (unsigned long long)page->number,
                    page->withheld);
    if (page->isolated)
        log_warning("record.isolated", "stream=%s account=%s slice=%s page=%llu %s",
                    r->stream->name, r->account, r->slice->id, (unsigned long long)page->number,
                    page->isolated);
}

static bool read_page(struct reading *r, bool *ret_done, struct error *err)
{
    struct reader_page page;
    if (stop_requested())
        return error_set(err, ERROR_STOPPED, "%s/%s: stopped after page %llu", r->stream->name,
                         r->slice->id, (unsigned long long)reader_pages_done(r->reader));
    r->origin.page = r->now.pages + 1;
    if (r->unproven) {
        *ret_done = true;
        return take_page(r, &r->last_page, err);
    }
    note_began(r, clock_now_ns());
    if (!reader_next(r->reader, &page, err))
        return false;
    if (page.restarted)
        return restart(r, err);
    *ret_done = page.done || page.last;
    r->part_open = !*ret_done;
    if (page.done)
        return true;
    tell_adapted(r, &page);
    if (!(r->pieces ? take_piece(r, &page, err) : take_page(r, &page, err)))
        return false;
    log_debug("page.fetched", "stream=%s account=%s slice=%s page=%llu records=%llu bytes=%llu",
              r->stream->name, r->account, r->slice->id, (unsigned long long)page.number,
              (unsigned long long)page.counts.records, (unsigned long long)page.decoded_bytes);
    return true;
}

bool reading_step(struct reading *r, bool *ret_done, struct error *err)
{
    bool ok = read_page(r, ret_done, err);
    struct error ignored; /* fails only when the writer has, and that shows at every call */
    if (!ok)
        discard(r, &ignored);
    intake_pause(r->intake); /* it may wait now */
    return ok;
}

bool reading_is_spoilt(const struct reading *r)
{
    return r->origin.by_slice && !intake_holds(r->intake) && r->part_open &&
           r->page.pages > r->part.pages;
}

bool reading_begin_anew(struct reading *r, struct error *err)
{
    r->part_open = false;
    pieces_free(steal(&r->pieces));
    return reset_checkpoint(r, "a part of it is made anew, and some of its rows are staged",
                            err);
}

bool reading_writer_failed(const struct reading *r)
{
    return r->writer_failed || intake_writer_failed(r->intake);
}

/* --- the beginning -------------------------------------------------------------------------- */

/* It was read when the API might still change it, and not today. */
static bool is_unsettled(const struct reading *r)
{
    const struct checkpoint *c = &r->checkpoint;
    const struct slice_rule rule =
        settings_slice(r->options.deployment->options->settings, r->options.stream);
    return c->state == CHECKPOINT_COMPLETE && rule.kind == SLICE_DAY &&
           !scope_settled(r->options.account, &rule, r->slice, c);
}

/* Why a slice that has a checkpoint is read anew; NULL: it is not. */
static bool find_cause(const struct reading *r, const char **ret_why, struct error *err)
{
    const struct checkpoint *c = &r->checkpoint;
    bool known = true;
    *ret_why = NULL;
    if (r->options.again && c->state == CHECKPOINT_COMPLETE) {
        *ret_why = asked_again;
        return true;
    }
    /* what was staged for another way of writing is no part of a whole */
    if (r->origin.by_slice &&
        !generation_known(r->options.checkpoints, c->stream, c->account, c->slice,
                          c->state == CHECKPOINT_OPEN, &known, err))
        return false;
    if (!known)
        *ret_why = c->state == CHECKPOINT_OPEN
                       ? "what there was of it was purged, or its slices are replaced as a "
                         "whole now (x-write)"
                       : "its slices are replaced as a whole now (x-write)";
    return true;
}

/* part NULL: the whole slice. */
static bool open_reader(struct reading *r, const struct reader_part *part,
                        const struct reader_checkpoint *resume, struct error *err)
{
    const struct reading_options *o = &r->options;
    reader_free(steal(&r->reader));
    const struct reader_options options = {
        .client = access_client(o->access),
        .stream = o->stream,
        .account = r->account,
        .slice = r->slice,
        .part = part,
        .sizing = o->sizing,
        .checkpoint = resume,
        .policy = r->stream->policy,
        .pseudonym = o->pseudonym,
        .output = {r, on_begin, on_record, on_quarantine,
                   r->intake && intake_judges(r->intake) ? on_judge : NULL},
    };
    return reader_new(&options, &r->reader, err);
}

static void name_checkpoint(struct reading *r)
{
    struct checkpoint *c = &r->checkpoint;
    snprintf(c->stream, sizeof c->stream, "%s", r->stream->name);
    snprintf(c->account, sizeof c->account, "%s", r->account);
    snprintf(c->slice, sizeof c->slice, "%s", r->slice->id);
}

/* A slice that is replaced as a whole, read from its start, can be compared with what it held. */
static bool prepare_compare(struct reading *r, struct error *err)
{
    const struct manifest_stream *stream =
        &r->options.deployment->manifest->streams[r->options.stream];
    return !r->origin.by_slice || reader_pages_done(r->reader) > 0 ||
           intake_compare(r->intake, manifest_has_parts(stream), err);
}

static struct reader_checkpoint resume_of(const struct checkpoint *c)
{
    return (struct reader_checkpoint){
        .cursor = c->cursor,
        .digest = c->request_digest,
        .mark = c->mark,
        .complete = c->state == CHECKPOINT_COMPLETE,
    };
}

/* Of pages without a mark nobody knows how old they are: they are as old as can be. */
static int64_t began_of(const struct checkpoint *c)
{
    struct slice_mark mark = {0};
    return slice_parse_mark(c->mark, &mark) ? mark.began_ns : 0;
}

static bool find_checkpoint(struct reading *r, bool *ret_found, const char **ret_why,
                            struct error *err)
{
    *ret_why = NULL;
    return checkpoint_get(r->options.checkpoints, r->stream->name, r->account, r->slice->id,
                          &r->checkpoint, &r->cursor, ret_found, err) &&
           (!*ret_found || find_cause(r, ret_why, err));
}

/* What would be wrong with its request shows where it is read. */
static bool is_passed_over(struct reading *r, bool *ret_over, struct error *err)
{
    const char *why;
    bool found;
    struct error ignored;
    if (!find_checkpoint(r, &found, &why, err))
        return false;
    const struct reader_checkpoint resume = resume_of(&r->checkpoint);
    *ret_over = found && !why && resume.complete && !is_unsettled(r) &&
                open_reader(r, NULL, &resume, &ignored) && reader_resumed(r->reader) &&
                reader_pages_done(r->reader) > 0;
    return true;
}

static bool open_slice(struct reading *r, bool *ret_complete, struct error *err)
{
    const char *why;
    bool found;
    if (!find_checkpoint(r, &found, &why, err))
        return false;
    const struct reader_checkpoint resume = resume_of(&r->checkpoint);
    bool anew = !found || why || is_unsettled(r);
    if (!open_reader(r, NULL, anew ? NULL : &resume, err))
        return false;
    memcpy(r->digest, reader_request_digest(r->reader), DIGEST_SIZE);
    r->records = found && r->checkpoint.state == CHECKPOINT_COMPLETE ? r->checkpoint.records
                                                                     : REPORTING_UNKNOWN;
    bool resumed = found && reader_resumed(r->reader);
    bool ended = resumed && resume.complete;
    r->resumed = resumed;
    *ret_complete = ended && reader_pages_done(r->reader) > 0;
    if (*ret_complete)
        return true;
    if (ended) /* the next reading of a slice that is read by every run begins */
        r->checkpoint.pages = r->checkpoint.records = 0;
    if (anew && found && !why) /* what it held is compared with what it holds */
        r->checkpoint.pages = r->checkpoint.records = 0;
    else if (found && !resumed &&
             !reset_checkpoint(
                 r, why ? why : "the request has changed: settings, server or manifest", err))
        return false;
    if (!found)
        name_checkpoint(r);
    r->now = (struct progress){
        .pages = r->checkpoint.pages,
        .records = r->checkpoint.records,
        .found = r->checkpoint.records,
    };
    r->page = r->part = r->now;
    bool from_start = r->now.pages == 0;
    if (!from_start)
        note_began(r, began_of(&r->checkpoint));
    if (!prepare_compare(r, err) ||
        (from_start &&
         !compare_tally_new(r->options.compare, r->options.stream, &r->tally, err)))
        return false;
    /* many slices wait for their reports at a time, and a reader takes room */
    if (manifest_has_parts(&r->options.deployment->manifest->streams[r->options.stream]))
        reader_free(steal(&r->reader));
    return true;
}

uint64_t reading_records(const struct reading *r)
{
    return r->records;
}

/* broken: the one before was not read to its end, and what came of it is here. */
static bool open_pieces(struct reading *r, const struct reporting_step *part, bool broken,
                        struct error *err)
{
    if (!part->piece_of) {
        pieces_free(steal(&r->pieces));
        return true;
    }
    /* paths grow: one that does not is begun again */
    bool first = broken || !r->pieces || strcmp(part->piece_of, r->piece_of) != 0 ||
                 strcmp(part->path, r->path) <= 0;
    r->last_piece = part->last_piece;
    snprintf(r->piece_of, sizeof r->piece_of, "%s", part->piece_of);
    snprintf(r->path, sizeof r->path, "%s", part->path);
    if (!first) {
        pieces_turn(r->pieces);
        return true;
    }
    pieces_free(steal(&r->pieces));
    r->joined = (struct reader_page){0};
    return pieces_new(part->key, part->key_count, &r->pieces, err);
}

/* Rows of the open part were added up already, and come again. */
static void forget_sums(struct reading *r)
{
    if (r->part.pages == 0) { /* and none before them */
        compare_tally_restart(r->tally);
    } else if (r->page.pages > r->part.pages) {
        compare_tally_free(r->tally);
        r->tally = NULL;
    }
}

/* What came of a part that is begun anew goes, as long as it is here. */
static void begin_part(struct reading *r)
{
    if (r->part_open) {
        forget_sums(r);
        if (intake_discard_part(r->intake))
            r->now = r->page = r->part;
    } else {
        intake_begin_part(r->intake);
        r->part = r->page;
    }
    r->part_open = true;
}

/* It goes on behind its checkpoint: keys of the pages before count as well. */
static bool recall_keys(struct reading *r, struct error *err)
{
    return !r->origin.by_slice || r->page.pages == 0 || intake_recall(r->intake, err);
}

bool reading_part(struct reading *r, const struct reporting_step *part, struct error *err)
{
    r->last_part = part->last;
    r->whole = part->last && !*part->path && !part->part.report && !part->piece_of;
    if (r->whole && !r->begun) {
        const struct reader_checkpoint resume = resume_of(&r->checkpoint);
        r->begun = true;
        begin_part(r);
        r->part = (struct progress){0}; /* what is behind the checkpoint is of this part */
        if (!recall_keys(r, err))
            return false;
        return r->reader || open_reader(r, NULL, r->resumed ? &resume : NULL, err);
    }
    /* its first part: pages of another way of reading are no part of this one */
    if (!r->begun && r->checkpoint.pages > 0 &&
        !reset_checkpoint(r, "it is read in parts, which begin anew", err))
        return false;
    r->begun = true;
    note_began(r, part->asked_ns);
    bool broken = r->part_open;
    begin_part(r);
    return open_pieces(r, part, broken, err) && open_reader(r, &part->part, NULL, err);
}

static bool open_intake(struct reading *r, struct error *err)
{
    const struct reading_options *o = &r->options;
    const struct intake_options options = {
        .stream = r->stream,
        .origin = &r->origin,
        .stage = o->checkpoints,
        .writer = o->writer,
        .packer = o->packer,
        .room = o->room,
        .keys = o->keys,
        .pseudonym = o->pseudonym,
        .force = o->force,
    };
    return intake_new(&options, &r->intake, err);
}

/* Nothing is looked up yet. */
static bool create(const struct reading_options *options, struct reading **ret_reading,
                   struct error *err)
{
    AUTO(reading_freep) struct reading *r = calloc(1, sizeof *r);
    if (!r)
        return error_memory(err);
    r->options = *options;
    r->stream = &options->deployment->streams[options->stream];
    r->slice = options->slice;
    r->account = options->account->id;
    r->began_ns = INT64_MAX;
    const struct schema *schema = r->stream->schema;
    r->origin = (struct append_origin){
        .stream = r->stream->name,
        .account = r->account,
        .slice = r->slice->id,
        .schema_digest = schema_digest(schema),
        .policy_digest = policy_digest(r->stream->policy),
        .by_slice = schema_write(schema) == SCHEMA_REPLACE,
    };
    *ret_reading = steal(&r);
    return true;
}

bool reading_new(const struct reading_options *options, struct reading **ret_reading,
                 struct error *err)
{
    AUTO(reading_freep) struct reading *r = NULL;
    bool complete = false;
    if (!create(options, &r, err) || !open_intake(r, err) || !open_slice(r, &complete, err))
        return false;
    *ret_reading = complete ? NULL : steal(&r);
    return true;
}

void reading_free(struct reading *r)
{
    if (!r)
        return;
    reader_free(r->reader);
    pieces_free(r->pieces);
    compare_tally_free(r->tally);
    intake_free(r->intake);
    free(r->cursor);
    free(r);
}
