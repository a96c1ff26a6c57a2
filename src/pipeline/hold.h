/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a slice gives that was read before, kept back until it is known whether it is anything new:
 * pages as they came, packed, in memory. At the slice's end it is forgotten, when the slice holds
 * what it held, or handed on as if it had just been read.
 *
 * All holds together are bounded: a slice that finds no room is handed on with all that it has so
 * far and goes on without being held. It is delivered then, be it new or not.
 */
#ifndef PIPELINE_HOLD_H
#define PIPELINE_HOLD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "pipeline/writer.h"
#include "record/segment.h"

/* Bytes of packed records that may be held at a time by all that share the room. */
struct hold_room {
    atomic_size_t left;
};

enum { HOLD_ROOM = 3 * 1024 * 1024 };

void hold_room_init(struct hold_room *room);

struct hold;

/* NULL when memory is out. The room must live longer. */
struct hold *hold_new(struct hold_room *room);
void hold_free(struct hold *h);
CLEANUP_DEFINE(struct hold, hold_free)

/* The next part of the open page: its frame is taken over, and packed holds none any more.
 * *ret_full: there was no room, and it stays the caller's. */
bool hold_segment(struct hold *h, struct segment_packed *packed, bool *ret_full,
                  struct error *err);
/* A record of the open page that did not fit its schema; its texts are copied. */
bool hold_quarantine(struct hold *h, uint64_t position, const char *line, size_t len,
                     const char *reason, bool *ret_full, struct error *err);
/* The open page is whole. */
bool hold_page(struct hold *h, const struct writer_page *page, bool *ret_full,
               struct error *err);
/* What all pages that are whole had in them, in the counts of one. */
void hold_sum(const struct hold *h, struct writer_page *slice);
/* The open page is to be read again. */
void hold_discard(struct hold *h);
/* A part begins here; all that came since the last call is to be read again. */
void hold_begin_part(struct hold *h);
void hold_discard_part(struct hold *h);
/* The slice begins anew. */
void hold_forget(struct hold *h);

/*
 * Hands everything to the writer, in the order in which it came, and holds nothing any more.
 * content: what the slice holds, for its last page; NULL: it has not ended. Of the page that is
 * open the parts are handed on: open says where they come from, and when the call succeeds the
 * writer is claimed for the caller, who goes on with it; NULL: none is open.
 */
bool hold_release(struct hold *h, struct writer *writer, const uint8_t *content,
                  const struct append_origin *open, struct error *err);

#endif
