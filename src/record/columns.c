/* SPDX-License-Identifier: Apache-2.0 */
#include "record/columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/fit.h"
#include "record/quoted.h"
#include "record/short.h"

enum token_kind {
    TOKEN_NULL,
    TOKEN_FALSE,
    TOKEN_TRUE,
    TOKEN_NUMBER,
    TOKEN_STRING, /* text: between the quotes, unescaped if need be */
    TOKEN_CONTAINER,
};

struct token {
    enum token_kind kind;
    const char *text;
    size_t len;
    const char *raw; /* as it stands in the line, with quotes */
    size_t raw_len;
};

/* How a member begins that has the key of a column: `"name":`. */
struct prefix {
    char *text;
    size_t len;
};

struct columns {
    const struct schema *schema;
    const struct schema_column *columns;
    size_t count;
    struct prefix *prefixes; /* of each column */
    struct columns_value *values;
    bool *wanted; /* each column, unless columns_want said otherwise … */
    size_t wanted_count;
    size_t left; /* … and how many of them the line may still bring */
    /* Which line a column was seen in last: a second time in the same line is a duplicate. */
    uint64_t *seen;
    uint64_t line;
    /* The columns of the last line in its order. Lines of one stream are alike, so the guess
     * for the next key is nearly always right, and the key is read by one memcmp. */
    int *order;
    struct fit_value fit; /* of the value at hand: too large to be made anew each time */
    /* Text that does not stand in the line as it is: unescaped, canonical. Its room is made
     * before a line is parsed, so that pointers into it stay. */
    struct buffer scratch;
    size_t canonical_max; /* what numeric and timestamptz columns may need beyond the line */
};

struct cursor {
    const char *at;
    const char *end;
};

/* --- The line ---------------------------------------------------------------------------- */

static bool take(struct cursor *c, char expected)
{
    if (c->at == c->end || *c->at != expected)
        return false;
    c->at++;
    return true;
}

static bool take_literal(struct cursor *c, const char *literal)
{
    size_t len = strlen(literal);
    if ((size_t)(c->end - c->at) < len || memcmp(c->at, literal, len) != 0)
        return false;
    c->at += len;
    return true;
}

/* At the opening quote. The text is raw; *ret_escaped: it holds a backslash. */
static inline bool take_string(struct cursor *c, const char **ret_text, size_t *ret_len,
                               bool *ret_escaped)
{
    const char *start = c->at + 1;
    const char *p = quoted_end(start, c->end, ret_escaped);
    if (!p)
        return false;
    c->at = p + 1;
    *ret_text = start;
    *ret_len = (size_t)(p - start);
    return true;
}

/* At `{` or `[`. The line was made by record/walk out of a document that was checked whole;
 * here only its end is looked for. */
static bool skip_container(struct cursor *c)
{
    char closers[COLUMNS_DEPTH_MAX];
    size_t depth = 0;
    const char *p = c->at;
    bool escaped;
    while (p < c->end) {
        char byte = *p++;
        if (byte == '"') {
            p = quoted_end(p, c->end, &escaped);
            if (!p)
                return false;
            p++;
        } else if (byte == '{' || byte == '[') {
            if (depth == COLUMNS_DEPTH_MAX)
                return false;
            closers[depth++] = byte == '{' ? '}' : ']';
        } else if (byte == '}' || byte == ']') {
            if (closers[--depth] != byte)
                return false;
            if (depth == 0) {
                c->at = p;
                return true;
            }
        }
    }
    return false;
}

static bool take_number(struct cursor *c)
{
    const char *start = c->at;
    while (c->at < c->end && ((*c->at >= '0' && *c->at <= '9') || *c->at == '-' ||
                              *c->at == '+' || *c->at == '.' || (*c->at | 0x20) == 'e'))
        c->at++;
    return c->at > start;
}

