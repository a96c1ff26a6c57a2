/* SPDX-License-Identifier: Apache-2.0 */
#include "record/recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "record/decimal.h"
#include "record/emit.h"
#include "record/keyparts.h"
#include "record/quoted.h"
#include "record/recall.h"
#include "record/verbatim.h"

/* A container of the record that is open. */
struct frame {
    const struct plan_object *object; /* NULL: an array */
    const struct plan_value *items; /* of an array */
    const struct plan_value *value; /* of an object: what the last key named; NULL: nothing */
    size_t guess; /* the field that is expected next */
    bool began_column; /* the json column that is being written ends with it */
    bool holds_members; /* something was written into it already */
    uint64_t seen[PLAN_SEEN_WORDS];
};

/* A value kept aside until the end of the record. */
struct slot {
    bool set;
    size_t start;
    size_t len;
};

/* The json column that is being written. */
struct json {
    bool open;
    bool spoilt; /* something in it did not fit: it will be taken back */
    size_t start; /* of it in the line */
};

struct recorder {
    const struct plan *plan;
    struct emit emit;
    struct frame *top; /* the innermost of the open frames; frames[0] is none */
    size_t skipped; /* open containers that are not walked */
    struct frame frames[SCHEMA_DEPTH_MAX + 2];
    struct json json;
    struct buffer
        member; /* the key of a member of an open map, as it came, with comma and colon */
    char key[SCAN_KEY_MAX]; /* the text of a key with escapes */
    uint64_t position;
    struct keyparts own_key; /* what the record has of it, the tail aside */
    struct buffer key_text; /* all of it, in its order */
    struct slot slots[PLAN_SLOTS_MAX];
    struct buffer aside; /* the texts of slots */
    struct buffer composed; /* the text of a derived column */
    struct recall *recalls; /* plan->recall_count */
    struct buffer late; /* the fleeting columns of fields, for the end of the line */
    size_t fleeting_start; /* of the fleeting columns in the finished line */
    bool misfit;
    char reason[RECORDER_REASON_MAX];

    struct buffer constants; /* their texts, each with a NUL */
    size_t *constant_starts;
    struct buffer tail; /* the derived columns that are the same in each record, ready */
    size_t tail_fleeting; /* bytes at its end: the columns that tell when it was read */
    struct keyparts tail_key; /* those of them that are part of the key */
    struct keyparts slice_key; /* what those of plan->slice have to be */
};

/* --- misfits --- */

/* The first thing that is wrong with a record is its reason. */
void recorder_misfit(struct recorder *r, const char *path, const char *format, ...)
{
    if (r->json.open)
        r->json.spoilt = true;
    if (r->misfit)
        return;
    r->misfit = true;
    int len = snprintf(r->reason, sizeof r->reason, "%s: ", *path ? path : "the record");
    if (len < 0 || (size_t)len >= sizeof r->reason)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(r->reason + len, sizeof r->reason - (size_t)len, format, args);
    va_end(args);
}

static bool is_whole(const struct scan_token *number)
{
    for (size_t i = 0; i < number->len; i++)
        if (number->raw[i] == '.' || (number->raw[i] | 0x20) == 'e')
            return false;
    return true;
}

static const char *found_name(const struct scan_token *token)
{
    switch (token->kind) {
    case SCAN_NULL:
        return "null";
    case SCAN_FALSE:
    case SCAN_TRUE:
        return "boolean";
    case SCAN_NUMBER:
        return is_whole(token) ? "integer" : "number";
    case SCAN_STRING:
        return "string";
    case SCAN_OBJECT:
        return "object";
    case SCAN_ARRAY:
        return "array";
    }
    return "";
}

static void mismatch(struct recorder *r, const struct schema_node *node,
                     const struct scan_token *token)
{
    char expected[80] = "";
    size_t len = 0;
    for (unsigned rest = node->types; rest; rest &= rest - 1) {
        const char *join = len == 0 ? "" : (rest & (rest - 1)) ? ", " : " or ";
        len += (size_t)snprintf(expected + len, sizeof expected - len, "%s%s", join,
                                field_type_name(rest));
    }
    recorder_misfit(r, node->path, "expected %s, found %s", expected, found_name(token));
}

/* --- writing --- */

