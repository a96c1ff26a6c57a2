/* SPDX-License-Identifier: Apache-2.0 */
#include "record/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "record/keyset.h"
#include "record/quoted.h"

enum {
    CARRY_STEP = 256, /* bytes of a chunk that are tried first to complete a carried token */
    CARRY_MAX = 1 + SCAN_STRING_MAX + QUOTED_PIECE_MAX + CARRY_STEP,
};

_Static_assert((int)SCAN_KEYS_MAX == (int)KEYSET_MAX, "what the header says is what holds");

/* What the grammar allows next, blanks aside. */
enum expect {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_CLOSE, /* behind [ */
    EXPECT_KEY_OR_CLOSE, /* behind { */
    EXPECT_KEY, /* behind a comma in an object */
    EXPECT_COLON,
    EXPECT_COMMA_OR_CLOSE, /* behind a value in a container */
    EXPECT_END, /* behind the document's value */
};

/* Where a number stands, RFC 8259 section 6. */
enum number {
    NUMBER_NONE, /* no number is being read */
    NUMBER_MINUS,
    NUMBER_ZERO,
    NUMBER_INTEGER,
    NUMBER_POINT,
    NUMBER_FRACTION,
    NUMBER_E,
    NUMBER_E_SIGN,
    NUMBER_EXPONENT,
    NUMBER_COMPLETE, /* the character does not belong to it */
    NUMBER_BROKEN, /* a digit was needed */
};

enum step {
    STEP_DONE,
    STEP_MORE, /* the bytes end before the token does */
    STEP_FAILED,
};

/* The bytes that are being scanned: a chunk of the caller's, or the carry. */
struct input {
    const char *at;
    const char *end;
    const char *start;
    uint64_t offset; /* of start in the document */
};

/* The string or number that the last bytes ended in. It waits in the carry, so that it can be
 * handed on as one slice, until it is longer than its maximum: then what was checked of it is
 * let go. */
struct part {
    size_t checked; /* bytes from the token's first on that need not be read again */
    uint64_t offset; /* of the token, when it is cut */
    uint32_t flaws;
    bool escaped;
    bool cut; /* beyond its maximum: its first bytes are gone */
    char first; /* what they began with */
    enum number number;
    int exponent;
};

struct level {
    bool is_object;
    bool own_keys; /* the handler looks for duplicates itself */
    size_t mark; /* of the key set */
};

struct scan {
    struct scan_handler handler;
    enum expect expect;
    bool in_object; /* the innermost container is one */
    bool failed;
    bool own_keys; /* said of the object that is being opened */
    bool skipping;
    size_t skip_depth; /* skipping ends with the value at this depth */
    size_t depth; /* open containers */
    uint64_t fed;
    struct keyset *keys;
    struct part part;
    struct buffer carry; /* the incomplete token at the end of the last bytes */
    struct level levels[SCAN_DEPTH_MAX];
    char key[SCAN_KEY_MAX]; /* the text of a key with escapes */
};

/* ---- bytes ---- */

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && __builtin_expect(is_blank(*p), false)) {
        p++;
        while (end - p >= 8 && memcmp(p, "        ", 8) == 0) /* indentation */
            p += 8;
    }
    return p;
}

static inline uint64_t offset_of(const struct input *in, const char *p)
{
    return in->offset + (uint64_t)(p - in->start);
}

/* ---- errors ---- */

static const char *expect_text(const struct scan *s)
{
    static const char *const texts[] = {
        [EXPECT_VALUE] = "a value",
        [EXPECT_VALUE_OR_CLOSE] = "a value or ']'",
        [EXPECT_KEY_OR_CLOSE] = "a key or '}'",
        [EXPECT_KEY] = "a key",
        [EXPECT_COLON] = "':'",
        [EXPECT_COMMA_OR_CLOSE] = "',' or ']'",
        [EXPECT_END] = "nothing more",
    };
    if (s->expect == EXPECT_COMMA_OR_CLOSE && s->in_object)
        return "',' or '}'";
    return texts[s->expect];
}

