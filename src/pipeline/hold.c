/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/hold.h"

#include <stdlib.h>
#include <string.h>

enum item_kind { ITEM_SEGMENT, ITEM_QUARANTINE, ITEM_PAGE };

/* In the order in which they came: the parts of a page, then its end. */
struct item {
    enum item_kind kind;
    size_t size; /* of the room */
    struct segment_packed packed;
    uint64_t position; /* of a quarantined record, as are these three */
    char *line;
    size_t len;
    char *reason;
    struct writer_page *page;
};

struct hold {
    struct hold_room *room;
    struct item *items;
    size_t count;
    size_t size; /* of items */
    size_t whole; /* items of pages that are whole … */
    size_t part; /* … and of parts before the open one */
};

void hold_room_init(struct hold_room *room)
{
    atomic_init(&room->left, HOLD_ROOM);
}

struct hold *hold_new(struct hold_room *room)
{
    struct hold *h = calloc(1, sizeof *h);
    if (h)
        h->room = room;
    return h;
}

static void page_free(struct writer_page *page)
{
    if (page)
        free((char *)page->checkpoint.cursor);
    free(page);
}

/* With a cursor of its own. NULL: memory is out. */
static struct writer_page *page_copy(const struct writer_page *page)
{
    struct writer_page *copy = malloc(sizeof *copy);
    char *cursor = strdup(page->checkpoint.cursor);
    if (!copy || !cursor) {
        free(copy);
        free(cursor);
        return NULL;
    }
    *copy = *page;
    copy->checkpoint.cursor = cursor;
    return copy;
}

/* Forgets the items from this one on. */
static void drop(struct hold *h, size_t from)
{
    for (size_t i = from; i < h->count; i++) {
        struct item *item = &h->items[i];
        atomic_fetch_add(&h->room->left, item->size);
        segment_packed_done(&item->packed);
        free(item->line);
        free(item->reason);
        page_free(item->page);
    }
    h->count = from;
    h->whole = h->whole < from ? h->whole : from;
    h->part = h->part < from ? h->part : from;
}

void hold_free(struct hold *h)
{
    if (!h)
        return;
    drop(h, 0);
    free(h->items);
    free(h);
}

static bool take_room(struct hold *h, size_t size)
{
    size_t left = atomic_load(&h->room->left);
    do {
        if (left < size)
            return false;
    } while (!atomic_compare_exchange_weak(&h->room->left, &left, left - size));
    return true;
}

/* A new item with so many bytes beside it; NULL in *ret_item: there is no room. */
static bool append(struct hold *h, enum item_kind kind, size_t size, struct item **ret_item,
                   struct error *err)
{
    *ret_item = NULL;
    if (h->count == h->size) {
        size_t more = h->size ? 2 * h->size : 16;
        struct item *items = realloc(h->items, more * sizeof *items);
        if (!items)
            return error_memory(err);
        h->items = items;
        h->size = more;
    }
    size += sizeof **ret_item;
    if (!take_room(h, size))
        return true;
    *ret_item = &h->items[h->count++];
    **ret_item = (struct item){.kind = kind, .size = size};
    segment_packed_init(&(*ret_item)->packed);
    return true;
}

bool hold_segment(struct hold *h, struct segment_packed *packed, bool *ret_full,
                  struct error *err)
{
    struct item *item;
    if (!append(h, ITEM_SEGMENT, packed->frame.len, &item, err))
        return false;
    *ret_full = !item;
    if (!item)
        return true;
    item->packed = *packed;
    segment_packed_init(packed);
    return true;
}

bool hold_quarantine(struct hold *h, uint64_t position, const char *line, size_t len,
                     const char *reason, bool *ret_full, struct error *err)
{
    struct item *item;
    if (!append(h, ITEM_QUARANTINE, len + strlen(reason), &item, err))
        return false;
    *ret_full = !item;
    if (!item)
        return true;
    item->position = position;
    item->len = len;
    item->line = malloc(len ? len : 1);
    item->reason = strdup(reason);
    if (!item->line || !item->reason)
        return error_memory(err);
    memcpy(item->line, line, len);
    return true;
}

bool hold_page(struct hold *h, const struct writer_page *page, bool *ret_full,
               struct error *err)
{
    struct item *item;
    size_t size = sizeof *page + strlen(page->checkpoint.cursor);
    if (!append(h, ITEM_PAGE, size, &item, err))
        return false;
    *ret_full = !item;
    if (!item)
        return true;
    item->page = page_copy(page);
    if (!item->page)
        return error_memory(err);
    h->whole = h->count;
    return true;
}

void hold_sum(const struct hold *h, struct writer_page *slice)
{
    slice->records = slice->released = slice->quarantined = slice->repeated = 0;
    slice->unknown = slice->decoded_bytes = 0;
    for (size_t i = 0; i < h->whole; i++) {
        const struct writer_page *page = h->items[i].page;
        if (!page)
            continue;
        slice->records += page->records;
        slice->released += page->released;
        slice->quarantined += page->quarantined;
        slice->repeated += page->repeated;
        slice->unknown += page->unknown;
        slice->decoded_bytes += page->decoded_bytes;
        if (*page->withheld)
            memcpy(slice->withheld, page->withheld, sizeof slice->withheld);
    }
}

void hold_discard(struct hold *h)
{
    drop(h, h->whole);
}

void hold_begin_part(struct hold *h)
{
    h->part = h->whole;
}

void hold_discard_part(struct hold *h)
{
    drop(h, h->part);
}

void hold_forget(struct hold *h)
{
    drop(h, 0);
}

static bool hand_on(struct writer *writer, const struct append_origin *origin,
                    struct item *item, struct error *err)
{
    return item->kind == ITEM_SEGMENT
               ? writer_packed(writer, origin, &item->packed, err)
               : writer_quarantine(writer, origin, item->position, item->line, item->len,
                                   item->reason, err);
}

/* The parts from *first on, up to the end of their page. Leaves the writer claimed. */
static bool release_parts(const struct hold *h, struct writer *writer,
                          const struct append_origin *origin, size_t *first, struct error *err)
{
    struct error ignored;
    writer_claim(writer);
    for (; *first < h->count && h->items[*first].kind != ITEM_PAGE; (*first)++) {
        if (hand_on(writer, origin, &h->items[*first], err))
            continue;
        writer_discard(writer, &ignored);
        return false;
    }
    return true;
}

static struct writer_page *page_of(const struct hold *h, size_t part)
{
    while (h->items[part].kind != ITEM_PAGE)
        part++;
    return h->items[part].page;
}

static bool release(struct hold *h, struct writer *writer, const uint8_t *content,
                    const struct append_origin *open, struct error *err)
{
    size_t i = 0;
    while (i < h->whole) {
        struct writer_page *page = page_of(h, i);
        page->has_content = content && page->checkpoint.state == CHECKPOINT_COMPLETE;
        if (page->has_content)
            memcpy(page->content, content, DIGEST_SIZE);
        if (!release_parts(h, writer, &page->origin, &i, err) ||
            !writer_commit(writer, page, err))
            return false;
        i++;
    }
    return !open || release_parts(h, writer, open, &i, err);
}

bool hold_release(struct hold *h, struct writer *writer, const uint8_t *content,
                  const struct append_origin *open, struct error *err)
{
    bool ok = release(h, writer, content, open, err);
    drop(h, 0);
    return ok;
}