static void too_long(struct recorder *r, const char *path)
{
    recorder_misfit(r, path, "the masked record would be longer than %d bytes",
                    RECORDER_LINE_MAX);
}

/* A column of the key ends the line: its text is wanted again at the end of the record. */
static void keep_key(struct recorder *r, const struct plan_output *o, size_t start)
{
    const struct buffer *line = &r->emit.line;
    if (!keyparts_put(&r->own_key, __builtin_ctz(o->key_bit), line->data + start,
                      line->len - start))
        too_long(r, o->column->name);
}

/* A fleeting column ends the line: it is written at the end of the record. */
static void put_off(struct recorder *r, size_t start, const char *path)
{
    struct buffer *line = &r->emit.line;
    if (!buffer_append(&r->late, line->data + start, line->len - start))
        too_long(r, path);
    buffer_truncate(line, start);
}

static void make_column(struct recorder *r, const struct plan_output *o, struct emit_value *v,
                        const char *path)
{
    size_t start = r->emit.line.len;
    switch (emit_column(&r->emit, o, v)) {
    case EMIT_DONE:
        if (o->key_bit)
            keep_key(r, o, start);
        if (o->fleeting)
            put_off(r, start, path);
        break;
    case EMIT_NULL:
        break;
    case EMIT_UNFIT:
        recorder_misfit(r, path, "does not fit column %s (%s)", o->column->name,
                        column_type_name(o->column->type));
        break;
    case EMIT_FULL:
        too_long(r, path);
        break;
    }
}

/* The same, unless it is what was made the last time. */
static void write_column(struct recorder *r, const struct plan_output *o, struct emit_value *v,
                         const char *path)
{
    if (o->recall < 0 || !v->token || v->kind != FIT_STRING) {
        make_column(r, o, v, path);
        return;
    }
    const struct buffer *line = &r->emit.line;
    const struct scan_token *token = v->token;
    struct recall *last = &r->recalls[o->recall];
    size_t start = line->len;
    if (recall_holds(last, token->raw, token->len) &&
        emit_raw(&r->emit, last->out, last->out_len))
        return;
    make_column(r, o, v, path);
    if (line->len > start)
        recall_keep(last, token->raw, token->len, (const char *)line->data + start,
                    line->len - start);
}

static void write_json(struct recorder *r, const char *text, size_t len)
{
    if (!r->json.spoilt && !emit_raw(&r->emit, text, len))
        too_long(r, "");
}

/* What stands before a value within a json column: a comma, but before the first, and the key of a
 * member. */
static inline struct emit_lead lead_to(struct recorder *r, const struct plan_value *v)
{
    struct frame *f = r->top;
    struct emit_lead lead = {",", 1};
    if (f->object && v->key)
        lead = (struct emit_lead){v->key, v->key_len};
    else if (f->object)
        lead = (struct emit_lead){(const char *)r->member.data, r->member.len};
    if (!f->holds_members && lead.len > 0) {
        lead.text++;
        lead.len--;
    }
    f->holds_members = true;
    return lead;
}

static void write_after_lead(struct recorder *r, const struct plan_value *v, const char *text,
                             size_t len)
{
    const struct emit_lead lead = lead_to(r, v);
    write_json(r, lead.text, lead.len);
    write_json(r, text, len);
}

static void write_inner(struct recorder *r, const struct plan_value *v,
                        struct emit_value *value)
{
    if (r->json.spoilt || v->node->mask.kind == MASK_DROP)
        return;
    const struct emit_lead lead = lead_to(r, v);
    switch (emit_inner(&r->emit, &lead, &v->node->mask, value)) {
    case EMIT_DONE:
        break;
    case EMIT_NULL:
        write_json(r, lead.text, lead.len);
        write_json(r, "null", 4);
        break;
    case EMIT_UNFIT:
        recorder_misfit(r, v->node->path, "cannot be masked as the schema says");
        break;
    case EMIT_FULL:
        too_long(r, v->node->path);
        break;
    }
}

/* The same where nothing is done to it. */
static inline void copy_inner(struct recorder *r, const struct plan_value *v,
                              const struct scan_token *token)
{
    if (r->json.spoilt)
        return;
    const struct emit_piece piece = {
        .lead = lead_to(r, v),
        .text = token->raw,
        .len = token->len,
        .quotes = token->kind == SCAN_STRING,
    };
    if (!emit_piece(&r->emit, &piece))
        too_long(r, v->node->path);
}

