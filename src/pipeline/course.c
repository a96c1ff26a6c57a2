/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/course.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"
#include "pipeline/reading.h"
#include "pipeline/reporting.h"
#include "pipeline/scope.h"
#include "pipeline/turns.h"

enum {
    BEGUN_MAX = 32, /* slices whose reports are made while one is read */
    STRIKES = 3, /* slices that fail one after the other: the rest may, too … */
    STRIKES_MAX = 8, /* … and does: no more are waited for that were begun before the doubt */
};

/* A slice that is not done. */
struct begun {
    const struct slice *slice;
    struct reading *reading;
    struct reporting_slice *asked;
    int64_t not_before_ns;
};

/* Whether slices that fail speak for those behind them. The last one is asked then: or days that
 * nobody will ever be able to read would keep all others away, run after run. */
enum doubt { DOUBT_NONE, DOUBT_RAISED, DOUBT_PROBED };

struct course {
    struct course_options options;
    const struct agenda_list *list;
    const struct manifest_stream *stream;
    struct reporting *reporting;
    struct begun begun[BEGUN_MAX];
    size_t count;
    struct begun *open; /* a part of it is being read; NULL: of none */
    const struct slice **slices; /* of the list, in the order in which they are read */
    size_t next; /* of these: from here … */
    size_t end; /* … to before this one none was begun */
    enum doubt doubt;
    const struct slice *probe; /* with DOUBT_PROBED: the last one that was not begun */
    unsigned failures; /* in a row */
    struct paginator_sizing sizing; /* what one slice learnt of pages holds for the next ones */
    int64_t not_before_ns; /* the quota is used up until then … */
    int64_t asked_ns; /* … which was found out here; 0: it is not */
};

/* --- slices ----------------------------------------------------------------------------------- */

/* Slices keep their places: those behind move up. */
static void drop(struct course *c, struct begun *b)
{
    reporting_end(b->asked);
    reading_free(b->reading);
    size_t behind = (size_t)(c->begun + c->count - (b + 1));
    memmove(b, b + 1, behind * sizeof *b);
    c->count--;
    c->open = NULL;
}

static void close_course(struct course *c)
{
    while (c->count > 0)
        drop(c, &c->begun[c->count - 1]);
    c->next = c->end;
}

/* The last slice says nothing about the others: the one before it is asked. */
static void probe_another(struct course *c)
{
    c->probe = NULL;
    c->doubt = c->next < c->end ? DOUBT_RAISED : DOUBT_NONE;
}

/* How far a failure reaches: false, not beyond its slice. */
static bool ends_course(struct course *c, const struct slice *slice, const struct error *cause)
{
    bool refused = cause->kind == ERROR_REMOTE;
    if (cause->kind == ERROR_TOO_BIG) {
        if (slice == c->probe)
            probe_another(c);
        return false;
    }
    if (!refused && cause->kind != ERROR_DATA)
        return true;
    c->failures++;
    if (c->doubt == DOUBT_NONE && c->next < c->end && (refused || c->failures >= STRIKES)) {
        c->doubt = DOUBT_RAISED;
        c->failures = 0;
    }
    return slice == c->probe || c->failures >= STRIKES_MAX;
}

static enum course_answer fail(struct course *c, struct begun *b, const struct slice *slice,
                               const struct error *cause)
{
    bool fatal = b && reading_writer_failed(b->reading);
    bool over = ends_course(c, slice, cause);
    c->options.notes.failed(c->options.notes.context, c->list, slice, cause, over);
    if (b)
        drop(c, b);
    if (fatal)
        return COURSE_FATAL;
    if (over)
        close_course(c);
    switch (cause->kind) {
    case ERROR_DATA:
    case ERROR_TOO_BIG:
    case ERROR_QUOTA:
    case ERROR_REMOTE:
    case ERROR_ACCOUNT:
        return COURSE_ON;
    default:
        return COURSE_FAILED;
    }
}

