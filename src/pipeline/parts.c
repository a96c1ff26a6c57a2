/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "source/request.h"
#include "stage/part.h"

/* --- what a part is asked with ------------------------------------------------------------- */

void parts_texts_init(struct parts_texts *t)
{
    buffer_init(&t->filter, SPLIT_TEXT_MAX);
    buffer_init(&t->fields, SPLIT_TEXT_MAX);
}

void parts_texts_done(struct parts_texts *t)
{
    buffer_done(&t->filter);
    buffer_done(&t->fields);
}

bool parts_values(const struct parts *p, const struct split_part *part,
                  struct parts_texts *texts, struct template_values *ret_values,
                  struct error *err)
{
    struct template_values values = {0};
    buffer_clear(&texts->filter);
    buffer_clear(&texts->fields);
    if (!split_part_filter(&p->stream->split, part, &texts->filter, err) ||
        !split_part_fields(part, &texts->fields, err))
        return false;
    settings_fill(p->settings, &values);
    values.text[TEMPLATE_STREAM] = p->stream->name;
    values.text[TEMPLATE_ACCOUNT] = p->account;
    values.text[TEMPLATE_SLICE_DAY] = p->slice.from;
    values.text[TEMPLATE_SLICE_FROM] = p->slice.from;
    values.text[TEMPLATE_SLICE_TO] = p->slice.to;
    values.text[TEMPLATE_PART_FILTER] = buffer_text(&texts->filter);
    values.text[TEMPLATE_FIELDS] =
        part->field_count > 0 ? buffer_text(&texts->fields) : p->fields.all;
    if (!values.text[TEMPLATE_PART_FILTER] ||
        (part->field_count > 0 && !values.text[TEMPLATE_FIELDS]))
        return error_memory(err);
    *ret_values = values;
    return true;
}

/* Of what the part's report is made with; without reports, of what its pages are asked for with,
 * whichever page it is. */
static bool digest_part(const struct parts *p, const struct split_part *part,
                        uint8_t ret_digest[DIGEST_SIZE], struct error *err)
{
    const struct request_rule *rule =
        p->stream->has_report ? &p->stream->report.create : &p->stream->request;
    struct template_values values;
    AUTO(parts_texts_done) struct parts_texts texts;
    AUTO(request_done) struct request request = {0};
    AUTO(buffer_done) struct buffer text;
    parts_texts_init(&texts);
    buffer_init(&text, REQUEST_TEXT_MAX);
    if (!parts_values(p, part, &texts, &values, err))
        return false;
    for (size_t i = TEMPLATE_PAGE_NUMBER; i <= TEMPLATE_CURSOR_RAW; i++)
        values.text[i] = "page";
    if (!request_render(rule, settings_base_url(p->settings), &values, &request, err))
        return false;
    if (!request_describe(&request.http, &text))
        return error_memory(err);
    digest_blake2b(text.data, text.len, ret_digest);
    return true;
}

/* --- into the stage ------------------------------------------------------------------------ */

static struct part_slice stage_slice(const struct parts *p)
{
    return (struct part_slice){p->stream->name, p->account, p->slice.id};
}

/* A row of the stage, whose text is in *ret_work for the caller to free. */
static bool make_row(const struct parts *p, const struct split_part *part,
                     const struct report *report, struct part *ret_row, char **ret_work,
                     struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, PART_WORK_MAX);
    *ret_row = (struct part){.created_ns = report ? report->created_ns : 0};
    snprintf(ret_row->path, sizeof ret_row->path, "%s", part->path);
    snprintf(ret_row->report, sizeof ret_row->report, "%s", report ? report->id : "");
    if (!split_part_text(part, &text, err) ||
        !digest_part(p, part, ret_row->request_digest, err))
        return false;
    const char *work = buffer_text(&text);
    ret_row->work = *ret_work = work ? strdup(work) : NULL;
    return *ret_work || error_memory(err);
}

