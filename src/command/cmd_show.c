/* SPDX-License-Identifier: Apache-2.0 */
/* extract show: staged records on standard output, one JSON object a line. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "command/context.h"
#include "stage/numbers.h"
#include "stage/quarantine.h"
#include "stage/read.h"

enum { SHOW_LIMIT = 100 };

struct show {
    struct context *context;
    struct store *store;
    int64_t seq; /* 0: all */
    bool seq_found; /* in one of the streams */
    int64_t from_ns;
    int64_t until_ns;
    int64_t left; /* records still to print */
    bool damaged;
    struct zstandard *zstandard;
    struct segment_packed packed;
    struct segment segment;
    struct buffer text;
};

static void show_done(struct show *s)
{
    zstandard_free(s->zstandard);
    segment_packed_done(&s->packed);
    segment_done(&s->segment);
    buffer_done(&s->text);
}

/* What is damaged or missing is told and passed over: the rest stays readable. */
static bool pass_over(struct show *s, const char *event, struct error *err)
{
    if (err->kind != ERROR_STORE)
        return false;
    log_error(event, "%s", err->text);
    s->damaged = true;
    return true;
}

/* Looks for the number after this one; *ret_next 0: there is none. */
static bool next_number(struct show *s, const char *stream, enum numbers_kind kind,
                        int64_t after, int64_t *ret_next, struct error *err)
{
    static const char *const events[] = {"segment.damaged", "quarantine.damaged"};
    struct numbers_step step;
    if (!numbers_next(s->store, stream, kind, after, &step, err) ||
        (!numbers_check(s->store, stream, kind, &step, err) &&
         !pass_over(s, events[kind], err)))
        return false;
    *ret_next = step.next;
    return true;
}

/* What a segment says of its time counts once it is unsealed. Of one that is passed over, or of
 * another time, nothing is left. */
static bool take_segment(struct show *s, const char *stream, int64_t seq, struct error *err)
{
    static const char event[] = "segment.damaged";
    struct seal_segment about;
    segment_clear(&s->segment);
    buffer_clear(&s->packed.frame);
    if (!read_segment(s->store, stream, seq, &about, &s->packed, err))
        return pass_over(s, event, err);
    if (about.created_ns < s->from_ns || about.created_ns >= s->until_ns ||
        segment_unpack(&s->packed, s->zstandard, &s->segment, err))
        return true;
    segment_clear(&s->segment);
    return pass_over(s, event, err);
}

static void print_segment(struct show *s)
{
    size_t cursor = 0;
    const char *line;
    size_t len;
    for (; s->left > 0 && segment_next(&s->segment, &cursor, &line, &len); s->left--) {
        fwrite(line, 1, len, stdout);
        if (len == 0 || line[len - 1] != '\n')
            fputc('\n', stdout);
    }
}

/* The segment after *seq, which is 0 when there is none. Of one moment: what is purged beside us is
 * not missing. The moment is over before anything is printed, which may take a reader's time. */
static bool take_next(struct show *s, const char *stream, int64_t *seq, struct error *err)
{
    if (!sqlite_begin_read(store_db(s->store), err))
        return false;
    bool ok = next_number(s, stream, NUMBERS_SEGMENT, *seq, seq, err) &&
              (*seq == 0 || take_segment(s, stream, *seq, err));
    sqlite_rollback(store_db(s->store));
    return ok;
}

static bool show_stream(struct show *s, const char *stream, struct error *err)
{
    for (int64_t seq = 0; s->left > 0;) {
        if (!take_next(s, stream, &seq, err))
            return false;
        if (seq == 0)
            return true;
        print_segment(s);
    }
    return true;
}

/* Numbers beyond the last one, and those that were purged, are none of the stream's. */
static bool show_one(struct show *s, const struct read_stream *stream, struct error *err)
{
    if (s->seq <= stream->purged_seq || s->seq > stream->last_seq)
        return true;
    s->seq_found = true;
    if (!take_segment(s, stream->name, s->seq, err))
        return false;
    print_segment(s);
    return true;
}

