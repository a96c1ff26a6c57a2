/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a response, line by line as it arrives: kept up to hard limits, and the few fields
 * of it that decide how the body is treated.
 *
 *     head_clear ─▶ head_line … ─▶ blank line: head_check ─▶ content type, Retry-After, find
 */
#ifndef NET_HEAD_H
#define NET_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    HEAD_LINES_MAX = 100, /* of one response, interim heads and trailers included */
    HEAD_BYTES_MAX = 64 * 1024, /* all of them together */
    HEAD_CONTENT_TYPE_SIZE = 128,
};

struct head_field {
    char *name;
    char *value;
};

struct head {
    size_t lines;
    size_t bytes;
    size_t count;
    struct head_field fields[HEAD_LINES_MAX];
    bool open; /* between a status line and the blank line */
    bool ended; /* the head is whole: what still comes are trailers, which are only counted */
};

/* What a line was. */
enum head_event { HEAD_FIELD, HEAD_END };

void head_init(struct head *h);
void head_done(struct head *h);
/* Ready for the next response. */
void head_clear(struct head *h);

/* One line as it came, line end included. The first one is a status line, and so is what comes
 * after a blank line (of an interim answer): it begins the head anew, but what was counted stays
 * counted. The caller sets `ended` at the blank line of the final answer. ERROR_DATA when there
 * is too much, or a NUL byte. */
bool head_line(struct head *h, const char *line, size_t len, enum head_event *ret_event,
               struct error *err);

/* When the head of the final answer is whole: refuses (ERROR_DATA) every content encoding but at
 * most one of gzip, deflate, br and zstd, and every transfer encoding but chunked. */
bool head_check(const struct head *h, struct error *err);

/* By case-insensitive name; several lines of one name are joined with ", "; NULL: none. */
const char *head_find(const struct head *h, const char *name);

/* Lower case, without parameters; "" when absent. */
void head_content_type(const struct head *h, char ret_type[HEAD_CONTENT_TYPE_SIZE]);

/* The wait of Retry-After (RFC 9110 section 10.2.3) in either form, never negative. A date counts
 * from the server's own Date when there is one, so that clocks need not agree; else from now_ns.
 * False when the field is absent or makes no sense. */
bool head_retry_after(const struct head *h, int64_t now_ns, int64_t *ret_wait_ns);

#endif
