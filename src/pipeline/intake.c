/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "record/setdigest.h"
#include "stage/restated.h"

/* How far it is. */
struct extent {
    struct setdigest content;
    size_t keys; /* repeats_mark */
};

struct intake {
    struct intake_options options;
    const struct append_origin *origin;
    struct segment *segment; /* being filled; NULL: none yet */
    bool merges; /* of the same records it makes what was there before, in parts */
    bool all; /* also what is as it was when it was last read is staged */
    bool claimed; /* the writer was given something of this page */
    bool writer_failed; /* the error came from there: nothing can go on */
    struct repeats *repeats; /* NULL: records have no keys */
    bool overflow_told;
    struct extent now;
    struct extent page; /* at the end of the last page … */
    struct extent part; /* … and of the last part */

    struct setdigest_key content_key;

    /* where slices are replaced: what it held, and holds */
    bool in_one_go; /* from its first page */
    struct hold *hold; /* NULL: it goes to the writer as it comes */
    bool has_known;
    uint8_t known[DIGEST_SIZE];
};

static bool writer_error(struct intake *i)
{
    i->writer_failed = true;
    return false;
}

static void claim(struct intake *i)
{
    if (!i->claimed)
        writer_claim(i->options.writer);
    i->claimed = true;
}

static void go_back(struct intake *i, const struct extent *extent)
{
    i->now = *extent;
    if (i->repeats)
        repeats_release(i->repeats, i->now.keys);
}

/* --- opening -------------------------------------------------------------------------------- */

bool intake_new(const struct intake_options *options, struct intake **ret_intake,
                struct error *err)
{
    AUTO(intake_freep) struct intake *i = calloc(1, sizeof *i);
    if (!i)
        return error_memory(err);
    const struct schema *schema = options->stream->schema;
    i->options = *options;
    i->origin = options->origin;
    i->merges = schema_write(schema) == SCHEMA_MERGE;
    i->all = options->force || !i->merges;
    setdigest_key(options->pseudonym, &i->content_key);
    if (schema_write(schema) != SCHEMA_APPEND &&
        !repeats_new(schema, &i->content_key, options->keys, &i->repeats, err))
        return false;
    *ret_intake = steal(&i);
    return true;
}

void intake_free(struct intake *i)
{
    if (!i)
        return;
    hold_free(i->hold);
    repeats_free(i->repeats);
    explicit_bzero(&i->content_key, sizeof i->content_key);
    free(i);
}

bool intake_compare(struct intake *i, bool parts, struct error *err)
{
    i->in_one_go = true;
    if (!i->options.force &&
        !restated_get(i->options.stage, i->origin, i->known, &i->has_known, err))
        return false;
    /* a part that is made anew, or smaller, must not leave rows behind either */
    if (!i->has_known && !parts)
        return true;
    i->hold = hold_new(i->options.room);
    return i->hold || error_memory(err);
}

bool intake_recall(struct intake *i, struct error *err)
{
    if (!repeats_recall(i->repeats, i->options.stage, i->origin, err))
        return false;
    i->now.keys = i->page.keys = repeats_mark(i->repeats);
    return true;
}

/* --- records -------------------------------------------------------------------------------- */

bool intake_judges(const struct intake *i)
{
    return i->repeats;
}

enum walk_fate intake_judge(struct intake *i, const struct walk_keyed *record,
                            const char **ret_reason)
{
    return repeats_judge(i->repeats, record, ret_reason);
}

bool intake_judge_line(struct intake *i, const char *line, size_t len, enum walk_fate *ret_fate,
                       const char **ret_reason, struct error *err)
{
    return repeats_judge_line(i->repeats, line, len, ret_fate, ret_reason, err);
}

/* There is no room to hold the slice: what there is of it is handed on. */
static bool let_go(struct intake *i, struct error *err)
{
    log_debug("slice.released", "stream=%s account=%s slice=%s", i->origin->stream,
              i->origin->account, i->origin->slice);
    i->claimed = true;
    if (!hold_release(i->hold, i->options.writer, NULL, i->origin, err)) {
        i->claimed = false;
        return writer_error(i);
    }
    hold_free(steal(&i->hold));
    return true;
}

static bool hold_back(struct intake *i, struct segment_packed *packed, bool *ret_held,
                      struct error *err)
{
    bool full = false;
    *ret_held = false;
    if (!i->hold)
        return true;
    if (!hold_segment(i->hold, packed, &full, err))
        return false;
    if (full)
        return let_go(i, err);
    *ret_held = true;
    return true;
}

/* What is delivered as a whole is not looked into by the writer: packed it waits in a tenth of the
 * room. */
static bool send_packed(struct intake *i, struct error *err)
{
    bool held;
    AUTO(segment_packed_done) struct segment_packed packed;
    segment_packed_init(&packed);
    if (!packer_pack(i->options.packer, i->segment, &packed, err))
        return false;
    segment_clear(i->segment);
    if (!hold_back(i, &packed, &held, err))
        return false;
    if (held)
        return true;
    claim(i);
    return writer_packed(i->options.writer, i->origin, &packed, err) || writer_error(i);
}

static bool send_segment(struct intake *i, struct error *err)
{
    if (i->origin->by_slice)
        return send_packed(i, err);
    struct segment *segment = i->segment;
    i->segment = NULL;
    claim(i);
    return writer_segment(i->options.writer, i->origin, i->all, segment, err) ||
           writer_error(i);
}

