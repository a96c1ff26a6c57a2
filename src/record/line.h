/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a masked line (record/walk.h), as the bytes they are:
 *
 *     {"id":"1","day":"2026-11-20","spend":"1.50"}
 *      ^member  ^member             ^member
 *
 * For who looks for a few of them, or makes a line of others; who wants their values takes
 * record/columns.h.
 */
#ifndef RECORD_LINE_H
#define RECORD_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* One column: `"name":value`. */
struct line_member {
    const char *name; /* between the quotes */
    size_t name_len;
    const char *value;
    const char *end; /* behind the value */
};

struct line_cursor {
    const char *at;
    const char *end; /* the closing brace */
};

/* A line with its newline. ERROR_DATA, here and below: it is none of ours. */
bool line_open(const char *line, size_t len, struct line_cursor *ret_cursor, struct error *err);
/* The next column; *ret_found false: that was the last one. */
bool line_next(struct line_cursor *c, struct line_member *ret_member, bool *ret_found,
               struct error *err);
/* The column of that name; *ret_found false: it is not there. */
bool line_find(const char *line, size_t len, const char *name, size_t name_len,
               struct line_member *ret_member, bool *ret_found, struct error *err);
/* Sets the error of these; false. */
bool line_broken(struct error *err);

#endif
