/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The masked line while it grows: `{"col":value,"col":value,`. One value at a time is
 * converted, masked, checked against its column and appended, or nothing of it is.
 */
#ifndef RECORD_EMIT_H
#define RECORD_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "crypto/pseudonym.h"
#include "record/fit.h"
#include "record/mask.h"
#include "record/plan.h"
#include "record/scan.h"
#include "record/short.h"

enum { EMIT_SPARE = 2 }; /* bytes of the maximum that are left for the line's end */

enum emit_verdict {
    EMIT_DONE,
    EMIT_NULL, /* masked to NULL: nothing was appended */
    EMIT_UNFIT, /* the column cannot hold it, or the action cannot read it */
    EMIT_FULL, /* the line would be longer than its maximum */
};

/* A scalar, never null. */
struct emit_value {
    enum fit_kind kind;
    const struct scan_token *token; /* as it came; NULL: text is ours */
    const char *text; /* NULL while a token with escapes was not unescaped */
    size_t len;
};

/* What stands before a value. */
struct emit_lead {
    const char *text;
    size_t len;
};

struct emit {
    struct buffer line;
    struct buffer unescaped;
    struct mask_work work;
    struct fit_value fit; /* what the last column took its value for: of no use, and large */
};

void emit_init(struct emit *e, size_t line_max, const struct pseudonym *pseudonym);
void emit_done(struct emit *e);

static inline struct emit_value emit_value_of(const struct scan_token *token)
{
    static const uint8_t kinds[] = {
        [SCAN_FALSE] = FIT_BOOLEAN,
        [SCAN_TRUE] = FIT_BOOLEAN,
        [SCAN_NUMBER] = FIT_NUMBER,
        [SCAN_STRING] = FIT_STRING,
    };
    return (struct emit_value){
        .kind = (enum fit_kind)kinds[token->kind],
        .token = token,
        .text = token->escaped ? NULL : token->raw,
        .len = token->len,
    };
}

static inline struct emit_value emit_value_text(enum fit_kind kind, const char *text,
                                                size_t len)
{
    return (struct emit_value){.kind = kind, .text = text, .len = len};
}

static inline bool emit_room(struct emit *e, size_t more)
{
    return e->line.cap - e->line.len >= more || buffer_reserve(&e->line, more);
}

/* Appends bytes as they are; false when they do not fit. */
static inline bool emit_raw(struct emit *e, const char *text, size_t len)
{
    if (!emit_room(e, len + EMIT_SPARE))
        return false;
    short_copy((char *)e->line.data + e->line.len, text, len);
    e->line.len += len;
    return true;
}

/* A value: what leads to it, its text, quotes around a string, and a comma behind a column. */
struct emit_piece {
    struct emit_lead lead;
    const char *text;
    size_t len;
    bool quotes;
    bool comma;
};

/* False: it does not fit. */
static inline bool emit_piece(struct emit *e, const struct emit_piece *piece)
{
    if (!emit_room(e, piece->lead.len + piece->len + 3 + EMIT_SPARE))
        return false;
    char *start = (char *)e->line.data + e->line.len;
    char *p = short_copy(start, piece->lead.text, piece->lead.len);
    if (piece->quotes)
        *p++ = '"';
    p = short_copy(p, piece->text, piece->len);
    if (piece->quotes)
        *p++ = '"';
    if (piece->comma)
        *p++ = ',';
    e->line.len += (size_t)(p - start);
    return true;
}

/* The unescaped text of a value, in *v from then on; good until the next value's. False: out of
 * memory. */
bool emit_unescape(struct emit *e, struct emit_value *v);

/* Appends `"name":value,`. */
enum emit_verdict emit_column(struct emit *e, const struct plan_output *o,
                              struct emit_value *v);
/* Appends an inner value of a json column behind what leads to it: comma and key. */
enum emit_verdict emit_inner(struct emit *e, const struct emit_lead *lead,
                             const struct mask *mask, struct emit_value *v);

#endif