static enum step broken(const struct input *in, const char *p, const char *what,
                        struct error *err)
{
    error_set(err, ERROR_DATA, "byte %" PRIu64 ": %s", offset_of(in, p), what);
    return STEP_FAILED;
}

/* Letters and digits may be somebody's data that a stray quote let out: they are not shown. */
static enum step unexpected(const struct input *in, const char *p, const char *expected,
                            struct error *err)
{
    unsigned char c = (unsigned char)*p;
    char found[32] = "a letter";
    if (is_digit(*p))
        snprintf(found, sizeof found, "a digit");
    else if (c <= ' ' || c == 0x7f)
        snprintf(found, sizeof found, "control character 0x%02x", c);
    else if (c == 0xef && offset_of(in, p) == 0)
        snprintf(found, sizeof found, "a byte order mark");
    else if (c >= 0x80)
        snprintf(found, sizeof found, "a character beyond ASCII");
    else if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
        snprintf(found, sizeof found, "'%c'", c);

    error_set(err, ERROR_DATA, "byte %" PRIu64 ": expected %s, found %s", offset_of(in, p),
              expected, found);
    return STEP_FAILED;
}

/* ---- tokens ---- */

/* The token that starts at `start` and was checked up to p waits for more bytes. */
static enum step wait_for_more(struct scan *s, struct input *in, const char *start,
                               const char *p, size_t max)
{
    struct part *part = &s->part;
    if (!part->cut && (size_t)(p - start) > max) {
        part->cut = true;
        part->first = *start;
        part->offset = offset_of(in, start);
    }
    in->at = part->cut ? p : start;
    part->checked = (size_t)(p - in->at);
    return STEP_MORE;
}

/* The token lies between raw and end, and the bytes up to `next` are done with. */
static enum step finish_token(struct scan *s, struct input *in, struct scan_token *token,
                              const char *end, const char *next, size_t max)
{
    struct part *part = &s->part;
    token->flaws = part->flaws;
    token->escaped = part->escaped;
    token->len = (size_t)(end - token->raw);
    if (part->cut)
        token->offset = part->offset;
    if (part->cut || token->len > max) {
        token->flaws |= SCAN_FLAW_LONG;
        token->escaped = false;
        token->raw = "";
        token->len = 0;
    }
    *part = (struct part){0};
    in->at = next;
    return STEP_DONE;
}

/* A string that is not plain throughout, or not complete. */
static enum step take_special_string(struct scan *s, struct input *in, size_t max,
                                     struct scan_token *token, struct error *err)
{
    struct part *part = &s->part;
    const char *p = in->at + part->checked;
    for (;;) {
        if (p == in->end || quoted_is_plain(*p))
            p = quoted_skip_plain(p, in->end);
        if (p == in->end)
            return wait_for_more(s, in, in->at, p, 1 + max);
        if (*p == '"')
            return finish_token(s, in, token, p, p + 1, max);
        if ((unsigned char)*p < ' ')
            return broken(in, p, "a string holds a control character that is not escaped", err);

        bool escape = *p == '\\';
        size_t len = 0;
        switch (escape ? quoted_escape(p, in->end, &len) : quoted_utf8(p, in->end, &len)) {
        case QUOTED_MORE:
            return wait_for_more(s, in, in->at, p, 1 + max);
        case QUOTED_BROKEN:
            return broken(in, p,
                          escape ? "a string holds an escape that JSON does not have"
                                 : "a string holds bytes that are not UTF-8",
                          err);
        case QUOTED_NUL:
            part->flaws |= SCAN_FLAW_NUL;
            break;
        case QUOTED_LONE:
            part->flaws |= SCAN_FLAW_SURROGATE;
            break;
        case QUOTED_FINE:
            break;
        }
        part->escaped |= escape;
        p += len;
    }
}

