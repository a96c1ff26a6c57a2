/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void buffer_init(struct buffer *b, size_t max)
{
    *b = (struct buffer){.max = max};
}

void buffer_done(struct buffer *b)
{
    if (!b || !b->data)
        return;
    explicit_bzero(b->data, b->cap);
    free(b->data);
    buffer_init(b, b->max);
}

void buffer_clear(struct buffer *b)
{
    b->len = 0;
}

void buffer_truncate(struct buffer *b, size_t len)
{
    assert(len <= b->len);
    b->len = len;
}

static bool grow(struct buffer *b, size_t need)
{
    /* what is made room for at first is mostly all that there will be */
    size_t cap = b->cap ? b->cap : need > FIRST_CAPACITY ? need : FIRST_CAPACITY;
    while (cap < need)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;

    /* not realloc: it may leave a copy of the old content behind */
    uint8_t *data = malloc(cap);
    if (!data)
        return false;
    if (b->data) {
        memcpy(data, b->data, b->len);
        explicit_bzero(b->data, b->cap);
        free(b->data);
    }
    b->data = data;
    b->cap = cap;
    return true;
}

bool buffer_reserve(struct buffer *b, size_t more)
{
    if (more > b->max || b->len > b->max - more)
        return false;
    if (b->data && b->len + more <= b->cap)
        return true;
    return grow(b, b->len + more);
}

bool buffer_append(struct buffer *b, const void *data, size_t len)
{
    if (!buffer_reserve(b, len))
        return false;
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    return true;
}

bool buffer_append_byte(struct buffer *b, uint8_t byte)
{
    return buffer_append(b, &byte, 1);
}

bool buffer_append_text(struct buffer *b, const char *text)
{
    return buffer_append(b, text, strlen(text));
}

bool buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);

    bool ok = len >= 0 && buffer_reserve(b, (size_t)len + 1);
    if (ok) {
        vsnprintf((char *)b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    return ok;
}

const char *buffer_text(struct buffer *b)
{
    if (!buffer_reserve(b, 1))
        return NULL;
    b->data[b->len] = '\0';
    return (const char *)b->data;
}
