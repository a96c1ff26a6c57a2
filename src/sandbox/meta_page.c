/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "sandbox/meta_cursor.h"
#include "sandbox/meta_shape.h"

enum {
    BLOCK = 128 * 1024, /* rows are made until this much is there */
    TAIL_MAX = 1024 * 1024, /* the URL of the next page, and what else ends a page */
    HEAD_MAX = 16,
    JOURNAL_MAX = 64 * 1024 * 1024,
    EMPTY_SHIFT = 56, /* above it, a cursor counts the empty pages that led to it */
};

#define POSITION_MASK ((UINT64_C(1) << EMPTY_SHIFT) - 1)

static const char head[] = "{\"data\":[";

struct page {
    struct body body;
    struct meta_rows *rows;
    bool lines; /* rows alone, one a line */
    bool same_cursor;
    bool no_cursors;
    bool forced_next; /* an empty page that is not the last */
    uint64_t empty; /* pages like it before this one: no two cursors of a walk are the same */
    struct meta_shape shape;
    struct tally *tally; /* NULL: not counted */
    struct journal *journal; /* NULL: none is kept */
    char path[META_PATH_MAX];
    struct buffer lines_served; /* of the journal */

    uint64_t start;
    uint64_t position; /* of the next row to look for */
    uint64_t left; /* rows that may still come */
    uint64_t served;
    struct buffer url; /* of the next page, up to its cursor */
    bool begun;
    bool ended;
    bool broken; /* the journal has no room */
    char *block;
    size_t made;
    size_t given;
};

/* --- the end of a page --- */

/* The cursor of the page that starts there, and that so many empty ones led to. */
static void write_cursor(const struct page *p, uint64_t position, uint64_t empty,
                         char ret_text[META_CURSOR_SIZE])
{
    meta_cursor_write(p->rows->query, position | empty << EMPTY_SHIFT, ret_text);
}

static void write_next(const struct page *p, char ret_text[META_CURSOR_SIZE])
{
    if (p->same_cursor)
        write_cursor(p, p->start, p->empty, ret_text);
    else
        write_cursor(p, p->position, p->empty + p->forced_next, ret_text);
}

static bool append_cursors(const struct page *p, const char *before, const char *after,
                           struct buffer *out)
{
    return p->no_cursors ||
           buffer_printf(out, "\"cursors\":{\"before\":\"%s\",\"after\":\"%s\"}", before,
                         after);
}

static bool append_link(const struct page *p, const char *name, const char *parameter,
                        const char *cursor, bool comma, struct buffer *out)
{
    return buffer_printf(out, "%s\"%s\":\"", comma ? "," : "", name) &&
           buffer_append(out, p->url.data, p->url.len) &&
           buffer_printf(out, "%s=%s\"", parameter, cursor);
}

static bool is_first(const struct page *p)
{
    uint64_t first = 0;
    return !p->rows->find(p->rows, &first) || first >= p->start;
}

static bool append_paging(const struct page *p, bool more, struct buffer *out)
{
    if (p->served == 0 && !more)
        return true;
    char before[META_CURSOR_SIZE], after[META_CURSOR_SIZE];
    write_cursor(p, p->start, p->empty, before);
    write_next(p, after);
    return buffer_append_text(out, ",\"paging\":{") && append_cursors(p, before, after, out) &&
           (!more || append_link(p, "next", "after", after, !p->no_cursors, out)) &&
           (is_first(p) ||
            append_link(p, "previous", "before", before, more || !p->no_cursors, out)) &&
           buffer_append_byte(out, '}');
}

static bool append_tail(const struct page *p, bool more, struct buffer *out)
{
    return buffer_append_byte(out, ']') && append_paging(p, more, out) &&
           (p->rows->total < 0 || buffer_printf(out, ",\"summary\":{\"total_count\":%lld}",
                                                (long long)p->rows->total)) &&
           buffer_append_byte(out, '}');
}

/* --- the body --- */

/* "act_1/insights QUERY POSITION ID" */
static bool append_line(struct page *p)
{
    return buffer_printf(&p->lines_served, "%s %016" PRIx64 " %" PRIu64 " %" PRIu64 "\n",
                         p->path, p->rows->query, p->position,
                         p->rows->id(p->rows, p->position));
}