static void set_aside(struct recorder *r, const struct plan_value *v, struct emit_value *value)
{
    struct slot *slot = &r->slots[v->slot];
    if (!emit_unescape(&r->emit, value) || !buffer_append(&r->aside, value->text, value->len)) {
        too_long(r, v->node->path);
        return;
    }
    *slot = (struct slot){.set = true, .start = r->aside.len - value->len, .len = value->len};
}

/* A scalar that is not null goes to all that wants it. */
static void release(struct recorder *r, const struct plan_value *v, struct emit_value *value)
{
    for (size_t i = 0; i < v->output_count; i++)
        write_column(r, &v->outputs[i], value, v->node->path);
    if (v->slot >= 0)
        set_aside(r, v, value);
    if (v->inner)
        write_inner(r, v, value);
}

/* --- the record --- */

static void begin_frame(struct recorder *r, const struct plan_value *v, enum scan_kind kind)
{
    struct frame *f = ++r->top;
    f->object = kind == SCAN_OBJECT ? v->object : NULL;
    f->items = kind == SCAN_ARRAY ? v->items : NULL;
    f->value = NULL;
    f->guess = 0;
    f->began_column = false;
    f->holds_members = false;
    if (f->object)
        for (size_t i = 0; i <= f->object->count / 64 && i < PLAN_SEEN_WORDS; i++)
            f->seen[i] = 0;
}

/* Where the value that comes now belongs; NULL: nowhere. */
static const struct plan_value *value_here(struct recorder *r)
{
    struct frame *f = r->top;
    return f->object ? f->value : f->items;
}

static bool accepts(const struct plan_value *v, const struct scan_token *token)
{
    static const uint8_t bits[] = {
        [SCAN_NULL] = SCHEMA_IS_NULL,     [SCAN_FALSE] = SCHEMA_IS_BOOLEAN,
        [SCAN_TRUE] = SCHEMA_IS_BOOLEAN,  [SCAN_NUMBER] = SCHEMA_IS_NUMBER,
        [SCAN_STRING] = SCHEMA_IS_STRING, [SCAN_OBJECT] = SCHEMA_IS_OBJECT,
        [SCAN_ARRAY] = SCHEMA_IS_ARRAY,
    };
    return v->types & bits[token->kind] ||
           (token->kind == SCAN_NUMBER && v->types & SCHEMA_IS_INTEGER && is_whole(token));
}

static bool is_wanted(const struct plan_value *v)
{
    return v && (v->released || v->types & SCHEMA_IS_CONTAINER);
}

/* What is not released is not judged, except that a container is where one is expected. */
void recorder_scalar(struct recorder *r, const struct scan_token *token)
{
    const struct plan_value *v = r->skipped ? NULL : value_here(r);
    if (!is_wanted(v))
        return;
    if (!accepts(v, token)) {
        mismatch(r, v->node, token);
        return;
    }
    if (!v->released)
        return;
    if (token->flaws) {
        recorder_misfit(r, v->node->path, "%s", scan_flaw_text(token->flaws));
        return;
    }
    if (v->verbatim) {
        copy_inner(r, v, token);
    } else if (token->kind != SCAN_NULL) {
        struct emit_value value = emit_value_of(token);
        release(r, v, &value);
    } else if (v->inner && v->node->mask.kind != MASK_DROP) {
        write_after_lead(r, v, "null", 4);
    }
}

void recorder_open(struct recorder *r, const struct scan_token *token)
{
    const struct plan_value *v = r->skipped ? NULL : value_here(r);
    bool known = v && (token->kind == SCAN_OBJECT ? v->object != NULL : v->items != NULL);
    if (!known) {
        if (is_wanted(v))
            mismatch(r, v->node, token);
        r->skipped++;
        return;
    }
    const char *bracket = token->kind == SCAN_OBJECT ? "{" : "[";
    bool began = v->whole && !r->json.open;
    if (began) {
        r->json = (struct json){.open = true, .start = r->emit.line.len};
        write_json(r, v->whole->prefix, v->whole->prefix_len);
        write_json(r, bracket, 1);
    } else if (r->json.open) {
        write_after_lead(r, v, bracket, 1);
    }
    begin_frame(r, v, token->kind);
    r->top->began_column = began;
}

