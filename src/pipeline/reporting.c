/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/reporting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "pipeline/parts.h"
#include "source/reporter.h"
#include "source/selection.h"

enum {
    VAIN_MAX = 8, /* parts of a slice that are cut though nobody said that they are too big */
    REPORTING_KEYS_MAX = SPLIT_KEYS_MAX + SCHEMA_KEY_MAX,
};

struct reporting_slice {
    struct reporting *reporting;
    struct reporting_slice *next;
    struct parts parts;
    bool resumed;
    bool reading; /* the first part that is not read was given out */
    unsigned vain;
    bool failed;
    struct error failure;
    struct parts_texts texts; /* of the part that was given out */
    char path[SPLIT_PATH_SIZE];
    char piece_of[SPLIT_PATH_SIZE];
    char report[REPORT_ID_SIZE];
};

struct reporting {
    struct reporting_options options;
    const struct manifest_stream *stream;
    struct reporter *reporter;
    struct buffer fields;
    struct buffer always; /* of the fields, those that every piece asks for */
    const char *key[REPORTING_KEYS_MAX]; /* columns by which pieces are put together */
    size_t key_count;
    struct reporting_slice *slices; /* in the order of their beginning */
};

/* --- opening ------------------------------------------------------------------------------- */

static bool open_reporter(struct reporting *r, struct error *err)
{
    const struct reporting_options *o = &r->options;
    const struct exchange_options exchange = {
        .client = o->client,
        .stream = o->stream,
        .account = o->account,
    };
    return reporter_new(&exchange, &r->reporter, err);
}

static bool render_fields(struct reporting *r, struct error *err)
{
    const struct selection *selection = &r->stream->selection;
    if (!r->stream->has_selection)
        return true;
    if (!selection_render(selection, r->options.policy, true, &r->fields, err) ||
        !selection_render_always(selection, r->options.policy, &r->always, err))
        return false;
    return (buffer_text(&r->fields) && buffer_text(&r->always)) || error_memory(err);
}

static void add_key(struct reporting *r, const char *column)
{
    for (size_t i = 0; i < r->key_count; i++)
        if (strcmp(r->key[i], column) == 0)
            return;
    r->key[r->key_count++] = column;
}

/* The columns by which pieces are put together: those of the step's fields, and those that tell
 * rows apart without being asked for as fields, as what rows are broken down by. */
static bool find_key(struct reporting *r, struct error *err)
{
    const struct split_rule *rule = &r->stream->split;
    const struct split_step *last = rule->count > 0 ? &rule->steps[rule->count - 1] : NULL;
    if (!last || last->kind != SPLIT_FIELDS)
        return true;
    const struct schema *schema = policy_schema(r->options.policy);
    for (size_t i = 0; i < last->key_count; i++) {
        const char *name = last->key[i];
        const struct schema_node *field = field_find(schema_root(schema), name);
        if (!field || field->column < 0)
            return error_set(err, ERROR_MANIFEST,
                             "%s: split by fields: the schema has no column of %s, which rows "
                             "are to be put together by",
                             r->stream->name, name);
        add_key(r, schema_columns(schema)[field->column].name);
    }
    int of_table[SCHEMA_KEY_MAX];
    size_t count = schema_key(schema, of_table);
    for (size_t i = 0; i < count; i++)
        add_key(r, schema_columns(schema)[of_table[i]].name);
    return true;
}

bool reporting_open(const struct reporting_options *options, struct reporting **ret_reporting,
                    struct error *err)
{
    AUTO(reporting_closep) struct reporting *r = calloc(1, sizeof *r);
    if (!r)
        return error_memory(err);
    r->options = *options;
    r->stream = &settings_manifest(options->client.settings)->streams[options->stream];
    buffer_init(&r->fields, SELECTION_TEXT_MAX);
    buffer_init(&r->always, SELECTION_TEXT_MAX);
    if (!render_fields(r, err) || !find_key(r, err) || !open_reporter(r, err))
        return false;
    *ret_reporting = steal(&r);
    return true;
}

void reporting_close(struct reporting *r)
{
    if (!r)
        return;
    while (r->slices)
        reporting_end(r->slices);
    reporter_free(r->reporter);
    buffer_done(&r->fields);
    buffer_done(&r->always);
    free(r);
}

/* --- slices -------------------------------------------------------------------------------- */