/* in->at is the opening quote, or the place to go on at when the string was cut. */
static inline enum step take_string(struct scan *s, struct input *in, size_t max,
                                    struct scan_token *token, struct error *err)
{
    token->kind = SCAN_STRING;
    token->offset = offset_of(in, in->at);
    token->raw = in->at + 1;
    if (s->part.checked == 0 && !s->part.cut) {
        const char *p = quoted_skip_plain(in->at + 1, in->end);
        size_t len = (size_t)(p - token->raw);
        if (p < in->end && *p == '"' && len <= max) {
            token->escaped = false;
            token->flaws = 0;
            token->len = len;
            in->at = p + 1;
            return STEP_DONE;
        }
        s->part.checked = (size_t)(p - in->at);
    }
    return take_special_string(s, in, max, token, err);
}

static inline enum number number_next(enum number state, char c)
{
    bool is_e = c == 'e' || c == 'E';
    switch (state) {
    case NUMBER_NONE:
        if (c == '-')
            return NUMBER_MINUS;
        __attribute__((fallthrough));
    case NUMBER_MINUS:
        return c == '0' ? NUMBER_ZERO : is_digit(c) ? NUMBER_INTEGER : NUMBER_BROKEN;
    case NUMBER_INTEGER:
        if (is_digit(c))
            return NUMBER_INTEGER;
        __attribute__((fallthrough));
    case NUMBER_ZERO:
        return c == '.' ? NUMBER_POINT : is_e ? NUMBER_E : NUMBER_COMPLETE;
    case NUMBER_POINT:
        return is_digit(c) ? NUMBER_FRACTION : NUMBER_BROKEN;
    case NUMBER_FRACTION:
        return is_digit(c) ? NUMBER_FRACTION : is_e ? NUMBER_E : NUMBER_COMPLETE;
    case NUMBER_E:
        if (c == '+' || c == '-')
            return NUMBER_E_SIGN;
        __attribute__((fallthrough));
    case NUMBER_E_SIGN:
        return is_digit(c) ? NUMBER_EXPONENT : NUMBER_BROKEN;
    case NUMBER_EXPONENT:
        return is_digit(c) ? NUMBER_EXPONENT : NUMBER_COMPLETE;
    case NUMBER_COMPLETE:
    case NUMBER_BROKEN:
        break;
    }
    return NUMBER_BROKEN;
}

static inline enum step take_number(struct scan *s, struct input *in, struct scan_token *token,
                                    struct error *err)
{
    struct part *part = &s->part;
    token->kind = SCAN_NUMBER;
    token->offset = offset_of(in, in->at);
    token->raw = in->at;
    enum number state = part->number;
    const char *p = in->at + part->checked;
    for (; p < in->end; p++) {
        enum number next = number_next(state, *p);
        if (next == NUMBER_COMPLETE)
            return finish_token(s, in, token, p, p, SCAN_NUMBER_MAX);
        if (next == NUMBER_BROKEN)
            return unexpected(in, p, "a digit", err);
        if (next == NUMBER_EXPONENT) {
            part->exponent = part->exponent * 10 + (*p - '0');
            if (part->exponent > SCAN_EXPONENT_MAX) {
                part->exponent = SCAN_EXPONENT_MAX; /* stays there: far from overflow */
                part->flaws |= SCAN_FLAW_EXPONENT;
            }
        }
        state = next;
    }
    part->number = state;
    return wait_for_more(s, in, in->at, p, SCAN_NUMBER_MAX);
}

/* true, false, null */
static inline enum step take_literal(struct input *in, enum scan_kind kind, const char *text,
                                     struct scan_token *token, struct error *err)
{
    const char *p = in->at;
    for (; *text; text++, p++) {
        if (p == in->end)
            return STEP_MORE;
        if (*p != *text)
            return unexpected(in, p, "true, false or null", err);
    }
    *token = (struct scan_token){
        .kind = kind,
        .raw = in->at,
        .len = (size_t)(p - in->at),
        .offset = offset_of(in, in->at),
    };
    in->at = p;
    return STEP_DONE;
}

/* ---- structure ---- */

static inline bool next_is(const struct input *in, char c)
{
    return in->at < in->end && *in->at == c;
}