static bool take_text(struct columns *c, struct cursor *cursor, struct token *ret_token)
{
    bool escaped;
    if (!take_string(cursor, &ret_token->text, &ret_token->len, &escaped))
        return false;
    if (!escaped)
        return true;
    char *text = (char *)c->scratch.data + c->scratch.len;
    ret_token->len = quoted_unescape(ret_token->text, ret_token->len, text);
    ret_token->text = text;
    c->scratch.len += ret_token->len;
    return true;
}

static bool take_value(struct columns *c, struct cursor *cursor, struct token *ret_token)
{
    const char *start = cursor->at;
    if (start == cursor->end)
        return false;
    bool ok;
    switch (*start) {
    case '"':
        ret_token->kind = TOKEN_STRING;
        ok = take_text(c, cursor, ret_token);
        break;
    case '{':
    case '[':
        ret_token->kind = TOKEN_CONTAINER;
        ok = skip_container(cursor);
        break;
    case 'n':
        ret_token->kind = TOKEN_NULL;
        ok = take_literal(cursor, "null");
        break;
    case 't':
        ret_token->kind = TOKEN_TRUE;
        ok = take_literal(cursor, "true");
        break;
    case 'f':
        ret_token->kind = TOKEN_FALSE;
        ok = take_literal(cursor, "false");
        break;
    default:
        ret_token->kind = TOKEN_NUMBER;
        ok = take_number(cursor);
    }
    ret_token->raw = start;
    ret_token->raw_len = (size_t)(cursor->at - start);
    if (ret_token->kind != TOKEN_STRING) {
        ret_token->text = start;
        ret_token->len = ret_token->raw_len;
    }
    return ok;
}

/* --- Types ------------------------------------------------------------------------------- */

static void set_text(struct columns_value *value, const char *text, size_t len)
{
    *value = (struct columns_value){.kind = COLUMNS_TEXT, .text = text, .len = len};
}

static void set_integer(struct columns_value *value, int64_t integer)
{
    *value = (struct columns_value){.kind = COLUMNS_INTEGER, .integer = integer};
}

/* By enum schema_type: what an error says was expected. */
static const char *const expected[] = {
    [SCHEMA_TEXT] = "a text, number or boolean", [SCHEMA_INTEGER] = "an integer of 32 bits",
    [SCHEMA_BIGINT] = "an integer of 64 bits",   [SCHEMA_NUMERIC] = "a decimal number",
    [SCHEMA_BOOLEAN] = "true or false",          [SCHEMA_DATE] = "a date",
    [SCHEMA_TIMESTAMPTZ] = "a time of RFC 3339", [SCHEMA_JSON] = "JSON",
};

/* What a value's text is where it is not the one in the line; it has been made room for. */
static void set_canonical(struct columns *c, const struct schema_column *column,
                          struct fit_value *fit, struct columns_value *ret_value)
{
    char *text = (char *)c->scratch.data + c->scratch.len;
    size_t len = fit->instant_len;
    if (column->type == SCHEMA_NUMERIC) {
        decimal_round(&fit->decimal, column->scale); /* it fits: only zeros come and go */
        len = decimal_format(&fit->decimal, text);
    } else {
        memcpy(text, fit->instant, len);
    }
    c->scratch.len += len;
    set_text(ret_value, text, len);
}

/* False when the column cannot hold the token, which is never null. */
static bool convert(struct columns *c, const struct schema_column *column,
                    const struct token *token, struct columns_value *ret_value)
{
    static const enum fit_kind kinds[] = {
        [TOKEN_FALSE] = FIT_BOOLEAN,
        [TOKEN_TRUE] = FIT_BOOLEAN,
        [TOKEN_NUMBER] = FIT_NUMBER,
        [TOKEN_STRING] = FIT_STRING,
    };
    struct fit_value *fit = &c->fit;
    if (column->type == SCHEMA_JSON) {
        set_text(ret_value, token->raw, token->raw_len);
        return true;
    }
    if (token->kind == TOKEN_CONTAINER ||
        !fit_read(column, kinds[token->kind], token->text, token->len, fit))
        return false;
    switch (column->type) {
    case SCHEMA_INTEGER:
    case SCHEMA_BIGINT:
        set_integer(ret_value, fit->integer);
        break;
    case SCHEMA_BOOLEAN:
        set_integer(ret_value, token->kind == TOKEN_TRUE);
        break;
    case SCHEMA_NUMERIC:
    case SCHEMA_TIMESTAMPTZ:
        set_canonical(c, column, fit, ret_value);
        break;
    case SCHEMA_TEXT:
    case SCHEMA_DATE:
    case SCHEMA_JSON:
        set_text(ret_value, token->text, token->len);
        break;
    }
    return true;
}

