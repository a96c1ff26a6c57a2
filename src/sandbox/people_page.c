/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/people_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"

enum {
    PENDING_MAX = 8 * 1024 * 1024, /* a huge row, and its copy in another format */
    VERSION_SIZE = 32,
    JOURNAL_BLOCK = 64 * 1024,
    JOURNAL_LINE_REST = 64, /* behind seed and page: position, uuid, newline */
};

enum step { STEP_HEAD, STEP_ROWS, STEP_TAIL, STEP_DONE };

struct page {
    struct body body;
    struct people_query query;
    struct person_style style;
    char version[VERSION_SIZE];
    bool wrong_seed;
    bool wrong_page;
    bool duplicate;
    bool journalled; /* the body will be read to its end */
    const struct recorded_page *recorded; /* NULL: all rows are drawn */
    const struct hostile *hostile;
    struct journal *journal;
    struct tally *tally;

    enum step step;
    bool direct; /* rows need no buffer */
    uint32_t rows; /* to serve */
    uint32_t next;
    struct buffer row;
    struct buffer pending; /* made, not yet read */
    size_t given; /* of it */
};

/* --- rows --- */

static const struct recorded_user *recorded_at(const struct page *p, uint32_t position)
{
    bool found = p->recorded && position < p->recorded->count;
    return found ? &p->recorded->users[position] : NULL;
}

static void uuid_at(const struct page *p, uint32_t position, char ret_uuid[PERSON_UUID_LENGTH])
{
    if (p->duplicate && position == 1)
        position = 0;
    const struct recorded_user *user = recorded_at(p, position);
    if (user)
        memcpy(ret_uuid, user->uuid, PERSON_UUID_LENGTH);
    else
        person_uuid(p->query.source.page, position, ret_uuid);
}

static char *write_drawn(const struct page *p, uint32_t position, char *out)
{
    struct person person;
    person_draw(&p->query.source, position, &person);
    return person_json_write(out, &person, &p->style);
}

static void set_uuid(const struct page *p, uint32_t position, struct buffer *row)
{
    static const char key[] = "\"uuid\":\"";
    char *place = memmem(row->data, row->len, key, sizeof key - 1);
    if (place)
        uuid_at(p, position, place + sizeof key - 1);
}

static bool make_row(struct page *p, uint32_t position)
{
    struct buffer *row = &p->row;
    buffer_clear(row);
    const struct recorded_user *user = recorded_at(p, position);
    if (user) {
        if (!recorded_append(row, user, &p->style))
            return false;
    } else {
        if (!buffer_reserve(row, PERSON_JSON_MAX))
            return false;
        row->len = (size_t)(write_drawn(p, position, (char *)row->data) - (char *)row->data);
    }
    if (p->duplicate && position == 1)
        set_uuid(p, position, row);
    return !p->query.format->is_json || hostile_edit(p->hostile, position, row, 0);
}

static bool append_row(struct page *p)
{
    return make_row(p, p->next) &&
           p->query.format->row(&p->pending, (char *)p->row.data, p->row.len, p->next);
}

/* --- head and tail --- */

static bool append_head(struct page *p)
{
    const struct buffer *callback = &p->query.callback;
    if (callback->len > 0 && (!buffer_append(&p->pending, callback->data, callback->len) ||
                              !buffer_append_byte(&p->pending, '(')))
        return false;
    return buffer_append_text(&p->pending, p->query.format->head);
}

static bool append_info_json(const struct page *p, struct buffer *out)
{
    const struct people_query *q = &p->query;
    AUTO(buffer_done) struct buffer seed;
    buffer_init(&seed, PENDING_MAX);
    bool done = p->wrong_seed
                    ? buffer_append_text(&seed, "0123456789abcdef")
                    : buffer_append(&seed, q->seed.data, q->seed.len) &&
                          (!q->source.lego || q->seeded || buffer_append_text(&seed, "-1"));
    return done && buffer_append_text(out, "{\"seed\":") &&
           json_append_quoted(out, (char *)seed.data, seed.len) &&
           buffer_printf(out, ",\"results\":%u,\"page\":%u,\"version\":\"%s\"}", q->results,
                         q->page + p->wrong_page, p->version);
}

static bool append_tail(struct page *p)
{
    const struct people_query *q = &p->query;
    AUTO(buffer_done) struct buffer info;
    buffer_init(&info, PENDING_MAX);
    if (!append_info_json(p, &info))
        return false;
    const char *json = q->no_info ? NULL : (char *)info.data;
    return q->format->info(&p->pending, json, info.len) &&
           buffer_append_text(&p->pending, q->format->tail) &&
           (q->callback.len == 0 || buffer_append_text(&p->pending, ");"));
}

/* --- journal --- */

static bool append_seed(const struct buffer *seed, struct buffer *out)
{
    for (size_t i = 0; i < seed->len; i++) {
        uint8_t c = seed->data[i];
        bool plain = c > ' ' && c < 0x7f && c != '%';
        if (!(plain ? buffer_append_byte(out, c) : buffer_printf(out, "%%%02X", c)))
            return false;
    }
    return true;
}

