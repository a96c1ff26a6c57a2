/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/body.h"

#include <stdlib.h>
#include <string.h>

ssize_t body_read(struct body *b, char *out, size_t room)
{
    return b->read(b, out, room);
}

size_t body_fill(struct body *b, char *out, size_t room, ssize_t *ret_last)
{
    size_t filled = 0;
    ssize_t got = 1;
    while (filled < room && got > 0) {
        got = b->read(b, out + filled, room - filled);
        if (got > 0)
            filled += (size_t)got;
    }
    *ret_last = got;
    return filled;
}

void body_free(struct body *b)
{
    if (b)
        b->free(b);
}

struct text_body {
    struct body body;
    size_t len;
    size_t sent;
    char text[];
};

static ssize_t text_read(struct body *b, char *out, size_t room)
{
    struct text_body *t = (struct text_body *)b;
    size_t count = t->len - t->sent < room ? t->len - t->sent : room;
    memcpy(out, t->text + t->sent, count);
    t->sent += count;
    return (ssize_t)count;
}

static void text_free(struct body *b)
{
    free(b);
}

struct body *body_new_text(const void *text, size_t len)
{
    struct text_body *t = malloc(sizeof *t + len);
    if (!t)
        return NULL;
    *t = (struct text_body){.body = {.read = text_read, .free = text_free}, .len = len};
    if (len > 0)
        memcpy(t->text, text, len);
    return &t->body;
}