bool recorder_knows_keys(const struct recorder *r)
{
    return !r->skipped && r->top->object && !r->top->object->additional;
}

/* A member of an open map: its key may be needed, when its value comes. */
static enum recorder_key take_member(struct recorder *r, struct frame *f,
                                     const struct scan_token *token)
{
    const struct plan_value *v = f->object->additional;
    f->value = is_wanted(v) ? v : NULL;
    if (!f->value)
        return RECORDER_UNWANTED;
    if (!r->json.open)
        return RECORDER_WANTED;
    buffer_clear(&r->member);
    if (token->flaws)
        recorder_misfit(r, v->node->path, "a key with %s", scan_flaw_text(token->flaws));
    else if (!buffer_append(&r->member, ",\"", 2) ||
             !buffer_append(&r->member, token->raw, token->len) ||
             !buffer_append(&r->member, "\":", 2))
        too_long(r, v->node->path);
    return RECORDER_WANTED;
}

static inline bool was_seen(const struct frame *f, const struct plan_value *v)
{
    return f->seen[v->index / 64] >> v->index % 64 & 1;
}

/* A field comes. */
static inline void take_field(struct frame *f, const struct plan_value *v)
{
    f->value = v;
    f->guess = v->index + 1;
    f->seen[v->index / 64] |= UINT64_C(1) << v->index % 64;
}

/* The field's value, if it is a string without flaw; returns what is behind it, or NULL. */
static inline const char *take_string(struct recorder *r, const struct plan_value *v,
                                      const char *p, const char *end)
{
    struct scan_token token = {.kind = SCAN_STRING, .raw = p + 1};
    const char *quote = quoted_end(token.raw, end, &token.escaped);
    if (!quote || quote - token.raw > SCAN_STRING_MAX)
        return NULL;
    token.len = (size_t)(quote - token.raw);
    take_field(r->top, v);
    recorder_scalar(r, &token);
    return quote + 1;
}

/* The same if it is a json column that is kept as it came. */
static inline const char *take_verbatim(struct recorder *r, const struct plan_value *v,
                                        const char *p, const char *end)
{
    if (!v->copied || v->as_is || r->json.open)
        return NULL;
    const struct emit_piece piece = {
        .lead = {v->whole->prefix, v->whole->prefix_len},
        .text = p,
        .len = verbatim_length(v->copied, p, (size_t)(end - p)),
        .comma = true,
    };
    if (piece.len == 0 || !emit_piece(&r->emit, &piece))
        return NULL;
    take_field(r->top, v);
    return p + piece.len;
}

/* Behind the value of a member that will stand in the line as it came; NULL: it will not. */
static inline const char *skip_as_is(struct recorder *r, const struct plan_value *v,
                                     const char *p, const char *end)
{
    if (!v->as_is)
        return NULL;
    if (*p != '"') {
        size_t len = v->copied ? verbatim_length(v->copied, p, (size_t)(end - p)) : 0;
        return len > 0 ? p + len : NULL;
    }
    bool escaped; /* of a type that is not text, such a value would not fit as it is */
    const char *text = p + 1;
    const char *quote = quoted_end(text, end, &escaped);
    if (!quote || quote - text > SCAN_STRING_MAX || !(v->types & SCHEMA_IS_STRING) ||
        !fit_read(v->outputs->column, FIT_STRING, text, (size_t)(quote - text), &r->emit.fit))
        return NULL;
    return quote + 1;
}

/* There is room for so many bytes more in the line, and for what else a piece may have. */
static inline bool has_room(const struct recorder *r, size_t more)
{
    return r->emit.line.len + more + sizeof "\"\"," + EMIT_SPARE <= RECORDER_LINE_MAX;
}

static void write_run(struct recorder *r, const char *text, size_t len)
{
    if (!emit_raw(&r->emit, text, len))
        too_long(r, "");
}

/* Members that stand in the line as they came follow one another mostly: they are copied together,
 * with the commas between them. */
