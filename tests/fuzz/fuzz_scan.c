/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner on any bytes. What must hold:
 *
 *   - pieces: however the bytes are cut, tokens and error are the same. The sizes of the pieces
 *     are bytes of the input;
 *   - skipping: what the handler skips changes no error;
 *   - jansson's verdict is ours, but for what record/scan.h sets apart: depth, flaws, and numbers
 *     that jansson cannot hold;
 *   - jansson's values are ours.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "codec/json.h"
#include "record/scan.h"

enum {
    TEXT_MAX = 256 * 1024 * 1024,
    BYTES_MAX = 1024, /* larger inputs are not fed byte by byte: it takes too long */
};

static void demand(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "violated: %s\n", what);
        abort();
    }
}

/* ---- what the scanner says ---- */

struct outcome {
    struct buffer tokens; /* everything that was said, and the error */
    struct buffer values; /* the document's value, as append_json writes it */
    struct scan *scan;
    bool skips;
    bool ok;
    uint32_t flaws;
    uint32_t key_flaws;
    struct error err;
};

static void append(struct buffer *b, const char *text, size_t len)
{
    demand(buffer_append(b, text, len), "room for the outcome");
}

static void append_text(struct buffer *b, const char *text)
{
    append(b, text, strlen(text));
}

static void append_string(struct buffer *b, const char *text, size_t len)
{
    char head[32];
    snprintf(head, sizeof head, "s%zu:", len);
    append_text(b, head);
    append(b, text, len);
}

/* Integers as jansson holds them, else the bits of the double. */
static void append_number(struct buffer *b, bool is_integer, long long integer, double real)
{
    char text[64];
    if (is_integer)
        snprintf(text, sizeof text, "i%lld", integer);
    else
        snprintf(text, sizeof text, "r%a", real);
    append_text(b, text);
}

static void say(struct outcome *o, const struct scan_token *token, const char *what)
{
    char head[96];
    snprintf(head, sizeof head, "%s %d %d %" PRIx32 " %zu %" PRIu64 " ", what, token->kind,
             token->escaped, token->flaws, token->len, token->offset);
    append_text(&o->tokens, head);
    append(&o->tokens, token->raw, token->len);
    append_text(&o->tokens, "\n");
    o->flaws |= token->flaws;
}

static void append_token(struct outcome *o, const struct scan_token *token)
{
    AUTO(cleanup_free) char *text = malloc(token->len + 1);
    demand(text != NULL, "memory");
    if (token->kind == SCAN_STRING) {
        size_t len = scan_unescape(token, text);
        demand(len <= token->len, "unescaped text is not longer");
        append_string(&o->values, text, len);
        return;
    }
    memcpy(text, token->raw, token->len);
    text[token->len] = '\0';
    if (token->kind != SCAN_NUMBER) {
        append_text(&o->values, text);
        return;
    }
    bool is_integer = strpbrk(text, ".eE") == NULL;
    append_number(&o->values, is_integer, is_integer ? strtoll(text, NULL, 10) : 0,
                  strtod(text, NULL));
}

static void maybe_skip(struct outcome *o, const struct scan_token *token)
{
    if (o->skips && (token->offset * 7 + token->len) % 3 == 0)
        scan_skip(o->scan);
}

static bool on_open(void *context, const struct scan_token *token, struct error *err)
{
    struct outcome *o = context;
    (void)err;
    say(o, token, "open");
    append_text(&o->values, token->kind == SCAN_OBJECT ? "{" : "[");
    maybe_skip(o, token);
    return true;
}

static bool on_close(void *context, enum scan_kind kind, struct error *err)
{
    struct outcome *o = context;
    (void)err;
    append_text(&o->tokens, kind == SCAN_OBJECT ? "close }\n" : "close ]\n");
    append_text(&o->values, kind == SCAN_OBJECT ? "}" : "]");
    return true;
}

static bool on_key(void *context, const struct scan_token *token, struct error *err)
{
    struct outcome *o = context;
    (void)err;
    say(o, token, "key");
    append_token(o, token);
    o->key_flaws |= token->flaws;
    maybe_skip(o, token);
    return true;
}

static bool on_scalar(void *context, const struct scan_token *token, struct error *err)
{
    struct outcome *o = context;
    (void)err;
    say(o, token, "scalar");
    append_token(o, token);
    return true;
}

static void outcome_init(struct outcome *o)
{
    *o = (struct outcome){0};
    buffer_init(&o->tokens, TEXT_MAX);
    buffer_init(&o->values, TEXT_MAX);
    o->scan = scan_new(&(struct scan_handler){
        .context = o, .open = on_open, .close = on_close, .key = on_key, .scalar = on_scalar});
    demand(o->scan != NULL, "memory");
}

static void outcome_done(struct outcome *o)
{
    scan_free(o->scan);
    buffer_done(&o->tokens);
    buffer_done(&o->values);
}