/* Small enough to be had at once, as far as is known. */
static bool is_small(const struct reporting *r, uint64_t records)
{
    return records != REPORTING_UNKNOWN && records < (uint64_t)r->stream->report.sync_under;
}

/* The part of the checkpoint, and what was read before it. False: there is no such part. */
static bool skip_read(struct parts *p, const struct reporting_start *start)
{
    for (size_t i = 0; i < p->count; i++) {
        int order = start->part ? strcmp(p->list[i].part.path, start->part) : 1;
        if (order > 0)
            return !start->part;
        p->list[i].read = order < 0 || start->part_read;
        if (order == 0)
            return true;
    }
    return false;
}

static void read_all_again(struct parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        p->list[i].read = false;
}

static void append(struct reporting *r, struct reporting_slice *s)
{
    struct reporting_slice **end = &r->slices;
    while (*end)
        end = &(*end)->next;
    *end = s;
}

bool reporting_begin(struct reporting *r, const struct reporting_start *start,
                     struct reporting_slice **ret_slice, struct error *err)
{
    struct reporting_slice *s = calloc(1, sizeof *s);
    if (!s)
        return error_memory(err);
    s->reporting = r;
    parts_texts_init(&s->texts);
    s->parts = (struct parts){
        .settings = r->options.client.settings,
        .stream = r->stream,
        .account = r->options.account,
        .fields = {.all = r->stream->has_selection ? buffer_text(&r->fields) : NULL,
                   .always = r->stream->has_selection ? buffer_text(&r->always) : NULL},
        .slice = *start->slice,
        .writer = r->options.writer,
    };
    append(r, s);
    if (!parts_open(&s->parts, start->anew ? NULL : r->options.stage, &s->resumed, err)) {
        reporting_end(s);
        return false;
    }
    if (!s->resumed && is_small(r, start->records))
        s->parts.list[0].plain = true;
    bool known = skip_read(&s->parts, start);
    if (!known)
        read_all_again(&s->parts);
    s->resumed = s->resumed && known;
    *ret_slice = s;
    return true;
}

void reporting_end(struct reporting_slice *s)
{
    if (!s)
        return;
    struct reporting_slice **link = &s->reporting->slices;
    while (*link && *link != s)
        link = &(*link)->next;
    if (*link)
        *link = s->next;
    parts_close(&s->parts);
    parts_texts_done(&s->texts);
    free(s);
}

bool reporting_resumed(const struct reporting_slice *s)
{
    return s->resumed;
}

/* The position of the part that is to be read next; count when none is. */
static size_t first_unread(const struct parts *p)
{
    size_t i = 0;
    while (i < p->count && p->list[i].read)
        i++;
    return i;
}

/* "example things 1234 2026-11-01: part 0001.0000: …", as the reader says where it was. */
static void fail_slice(struct reporting_slice *s, const struct parts_work *w,
                       const struct error *cause)
{
    const struct parts *p = &s->parts;
    bool single = strcmp(p->account, MANIFEST_SINGLE_ACCOUNT) == 0;
    s->failed = true;
    s->failure = *cause;
    if (*w->part.path)
        error_prefix(&s->failure, "part %s", w->part.path);
    error_prefix(&s->failure, "%s %s%s%.40s %s", settings_manifest(p->settings)->source,
                 p->stream->name, single ? "" : " ", single ? "" : p->account, p->slice.id);
}

/* Says something about the slice, and nothing about the next one. */
static bool is_local(enum error_kind kind)
{
    return kind == ERROR_REMOTE || kind == ERROR_DATA || kind == ERROR_ACCOUNT ||
           kind == ERROR_TOO_BIG || kind == ERROR_CONFIG;
}

/* --- smaller parts ------------------------------------------------------------------------- */

/* One step of the way to smaller parts. */
enum cut { CUT_FAILED, CUT_NOT, CUT_MADE, CUT_ON };