size_t recorder_members(struct recorder *r, const char *bytes, size_t len)
{
    struct frame *f = r->top;
    const char *end = bytes + len;
    const char *p = bytes;
    const char *run = bytes; /* what came before is in the line */
    for (bool more = true; more;) {
        const struct plan_value *v = plan_guess(f->object, f->guess, p, (size_t)(end - p));
        const char *value = v ? p + v->key_len - 1 : end;
        if (value >= end || was_seen(f, v) || !is_wanted(v))
            break;
        const char *behind = skip_as_is(r, v, value, end);
        bool as_is = behind && has_room(r, (size_t)(behind - run));
        if (as_is) {
            take_field(f, v);
        } else {
            write_run(r, run, (size_t)(p - run));
            run = p;
            behind =
                *value == '"' ? take_string(r, v, value, end) : take_verbatim(r, v, value, end);
            if (!behind)
                break;
        }
        more = behind < end && *behind == ',';
        p = behind + more;
        if (!as_is)
            run = p;
    }
    write_run(r, run, (size_t)(p - run));
    if (p > run && p[-1] != ',')
        write_run(r, ",", 1);
    return (size_t)(p - bytes);
}

enum recorder_key recorder_key(struct recorder *r, const struct scan_token *token,
                               struct recorder_unknown *ret_unknown)
{
    if (r->skipped)
        return RECORDER_UNWANTED;
    struct frame *f = r->top;
    const char *name = token->raw;
    size_t len = token->len;
    if (token->escaped) {
        len = scan_unescape(token, r->key);
        name = r->key;
    }
    const struct plan_value *v =
        token->flaws & SCAN_FLAW_LONG ? NULL : plan_lookup(f->object, name, len);
    f->value = NULL;
    if (!v && f->object->additional)
        return take_member(r, f, token);
    if (!v) {
        *ret_unknown = (struct recorder_unknown){f->object, name, len};
        return RECORDER_UNKNOWN;
    }
    bool again = was_seen(f, v);
    take_field(f, v);
    if (again)
        recorder_misfit(r, v->node->path, "comes twice");
    if (!again && is_wanted(v))
        return RECORDER_WANTED;
    f->value = NULL;
    return RECORDER_UNWANTED;
}

/* What an object lacks: required fields, and those that stand for a default when absent. */
static void check_absent(struct recorder *r, const struct frame *f)
{
    const struct plan_object *o = f->object;
    for (size_t word = 0; word <= (o->count - 1) / 64; word++) {
        uint64_t absent = (o->required[word] | o->standing[word]) & ~f->seen[word];
        for (; absent; absent &= absent - 1) {
            const struct plan_value *v =
                &o->fields[word * 64 + (size_t)__builtin_ctzll(absent)];
            if (v->standing) {
                struct emit_value value =
                    emit_value_text(v->standing_kind, v->standing, strlen(v->standing));
                release(r, v, &value);
            } else {
                recorder_misfit(r, v->node->path, "is required, and missing");
            }
        }
    }
}

static void end_container(struct recorder *r, const struct frame *f)
{
    write_json(r, f->object ? "}" : "]", 1);
    if (!f->began_column)
        return;
    write_json(r, ",", 1);
    if (r->json.spoilt)
        buffer_truncate(&r->emit.line, r->json.start);
    r->json.open = false;
}

bool recorder_close(struct recorder *r)
{
    if (r->skipped) {
        r->skipped--;
        return false;
    }
    const struct frame *f = r->top;
    if (f->object && f->object->checks)
        check_absent(r, f);
    r->top--;
    if (r->json.open)
        end_container(r, f);
    return r->top == r->frames;
}

/* --- derived columns --- */

static bool append_part(struct recorder *r, const struct plan_part *part, struct buffer *out)
{
    char number[DECIMAL_INTEGER_MAX];
    switch (part->kind) {
    case PLAN_LITERAL:
        return buffer_append(out, part->text, part->len);
    case PLAN_SLOT:
        return buffer_append(out, r->aside.data + r->slots[part->index].start,
                             r->slots[part->index].len);
    case PLAN_CONSTANT:
        return buffer_append_text(out, (const char *)r->constants.data +
                                           r->constant_starts[part->index]);
    case PLAN_POSITION:
        return buffer_append(out, number, decimal_format_integer((int64_t)r->position, number));
    }
    return false;
}

/* False: one of the fields that it names is null or absent. */
static bool has_parts(const struct recorder *r, const struct plan_derived *d)
{
    for (size_t i = 0; i < d->part_count; i++)
        if (d->parts[i].kind == PLAN_SLOT && !r->slots[d->parts[i].index].set)
            return false;
    return true;
}