/* The quota is used up: true when that is to be waited for. */
static bool put_off(struct course *c, const struct error *cause)
{
    int64_t now = clock_now_ns();
    if (!c->options.access->yields || cause->kind != ERROR_QUOTA || cause->not_before_ns == 0 ||
        stop_requested())
        return false;
    if (c->asked_ns == 0)
        c->asked_ns = now;
    if (cause->not_before_ns - c->asked_ns > c->options.access->max_wait_ns)
        return false;
    c->not_before_ns = cause->not_before_ns;
    c->options.access->watch->waiting(c->options.access->watch->context, cause->text,
                                      cause->not_before_ns);
    return true;
}

static void no_wait(struct course *c)
{
    c->asked_ns = 0;
}

/* --- one thing at a time ---------------------------------------------------------------------- */

/* None is begun while it is in doubt that any can be read. */
static bool may_begin(const struct course *c)
{
    size_t most = manifest_has_parts(c->stream) ? BEGUN_MAX : 1;
    return c->next < c->end && c->count < most && c->doubt != DOUBT_PROBED;
}

static const struct slice *next_slice(struct course *c)
{
    return c->slices[c->doubt == DOUBT_RAISED ? --c->end : c->next++];
}

static enum course_answer begin_slice(struct course *c, struct error *err)
{
    const struct course_options *o = &c->options;
    const struct slice *slice = next_slice(c);
    const struct reading_options options = {
        .deployment = o->deployment,
        .stream = c->list->stream,
        .account = c->list->account,
        .slice = slice,
        .access = o->access,
        .checkpoints = o->checkpoints,
        .writer = o->writer,
        .packer = o->packer,
        .room = o->room,
        .keys = o->keys,
        .sizing = &c->sizing,
        .pseudonym = o->pseudonym,
        .restarts = o->restarts,
        .compare = o->compare,
        .report = o->notes.compared,
        .report_context = o->notes.context,
        .again = o->again,
        .force = o->force,
        .expected_records = o->expected_records,
    };
    struct begun *b = &c->begun[c->count];
    *b = (struct begun){.slice = slice};
    if (!reading_new(&options, &b->reading, err)) {
        enum course_answer answer = fail(c, NULL, slice, err);
        return err->kind == ERROR_STORE ? COURSE_FATAL : answer;
    }
    if (!b->reading)
        return COURSE_ON; /* it is complete */
    c->count++;
    if (c->doubt == DOUBT_RAISED) {
        c->doubt = DOUBT_PROBED;
        c->probe = slice;
    }
    o->notes.begun(o->notes.context, c->list->stream);
    const struct reporting_start start = {
        .slice = slice,
        .records = reading_records(b->reading),
    };
    return reporting_begin(c->reporting, &start, &b->asked, err) ? COURSE_ON
                                                                 : fail(c, b, slice, err);
}

static enum course_answer end_slice(struct course *c, struct begun *b)
{
    c->failures = 0;
    if (b->slice == c->probe) {
        c->doubt = DOUBT_NONE;
        c->probe = NULL;
    }
    c->options.notes.completed(c->options.notes.context, c->list->stream);
    drop(c, b);
    return COURSE_ON;
}

/* What a part suffered may be helped by making it anew, or smaller. */
static bool is_help(const struct course *c, const struct begun *b, const struct error *cause)
{
    return !reading_writer_failed(b->reading) && !stop_requested() &&
           manifest_has_parts(c->stream) &&
           (cause->kind == ERROR_DATA || cause->kind == ERROR_REMOTE ||
            cause->kind == ERROR_ACCOUNT || cause->kind == ERROR_TOO_BIG);
}

/* A part is made anew. Rows of it that cannot be taken back take the whole slice with them. */
static enum course_answer begin_anew(struct course *c, struct begun *b, struct error *err)
{
    if (!reading_is_spoilt(b->reading))
        return COURSE_ON;
    reporting_read_again(b->asked);
    return reading_begin_anew(b->reading, err) ? COURSE_ON : fail(c, b, b->slice, err);
}

