/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/repeats.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "codec/zstandard.h"
#include "record/keyed.h"
#include "record/line.h"
#include "record/segment.h"
#include "stage/generation.h"
#include "stage/read.h"

enum { KEY_TEXT_MAX = SEGMENT_LINE_MAX };

struct repeats {
    const struct schema *schema;
    const struct setdigest_key *key;
    bool by_slice;
    struct dedup *dedup;
    bool overflowed;
    struct setdigest_term term;
    struct buffer text; /* of the key of a line */
};

static const char in_slice[] = "the record: its key was in this slice already";
static const char in_page[] = "the record: its key was in this page already";

bool repeats_new(const struct schema *schema, const struct setdigest_key *key,
                 struct dedup_room *room, struct repeats **ret_repeats, struct error *err)
{
    AUTO(repeats_freep) struct repeats *r = calloc(1, sizeof *r);
    if (!r)
        return error_memory(err);
    r->schema = schema;
    r->key = key;
    r->by_slice = schema_write(schema) == SCHEMA_REPLACE;
    buffer_init(&r->text, KEY_TEXT_MAX);
    r->dedup = dedup_new(room);
    if (!r->dedup)
        return error_memory(err);
    *ret_repeats = steal(&r);
    return true;
}

void repeats_free(struct repeats *r)
{
    if (!r)
        return;
    dedup_free(r->dedup);
    buffer_done(&r->text);
    free(r);
}

enum walk_fate repeats_judge(struct repeats *r, const struct walk_keyed *record,
                             const char **ret_reason)
{
    if (r->by_slice)
        setdigest_term(r->key, record->line, record->len, &r->term);
    switch (dedup_add(r->dedup, record->key, record->key_len, r->term.words[0])) {
    case DEDUP_NEW:
        return WALK_TAKE;
    case DEDUP_FULL:
        r->overflowed = true;
        return WALK_TAKE;
    case DEDUP_SAME:
        if (r->by_slice)
            return WALK_DROP;
        break;
    case DEDUP_OTHER:
        break;
    }
    *ret_reason = r->by_slice ? in_slice : in_page;
    return WALK_SET_ASIDE;
}

const struct setdigest_term *repeats_term(const struct repeats *r)
{
    return &r->term;
}

bool repeats_judge_line(struct repeats *r, const char *line, size_t len,
                        enum walk_fate *ret_fate, const char **ret_reason, struct error *err)
{
    struct walk_keyed record;
    bool found;
    if (!keyed_read(r->schema, line, len, &r->text, &record, &found, err))
        return false;
    if (!found)
        return line_broken(err);
    *ret_fate = repeats_judge(r, &record, ret_reason);
    return true;
}

/* --- what was staged before --------------------------------------------------------------- */

struct recall {
    struct zstandard *zstandard;
    struct segment_packed packed;
    struct segment segment;
};

static void recall_done(struct recall *c)
{
    segment_packed_done(&c->packed);
    segment_done(&c->segment);
    zstandard_free(c->zstandard);
}

static bool recall_segment(struct repeats *r, struct recall *c, struct store *s,
                           const char *stream, int64_t seq, struct error *err)
{
    struct seal_segment about;
    size_t cursor = 0, len;
    const char *line;
    if (!read_segment(s, stream, seq, &about, &c->packed, err) ||
        !segment_unpack(&c->packed, c->zstandard, &c->segment, err))
        return false;
    while (segment_next(&c->segment, &cursor, &line, &len)) {
        struct walk_keyed record;
        const char *ignored;
        bool found;
        if (!keyed_read(r->schema, line, len + 1, &r->text, &record, &found, err))
            return false;
        if (found)
            repeats_judge(r, &record, &ignored);
    }
    return true;
}

bool repeats_recall(struct repeats *r, struct store *s, const struct append_origin *page,
                    struct error *err)
{
    AUTO(recall_done) struct recall c = {.zstandard = zstandard_new()};
    struct generation g;
    bool found;
    segment_packed_init(&c.packed);
    segment_init(&c.segment);
    if (!c.zstandard)
        return error_memory(err);
    if (!generation_open(s, page, &g, &found, err))
        return false;
    for (int64_t seq = found ? g.first_seq - 1 : 0; found;) {
        struct seal_segment about;
        if (!read_next(s, page->stream, seq, &seq, err))
            return false;
        if (seq == 0)
            break;
        if (!read_about(s, page->stream, seq, &about, err) ||
            (generation_has(&g, &about) && !recall_segment(r, &c, s, page->stream, seq, err)))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------ */

size_t repeats_mark(const struct repeats *r)
{
    return dedup_mark(r->dedup);
}

void repeats_release(struct repeats *r, size_t mark)
{
    dedup_release(r->dedup, mark);
}

bool repeats_overflowed(const struct repeats *r)
{
    return r->overflowed;
}