static bool finish(struct page *p)
{
    if (p->tally)
        tally_records(p->tally, p->served);
    return !p->journal || p->lines_served.len == 0 ||
           journal_append(p->journal, (char *)p->lines_served.data, p->lines_served.len);
}

static char *write_row(struct page *p, char *out)
{
    if (p->served > 0 && !p->lines)
        *out++ = ',';
    char *end = p->rows->write(p->rows, p->position, out);
    if (p->journal && !append_line(p))
        p->broken = true;
    if (p->served == 0)
        end = meta_shape_edit(&p->shape, out, end);
    if (p->lines)
        *end++ = '\n';
    return end;
}

static void make_rows(struct page *p)
{
    char *out = p->block + p->made;
    while (out - p->block < BLOCK && !p->ended) {
        if (p->left == 0 || !p->rows->find(p->rows, &p->position)) {
            p->ended = true;
            break;
        }
        out = write_row(p, out);
        p->position++;
        p->served++;
        p->left--;
    }
    p->made = (size_t)(out - p->block);
}

static bool make_tail(struct page *p)
{
    uint64_t probe = p->position;
    bool more = p->forced_next || p->rows->find(p->rows, &probe);
    AUTO(buffer_done) struct buffer tail;
    buffer_init(&tail, TAIL_MAX);
    if (!p->lines && !append_tail(p, more, &tail))
        return false;
    if (tail.len > 0)
        memcpy(p->block + p->made, tail.data, tail.len);
    p->made += tail.len;
    return !p->broken && finish(p);
}

static bool make_block(struct page *p)
{
    p->made = p->given = 0;
    if (p->ended)
        return true;
    if (!p->begun && !p->lines) {
        memcpy(p->block, head, sizeof head - 1);
        p->made = sizeof head - 1;
    }
    p->begun = true;
    make_rows(p);
    return !p->ended || make_tail(p);
}

static ssize_t page_read(struct body *b, char *out, size_t room)
{
    struct page *p = (struct page *)b;
    if (p->given == p->made && !make_block(p))
        return BODY_BROKEN;
    size_t count = p->made - p->given < room ? p->made - p->given : room;
    memcpy(out, p->block + p->given, count);
    p->given += count;
    return (ssize_t)count;
}

static void page_free(struct body *b)
{
    struct page *p = (struct page *)b;
    p->rows->free(p->rows);
    buffer_done(&p->url);
    buffer_done(&p->lines_served);
    free(p->block);
    free(p);
}

static struct page *new_page_take(struct meta_rows *rows)
{
    struct page *p = calloc(1, sizeof *p);
    char *block = malloc(HEAD_MAX + BLOCK + rows->row_max + META_SHAPE_MORE + TAIL_MAX);
    if (!p || !block) {
        rows->free(rows);
        free(p);
        free(block);
        return NULL;
    }
    *p = (struct page){.body = {.read = page_read, .free = page_free},
                       .rows = rows,
                       .left = UINT64_MAX,
                       .block = block};
    buffer_init(&p->url, TAIL_MAX / 2);
    buffer_init(&p->lines_served, JOURNAL_MAX);
    return p;
}

/* --- which page --- */

/* The URL as JSON has it. Parameters need nothing but percent signs. */
static bool build_url(const struct meta_call *call, struct page *p)
{
    AUTO(buffer_done) struct buffer url;
    buffer_init(&url, TAIL_MAX / 2);
    const char *base = call->faults->hits[FAULT_META_NEXT_ELSEWHERE].on
                           ? "https://elsewhere.invalid"
                           : call->base;
    if (!buffer_printf(&url, "%s/%s/%s?", base,
                       *call->version.asked ? call->version.asked : call->version.served,
                       call->path))
        return false;
    for (size_t i = 0; i < call->params.count; i++) {
        const char *name = meta_params_name(&call->params, i);
        if (strcmp(name, "after") == 0 || strcmp(name, "before") == 0)
            continue;
        if (!meta_params_append_escaped(&url, name) || !buffer_append_byte(&url, '=') ||
            !meta_params_append_escaped(&url, meta_params_value(&call->params, i)) ||
            !buffer_append_byte(&url, '&'))
            return false;
    }
    for (size_t i = 0; i < url.len; i++)
        if ((url.data[i] == '/' && !buffer_append_byte(&p->url, '\\')) ||
            !buffer_append_byte(&p->url, url.data[i]))
            return false;
    return true;
}

