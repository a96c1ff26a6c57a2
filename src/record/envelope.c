/* SPDX-License-Identifier: Apache-2.0 */
#include "record/envelope.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "codec/pointer.h"

enum { PATTERNS_MAX = ENVELOPE_CAPTURES_MAX + 1, ANY_ELEMENT = -1, NO_INDEX = -2 };

/* A pointer that is followed; pattern i is capture i, the last one is the selector. */
struct pattern {
    char *text;
    struct pointer *pointer;
    int64_t indexes[POINTER_DEPTH_MAX]; /* of each token: ANY_ELEMENT, NO_INDEX, or a number */
};

struct capture {
    const char *kind; /* NULL: the response had nothing there */
    struct buffer text;
};

/* An open container. */
struct place {
    uint64_t patterns; /* those that go on into it */
    int64_t element; /* the number of the next one; of arrays */
    bool array;
};

struct envelope {
    struct pattern patterns[PATTERNS_MAX];
    size_t pattern_count;
    size_t capture_count;
    bool has_selector;
    uint64_t all;
    uint64_t ends[POINTER_DEPTH_MAX + 1]; /* patterns by their number of tokens */
    uint64_t member; /* those that go on at the key that was read */
    size_t depth;
    struct place places[SCAN_DEPTH_MAX];
    struct capture captures[ENVELOPE_CAPTURES_MAX];
};

/* --- making --- */

static int64_t index_of(const char *token)
{
    int64_t value;
    if (strcmp(token, "*") == 0)
        return ANY_ELEMENT;
    if (token[0] == '-' || (token[0] == '0' && token[1]) ||
        !text_parse_int64(token, strlen(token), &value))
        return NO_INDEX;
    return value;
}

static bool add_pattern(struct envelope *e, const char *text, struct error *err)
{
    struct pattern *p = &e->patterns[e->pattern_count];
    e->pattern_count++;
    p->pointer = pointer_parse(text);
    if (!p->pointer)
        return error_set(err, ERROR_MANIFEST, "\"%s\" is no JSON Pointer", text);
    p->text = strdup(text);
    if (!p->text)
        return error_memory(err);
    for (size_t i = 0; i < p->pointer->depth; i++)
        p->indexes[i] = index_of(p->pointer->tokens[i]);
    uint64_t bit = UINT64_C(1) << (p - e->patterns);
    e->all |= bit;
    e->ends[p->pointer->depth] |= bit;
    return true;
}

bool envelope_new(const char *selector, const char *const *captures,
                  struct envelope **ret_envelope, struct error *err)
{
    AUTO(envelope_freep) struct envelope *e = calloc(1, sizeof *e);
    if (!e)
        return error_memory(err);
    for (; captures && captures[e->capture_count]; e->capture_count++) {
        if (e->capture_count == ENVELOPE_CAPTURES_MAX)
            return error_set(err, ERROR_MANIFEST, "more than %d values to capture",
                             ENVELOPE_CAPTURES_MAX);
        buffer_init(&e->captures[e->capture_count].text, ENVELOPE_VALUE_MAX + 1);
        if (!add_pattern(e, captures[e->capture_count], err))
            return false;
    }
    e->has_selector = selector != NULL;
    if (selector && !add_pattern(e, selector, err))
        return false;
    *ret_envelope = steal(&e);
    return true;
}

void envelope_free(struct envelope *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->pattern_count; i++) {
        pointer_free(e->patterns[i].pointer);
        free(e->patterns[i].text);
    }
    for (size_t i = 0; i < e->capture_count; i++)
        buffer_done(&e->captures[i].text);
    free(e);
}

void envelope_reset(struct envelope *e)
{
    e->depth = 0;
    for (size_t i = 0; i < e->capture_count; i++) {
        e->captures[i].kind = NULL;
        buffer_clear(&e->captures[i].text);
    }
}

/* --- following --- */

static bool token_matches_key(const struct pattern *p, size_t depth, const char *key,
                              size_t len)
{
    const char *token = p->pointer->tokens[depth];
    return p->indexes[depth] != ANY_ELEMENT && strncmp(token, key, len) == 0 &&
           token[len] == '\0';
}

static bool token_matches_element(const struct pattern *p, size_t depth, int64_t element)
{
    return p->indexes[depth] == ANY_ELEMENT || p->indexes[depth] == element;
}