static enum course_answer read_page(struct course *c, struct error *err)
{
    struct begun *b = c->open;
    bool done = false;
    struct error final;
    if (reading_step(b->reading, &done, err)) {
        no_wait(c);
        if (!done)
            return COURSE_ON;
        reporting_read(b->asked);
        c->open = NULL;
        return COURSE_ON;
    }
    if (put_off(c, err))
        return COURSE_ON;
    if (!is_help(c, b, err))
        return fail(c, b, b->slice, err);
    c->open = NULL;
    if (reporting_refused(b->asked, err, &final))
        return begin_anew(c, b, err);
    *err = final;
    return fail(c, b, b->slice, err);
}

/* Asks for what the slice needs; opens the part that can be read. */
static enum course_answer ask(struct course *c, struct begun *b, struct error *err)
{
    struct reporting_step step;
    if (!reporting_step(b->asked, &step, err)) {
        if (put_off(c, err))
            return COURSE_ON;
        return fail(c, b, b->slice, err);
    }
    switch (step.kind) {
    case REPORTING_WAIT:
        no_wait(c);
        b->not_before_ns = step.not_before_ns;
        return COURSE_ON;
    case REPORTING_COMPLETE:
        return end_slice(c, b);
    case REPORTING_READ:
        break;
    }
    if (!reading_part(b->reading, &step, err))
        return fail(c, b, b->slice, err);
    c->open = b;
    return COURSE_ON;
}

static struct begun *first_due(struct course *c, int64_t now, int64_t *ret_until_ns)
{
    *ret_until_ns = INT64_MAX;
    for (size_t i = 0; i < c->count; i++) {
        struct begun *b = &c->begun[i];
        if (b->not_before_ns <= now)
            return b;
        if (b->not_before_ns < *ret_until_ns)
            *ret_until_ns = b->not_before_ns;
    }
    return NULL;
}

enum course_answer course_step(struct course *c, int64_t *ret_until_ns, struct error *err)
{
    int64_t now = clock_now_ns();
    if (c->not_before_ns > now && !stop_requested()) {
        *ret_until_ns = c->not_before_ns;
        return COURSE_LATER;
    }
    if (c->open)
        return read_page(c, err);
    struct begun *due = first_due(c, now, ret_until_ns);
    if (due)
        return ask(c, due, err);
    if (may_begin(c))
        return begin_slice(c, err);
    if (c->count == 0)
        return COURSE_END;
    if (!stop_requested())
        return COURSE_LATER;
    struct begun *b = &c->begun[0];
    error_set(err, ERROR_STOPPED,
              "%s/%s: stopped while a report was made; run the same "
              "command again to go on with it",
              c->stream->name, b->slice->id);
    return fail(c, b, b->slice, err);
}

/* ------------------------------------------------------------------------------------------ */

bool course_new(const struct course_options *options, struct course **ret_course,
                struct error *err)
{
    AUTO(course_freep) struct course *c = calloc(1, sizeof *c);
    if (!c)
        return error_memory(err);
    c->options = *options;
    c->list = options->list;
    c->end = c->list->count;
    c->stream = &options->deployment->manifest->streams[c->list->stream];
    const struct reporting_options reporting = {
        .client = access_client(options->access),
        .stream = c->list->stream,
        .account = c->list->account->id,
        .policy = options->deployment->streams[c->list->stream].policy,
        .stage = options->checkpoints,
        .writer = options->writer,
    };
    const struct slice_rule rule =
        settings_slice(options->deployment->options->settings, c->list->stream);
    struct store *read = rule.has_lookback ? options->checkpoints : NULL;
    if (!turns_take(read, c->stream->name, c->list, &c->slices, err) ||
        !reporting_open(&reporting, &c->reporting, err))
        return false;
    *ret_course = steal(&c);
    return true;
}

void course_free(struct course *c)
{
    if (!c)
        return;
    close_course(c);
    reporting_close(c->reporting);
    free(c->slices);
    free(c);
}