static inline enum step take_colon(struct scan *s, struct input *in)
{
    in->at++;
    s->expect = EXPECT_VALUE;
    return STEP_DONE;
}

static inline enum step take_comma(struct scan *s, struct input *in)
{
    in->at++;
    s->expect = s->in_object ? EXPECT_KEY : EXPECT_VALUE;
    return STEP_DONE;
}

/* A value is complete. The comma that mostly follows at once is taken at once. */
static inline enum step value_done(struct scan *s, struct input *in)
{
    if (s->skipping && s->depth == s->skip_depth)
        s->skipping = false;
    s->expect = s->depth ? EXPECT_COMMA_OR_CLOSE : EXPECT_END;
    return s->depth && next_is(in, ',') ? take_comma(s, in) : STEP_DONE;
}

static enum step open_container(struct scan *s, struct input *in, struct scan_token *token,
                                struct error *err)
{
    bool is_object = *in->at == '{';
    s->own_keys = false;
    if (s->depth == SCAN_DEPTH_MAX)
        return broken(in, in->at, "the document is nested too deep", err);
    if (!s->skipping) {
        *token = (struct scan_token){
            .kind = is_object ? SCAN_OBJECT : SCAN_ARRAY,
            .flaws = s->depth < SCAN_DEPTH_SOFT ? 0 : SCAN_FLAW_DEPTH,
            .raw = in->at,
            .len = 1,
            .offset = offset_of(in, in->at),
        };
        if (!s->handler.open(s->handler.context, token, err))
            return STEP_FAILED;
    }
    struct level *level = &s->levels[s->depth++];
    level->is_object = is_object;
    level->own_keys = s->own_keys;
    if (is_object && !s->own_keys)
        level->mark = keyset_mark(s->keys);
    s->in_object = is_object;
    s->expect = is_object ? EXPECT_KEY_OR_CLOSE : EXPECT_VALUE_OR_CLOSE;
    in->at++;
    return STEP_DONE;
}

static enum step close_container(struct scan *s, struct input *in, struct error *err)
{
    struct level *level = &s->levels[--s->depth];
    if (level->is_object && !level->own_keys)
        keyset_release(s->keys, level->mark);
    if (!s->skipping &&
        !s->handler.close(s->handler.context, level->is_object ? SCAN_OBJECT : SCAN_ARRAY, err))
        return STEP_FAILED;
    s->in_object = s->depth > 0 && level[-1].is_object;
    in->at++;
    return value_done(s, in);
}

static inline uint32_t key_flaws(struct scan *s, const struct scan_token *token)
{
    if (token->flaws & SCAN_FLAW_LONG)
        return 0; /* its text is gone */
    const char *text = token->raw;
    size_t len = token->len;
    if (token->escaped) {
        len = scan_unescape(token, s->key);
        text = s->key;
    }
    switch (keyset_add(s->keys, s->depth, text, len)) {
    case KEYSET_SEEN:
        return SCAN_FLAW_DUPLICATE;
    case KEYSET_FULL:
        return SCAN_FLAW_KEYS;
    case KEYSET_NEW:
        break;
    }
    return 0;
}

/* The handler knows what comes by its bytes. True: no key begins behind it. */
static inline bool take_members(struct scan *s, struct input *in)
{
    if (!s->handler.members || s->skipping || !s->levels[s->depth - 1].own_keys ||
        s->depth > SCAN_MEMBERS_DEPTH || s->part.checked > 0 || s->part.cut)
        return false;
    size_t len = s->handler.members(s->handler.context, in->at, (size_t)(in->end - in->at));
    if (len == 0)
        return false;
    in->at += len;
    s->expect = in->at[-1] == ',' ? EXPECT_KEY : EXPECT_COMMA_OR_CLOSE;
    return s->expect == EXPECT_COMMA_OR_CLOSE || !next_is(in, '"');
}