/* What the canonical text of a column may take beyond the text in the line. */
static size_t canonical_max(const struct schema_column *column)
{
    switch (column->type) {
    case SCHEMA_NUMERIC: /* sign, "0.", and a number that fits has no more digits than this */
        return (size_t)column->precision + 3;
    case SCHEMA_TIMESTAMPTZ:
        return INSTANT_TEXT_MAX;
    default:
        return 0;
    }
}

/* --- The record -------------------------------------------------------------------------- */

static bool make_prefixes(struct columns *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct prefix *p = &c->prefixes[i];
        p->text = text_format("\"%s\":", c->columns[i].name);
        if (!p->text)
            return false;
        p->len = strlen(p->text);
    }
    return true;
}

struct columns *columns_new(const struct schema *schema)
{
    enum { SCRATCH_MAX = 16 * 1024 * 1024 };
    AUTO(columns_freep) struct columns *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    buffer_init(&c->scratch, SCRATCH_MAX);
    c->schema = schema;
    c->columns = schema_columns(schema);
    c->count = schema_column_count(schema);
    c->values = calloc(c->count, sizeof *c->values);
    c->wanted = malloc(c->count * sizeof *c->wanted);
    c->seen = calloc(c->count, sizeof *c->seen);
    c->order = calloc(c->count, sizeof *c->order);
    c->prefixes = calloc(c->count, sizeof *c->prefixes);
    if (!c->values || !c->wanted || !c->seen || !c->order || !c->prefixes || !make_prefixes(c))
        return NULL;
    memset(c->wanted, true, c->count);
    c->wanted_count = c->count;
    for (size_t i = 0; i < c->count; i++)
        c->canonical_max += canonical_max(&c->columns[i]);
    return steal(&c);
}

void columns_free(struct columns *c)
{
    if (!c)
        return;
    free(c->values);
    free(c->wanted);
    free(c->seen);
    free(c->order);
    for (size_t i = 0; c->prefixes && i < c->count; i++)
        free(c->prefixes[i].text);
    free(c->prefixes);
    buffer_done(&c->scratch);
    free(c);
}

void columns_want(struct columns *c, const int *wanted, size_t count)
{
    memset(c->wanted, false, c->count);
    for (size_t i = 0; i < count; i++)
        c->wanted[wanted[i]] = true;
    c->wanted_count = count;
}

static bool wants_all(const struct columns *c)
{
    return c->wanted_count == c->count;
}

static bool broken(const char *line, const struct cursor *cursor, struct error *err)
{
    return error_set(err, ERROR_DATA, "byte %zu of the record: not the JSON of a segment",
                     (size_t)(cursor->at - line));
}

/* The key is the one that the last line had here: true, and it is behind us. */
static inline bool take_expected(const struct columns *c, struct cursor *cursor,
                                 size_t position, int *ret_column)
{
    if (position >= c->count)
        return false;
    const struct prefix *p = &c->prefixes[c->order[position]];
    if ((size_t)(cursor->end - cursor->at) < p->len || !short_same(cursor->at, p->text, p->len))
        return false;
    cursor->at += p->len;
    *ret_column = c->order[position];
    return true;
}

/* Most of a line is text that nobody wants, in the order of the line before. Returns the position
 * of the member that is left to be looked at. */
