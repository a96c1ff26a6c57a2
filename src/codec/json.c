/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* Without what jansson puts behind: a flag of its own, and text of the document, which may be
 * what must not be shown (line and column are enough). */
static int message_length(const char *message)
{
    const char *tail = strstr(message, " without JSON_ALLOW_NUL");
    if (!tail)
        tail = strstr(message, " near '");
    return tail ? (int)(tail - message) : (int)strlen(message);
}

/* jansson skips a NUL that follows a number or a word. */
static bool refuse_nul(const char *text, const char *nul, const char *name,
                       enum error_kind kind, struct error *err)
{
    int line = 1;
    const char *start = text;
    for (const char *c = text; c < nul; c++) {
        if (*c == '\n') {
            line++;
            start = c + 1;
        }
    }
    return error_set(err, kind, "%s:%d:%td: a NUL byte", name, line, nul - start + 1);
}

bool json_parse(const char *text, size_t len, const char *name, enum error_kind kind,
                json_t **ret_root, struct error *err)
{
    if (len > JSON_DOCUMENT_MAX)
        return error_set(err, kind, "%s: %zu bytes, more than a document may have (%d)", name,
                         len, JSON_DOCUMENT_MAX);
    if (len == 0)
        return error_set(err, kind, "%s:1:1: the document is empty", name);
    if (len >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        return error_set(err, kind, "%s:1:1: starts with a byte order mark; save it without",
                         name);

    const char *nul = memchr(text, '\0', len);
    if (nul)
        return refuse_nul(text, nul, name, kind, err);

    json_error_t at;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &at);
    if (!root) {
        if (json_error_code(&at) == json_error_out_of_memory)
            return error_memory(err);
        return error_set(err, kind, "%s:%d:%d: %.*s", name, at.line, at.column,
                         message_length(at.text), at.text);
    }
    *ret_root = root;
    return true;
}

bool json_read_file(const char *path, enum error_kind kind, json_t **ret_root,
                    struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, JSON_DOCUMENT_MAX);
    if (!file_read(path, &text, err)) {
        if (err->kind == ERROR_IO)
            err->kind = kind;
        return false;
    }
    return json_parse((const char *)text.data, text.len, path, kind, ret_root, err);
}

static bool holds_real(const json_t *value)
{
    if (json_is_real(value))
        return true;

    size_t i;
    const char *key;
    json_t *inner;
    json_array_foreach (value, i, inner) {
        if (holds_real(inner))
            return true;
    }
    /* the macro's cast of a const object is jansson's own habit: nothing is changed */
    json_object_foreach ((json_t *)(uintptr_t)value, key, inner) {
        if (holds_real(inner))
            return true;
    }
    return false;
}

static int append_piece(const char *piece, size_t len, void *out)
{
    return buffer_append(out, piece, len) ? 0 : -1;
}

bool json_canonical(const json_t *value, struct buffer *ret_text, struct error *err)
{
    if (holds_real(value))
        return error_set(err, ERROR_BUG, "a real number has no canonical text");

    size_t start = ret_text->len;
    if (json_dump_callback(value, append_piece, ret_text,
                           JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY) != 0) {
        buffer_truncate(ret_text, start);
        return error_set(err, ERROR_BUG, "no room for a canonical text");
    }
    return true;
}

const char *json_type_text(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "real";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    case JSON_NULL:
        break;
    }
    return "null";
}

/* The letter after the backslash for characters that have a short escape, else 0. */
static char short_escape(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static bool append_escaped(struct buffer *out, unsigned char c)
{
    char letter = short_escape(c);
    if (letter)
        return buffer_append(out, (char[]){'\\', letter}, 2);
    return buffer_printf(out, "\\u%04X", c);
}

static bool append_content(struct buffer *out, const char *text, size_t len)
{
    size_t start = 0; /* of the run that needs no escape */
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        if (!buffer_append(out, text + start, i - start) || !append_escaped(out, c))
            return false;
        start = i + 1;
    }
    return buffer_append(out, text + start, len - start);
}

bool json_append_quoted(struct buffer *out, const char *text, size_t len)
{
    size_t start = out->len;
    if (buffer_append_byte(out, '"') && append_content(out, text, len) &&
        buffer_append_byte(out, '"'))
        return true;
    buffer_truncate(out, start);
    return false;
}
