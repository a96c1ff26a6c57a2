/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 8 * 1024 };

void reply_init(struct reply *r)
{
    *r = (struct reply){.status = 500, .length = REPLY_LENGTH_UNKNOWN};
    buffer_init(&r->headers, REPLY_HEADERS_MAX);
}

void reply_done(struct reply *r)
{
    if (!r)
        return;
    body_free(r->body);
    r->body = NULL;
    buffer_done(&r->headers);
}

static bool append(struct reply *r, const char *name, const char *value)
{
    size_t start = r->headers.len;
    if (buffer_append(&r->headers, name, strlen(name) + 1) &&
        buffer_append(&r->headers, value, strlen(value) + 1))
        return true;
    buffer_truncate(&r->headers, start);
    return false;
}

bool reply_header(struct reply *r, const char *name, const char *format, ...)
{
    char value[VALUE_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(value, sizeof value, format, args);
    va_end(args);
    return len >= 0 && (size_t)len < sizeof value && append(r, name, value);
}

bool reply_replace_header(struct reply *r, const char *name, const char *value)
{
    AUTO(buffer_done) struct buffer old = r->headers;
    buffer_init(&r->headers, REPLY_HEADERS_MAX);
    for (const char *p = (char *)old.data; p && p < (char *)old.data + old.len;) {
        const char *old_value = p + strlen(p) + 1;
        if (strcasecmp(p, name) != 0 && !append(r, p, old_value))
            return false;
        p = old_value + strlen(old_value) + 1;
    }
    return append(r, name, value);
}

bool reply_text(struct reply *r, int status, const char *type, const void *text, size_t len)
{
    struct body *body = body_new_text(text, len);
    if (!body)
        return false;
    body_free(r->body);
    r->body = body;
    r->status = status;
    r->length = (int64_t)len;
    return reply_header(r, "Content-Type", "%s", type);
}
