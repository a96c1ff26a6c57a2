/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer carries, pulled by the server a block at a time, so that a page is never whole
 * in memory. A body may wrap another one (gzip, a slow line, a cut): it owns what it wraps.
 *
 *     server ──read──▶ rate ──read──▶ gzip ──read──▶ page
 */
#ifndef SANDBOX_BODY_H
#define SANDBOX_BODY_H

#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"

enum {
    BODY_END = 0,
    BODY_BROKEN = -1, /* the connection is to be cut here */
};

struct body {
    /* Fills up to room bytes (> 0) and returns how many, BODY_END or BODY_BROKEN; once it
     * returned one of these it is not called again. */
    ssize_t (*read)(struct body *b, char *out, size_t room);
    void (*free)(struct body *b);
};

ssize_t body_read(struct body *b, char *out, size_t room);
/* Reads until the room is full or the body ends; the last result goes to *ret_last. */
size_t body_fill(struct body *b, char *out, size_t room, ssize_t *ret_last);
void body_free(struct body *b);
CLEANUP_DEFINE(struct body, body_free)

/* A copy of len bytes; NULL when memory is out. */
struct body *body_new_text(const void *text, size_t len);

#endif