/* The ids of a step make parts; when they do not, *from is where to go on. */
static enum cut cut_by_ids(struct reporting_slice *s, struct parts_work *w, size_t step,
                           size_t *from, struct split_parts *parts, struct error *err)
{
    struct reporting *r = s->reporting;
    struct template_values values;
    AUTO(parts_texts_done) struct parts_texts texts;
    AUTO(split_listed_done) struct split_listed listed = {0};
    parts_texts_init(&texts);
    if (!parts_values(&s->parts, &w->part, &texts, &values, err))
        return CUT_FAILED;
    bool listable =
        reporter_list(r->reporter, &r->stream->split.steps[step].list, &values, &listed, err);
    if (!listable && err->kind != ERROR_TOO_BIG)
        return CUT_FAILED;
    if (!listable || listed.count == 0) {
        *from = step + 1;
        return CUT_ON;
    }
    if (!split_ids(&r->stream->split, &w->part, step, &listed, parts, err))
        return CUT_FAILED;
    if (parts->count > 1)
        return CUT_MADE;
    split_part_done(&w->part); /* one id: the same part, said more exactly */
    w->part = parts->list[0];
    parts->list[0] = (struct split_part){0};
    split_parts_done(parts);
    *from = 0;
    return CUT_ON;
}

static enum cut find_cut(struct reporting_slice *s, struct parts_work *w,
                         struct split_parts *parts, struct error *err)
{
    const struct split_rule *rule = &s->reporting->stream->split;
    size_t from = 0, step;
    for (;;) {
        enum cut cut = CUT_NOT;
        switch (split_way(rule, &w->part, &s->parts.fields, from, &step)) {
        case SPLIT_NOT:
            return CUT_NOT;
        case SPLIT_CUT:
            return split_cut(rule, &w->part, &s->parts.fields, step, parts, err) ? CUT_MADE
                                                                                 : CUT_FAILED;
        case SPLIT_ASK:
            cut = cut_by_ids(s, w, step, &from, parts, err);
            break;
        }
        if (cut != CUT_ON)
            return cut;
    }
}

/* A part that is too big gives way to smaller ones, or is the end of the slice. */
static bool cut_part(struct reporting_slice *s, size_t at, struct error *err)
{
    struct parts_work *w = &s->parts.list[at];
    AUTO(split_parts_done) struct split_parts parts = {0};
    s->vain += w->report.cause.kind != ERROR_TOO_BIG;
    enum cut cut = s->vain > VAIN_MAX ? CUT_NOT : find_cut(s, w, &parts, err);
    if (cut == CUT_MADE)
        return parts_cut(&s->parts, at, &parts, err);
    if (cut == CUT_FAILED)
        return false;
    struct error cause = w->report.cause;
    cause.kind = ERROR_TOO_BIG; /* whatever it was: of this slice alone */
    error_prefix(&cause, "the API cannot make it, and it cannot be made smaller");
    fail_slice(s, w, &cause);
    return parts_forget(&s->parts, err);
}

/* --- reports ------------------------------------------------------------------------------- */

static size_t running(const struct reporting *r)
{
    size_t count = 0;
    for (const struct reporting_slice *s = r->slices; s; s = s->next) {
        for (size_t i = 0; i < s->parts.count && !s->failed; i++) {
            enum report_phase phase = s->parts.list[i].report.phase;
            count +=
                phase == REPORT_WAITING || phase == REPORT_RUNNING || phase == REPORT_STUCK;
        }
    }
    return count;
}

static bool create(struct reporting_slice *s, struct parts_work *w, struct error *err)
{
    struct template_values values;
    AUTO(parts_texts_done) struct parts_texts texts;
    parts_texts_init(&texts);
    if (running(s->reporting) >= (size_t)s->reporting->stream->report.running)
        return true; /* its turn comes */
    if (*w->report.cause.text)
        log_warning("report.lost", "stream=%s account=%s slice=%s part=%s report=%s %s",
                    s->parts.stream->name, s->parts.account, s->parts.slice.id, w->part.path,
                    w->report.id, w->report.cause.text);
    if (!parts_values(&s->parts, &w->part, &texts, &values, err) ||
        !reporter_create(s->reporting->reporter, &values, &w->report, err))
        return false;
    crashpoint("report.created");
    return parts_keep_report(&s->parts, w, err);
}

/* Does what this part needs but polls. *ret_again: look at the same place once more. */
static bool act(struct reporting_slice *s, size_t at, bool *ret_again, struct error *err)
{
    struct parts_work *w = &s->parts.list[at];
    *ret_again = w->too_big;
    if (w->too_big)
        return cut_part(s, at, err);
    if (w->plain || w->read)
        return true;
    switch (report_next(&s->reporting->stream->report, &w->report, clock_now_ns())) {
    case REPORT_CREATE:
        return create(s, w, err);
    case REPORT_CANCEL:
        return reporter_cancel(s->reporting->reporter, &w->report, err);
    case REPORT_SPLIT:
        w->too_big = *ret_again = true;
        return true;
    case REPORT_GIVE_UP:
        fail_slice(s, w, &w->report.cause);
        return true;
    case REPORT_WAIT:
    case REPORT_POLL:
    case REPORT_READ:
        break;
    }
    return true;
}