/* Lines of all rows, in blocks. Not by printf: this is a large part of a page's time. */
static bool write_journal(const struct page *p)
{
    AUTO(buffer_done) struct buffer start; /* what all lines begin with */
    AUTO(buffer_done) struct buffer lines;
    buffer_init(&start, PENDING_MAX);
    if (!append_seed(&p->query.seed, &start) || !buffer_printf(&start, " %u ", p->query.page))
        return false;
    size_t line_max = start.len + JOURNAL_LINE_REST;
    buffer_init(&lines, JOURNAL_BLOCK + line_max);
    if (!buffer_reserve(&lines, JOURNAL_BLOCK + line_max))
        return false;

    for (uint32_t i = 0; i < p->rows; i++) {
        char *end = (char *)lines.data + lines.len;
        end = mempcpy(end, start.data, start.len);
        end = person_json_write_number(end, i);
        *end++ = ' ';
        uuid_at(p, i, end);
        end += PERSON_UUID_LENGTH;
        *end++ = '\n';
        lines.len = (size_t)(end - (char *)lines.data);
        if (lines.len < JOURNAL_BLOCK && i + 1 < p->rows)
            continue;
        if (!journal_append(p->journal, (char *)lines.data, lines.len))
            return false;
        buffer_clear(&lines);
    }
    return true;
}

static bool finish(struct page *p)
{
    if (!p->journalled)
        return true;
    tally_records(p->tally, p->rows);
    return !journal_is_kept(p->journal) || write_journal(p);
}

/* --- the body --- */

/* As many rows as surely fit. */
static size_t write_rows(struct page *p, char *out, size_t room)
{
    char *end = out;
    while (p->next < p->rows && (size_t)(out + room - end) > PERSON_JSON_MAX) {
        if (p->next > 0)
            *end++ = ',';
        end = write_drawn(p, p->next++, end);
    }
    return (size_t)(end - out);
}

/* Makes the next piece in `pending`. */
static bool advance(struct page *p)
{
    buffer_clear(&p->pending);
    p->given = 0;
    switch (p->step) {
    case STEP_HEAD:
        p->step = STEP_ROWS;
        return append_head(p);
    case STEP_ROWS:
        if (p->next < p->rows)
            return append_row(p) && ++p->next;
        p->step = STEP_TAIL;
        return append_tail(p) && finish(p);
    default:
        p->step = STEP_DONE;
        return true;
    }
}

static size_t give_pending(struct page *p, char *out, size_t room)
{
    size_t left = p->pending.len - p->given;
    size_t count = left < room ? left : room;
    if (count > 0)
        memcpy(out, p->pending.data + p->given, count);
    p->given += count;
    return count;
}

static ssize_t page_read(struct body *b, char *out, size_t room)
{
    struct page *p = (struct page *)b;
    size_t filled = 0;
    while (filled < room && p->step != STEP_DONE) {
        filled += give_pending(p, out + filled, room - filled);
        if (p->given < p->pending.len)
            break;
        if (p->direct && p->step == STEP_ROWS)
            filled += write_rows(p, out + filled, room - filled);
        if (p->direct && p->step == STEP_ROWS && p->next < p->rows && filled > 0)
            break; /* the next row goes into the next block */
        if (!advance(p))
            return BODY_BROKEN;
    }
    return (ssize_t)filled;
}

static void page_free(struct body *b)
{
    struct page *p = (struct page *)b;
    people_query_done(&p->query);
    buffer_done(&p->row);
    buffer_done(&p->pending);
    free(p);
}

struct body *people_page_new(const struct people_page_options *options)
{
    struct page *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    const struct fault_hit *hits = options->faults->hits;
    p->body = (struct body){.read = page_read, .free = page_free};
    p->query = *options->query;
    buffer_init(&options->query->seed, 0); /* handed over */
    buffer_init(&options->query->callback, 0);
    snprintf(p->version, sizeof p->version, "%s", options->version);
    buffer_init(&p->row, PENDING_MAX);
    buffer_init(&p->pending, PENDING_MAX);

    p->style = (struct person_style){
        .minor = p->query.source.minor,
        .fields = p->query.fields,
        .today = options->today,
        .lego = p->query.source.lego,
    };
    p->wrong_seed = hits[FAULT_WRONG_SEED].on;
    p->wrong_page = hits[FAULT_WRONG_PAGE].on;
    p->duplicate = hits[FAULT_DUPLICATE].on;
    p->journalled = !fault_set_cuts(options->faults);
    p->journal = options->journal;
    p->tally = options->tally;
    p->hostile = options->hostile;
    /* recorded users are of v1.4, with every nationality, and nothing of ours within them */
    const struct person_source *s = &p->query.source;
    if (s->minor == 4 && s->nation_count == NATION_COUNT && s->password.listed && !s->canary &&
        p->query.seeded)
        p->recorded = recorded_find(options->recorded, s->page);

    p->rows = p->query.results + hits[FAULT_EXTRA].on - hits[FAULT_MISSING].on;
    p->direct =
        p->query.format->is_json && p->hostile->count == 0 && !p->duplicate && !p->recorded;
    return &p->body;
}
