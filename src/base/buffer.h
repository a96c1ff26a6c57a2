/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow up to a maximum which is part of the buffer, and are wiped when they are
 * freed or moved: response bodies, records and segments live here.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *data; /* NULL while nothing was reserved */
    size_t len;
    size_t cap;
    size_t max;
};

/* Nothing is allocated yet. max is the hard limit in bytes. */
void buffer_init(struct buffer *b, size_t max);
/* Wipes and frees; the buffer is empty afterwards with the same maximum. NULL is accepted. */
void buffer_done(struct buffer *b);
/* Forgets the content without wiping or freeing (for masked data and scratch use). */
void buffer_clear(struct buffer *b);
/* Cuts to len, which must not exceed the present length. */
void buffer_truncate(struct buffer *b, size_t len);

/* Makes room for more bytes after len; false when that would exceed max or memory is out. */
bool buffer_reserve(struct buffer *b, size_t more);
/* Append; false (and nothing appended) when max would be exceeded or memory is out. */
bool buffer_append(struct buffer *b, const void *data, size_t len);
bool buffer_append_byte(struct buffer *b, uint8_t byte);
bool buffer_append_text(struct buffer *b, const char *text);
bool buffer_printf(struct buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The content as a C string (a NUL is kept behind len, not counted); NULL when out of room. */
const char *buffer_text(struct buffer *b);

#endif