/* What went wrong with one part: the end of its slice, or of all for now. */
static bool settle(struct reporting_slice *s, size_t at, struct error *err)
{
    struct parts_work *w = &s->parts.list[at];
    if (err->kind == ERROR_TOO_BIG && !w->too_big) {
        w->too_big = true;
        w->report.cause = *err;
        return true;
    }
    if (!is_local(err->kind))
        return false;
    fail_slice(s, w, err);
    return true;
}

static bool act_for_slice(struct reporting_slice *s, struct error *err)
{
    for (size_t i = 0; i < s->parts.count && !s->failed;) {
        bool again = false;
        bool given_out = s->reading && i == first_unread(&s->parts);
        if (!given_out && !act(s, i, &again, err) && !settle(s, i, err))
            return false;
        i += !again;
    }
    return true;
}

static bool act_for_all(struct reporting *r, struct error *err)
{
    for (struct reporting_slice *s = r->slices; s; s = s->next) {
        if (!act_for_slice(s, err))
            return false;
    }
    return true;
}

/* The reports to ask after: all, when one is due, that would be so before long. */
struct due {
    struct report **list;
    size_t count;
    bool any;
};

static void due_done(struct due *d)
{
    free(d->list);
}

static void add_due(struct due *d, struct parts_work *w, const struct report_rule *rule,
                    int64_t now)
{
    struct report *report = &w->report;
    if (w->plain || w->read || w->too_big ||
        (report->phase != REPORT_WAITING && report->phase != REPORT_RUNNING))
        return;
    if (report->next_ns > now + (rule->batch.there ? rule->every.cap_ns / 4 : 0))
        return;
    d->any |= report->next_ns <= now;
    d->list[d->count++] = report;
}

static bool poll(struct reporting *r, struct error *err)
{
    AUTO(due_done) struct due due = {.list = calloc(running(r) + 1, sizeof *due.list)};
    int64_t now = clock_now_ns();
    if (!due.list)
        return error_memory(err);
    for (struct reporting_slice *s = r->slices; s; s = s->next) {
        for (size_t i = 0; i < s->parts.count && !s->failed; i++)
            add_due(&due, &s->parts.list[i], &r->stream->report, now);
    }
    return !due.any || reporter_poll(r->reporter, due.list, due.count, err);
}

/* All that can be done now. */
static bool drive(struct reporting *r, struct error *err)
{
    if (!act_for_all(r, err))
        return false;
    return !r->stream->has_report || (poll(r, err) && act_for_all(r, err));
}

/* --- steps --------------------------------------------------------------------------------- */

/* When something of this slice can have changed. */
static int64_t next_instant(const struct reporting_slice *s, const struct parts_work *w)
{
    int64_t next = w->report.next_ns;
    if (w->report.phase != REPORT_NONE || next > clock_now_ns())
        return next;
    next = INT64_MAX; /* it waits for its turn: for others to be done */
    for (const struct reporting_slice *o = s->reporting->slices; o; o = o->next) {
        for (size_t i = 0; i < o->parts.count && !o->failed; i++) {
            const struct report *r = &o->parts.list[i].report;
            if (r->phase != REPORT_NONE && r->phase != REPORT_DONE && r->next_ns < next)
                next = r->next_ns;
        }
    }
    return next;
}

/* A piece of the same rows as this one follows. */
static bool piece_follows(const struct parts *p, size_t at)
{
    return at + 1 < p->count && p->list[at + 1].part.field_count > 0 &&
           strcmp(p->list[at + 1].part.piece_of, p->list[at].part.piece_of) == 0;
}

/* Reports and ids that were had before this run may be of another day. */
static int64_t asked_ns(const struct parts *p, const struct parts_work *w)
{
    return !w->plain && w->report.created_ns < p->cut_ns ? w->report.created_ns : p->cut_ns;
}