static bool write_rows(struct parts *p, const struct part *rows, size_t count,
                       const struct event *event, struct error *err)
{
    const struct part_slice slice = stage_slice(p);
    const struct writer_parts parts = {&slice, rows, count, p->stale};
    if (!writer_parts(p->writer, &parts, event, err))
        return false;
    p->stale = false;
    return true;
}

bool parts_keep_report(struct parts *p, const struct parts_work *work, struct error *err)
{
    AUTO(cleanup_free) char *text = NULL;
    struct part row;
    const char *path = work->part.path, *id = work->report.id;
    const struct event created = {
        .kind = EVENT_REPORT_CREATED,
        .object = p->stream->name,
        .details = {{"account", p->account},
                    {"slice", p->slice.id},
                    {"part", path},
                    {"report", id}},
        .counts = {{"attempt", work->report.attempts}},
    };
    log_debug("report.created", "stream=%s account=%s slice=%s part=%s report=%s",
              p->stream->name, p->account, p->slice.id, path, id);
    return make_row(p, &work->part, &work->report, &row, &text, err) &&
           write_rows(p, &row, 1, &created, err);
}

bool parts_forget(struct parts *p, struct error *err)
{
    p->stale = true;
    return write_rows(p, NULL, 0, NULL, err);
}

static void note_cut(struct parts *p, int64_t ns)
{
    p->cut_ns = ns < p->cut_ns ? ns : p->cut_ns;
}

/* What was cut, then what stands for it. */
struct cut_rows {
    struct part *list;
    char **texts;
    size_t count;
};

static void cut_rows_done(struct cut_rows *c)
{
    for (size_t i = 0; c->texts && i < c->count; i++)
        free(c->texts[i]);
    free(c->texts);
    free(c->list);
}

static bool keep_cut(struct parts *p, const struct parts_work *work,
                     const struct split_parts *parts, struct error *err)
{
    AUTO(cut_rows_done)
    struct cut_rows rows = {
        .list = calloc(parts->count + 1, sizeof *rows.list),
        .texts = calloc(parts->count + 1, sizeof *rows.texts),
        .count = parts->count + 1,
    };
    if (!rows.list || !rows.texts)
        return error_memory(err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct split_part *part = i > 0 ? &parts->list[i - 1] : &work->part;
        if (!make_row(p, part, NULL, &rows.list[i], &rows.texts[i], err))
            return false;
    }
    rows.list[0].parts = parts->count;
    rows.list[0].created_ns = clock_now_ns();
    note_cut(p, rows.list[0].created_ns);
    const struct event cut = {
        .kind = EVENT_SLICE_CUT,
        .object = p->stream->name,
        .reason = work->report.cause.text,
        .details = {{"account", p->account}, {"slice", p->slice.id}, {"part", work->part.path}},
        .counts = {{"parts", (int64_t)parts->count}},
    };
    log_warning("slice.cut", "stream=%s account=%s slice=%s part=%s parts=%zu %s",
                p->stream->name, p->account, p->slice.id, work->part.path, parts->count,
                work->report.cause.text);
    return write_rows(p, rows.list, rows.count, &cut, err);
}

/* --- the list ------------------------------------------------------------------------------ */

/* count more places behind at. */
static bool make_room(struct parts *p, size_t at, size_t count, struct error *err)
{
    struct parts_work *list = reallocarray(p->list, p->count + count, sizeof *list);
    if (!list)
        return error_memory(err);
    p->list = list;
    memmove(list + at + count, list + at, (p->count - at) * sizeof *list);
    memset(list + at, 0, count * sizeof *list);
    p->count += count;
    return true;
}

static struct parts_work work_of(const struct parts *p, struct split_part *part)
{
    struct parts_work work = {.part = *part, .plain = !p->stream->has_report};
    *part = (struct split_part){0};
    return work;
}