static inline enum step take_key(struct scan *s, struct input *in, struct scan_token *token,
                                 struct error *err)
{
    if (take_members(s, in))
        return STEP_DONE;
    enum step step = take_string(s, in, SCAN_KEY_MAX, token, err);
    if (step != STEP_DONE)
        return step;
    s->expect = EXPECT_COLON;
    if (!s->skipping) {
        if (!s->levels[s->depth - 1].own_keys)
            token->flaws |= key_flaws(s, token);
        if (!s->handler.key(s->handler.context, token, err))
            return STEP_FAILED;
    }
    return next_is(in, ':') ? take_colon(s, in) : STEP_DONE;
}

static inline enum step take_value(struct scan *s, struct input *in, char first,
                                   struct scan_token *token, struct error *err)
{
    enum step step;
    switch (first) {
    case '{':
    case '[':
        return open_container(s, in, token, err);
    case '"':
        step = take_string(s, in, SCAN_STRING_MAX, token, err);
        break;
    case '-':
    case '0' ... '9':
        step = take_number(s, in, token, err);
        break;
    case 't':
        step = take_literal(in, SCAN_TRUE, "true", token, err);
        break;
    case 'f':
        step = take_literal(in, SCAN_FALSE, "false", token, err);
        break;
    case 'n':
        step = take_literal(in, SCAN_NULL, "null", token, err);
        break;
    default:
        return unexpected(in, in->at, expect_text(s), err);
    }
    if (step != STEP_DONE)
        return step;
    if (!s->skipping && !s->handler.scalar(s->handler.context, token, err))
        return STEP_FAILED;
    return value_done(s, in);
}

static inline enum step take_next(struct scan *s, struct input *in, char first,
                                  struct scan_token *token, struct error *err)
{
    switch (s->expect) {
    case EXPECT_KEY_OR_CLOSE:
        if (first == '}')
            return close_container(s, in, err);
        __attribute__((fallthrough));
    case EXPECT_KEY:
        if (first == '"')
            return take_key(s, in, token, err);
        break;
    case EXPECT_COLON:
        if (first == ':')
            return take_colon(s, in);
        break;
    case EXPECT_VALUE_OR_CLOSE:
        if (first == ']')
            return close_container(s, in, err);
        __attribute__((fallthrough));
    case EXPECT_VALUE:
        return take_value(s, in, first, token, err);
    case EXPECT_COMMA_OR_CLOSE:
        if (first == ',')
            return take_comma(s, in);
        if (first == (s->in_object ? '}' : ']'))
            return close_container(s, in, err);
        break;
    case EXPECT_END:
        break;
    }
    return unexpected(in, in->at, expect_text(s), err);
}

/* Hands on the tokens that are complete; *ret_used is where the first one that is not begins. */
static bool scan_bytes(struct scan *s, const char *data, size_t len, uint64_t offset,
                       size_t *ret_used, struct error *err)
{
    struct input in = {.at = data, .end = data + len, .start = data, .offset = offset};
    struct scan_token token;
    enum step step = STEP_DONE;
    while (step == STEP_DONE) {
        bool cut = s->part.cut;
        if (!cut)
            in.at = skip_blanks(in.at, in.end);
        if (in.at == in.end)
            break;
        step = take_next(s, &in, cut ? s->part.first : *in.at, &token, err);
    }
    *ret_used = (size_t)(in.at - data);
    return step != STEP_FAILED;
}

/* ---- the scanner ---- */

struct scan *scan_new(const struct scan_handler *handler)
{
    AUTO(scan_freep) struct scan *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->handler = *handler;
    buffer_init(&s->carry, CARRY_MAX);
    s->keys = keyset_new();
    return s->keys ? steal(&s) : NULL;
}

void scan_free(struct scan *s)
{
    if (!s)
        return;
    keyset_free(s->keys);
    buffer_done(&s->carry);
    explicit_bzero(s, sizeof *s);
    free(s);
}

