/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that were read in pieces, some of their columns each, put together again by their key:
 *
 *     {"id":"1","day":"2026-11-20","spend":"1.50"}
 *     {"id":"1","day":"2026-11-20","clicks":"3"}    ─▶  {"id":"1","day":…,"spend":…,"clicks":"3"}
 *
 *     join_new ─▶ join_add …, join_piece, join_add …, … ─▶ join_next … until none is left
 *
 * Values are copied as the bytes they are. Of a column that several pieces have, the first one
 * counts; so the fleeting end (record/walk.h) of a row is that of its first piece, and stays at the
 * end. A row that a piece lacks is what the others have of it. All rows are in memory, up to
 * JOIN_BYTES_MAX, which wipes itself.
 */
#ifndef RECORD_JOIN_H
#define RECORD_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"

enum {
    JOIN_BYTES_MAX = 256 * 1024 * 1024, /* of all rows */
    JOIN_KEYS_MAX = 32,
};

struct join;

/* key: names of columns; copied. */
bool join_new(const char *const *key, size_t count, struct join **ret_join, struct error *err);
void join_free(struct join *j);
CLEANUP_DEFINE(struct join, join_free)

/* Forgets all rows. */
void join_clear(struct join *j);
/* The next rows are those of another piece. */
void join_piece(struct join *j);
/* A row of this piece: one masked line with its newline, and the length of its fleeting end. A
 * column of the key that is not there is a value of its own. ERROR_DATA when the piece had its key
 * before, when none of the key's columns is there, or when there are more rows than fit. */
bool join_add(struct join *j, const char *line, size_t len, size_t fleeting, struct error *err);

/* The rows, in the order in which their keys came first: false when there is none left. What it
 * points to is valid until the next call of join_add, join_clear or join_free. */
struct join_row {
    const char *line; /* with its newline */
    size_t len;
    size_t fleeting;
};
bool join_next(struct join *j, struct join_row *ret_row);

/* Two lines (with newlines) of one row as one, appended to out; of a column in both, a's counts.
 * fleeting: how many of a's last bytes stay at the end. ERROR_DATA when one of them is no line. */
bool join_lines(const char *a, size_t a_len, size_t fleeting, const char *b, size_t b_len,
                struct buffer *out, struct error *err);

#endif