bool parts_cut(struct parts *p, size_t at, struct split_parts *parts, struct error *err)
{
    if (p->count + parts->count > PARTS_MAX)
        return error_set(err, ERROR_TOO_BIG, "the slice would be cut into more than %d parts",
                         PARTS_MAX);
    if (!keep_cut(p, &p->list[at], parts, err) || !make_room(p, at + 1, parts->count - 1, err))
        return false;
    split_part_done(&p->list[at].part);
    for (size_t i = 0; i < parts->count; i++)
        p->list[at + i] = work_of(p, &parts->list[i]);
    return true;
}

static void drop(struct parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        split_part_done(&p->list[i].part);
    free(p->list);
    p->list = NULL;
    p->count = 0;
}

void parts_close(struct parts *p)
{
    drop(p);
}

/* --- out of the stage ---------------------------------------------------------------------- */

/* The report goes on where it was; in this run, it is the first. */
static void resume_report(const struct parts *p, const struct part *row,
                          struct parts_work *work)
{
    if (!*row->report || !p->stream->has_report)
        return;
    work->report =
        (struct report){.phase = REPORT_WAITING, .created_ns = row->created_ns, .attempts = 1};
    snprintf(work->report.id, sizeof work->report.id, "%s", row->report);
}

/* *ret_sound: it is what we would ask for today. */
static bool take_row(struct parts *p, const struct part *row, bool *ret_sound,
                     struct error *err)
{
    AUTO(split_part_done) struct split_part part = {0};
    struct error ignored; /* another manifest may have had other steps */
    uint8_t digest[DIGEST_SIZE];
    *ret_sound = false;
    if (!split_part_parse(&p->stream->split, row->path, row->work, &part, &ignored))
        return true;
    if (!digest_part(p, &part, digest, err))
        return false;
    *ret_sound = memcmp(digest, row->request_digest, DIGEST_SIZE) == 0;
    if (*ret_sound && row->parts > 0)
        note_cut(p, row->created_ns);
    if (!*ret_sound || row->parts > 0)
        return true;
    if (!make_room(p, p->count, 1, err))
        return false;
    struct parts_work *work = &p->list[p->count - 1];
    *work = work_of(p, &part);
    resume_report(p, row, work);
    return true;
}

static bool take_rows(struct parts *p, struct store *stage, bool *ret_sound, struct error *err)
{
    const struct part_slice slice = stage_slice(p);
    AUTO(cleanup_free) char *text = malloc(PART_WORK_MAX + 1);
    AUTO(cleanup_free) struct split_tree *tree = calloc(1, sizeof *tree);
    struct part row;
    bool sound = true, found = true, first = true;
    if (!text || !tree)
        return error_memory(err);
    for (; sound; first = false) {
        char after[STORE_NAME_SIZE];
        if (!first)
            memcpy(after, row.path, sizeof after);
        if (!part_next(stage, &slice, first ? NULL : after, text, &row, &found, err))
            return false;
        if (!found)
            break;
        p->stale = true; /* until all of them are known to be sound */
        if (!take_row(p, &row, &sound, err))
            return false;
        sound = sound && split_tree_add(tree, row.path, row.parts);
    }
    *ret_sound = sound && split_tree_end(tree);
    return true;
}

bool parts_open(struct parts *p, struct store *stage, bool *ret_resumed, struct error *err)
{
    bool sound = false;
    p->list = NULL;
    p->count = 0;
    p->cut_ns = INT64_MAX;
    p->stale = !stage;
    if (stage && !take_rows(p, stage, &sound, err)) {
        drop(p);
        return false;
    }
    *ret_resumed = sound;
    if (sound) {
        p->stale = false;
        return true;
    }
    struct split_part whole = {0};
    drop(p);
    p->cut_ns = INT64_MAX;
    if (!make_room(p, 0, 1, err))
        return false;
    p->list[0] = work_of(p, &whole);
    return true;
}
