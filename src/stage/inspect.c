/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "codec/zstandard.h"
#include "stage/consistency.h"
#include "stage/numbers.h"
#include "stage/quarantine.h"
#include "stage/read.h"

/* Where it stands: between streams, or in what one of them has. */
enum phase { STREAMS, SEGMENTS, QUARANTINE, SLICES };

struct inspect {
    struct store *store;
    bool snapshot; /* the read transaction is ours */
    struct zstandard *zstandard;
    struct segment_packed packed;
    struct segment segment;
    struct buffer text;
    enum phase phase;
    struct read_stream stream;
    int64_t at; /* the number looked at last */
    bool stuck; /* this phase leads no further */
};

bool inspect_new(struct store *s, struct inspect **ret_inspect, struct error *err)
{
    AUTO(inspect_freep) struct inspect *i = calloc(1, sizeof *i);
    if (!i)
        return error_memory(err);
    i->store = s;
    segment_packed_init(&i->packed);
    segment_init(&i->segment);
    buffer_init(&i->text, QUARANTINE_TEXT_MAX);
    i->zstandard = zstandard_new();
    if (!i->zstandard)
        return error_memory(err);
    i->snapshot = !sqlite_in_transaction(store_db(s));
    if (i->snapshot && !sqlite_begin_read(store_db(s), err))
        return false;
    *ret_inspect = steal(&i);
    return true;
}

void inspect_free(struct inspect *i)
{
    if (!i)
        return;
    if (i->snapshot)
        sqlite_rollback(store_db(i->store));
    buffer_done(&i->text);
    segment_done(&i->segment);
    segment_packed_done(&i->packed);
    zstandard_free(i->zstandard);
    free(i);
}

static enum numbers_kind kind_of(const struct inspect *i)
{
    return i->phase == SEGMENTS ? NUMBERS_SEGMENT : NUMBERS_QUARANTINE;
}

static void enter(struct inspect *i, enum phase phase)
{
    i->phase = phase;
    i->at = 0;
    i->stuck = false;
}

/* A finding about the numbers first to last; what is passed is not looked at again. */
static void report(struct inspect *i, enum inspect_verdict verdict, int64_t first, int64_t last,
                   struct inspect_finding *f)
{
    f->verdict = verdict;
    f->kind = i->phase == SEGMENTS     ? INSPECT_SEGMENT
              : i->phase == QUARANTINE ? INSPECT_QUARANTINE
                                       : INSPECT_SLICE;
    memcpy(f->stream, i->stream.name, sizeof f->stream);
    f->first = first;
    f->last = last;
    i->at = last;
}

static bool report_gap(struct inspect *i, const struct numbers_step *step,
                       struct inspect_finding *f)
{
    if (step->missing_first == 0)
        return false;
    report(i, INSPECT_MISSING, step->missing_first, step->missing_last, f);
    numbers_check(i->store, i->stream.name, kind_of(i), step, &f->error);
    return true;
}

static bool open_segment(struct inspect *i, int64_t seq, struct inspect_finding *f)
{
    struct seal_segment about;
    if (!read_segment(i->store, i->stream.name, seq, &about, &i->packed, &f->error))
        return false;
    if (!segment_unpack(&i->packed, i->zstandard, &i->segment, &f->error))
        return error_prefix(&f->error, "segment %lld of stream %s", (long long)seq,
                            i->stream.name);
    f->records = about.count;
    return true;
}

static bool open_quarantined(struct inspect *i, int64_t number, struct inspect_finding *f)
{
    struct quarantine_record record;
    return quarantine_get(i->store, i->stream.name, number, &i->text, &record, &f->error);
}

/* The next finding about the numbers of the phase; false: there are no more. */
static bool look_at_numbers(struct inspect *i, struct inspect_finding *f)
{
    const char *stream = i->stream.name;
    bool segments = i->phase == SEGMENTS;
    struct numbers_step step;
    if (!numbers_next(i->store, stream, kind_of(i), i->at, &step, &f->error)) {
        report(i, INSPECT_DAMAGED, i->at,
               segments ? i->stream.last_seq : i->stream.last_quarantine, f);
        i->stuck = true;
        return true;
    }
    if (report_gap(i, &step, f))
        return true;
    int64_t number = step.next;
    if (number == 0)
        return false;
    bool sound = numbers_check(i->store, stream, kind_of(i), &step, &f->error) &&
                 (segments ? open_segment(i, number, f) : open_quarantined(i, number, f));
    report(i, sound ? INSPECT_SOUND : INSPECT_DAMAGED, number, number, f);
    return true;
}

/* One finding at most: the first slice that is not as it was. */
static bool look_at_slices(struct inspect *i, struct inspect_finding *f)
{
    i->stuck = true;
    if (consistency_inspect(i->store, i->stream.name, &f->error))
        return false;
    report(i, INSPECT_DAMAGED, 0, 0, f);
    return true;
}

static bool look(struct inspect *i, struct inspect_finding *f)
{
    return i->phase == SLICES ? look_at_slices(i, f) : look_at_numbers(i, f);
}

static bool next_stream(struct inspect *i, bool *ret_found, struct error *err)
{
    struct read_stream stream;
    if (!read_stream_next(i->store, i->stream.name, &stream, ret_found, err))
        return false;
    if (*ret_found) {
        i->stream = stream;
        enter(i, SEGMENTS);
    }
    return true;
}

bool inspect_next(struct inspect *i, struct inspect_finding *ret_finding, bool *ret_found,
                  struct error *err)
{
    for (;;) {
        bool found;
        struct inspect_finding f = {0};
        if (i->phase == STREAMS) {
            if (!next_stream(i, &found, err))
                return false;
            if (!found) {
                *ret_found = false;
                return true;
            }
        }
        if (!i->stuck && look(i, &f)) {
            *ret_finding = f;
            *ret_found = true;
            return true;
        }
        enter(i, i->phase == SLICES ? STREAMS : i->phase + 1);
    }
}