enum cut { WHOLE, BYTES, PIECES };

static size_t piece_size(enum cut cut, const uint8_t *data, size_t size, size_t at)
{
    size_t left = size - at;
    size_t wanted = left;
    if (cut == BYTES)
        wanted = 1;
    else if (cut == PIECES)
        wanted = 1 + data[size - 1 - at] % 40U;
    return wanted < left ? wanted : left;
}

static bool feed_all(struct outcome *o, const uint8_t *data, size_t size, enum cut cut)
{
    for (size_t at = 0, len; at < size; at += len) {
        len = piece_size(cut, data, size, at);
        /* a copy of its own, so that a byte read beyond it is seen */
        AUTO(cleanup_free) uint8_t *piece = malloc(len);
        demand(piece != NULL, "memory");
        memcpy(piece, data + at, len);
        if (!scan_feed(o->scan, piece, len, &o->err))
            return false;
    }
    return scan_finish(o->scan, &o->err);
}

static void scan_all(struct outcome *o, const uint8_t *data, size_t size, enum cut cut)
{
    scan_reset(o->scan);
    buffer_clear(&o->tokens);
    buffer_clear(&o->values);
    o->flaws = 0;
    o->key_flaws = 0;
    o->err = (struct error){0};
    o->ok = feed_all(o, data, size, cut);
    append_text(&o->tokens, o->ok ? "end" : o->err.text);
}

static bool same(const struct buffer *a, const struct buffer *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* ---- what jansson says ---- */

static void append_json(struct buffer *b, json_t *value)
{
    const char *key;
    size_t key_len;
    size_t i;
    json_t *inner;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        append_text(b, "{");
        json_object_keylen_foreach(value, key, key_len, inner)
        {
            append_string(b, key, key_len);
            append_json(b, inner);
        }
        append_text(b, "}");
        break;
    case JSON_ARRAY:
        append_text(b, "[");
        json_array_foreach (value, i, inner)
            append_json(b, inner);
        append_text(b, "]");
        break;
    case JSON_STRING:
        append_string(b, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        append_number(b, json_is_integer(value), json_integer_value(value),
                      json_real_value(value));
        break;
    case JSON_TRUE:
        append_text(b, "true");
        break;
    case JSON_FALSE:
        append_text(b, "false");
        break;
    case JSON_NULL:
        append_text(b, "null");
        break;
    }
}

static void check_verdict(const struct outcome *o, bool jansson_ok, enum json_error_code code)
{
    if (!o->ok) {
        /* jansson 2.14 goes deeper, and loses a NUL byte right behind a number or a literal */
        bool may_pass = strstr(o->err.text, "nested too deep") ||
                        strstr(o->err.text, "found control character 0x00");
        demand(!jansson_ok || may_pass, "what we refuse, jansson refuses");
        return;
    }
    bool must_fail = (o->flaws & (SCAN_FLAW_DUPLICATE | SCAN_FLAW_SURROGATE)) ||
                     (o->key_flaws & SCAN_FLAW_NUL);
    bool may_fail = (code == json_error_numeric_overflow) ||
                    (o->key_flaws & (SCAN_FLAW_LONG | SCAN_FLAW_KEYS));
    demand(!jansson_ok || !must_fail, "what jansson refuses is flawed for us");
    demand(jansson_ok || must_fail || may_fail, "what we accept, jansson accepts");
}

static void compare_with_jansson(const struct outcome *o, const uint8_t *data, size_t size)
{
    json_error_t what;
    json_t *root = json_loadb((const char *)data, size,
                              JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &what);
    check_verdict(o, root != NULL, root ? json_error_unknown : json_error_code(&what));
    if (root && o->ok && !(o->flaws & SCAN_FLAW_LONG)) {
        AUTO(buffer_done) struct buffer values = {.max = TEXT_MAX};
        append_json(&values, root);
        demand(same(&values, &o->values), "jansson's values are ours");
    }
    json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome whole;
    struct outcome other;
    outcome_init(&whole);
    outcome_init(&other);

    scan_all(&whole, data, size, WHOLE);
    scan_all(&other, data, size, PIECES);
    demand(same(&whole.tokens, &other.tokens), "pieces change nothing");
    if (size <= BYTES_MAX) {
        scan_all(&other, data, size, BYTES);
        demand(same(&whole.tokens, &other.tokens), "single bytes change nothing");
    }
    compare_with_jansson(&whole, data, size);

    whole.skips = true;
    other.skips = true;
    scan_all(&whole, data, size, WHOLE);
    demand(strcmp(whole.err.text, other.err.text) == 0, "skipping changes no error");
    scan_all(&other, data, size, PIECES);
    demand(same(&whole.tokens, &other.tokens), "pieces change nothing when skipping");

    outcome_done(&whole);
    outcome_done(&other);
    return 0;
}