static size_t skip_unwanted(struct columns *c, struct cursor *cursor, size_t position)
{
    struct cursor next = *cursor;
    bool escaped;
    int column;
    while (take_expected(c, &next, position, &column) && !c->wanted[column] &&
           c->seen[column] != c->line && take(&next, '"') &&
           (next.at = quoted_end(next.at, next.end, &escaped)) && take(&next, '"') &&
           take(&next, ',')) {
        c->seen[column] = c->line;
        *cursor = next;
        position++;
    }
    return position;
}

/* The column of the line's key number `position`. */
static bool take_key(struct columns *c, struct cursor *cursor, const char *line,
                     size_t position, int *ret_column, struct error *err)
{
    const char *name;
    size_t len;
    bool escaped;
    int column = 0;
    if (!take_expected(c, cursor, position, &column)) {
        if (cursor->at == cursor->end || *cursor->at != '"' ||
            !take_string(cursor, &name, &len, &escaped) || escaped || !take(cursor, ':'))
            return broken(line, cursor, err);
        column = schema_column_find(c->schema, name, len);
    }
    if (column < 0)
        return error_set(err, ERROR_DATA,
                         "key %zu of the record is no column of %s: it was staged with another "
                         "schema",
                         position + 1, schema_table(c->schema));
    if (c->seen[column] == c->line)
        return error_set(err, ERROR_DATA, "column %s comes twice", c->columns[column].name);
    c->seen[column] = c->line;
    c->order[position] = column; /* no duplicates: position < count */
    *ret_column = column;
    return true;
}

static bool parse_member(struct columns *c, struct cursor *cursor, const char *line,
                         size_t position, struct error *err)
{
    int i = 0;
    if (!take_key(c, cursor, line, position, &i, err))
        return false;

    struct token token;
    if (!take_value(c, cursor, &token))
        return broken(line, cursor, err);
    if (!c->wanted[i])
        return true;
    c->left--;
    const struct schema_column *column = &c->columns[i];
    if (token.kind != TOKEN_NULL && !convert(c, column, &token, &c->values[i]))
        return error_set(err, ERROR_DATA, "column %s: not %s, or beyond what it holds",
                         column->name, expected[column->type]);
    return true;
}

static bool parse_members(struct columns *c, struct cursor *cursor, const char *line,
                          struct error *err)
{
    if (!take(cursor, '{'))
        return broken(line, cursor, err);
    if (take(cursor, '}'))
        return true;
    size_t position = 0;
    do {
        if (!wants_all(c))
            position = skip_unwanted(c, cursor, position);
        if (!parse_member(c, cursor, line, position++, err))
            return false;
        if (c->left == 0 && !wants_all(c)) {
            cursor->at = cursor->end; /* whatever the rest is */
            return true;
        }
    } while (take(cursor, ','));
    return take(cursor, '}') || broken(line, cursor, err);
}

static bool check_key(const struct columns *c, struct error *err)
{
    int key[SCHEMA_KEY_MAX];
    size_t count = schema_key(c->schema, key);
    for (size_t i = 0; i < count; i++)
        if (c->values[key[i]].kind == COLUMNS_NULL)
            return error_set(err, ERROR_DATA, "column %s is part of the key and null",
                             c->columns[key[i]].name);
    return true;
}

bool columns_parse(struct columns *c, const char *line, size_t len,
                   const struct columns_value **ret_values, struct error *err)
{
    buffer_clear(&c->scratch);
    if (!buffer_reserve(&c->scratch, len + c->canonical_max))
        return error_memory(err);
    memset(c->values, 0, c->count * sizeof *c->values);
    c->line++;
    c->left = c->wanted_count;

    struct cursor cursor = {line, line + len};
    if (!parse_members(c, &cursor, line, err))
        return false;
    if (cursor.at != cursor.end)
        return broken(line, &cursor, err);
    if (wants_all(c) && !check_key(c, err))
        return false;
    *ret_values = c->values;
    return true;
}
