/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that come in pieces, some of their fields each (source/split.h), until all pieces are there
 * and the rows can be put together (record/join.h). A page counts once it is whole.
 */
#ifndef PIPELINE_PIECES_H
#define PIPELINE_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/join.h"

enum { PIECES_PAGE_MAX = 64 * 1024 * 1024 /* bytes of one page */ };

struct pieces;

/* key: names of columns. */
bool pieces_new(const char *const *key, size_t count, struct pieces **ret_pieces,
                struct error *err);
void pieces_free(struct pieces *p);
CLEANUP_DEFINE(struct pieces, pieces_free)

/* A masked line of the open page, as of struct walk_output. */
bool pieces_record(struct pieces *p, const char *line, size_t len, size_t fleeting,
                   struct error *err);
/* The open page is to be read again … */
void pieces_discard(struct pieces *p);
/* … or is whole. */
bool pieces_page(struct pieces *p, struct error *err);
/* What follows is another piece. */
void pieces_turn(struct pieces *p);
/* The rows, when all pieces are there: false after the last one. */
bool pieces_next(struct pieces *p, struct join_row *ret_row);

#endif