void scan_reset(struct scan *s)
{
    s->expect = EXPECT_VALUE;
    s->in_object = false;
    s->failed = false;
    s->skipping = false;
    s->depth = 0;
    s->fed = 0;
    s->part = (struct part){0};
    keyset_release(s->keys, 0);
    buffer_clear(&s->carry);
}

/* Scans the carry lengthened by the first bytes of data. *ret_used: bytes of data done with. */
static bool feed_carry(struct scan *s, const char *data, size_t len, size_t *ret_used,
                       struct error *err)
{
    /* Doubling keeps the copying linear in the length of the token; a few bytes suffice for
     * nearly all, and what follows the token is scanned in place. */
    size_t old = s->carry.len;
    size_t more = old > CARRY_STEP ? old : CARRY_STEP;
    if (more > CARRY_MAX - old)
        more = CARRY_MAX - old;
    if (more > len)
        more = len;
    if (!buffer_append(&s->carry, data, more))
        return error_memory(err);

    char *carry = (char *)s->carry.data;
    size_t used;
    if (!scan_bytes(s, carry, s->carry.len, s->fed - old, &used, err))
        return false;
    if (used >= old) {
        buffer_clear(&s->carry);
        *ret_used = used - old;
        return true;
    }
    if (used > 0) {
        memmove(carry, carry + used, s->carry.len - used);
        buffer_truncate(&s->carry, s->carry.len - used);
    }
    *ret_used = more;
    return true;
}

static bool feed(struct scan *s, const char *data, size_t len, struct error *err)
{
    size_t used;
    for (; s->carry.len && len; data += used, len -= used) {
        if (!feed_carry(s, data, len, &used, err))
            return false;
        s->fed += used;
    }
    if (!len)
        return true;
    if (!scan_bytes(s, data, len, s->fed, &used, err))
        return false;
    s->fed += len;
    return buffer_append(&s->carry, data + used, len - used) || error_memory(err);
}

bool scan_feed(struct scan *s, const void *data, size_t len, struct error *err)
{
    if (s->failed)
        return error_set(err, ERROR_BUG, "the scanner was fed after an error");
    s->failed = !feed(s, data, len, err);
    return !s->failed;
}

bool scan_finish(struct scan *s, struct error *err)
{
    uint64_t end = s->fed;
    /* only what follows a number tells that it is complete; a blank does so, too */
    bool number = s->depth == 0 && number_next(s->part.number, '\n') == NUMBER_COMPLETE;
    if (number && !scan_feed(s, "\n", 1, err))
        return false;
    s->fed = end;
    if (s->failed)
        return error_set(err, ERROR_BUG, "the scanner was finished after an error");
    if (s->expect == EXPECT_END)
        return true;

    s->failed = true;
    bool key = s->expect == EXPECT_KEY || s->expect == EXPECT_KEY_OR_CLOSE;
    if (s->carry.len || s->part.cut)
        return error_set(err, ERROR_DATA, "byte %" PRIu64 ": the document ends within a %s",
                         end, key ? "key" : "value");
    if (s->expect == EXPECT_VALUE && s->depth == 0)
        return error_set(err, ERROR_DATA, "byte %" PRIu64 ": the document is empty", end);
    return error_set(err, ERROR_DATA,
                     "byte %" PRIu64 ": the document ends where %s is expected", end,
                     expect_text(s));
}

uint64_t scan_offset(const struct scan *s)
{
    return s->fed;
}

void scan_skip(struct scan *s)
{
    s->skipping = true;
    s->skip_depth = s->depth;
}

void scan_own_keys(struct scan *s)
{
    s->own_keys = true;
}

size_t scan_unescape(const struct scan_token *token, char *out)
{
    return quoted_unescape(token->raw, token->len, out);
}

const char *scan_flaw_text(uint32_t flaws)
{
    static const char *const texts[] = {
        "the character U+0000",
        "a lone surrogate",
        "a value that is too long",
        "an exponent that is too large",
        "a key that its object had before",
        "a value that is nested too deep",
        "more keys than can be checked",
    };
    if (!flaws)
        return "no flaw";
    return texts[__builtin_ctz(flaws)];
}
