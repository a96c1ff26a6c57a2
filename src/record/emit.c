/* SPDX-License-Identifier: Apache-2.0 */
#include "record/emit.h"

#include <stdint.h>
#include <string.h>

#include "codec/json.h"
#include "record/quoted.h"

/* A value after conversion and masking. */
struct outcome {
    enum fit_kind kind;
    const char *text;
    size_t len;
    bool plain; /* needs no escapes between quotes */
};

void emit_init(struct emit *e, size_t line_max, const struct pseudonym *pseudonym)
{
    buffer_init(&e->line, line_max);
    buffer_init(&e->unescaped, SCAN_STRING_MAX);
    mask_work_init(&e->work, pseudonym);
}

void emit_done(struct emit *e)
{
    buffer_done(&e->line);
    buffer_done(&e->unescaped);
    mask_work_done(&e->work);
}

bool emit_unescape(struct emit *e, struct emit_value *v)
{
    if (v->text)
        return true;
    buffer_clear(&e->unescaped);
    if (!buffer_reserve(&e->unescaped, v->token->len))
        return false;
    v->len = scan_unescape(v->token, (char *)e->unescaped.data);
    v->text = (const char *)e->unescaped.data;
    return true;
}

static bool is_plain(const char *text, size_t len)
{
    const char *end = text + len;
    for (const char *p = quoted_skip_plain(text, end); p < end; p++)
        if ((unsigned char)*p < 0x20 || *p == '"' || *p == '\\')
            return false;
    return true;
}

static enum emit_verdict put_outcome(struct emit *e, struct emit_piece *piece,
                                     const struct outcome *out)
{
    piece->text = out->text;
    piece->len = out->len;
    piece->quotes = out->kind == FIT_STRING;
    if (!piece->quotes || out->plain || is_plain(out->text, out->len))
        return emit_piece(e, piece) ? EMIT_DONE : EMIT_FULL;
    size_t mark = e->line.len;
    if (emit_raw(e, piece->lead.text, piece->lead.len) &&
        json_append_quoted(&e->line, out->text, out->len) && emit_raw(e, ",", piece->comma))
        return EMIT_DONE;
    buffer_truncate(&e->line, mark);
    return EMIT_FULL;
}

/* The token as it came. */
static inline enum emit_verdict put_token(struct emit *e, struct emit_piece *piece,
                                          const struct emit_value *v)
{
    piece->text = v->token->raw;
    piece->len = v->token->len;
    piece->quotes = v->kind == FIT_STRING;
    return emit_piece(e, piece) ? EMIT_DONE : EMIT_FULL;
}

static enum emit_verdict mask_value(struct emit *e, const struct mask *mask, struct outcome *o)
{
    if (mask->kind == MASK_KEEP)
        return EMIT_DONE;
    switch (mask_apply(mask, o->text, o->len, &e->work, &o->text, &o->len)) {
    case MASK_DONE:
        break;
    case MASK_NULL:
        return EMIT_NULL;
    case MASK_UNFIT:
        return EMIT_UNFIT;
    }
    enum mask_result result = mask_result(mask);
    o->kind = result == MASK_INTEGER || result == MASK_DECIMAL ? FIT_NUMBER : FIT_STRING;
    o->plain = !mask_leaves_text(mask);
    return EMIT_DONE;
}

/* Text of ours in a number's column is written as a number. */
static bool is_number_type(enum schema_type type)
{
    return type == SCHEMA_INTEGER || type == SCHEMA_BIGINT || type == SCHEMA_NUMERIC;
}

enum emit_verdict emit_column(struct emit *e, const struct plan_output *o, struct emit_value *v)
{
    const struct schema_column *column = o->column;
    struct emit_piece piece = {.lead = {o->prefix, o->prefix_len}, .comma = true};
    bool untouched = o->mask.kind == MASK_KEEP && !o->convert && v->token;
    if (untouched && (column->type == SCHEMA_TEXT || column->type == SCHEMA_JSON))
        return put_token(e, &piece, v);
    if (!emit_unescape(e, v))
        return EMIT_FULL;
    if (untouched)
        return fit_read(column, v->kind, v->text, v->len, &e->fit) ? put_token(e, &piece, v)
                                                                   : EMIT_UNFIT;

    struct outcome out = {.kind = v->kind, .text = v->text, .len = v->len};
    char converted[CONVERT_TEXT_MAX];
    if (o->convert) {
        if (!convert_apply(o->convert, out.text, out.len, converted, &out.len))
            return EMIT_UNFIT;
        out.text = converted;
        out.kind = convert_is_boolean(o->convert) ? FIT_BOOLEAN : FIT_STRING;
    }
    enum emit_verdict verdict = mask_value(e, &o->mask, &out);
    if (verdict != EMIT_DONE)
        return verdict;
    if (column->type == SCHEMA_DATE && mask_result(&o->mask) == MASK_TIME)
        out.len = strlen("2026-11-20");
    if (!fit_read(column, out.kind, out.text, out.len, &e->fit))
        return EMIT_UNFIT;
    if (is_number_type(column->type))
        out.kind = FIT_NUMBER;
    return put_outcome(e, &piece, &out);
}

enum emit_verdict emit_inner(struct emit *e, const struct emit_lead *lead,
                             const struct mask *mask, struct emit_value *v)
{
    struct emit_piece piece = {.lead = *lead};
    if (mask->kind == MASK_KEEP && v->token)
        return put_token(e, &piece, v);
    if (!emit_unescape(e, v))
        return EMIT_FULL;
    struct outcome out = {.kind = v->kind, .text = v->text, .len = v->len};
    enum emit_verdict verdict = mask_value(e, mask, &out);
    return verdict == EMIT_DONE ? put_outcome(e, &piece, &out) : verdict;
}