static bool print_quarantined(const char *stream, const struct quarantine_record *record,
                              struct error *err)
{
    AUTO(json_decrefp)
    json_t *about =
        json_pack("{s:s, s:I, s:s, s:s, s:I, s:I, s:s}", "stream", stream, "number",
                  (json_int_t)record->about.number, "account", record->about.account, "slice",
                  record->about.slice, "page", (json_int_t)record->about.page, "position",
                  (json_int_t)record->about.position, "reason", record->reason);
    AUTO(buffer_done) struct buffer line;
    buffer_init(&line, 64 * 1024);
    if (!about || !json_canonical(about, &line, err))
        return about ? false : error_memory(err);
    /* the record is JSON already: it goes in as it is, as the last member */
    printf("%.*s,\"record\":%.*s}\n", (int)line.len - 1, (const char *)line.data,
           (int)record->len, record->line);
    return true;
}

/* As take_next. *ret_taken false: it is passed over. */
static bool take_next_quarantined(struct show *s, const char *stream, int64_t *number,
                                  struct quarantine_record *ret_record, bool *ret_taken,
                                  struct error *err)
{
    if (!sqlite_begin_read(store_db(s->store), err))
        return false;
    bool ok = next_number(s, stream, NUMBERS_QUARANTINE, *number, number, err);
    *ret_taken = ok && *number > 0 &&
                 quarantine_get(s->store, stream, *number, &s->text, ret_record, err);
    if (ok && *number > 0 && !*ret_taken)
        ok = pass_over(s, "quarantine.damaged", err);
    sqlite_rollback(store_db(s->store));
    return ok;
}

static bool show_quarantined(struct show *s, const char *stream, struct error *err)
{
    for (int64_t number = 0; s->left > 0; s->left--) {
        struct quarantine_record record;
        bool taken;
        if (!take_next_quarantined(s, stream, &number, &record, &taken, err))
            return false;
        if (number == 0)
            return true;
        if (taken && !print_quarantined(stream, &record, err))
            return false;
    }
    return true;
}

static bool read_time(struct show *s, struct error *err)
{
    const struct options *o = s->context->options;
    int64_t now = clock_now_ns(), since, until;
    s->from_ns = 0;
    s->until_ns = INT64_MAX;
    if (options_has(o, TABLE_SINCE)) {
        if (!options_day(o, TABLE_SINCE, now, &since, err))
            return false;
        s->from_ns = since * CLOCK_DAY_NS;
    }
    if (options_has(o, TABLE_UNTIL)) {
        if (!options_day(o, TABLE_UNTIL, now, &until, err))
            return false;
        s->until_ns = (until + 1) * CLOCK_DAY_NS;
    }
    return true;
}

bool cmd_show(struct context *c, int *ret_status, struct error *err)
{
    AUTO(show_done) struct show s = {.context = c};
    segment_packed_init(&s.packed);
    segment_init(&s.segment);
    buffer_init(&s.text, QUARANTINE_TEXT_MAX);
    if (!options_number(c->options, TABLE_SEQ, 0, &s.seq, err) ||
        !options_number(c->options, TABLE_LIMIT, SHOW_LIMIT, &s.left, err) ||
        !read_time(&s, err))
        return false;
    if (s.left == 0)
        s.left = INT64_MAX;
    bool quarantine = options_has(c->options, TABLE_QUARANTINE);
    if (options_has(c->options, TABLE_SEQ) && s.seq == 0)
        return error_set(err, ERROR_USAGE, "--seq 0: segments are numbered from 1");
    if (quarantine && s.seq)
        return error_set(err, ERROR_USAGE, "--seq names a segment; --quarantine has none");

    AUTO(deployment_freep) struct deployment *d = NULL;
    s.zstandard = zstandard_new();
    if (!s.zstandard)
        return error_memory(err);
    if (!deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_READ, 0, &d, err))
        return false;
    s.store = d->store;
    struct read_stream stream = {0};
    for (bool found;;) {
        if (!read_stream_next(d->store, stream.name, &stream, &found, err))
            return false;
        if (!found)
            break;
        if (!options_want_stream(c->options, stream.name))
            continue;
        if (!(quarantine ? show_quarantined(&s, stream.name, err)
              : s.seq    ? show_one(&s, &stream, err)
                         : show_stream(&s, stream.name, err)))
            return false;
    }
    if (s.seq && !s.seq_found)
        return error_set(err, ERROR_USAGE,
                         "--seq %s: there is no such segment; extract status shows which are",
                         c->options->value[TABLE_SEQ]);
    *ret_status = s.damaged ? error_exit_status(ERROR_STORE) : 0;
    return true;
}