static void write_derived(struct recorder *r, const struct plan_derived *d)
{
    buffer_clear(&r->composed);
    for (size_t i = 0; i < d->part_count; i++)
        if (!append_part(r, &d->parts[i], &r->composed)) {
            too_long(r, d->output.column->name);
            return;
        }
    struct emit_value value =
        emit_value_text(FIT_STRING, (const char *)r->composed.data, r->composed.len);
    write_column(r, &d->output, &value, d->output.column->name);
}

static void write_derivations(struct recorder *r)
{
    for (size_t i = 0; i < r->plan->derived_count; i++) {
        const struct plan_derived *d = &r->plan->derived[i];
        if (!d->constant && has_parts(r, d))
            write_derived(r, d);
    }
    const char *tail = (const char *)r->tail.data;
    size_t lasting = r->tail.len - r->tail_fleeting;
    if (!emit_raw(&r->emit, tail, lasting))
        too_long(r, "");
    r->fleeting_start = r->emit.line.len;
    if (!emit_raw(&r->emit, (const char *)r->late.data, r->late.len) ||
        !emit_raw(&r->emit, tail + lasting, r->tail_fleeting))
        too_long(r, "");
}

/* --- beginning and end --- */

static void begin_line(struct recorder *r, uint64_t position)
{
    r->position = position;
    r->misfit = false;
    r->top = r->frames;
    r->skipped = 0;
    r->json.open = false;
    keyparts_clear(&r->own_key);
    for (int i = 0; i < r->plan->slot_count; i++)
        r->slots[i].set = false;
    buffer_clear(&r->aside);
    buffer_clear(&r->late);
    buffer_clear(&r->emit.line);
}

void recorder_begin(struct recorder *r, uint64_t position)
{
    begin_line(r, position);
    if (!emit_raw(&r->emit, "{", 1))
        too_long(r, "");
    begin_frame(r, &r->plan->root, SCAN_OBJECT);
}

void recorder_refuse(struct recorder *r, uint64_t position, const struct scan_token *token)
{
    recorder_begin(r, position);
    mismatch(r, r->plan->root.node, token);
}

const char *recorder_key_text(struct recorder *r, size_t *ret_len)
{
    struct buffer *key = &r->key_text;
    buffer_clear(key);
    for (uint32_t bits = r->plan->key_bits; bits; bits &= bits - 1) {
        uint32_t bit = bits & -bits;
        const struct keyparts *from = r->tail_key.written & bit ? &r->tail_key : &r->own_key;
        if (!keyparts_append(from, __builtin_ctz(bit), key))
            return NULL;
    }
    *ret_len = key->len;
    return (const char *)key->data;
}

static void check_key(struct recorder *r)
{
    uint32_t missing = r->plan->key_bits & ~(r->own_key.written | r->tail_key.written);
    int key[SCHEMA_KEY_MAX];
    if (!missing)
        return;
    schema_key(r->plan->schema, key);
    recorder_misfit(r, schema_columns(r->plan->schema)[key[__builtin_ctz(missing)]].name,
                    "is part of the key, and null");
}

/* A record of another slice was not asked for: with this one it would count twice. */
static void check_slice(struct recorder *r)
{
    for (size_t i = 0; i < r->plan->slice_count && !r->misfit; i++) {
        const struct plan_output *o = r->plan->slice[i].output;
        if (!keyparts_same(&r->own_key, &r->slice_key, __builtin_ctz(o->key_bit), o->prefix_len,
                           &r->composed))
            recorder_misfit(r, o->column->name, "is not that of the slice that was asked for");
    }
}

const char *recorder_end(struct recorder *r, size_t *ret_len, const char **ret_reason)
{
    struct buffer *line = &r->emit.line;
    write_derivations(r);
    check_key(r);
    check_slice(r);
    if (line->len > 1)
        buffer_truncate(line, line->len - 1); /* the last comma becomes the brace */
    if (!buffer_append(line, "}\n", 2))
        return NULL;
    *ret_len = line->len;
    *ret_reason = r->misfit ? r->reason : NULL;
    return (const char *)line->data;
}

/* What was written of the key is kept, in place of what was kept before. */
static void keep_parts(struct recorder *r, struct keyparts *kept)
{
    struct keyparts before = *kept;
    *kept = r->own_key;
    r->own_key = before;
}

