/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be sent for a request: status, headers, body. */
#ifndef SANDBOX_REPLY_H
#define SANDBOX_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "sandbox/body.h"

enum {
    REPLY_HEADERS_MAX = 192 * 1024, /* bytes of all headers */
    REPLY_LENGTH_UNKNOWN = -1, /* sent in chunks */
};

struct reply {
    int status;
    struct buffer headers; /* name NUL value NUL … */
    struct body *body; /* NULL: empty */
    int64_t length; /* what Content-Length claims, or REPLY_LENGTH_UNKNOWN */
    bool reset; /* a broken body ends with a TCP reset instead of an orderly close */
};

void reply_init(struct reply *r);
void reply_done(struct reply *r);

/* Adds one. False when there are too many, or memory is out. */
bool reply_header(struct reply *r, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Replaces the value of a header that was added, or adds it. */
bool reply_replace_header(struct reply *r, const char *name, const char *value);
/* Sets status and body (copied) and adds the type. */
bool reply_text(struct reply *r, int status, const char *type, const void *text, size_t len);

#endif