static bool give_out(struct reporting_slice *s, size_t at, struct reporting_step *ret_step,
                     struct error *err)
{
    const struct manifest_stream *stream = s->reporting->stream;
    const struct parts_work *w = &s->parts.list[at];
    struct template_values values;
    if (!parts_values(&s->parts, &w->part, &s->texts, &values, err))
        return false;
    bool piece = w->part.field_count > 0;
    memcpy(s->path, w->part.path, sizeof s->path);
    memcpy(s->piece_of, w->part.piece_of, sizeof s->piece_of);
    memcpy(s->report, w->report.id, sizeof s->report);
    s->reading = true;
    *ret_step = (struct reporting_step){
        .kind = REPORTING_READ,
        .path = s->path,
        .last = at + 1 == s->parts.count,
        .asked_ns = asked_ns(&s->parts, w),
        .part =
            {
                .request = w->plain ? &stream->request : &stream->report.results,
                .filter = values.text[TEMPLATE_PART_FILTER],
                .fields = piece ? values.text[TEMPLATE_FIELDS] : NULL,
                .report = w->plain ? NULL : s->report,
            },
        .piece_of = piece ? s->piece_of : NULL,
        .last_piece = piece && !piece_follows(&s->parts, at),
        .key = piece ? s->reporting->key : NULL,
        .key_count = piece ? s->reporting->key_count : 0,
    };
    return true;
}

bool reporting_step(struct reporting_slice *s, struct reporting_step *ret_step,
                    struct error *err)
{
    s->reading = false;
    if (!s->failed && !drive(s->reporting, err))
        return false;
    if (s->failed) {
        *err = s->failure;
        return false;
    }
    size_t at = first_unread(&s->parts);
    if (at == s->parts.count) {
        *ret_step = (struct reporting_step){.kind = REPORTING_COMPLETE};
        return true;
    }
    const struct parts_work *w = &s->parts.list[at];
    if (w->plain || w->report.phase == REPORT_DONE)
        return give_out(s, at, ret_step, err);
    *ret_step = (struct reporting_step){
        .kind = REPORTING_WAIT,
        .not_before_ns = next_instant(s, w),
    };
    return true;
}

void reporting_read(struct reporting_slice *s)
{
    size_t at = first_unread(&s->parts);
    if (s->reading && at < s->parts.count)
        s->parts.list[at].read = true;
    s->reading = false;
}

/* The other pieces of its rows are to be read again. */
static void begin_pieces_anew(struct parts *p, size_t at)
{
    const struct split_part *piece = &p->list[at].part;
    for (size_t i = at; piece->field_count > 0 && i-- > 0;) {
        const struct split_part *other = &p->list[i].part;
        if (other->field_count == 0 || strcmp(other->piece_of, piece->piece_of) != 0)
            return;
        p->list[i].read = false;
    }
}

static bool can_help(const struct reporting_slice *s, struct parts_work *w,
                     const struct error *cause)
{
    const struct manifest_stream *stream = s->reporting->stream;
    if (cause->kind == ERROR_TOO_BIG) {
        bool asked_plainly = w->plain && stream->has_report;
        w->plain = w->plain && !stream->has_report;
        w->too_big = !asked_plainly; /* a report may hold more than an answer */
        if (w->too_big)
            w->report.cause = *cause;
        return asked_plainly || stream->has_split;
    }
    if (w->plain || (cause->kind != ERROR_REMOTE && cause->kind != ERROR_ACCOUNT))
        return false;
    uint64_t random;
    secret_fill_random(&random, sizeof random);
    report_unreadable(&stream->report, &w->report, cause, clock_now_ns(), random);
    return true;
}

/* A report that says what cannot be would say it again as long as it is kept. */
static bool made_in_vain(const struct parts_work *w, const struct error *cause)
{
    return !w->plain && cause->kind == ERROR_DATA;
}

bool reporting_refused(struct reporting_slice *s, const struct error *cause, struct error *err)
{
    size_t at = first_unread(&s->parts);
    bool helped = s->reading && at < s->parts.count && can_help(s, &s->parts.list[at], cause);
    s->reading = false;
    if (!helped) {
        struct error unwritten;
        *err = *cause;
        if (at < s->parts.count && made_in_vain(&s->parts.list[at], cause) &&
            !parts_forget(&s->parts, &unwritten))
            *err = unwritten;
        return false;
    }
    begin_pieces_anew(&s->parts, at);
    return true;
}

void reporting_read_again(struct reporting_slice *s)
{
    read_all_again(&s->parts);
    s->reading = false;
}