/* The patterns that go on at the value that comes now. */
static uint64_t at_value(struct envelope *e)
{
    if (e->depth == 0)
        return e->all;
    struct place *place = &e->places[e->depth - 1];
    if (!place->array)
        return e->member;
    uint64_t found = 0;
    for (uint64_t rest = place->patterns; rest; rest &= rest - 1) {
        int i = __builtin_ctzll(rest);
        if (token_matches_element(&e->patterns[i], e->depth - 1, place->element))
            found |= UINT64_C(1) << i;
    }
    place->element++;
    return found;
}

static uint64_t ending(const struct envelope *e, uint64_t patterns)
{
    return e->depth <= POINTER_DEPTH_MAX ? patterns & e->ends[e->depth] : 0;
}

bool envelope_key(struct envelope *e, const struct scan_token *token, bool *ret_matters,
                  struct error *err)
{
    const struct place *place = &e->places[e->depth - 1];
    e->member = 0;
    *ret_matters = false;
    if (!place->patterns)
        return true;

    char unescaped[SCAN_KEY_MAX];
    const char *key = token->raw;
    size_t len = token->len;
    if (token->escaped) {
        len = scan_unescape(token, unescaped);
        key = unescaped;
    }
    if (memchr(key, '\0', len))
        return true;
    for (uint64_t rest = place->patterns; rest; rest &= rest - 1) {
        int i = __builtin_ctzll(rest);
        if (token_matches_key(&e->patterns[i], e->depth - 1, key, len))
            e->member |= UINT64_C(1) << i;
    }
    *ret_matters = e->member != 0;
    if (*ret_matters && token->flaws & (SCAN_FLAW_DUPLICATE | SCAN_FLAW_KEYS))
        return error_set(err, ERROR_DATA,
                         "byte %llu: %s, and it is not to be guessed which counts",
                         (unsigned long long)token->offset, scan_flaw_text(token->flaws));
    return true;
}

/* --- capturing --- */

static const char *kind_name(enum scan_kind kind)
{
    static const char *const names[] = {
        [SCAN_NULL] = "null",     [SCAN_FALSE] = "boolean", [SCAN_TRUE] = "boolean",
        [SCAN_NUMBER] = "number", [SCAN_STRING] = "string", [SCAN_OBJECT] = "object",
        [SCAN_ARRAY] = "array",
    };
    return names[kind];
}

static bool put_text(struct buffer *text, const struct scan_token *token)
{
    buffer_clear(text);
    if (!buffer_reserve(text, token->len + 1))
        return false;
    if (token->escaped)
        text->len = scan_unescape(token, (char *)text->data);
    else
        buffer_append(text, token->raw, token->len);
    return buffer_text(text) != NULL;
}

static bool capture(struct envelope *e, uint64_t which, const struct scan_token *token,
                    struct error *err)
{
    for (; which; which &= which - 1) {
        int i = __builtin_ctzll(which);
        uint32_t flaws = token->flaws & ~(uint32_t)SCAN_FLAW_DEPTH;
        if (flaws || !put_text(&e->captures[i].text, token))
            return error_set(err, ERROR_DATA, "byte %llu: the value of %s cannot be used: %s",
                             (unsigned long long)token->offset, e->patterns[i].text,
                             scan_flaw_text(flaws ? flaws : SCAN_FLAW_LONG));
        e->captures[i].kind = kind_name(token->kind);
    }
    return true;
}

static bool look(struct envelope *e, const struct scan_token *token, uint64_t *ret_below,
                 struct envelope_sight *ret_sight, struct error *err)
{
    uint64_t here = at_value(e);
    uint64_t ends = ending(e, here);
    uint64_t selector = e->has_selector ? UINT64_C(1) << e->capture_count : 0;
    if (ends & ~selector && !capture(e, ends & ~selector, token, err))
        return false;
    *ret_below = here & ~ends;
    ret_sight->record = ends & selector;
    ret_sight->inside = *ret_below != 0;
    return true;
}

bool envelope_open(struct envelope *e, const struct scan_token *token,
                   struct envelope_sight *ret_sight, struct error *err)
{
    uint64_t below;
    if (!look(e, token, &below, ret_sight, err))
        return false;
    e->places[e->depth++] =
        (struct place){.patterns = below, .array = token->kind == SCAN_ARRAY};
    return true;
}

void envelope_close(struct envelope *e)
{
    e->depth--;
}

bool envelope_scalar(struct envelope *e, const struct scan_token *token,
                     struct envelope_sight *ret_sight, struct error *err)
{
    uint64_t below;
    return look(e, token, &below, ret_sight, err);
}

const char *envelope_capture(const struct envelope *e, size_t i)
{
    return e->captures[i].kind ? (const char *)e->captures[i].text.data : NULL;
}

const char *envelope_capture_kind(const struct envelope *e, size_t i)
{
    return e->captures[i].kind;
}