static bool parse_limit(const struct meta_call *call, uint64_t *ret_limit)
{
    const struct meta_settings *s = &call->meta->keys.settings;
    const char *text = meta_call_param(call, "limit");
    int64_t limit = s->page;
    if (text && (!text_parse_int64(text, strlen(text), &limit) || limit < 1))
        return false;
    if (limit > s->page_max)
        limit = s->page_max;
    if (call->faults->hits[FAULT_META_SHORT_PAGE].on)
        limit = (limit + 1) / 2;
    *ret_limit = (uint64_t)limit;
    return true;
}

/* The page of as many rows as p->left that ends where `before` is. */
static bool place_before(struct page *p, uint64_t before)
{
    AUTO(cleanup_free) uint64_t *last = calloc(p->left, sizeof *last);
    uint64_t count = 0;
    if (!last)
        return false;
    for (uint64_t at = 0; p->rows->find(p->rows, &at) && at < before; at++)
        last[count++ % p->left] = at;
    p->start = count == 0 ? before : last[count < p->left ? 0 : count % p->left];
    p->left = count < p->left ? count : p->left;
    return true;
}

/* META_ERROR_NONE, and the page knows where it starts and ends. */
static enum meta_error place(const struct meta_call *call, struct page *p)
{
    const struct fault_hit *hits = call->faults->hits;
    const char *after = meta_call_param(call, "after");
    const char *before = meta_call_param(call, "before");
    const char *cursor = after ? after : before;
    if (cursor && (hits[FAULT_META_CURSOR_DEAD].on ||
                   !meta_cursor_read(p->rows->query, cursor, &p->start)))
        return META_ERROR_CURSOR;
    p->empty = p->start >> EMPTY_SHIFT;
    p->start &= POSITION_MASK;
    if (!parse_limit(call, &p->left))
        return META_ERROR_PARAMETER;
    if (before && !after && !place_before(p, p->start))
        return META_ERROR_UNKNOWN;
    p->position = p->start;
    p->forced_next = hits[FAULT_META_EMPTY_PAGE].on;
    if (p->forced_next)
        p->left = 0;
    p->same_cursor = hits[FAULT_META_SAME_CURSOR].on;
    p->no_cursors = hits[FAULT_META_NO_CURSORS].on;
    return META_ERROR_NONE;
}

static bool is_poisoned(struct page *p)
{
    uint64_t position = p->position;
    for (uint64_t left = p->left; left > 0 && p->rows->poisoned != UINT64_MAX; left--) {
        if (!p->rows->find(p->rows, &position))
            return false;
        if (position == p->rows->poisoned)
            return true;
        position++;
    }
    return false;
}

static void keep_count(struct page *p, const struct meta_call *call)
{
    const struct service_host *host = call->meta->host;
    p->tally = host->tally;
    p->journal = journal_is_kept(host->journal) ? host->journal : NULL;
    memcpy(p->path, call->path, sizeof p->path);
}

bool meta_page_answer_take(struct meta_call *call, struct meta_rows *rows)
{
    struct page *p = new_page_take(rows);
    if (!p)
        return false;
    AUTO(body_freep) struct body *body = &p->body;
    enum meta_error what = place(call, p);
    if (what == META_ERROR_NONE && is_poisoned(p))
        what = META_ERROR_CREATIVE;
    if (what != META_ERROR_NONE)
        return meta_error_answer(call->reply, what, "Param limit must be a positive number");
    meta_shape_choose(&p->shape, call->faults);
    if (!fault_set_cuts(call->faults))
        keep_count(p, call);
    if (!build_url(call, p))
        return false;
    call->reply->status = 200;
    call->reply->length = REPLY_LENGTH_UNKNOWN;
    call->reply->body = steal(&body);
    return reply_header(call->reply, "Content-Type", "%s", META_JSON_TYPE);
}

bool meta_page_list_take(struct reply *reply, struct meta_rows *rows)
{
    struct page *p = new_page_take(rows);
    if (!p)
        return false;
    p->lines = true;
    reply->status = 200;
    reply->body = &p->body;
    return reply_header(reply, "Content-Type", "application/x-ndjson");
}