static void write_constants(struct recorder *r, bool fleeting)
{
    for (size_t i = 0; i < r->plan->derived_count; i++) {
        const struct plan_derived *d = &r->plan->derived[i];
        if (d->constant && d->fleeting == fleeting)
            write_derived(r, d);
    }
}

/* Writes the columns that are the same in each record once; those that tell when it was read come
 * last, so that what comes before them can be compared with another reading. */
static bool make_tail(struct recorder *r, struct error *err)
{
    begin_line(r, 0);
    write_constants(r, false);
    size_t lasting = r->emit.line.len;
    write_constants(r, true);
    r->tail_fleeting = r->emit.line.len - lasting;
    if (r->misfit)
        return error_set(err, ERROR_MANIFEST, "a constant of the stream: column %s", r->reason);
    keep_parts(r, &r->tail_key);
    buffer_clear(&r->tail);
    return buffer_append(&r->tail, r->emit.line.data, r->emit.line.len) || error_memory(err);
}

/* The constants of x-slice, as their columns would be. */
static bool make_slice(struct recorder *r, struct error *err)
{
    begin_line(r, 0);
    for (size_t i = 0; i < r->plan->slice_count; i++) {
        const struct plan_equal *e = &r->plan->slice[i];
        const char *text = (const char *)r->constants.data + r->constant_starts[e->constant];
        struct emit_value value = emit_value_text(FIT_STRING, text, strlen(text));
        make_column(r, e->output, &value, e->output->column->name);
        if (!(r->own_key.written & e->output->key_bit))
            recorder_misfit(r, e->output->column->name, "is part of the key, and null");
    }
    if (r->misfit)
        return error_set(err, ERROR_MANIFEST, "x-slice: %s", r->reason);
    keep_parts(r, &r->slice_key);
    return true;
}

size_t recorder_fleeting(const struct recorder *r)
{
    size_t len = r->late.len + r->tail_fleeting;
    return len ? r->emit.line.len - r->fleeting_start : 0;
}

bool recorder_constants(struct recorder *r, const char *const *values, struct error *err)
{
    buffer_clear(&r->constants);
    for (size_t i = 0; i < r->plan->constant_count; i++) {
        r->constant_starts[i] = r->constants.len;
        if (!buffer_append(&r->constants, values[i], strlen(values[i]) + 1))
            return error_memory(err);
    }
    return make_tail(r, err) && make_slice(r, err);
}

struct recorder *recorder_new(const struct plan *plan, const struct pseudonym *pseudonym)
{
    AUTO(recorder_freep) struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->plan = plan;
    emit_init(&r->emit, RECORDER_LINE_MAX, plan->needs_pseudonym ? pseudonym : NULL);
    buffer_init(&r->member, SCAN_KEY_MAX + sizeof ",\"\":");
    buffer_init(&r->aside, RECORDER_LINE_MAX);
    buffer_init(&r->composed, RECORDER_LINE_MAX);
    buffer_init(&r->late, RECORDER_LINE_MAX);
    buffer_init(&r->constants, RECORDER_LINE_MAX);
    buffer_init(&r->tail, RECORDER_LINE_MAX);
    keyparts_init(&r->own_key, RECORDER_LINE_MAX);
    keyparts_init(&r->tail_key, RECORDER_LINE_MAX);
    keyparts_init(&r->slice_key, RECORDER_LINE_MAX);
    buffer_init(&r->key_text, RECORDER_LINE_MAX);
    r->constant_starts = calloc(plan->constant_count + 1, sizeof *r->constant_starts);
    r->recalls = calloc((size_t)plan->recall_count + 1, sizeof *r->recalls);
    return r->constant_starts && r->recalls ? steal(&r) : NULL;
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    emit_done(&r->emit);
    buffer_done(&r->member);
    buffer_done(&r->aside);
    buffer_done(&r->composed);
    buffer_done(&r->late);
    buffer_done(&r->constants);
    buffer_done(&r->tail);
    keyparts_done(&r->own_key);
    keyparts_done(&r->tail_key);
    keyparts_done(&r->slice_key);
    buffer_done(&r->key_text);
    if (r->recalls)
        explicit_bzero(r->recalls, (size_t)r->plan->recall_count * sizeof *r->recalls);
    free(r->recalls);
    free(r->constant_starts);
    explicit_bzero(r, sizeof *r);
    free(r);
}
