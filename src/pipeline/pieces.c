/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pieces.h"

#include <stdlib.h>
#include <string.h>

struct pieces {
    struct join *join;
    struct buffer page; /* a struct head, then the line, for each record */
};

struct head {
    size_t len;
    size_t fleeting;
};

bool pieces_new(const char *const *key, size_t count, struct pieces **ret_pieces,
                struct error *err)
{
    AUTO(pieces_freep) struct pieces *p = calloc(1, sizeof *p);
    if (!p)
        return error_memory(err);
    buffer_init(&p->page, PIECES_PAGE_MAX);
    if (!join_new(key, count, &p->join, err))
        return false;
    *ret_pieces = steal(&p);
    return true;
}

void pieces_free(struct pieces *p)
{
    if (!p)
        return;
    join_free(p->join);
    buffer_done(&p->page);
    free(p);
}

bool pieces_record(struct pieces *p, const char *line, size_t len, size_t fleeting,
                   struct error *err)
{
    const struct head head = {len, fleeting};
    return (buffer_append(&p->page, &head, sizeof head) &&
            buffer_append(&p->page, line, len)) ||
           error_set(err, ERROR_DATA, "a page of more than %d bytes cannot be put together",
                     PIECES_PAGE_MAX);
}

void pieces_discard(struct pieces *p)
{
    buffer_clear(&p->page);
}

bool pieces_page(struct pieces *p, struct error *err)
{
    struct head head;
    for (size_t at = 0; at < p->page.len; at += sizeof head + head.len) {
        memcpy(&head, p->page.data + at, sizeof head);
        if (!join_add(p->join, (const char *)p->page.data + at + sizeof head, head.len,
                      head.fleeting, err))
            return false;
    }
    buffer_clear(&p->page);
    return true;
}

void pieces_turn(struct pieces *p)
{
    join_piece(p->join);
}

bool pieces_next(struct pieces *p, struct join_row *ret_row)
{
    return join_next(p->join, ret_row);
}