bool intake_record(struct intake *i, const char *line, size_t len, size_t fleeting,
                   struct error *err)
{
    if (i->segment && segment_is_full(i->segment) && !send_segment(i, err))
        return false;
    if (!i->segment && !(i->segment = writer_take(i->options.writer))) {
        i->writer_failed = true;
        return writer_flush(i->options.writer, err); /* fails with the writer's error */
    }
    if (i->in_one_go)
        setdigest_add_term(&i->now.content, repeats_term(i->repeats));
    if (!i->merges)
        return segment_add(i->segment, line, len, NULL, err);
    struct setdigest_term term;
    setdigest_term(&i->content_key, line, len - fleeting, &term);
    return segment_add(i->segment, line, len, &term, err);
}

bool intake_quarantine(struct intake *i, const char *line, size_t len, const char *reason,
                       uint64_t position, struct error *err)
{
    bool full = false;
    if (i->in_one_go) { /* another one is news as well; its line has the time in it */
        setdigest_add(&i->now.content, &i->content_key, reason, strlen(reason));
        setdigest_add(&i->now.content, &i->content_key, &position, sizeof position);
    }
    if (i->hold && !hold_quarantine(i->hold, position, line, len, reason, &full, err))
        return false;
    if (i->hold && !full)
        return true;
    if (i->hold && !let_go(i, err))
        return false;
    claim(i);
    return writer_quarantine(i->options.writer, i->origin, position, line, len, reason, err) ||
           writer_error(i);
}

/* --- pages ---------------------------------------------------------------------------------- */

/* To the writer, as it comes. */
static bool commit_page(struct intake *i, struct writer_page *page, struct error *err)
{
    claim(i);
    page->has_content = i->in_one_go && page->checkpoint.state == CHECKPOINT_COMPLETE;
    if (page->has_content)
        setdigest_finish(&i->now.content, page->content);
    i->claimed = false;
    return writer_commit(i->options.writer, page, err) || writer_error(i);
}

/* The whole slice is held: is it what it was? */
static bool end_hold(struct intake *i, const struct writer_page *last, struct error *err)
{
    uint8_t content[DIGEST_SIZE];
    setdigest_finish(&i->now.content, content);
    if (!i->has_known || memcmp(content, i->known, DIGEST_SIZE) != 0)
        return hold_release(i->hold, i->options.writer, content, NULL, err) || writer_error(i);
    struct writer_page slice = *last;
    hold_sum(i->hold, &slice);
    slice.unchanged = slice.released;
    slice.same = true;
    return writer_unchanged(i->options.writer, &slice, err) || writer_error(i);
}

static bool keep_page(struct intake *i, struct writer_page *page, struct error *err)
{
    bool full = false;
    if (i->hold && !hold_page(i->hold, page, &full, err))
        return false;
    if (i->hold && full && !let_go(i, err))
        return false;
    if (!i->hold)
        return commit_page(i, page, err);
    return page->checkpoint.state != CHECKPOINT_COMPLETE || end_hold(i, page, err);
}

/* With merging the keys of this page may come again on the next one. */
static void keep_keys(struct intake *i)
{
    if (!i->repeats)
        return;
    if (repeats_overflowed(i->repeats) && !i->overflow_told)
        log_warning(
            "keys.overflow",
            "stream=%s account=%s slice=%s keys=%zu no more of them are kept in memory: "
            "of a key that comes again, %s",
            i->origin->stream, i->origin->account, i->origin->slice, repeats_mark(i->repeats),
            i->origin->by_slice ? "the second record is the warehouse's to refuse"
                                : "the last record stays");
    i->overflow_told |= repeats_overflowed(i->repeats);
    i->now.keys = i->origin->by_slice ? repeats_mark(i->repeats) : 0;
    repeats_release(i->repeats, i->now.keys);
}

bool intake_page(struct intake *i, struct writer_page *page, struct error *err)
{
    if (i->segment && i->segment->count > 0 && !send_segment(i, err))
        return false;
    if (!keep_page(i, page, err))
        return false;
    keep_keys(i);
    i->page = i->now;
    return true;
}

bool intake_discard(struct intake *i, struct error *err)
{
    if (i->segment)
        segment_clear(i->segment);
    if (i->hold)
        hold_discard(i->hold);
    go_back(i, &i->page);
    bool ok = !i->claimed || writer_discard(i->options.writer, err);
    i->claimed = false;
    return ok || writer_error(i);
}

void intake_begin_part(struct intake *i)
{
    if (i->hold)
        hold_begin_part(i->hold);
    i->part = i->page;
}

bool intake_discard_part(struct intake *i)
{
    if (!i->hold)
        return false;
    hold_discard_part(i->hold);
    i->page = i->part;
    go_back(i, &i->page);
    return true;
}

void intake_forget(struct intake *i)
{
    i->page = i->part = (struct extent){0};
    go_back(i, &i->page);
    if (i->hold)
        hold_forget(i->hold);
}

void intake_pause(struct intake *i)
{
    if (i->segment)
        writer_return(i->options.writer, steal(&i->segment));
}

bool intake_holds(const struct intake *i)
{
    return i->hold;
}

bool intake_writer_failed(const struct intake *i)
{
    return i->writer_failed;
}
