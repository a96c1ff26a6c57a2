/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/hostile.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

enum action { REPLACE_VALUE, REMOVE_MEMBER, APPEND_MEMBER };

struct hostile_kind {
    const char *name;
    enum action action;
    const char *member; /* whose value is a text or a number */
    const char *value; /* as it is sent; `fill` goes into the place of its `*` */
    char fill[2]; /* this many times: the first before, the second, if any, behind */
    size_t count;
    const char *help;
};

static const struct hostile_kind kinds[] = {
    {"surrogate-pair", REPLACE_VALUE, "first", "\"\\ud83d\\ude00\"", "", 0,
     "an escaped character beyond the BMP: legal"},
    {"lone-surrogate", REPLACE_VALUE, "first", "\"\\ud83d\"", "", 0, "half of one"},
    {"nul", REPLACE_VALUE, "first", "\"NUL\\u0000byte\"", "", 0, "an escaped NUL"},
    {"control", REPLACE_VALUE, "first", "\"raw\x01\"", "", 0, "a control character as it is"},
    {"invalid-utf8", REPLACE_VALUE, "first", "\"\xff\xfe\"", "", 0, "bytes that are not UTF-8"},
    {"huge", REPLACE_VALUE, "first", "\"*\"", {'A'}, HOSTILE_HUGE, "a text of 2 MiB"},
    {"postcode-2^63", REPLACE_VALUE, "postcode", "9223372036854775808", "", 0,
     "an integer beyond 64 bits"},
    {"postcode-float", REPLACE_VALUE, "postcode", "75001.5", "", 0, "a fraction"},
    {"object", REPLACE_VALUE, "email", "{\"address\":\"someone@example.com\"}", "", 0,
     "an object in the place of a text"},
    {"missing-uuid", REMOVE_MEMBER, "uuid", "", "", 0, "a record without its key"},
    {"duplicate-key", APPEND_MEMBER, "email", "\"second@example.com\"", "", 0,
     "a member twice"},
    {"unknown-field", APPEND_MEMBER, "favourite_colour", "\"teal\"", "", 0,
     "a member that nobody announced"},
    {"deep",
     APPEND_MEMBER,
     "nest",
     "*",
     {'[', ']'},
     HOSTILE_DEPTH,
     "10,000 arrays within one another"},
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static const struct hostile_kind *find_kind(const char *text, size_t len)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, text, len) == 0)
            return &kinds[i];
    return NULL;
}

static bool add_one(struct hostile *h, const char *text, size_t len, struct error *err)
{
    const char *at = memchr(text, '@', len);
    const struct hostile_kind *kind = at ? find_kind(text, (size_t)(at - text)) : NULL;
    int64_t position;
    if (!kind || !text_parse_int64(at + 1, len - (size_t)(at + 1 - text), &position) ||
        position < 0 || position > UINT32_MAX)
        return error_set(err, ERROR_USAGE,
                         "--hostile %.*s: expected KIND@POSITION; --help lists the kinds",
                         (int)(len < 100 ? len : 100), text);
    if (h->count == HOSTILE_EDITS_MAX)
        return error_set(err, ERROR_USAGE, "--hostile: more than %d records",
                         HOSTILE_EDITS_MAX);
    h->edits[h->count].kind = kind;
    h->edits[h->count++].position = (uint32_t)position;
    return true;
}

bool hostile_add(struct hostile *h, const char *list, struct error *err)
{
    for (;;) {
        size_t len = strcspn(list, ",");
        if (!add_one(h, list, len, err))
            return false;
        if (!list[len])
            return true;
        list += len + 1;
    }
}

static bool append_many(struct buffer *out, char c, size_t count)
{
    if (!buffer_reserve(out, count))
        return false;
    memset(out->data + out->len, c, count);
    out->len += count;
    return true;
}

static bool append_value(struct buffer *out, const struct hostile_kind *kind)
{
    size_t before = strcspn(kind->value, "*");
    if (!kind->value[before])
        return buffer_append_text(out, kind->value);
    return buffer_append(out, kind->value, before) &&
           append_many(out, kind->fill[0], kind->count) &&
           (!kind->fill[1] || append_many(out, kind->fill[1], kind->count)) &&
           buffer_append_text(out, kind->value + before + 1);
}

/* The end of a text or number that begins at text[i]. */
static size_t value_end(const char *text, size_t i, size_t len)
{
    if (text[i] != '"') {
        while (i < len && text[i] != ',' && text[i] != '}')
            i++;
        return i;
    }
    for (i++; i < len && text[i] != '"'; i++)
        if (text[i] == '\\')
            i++;
    return i + 1;
}

static bool edit(const struct hostile_kind *kind, struct buffer *row, size_t start)
{
    AUTO(buffer_done) struct buffer old;
    buffer_init(&old, row->max);
    if (!buffer_append(&old, row->data + start, row->len - start))
        return false;
    const char *text = (const char *)old.data;
    char key[64];
    size_t key_len = (size_t)snprintf(key, sizeof key, "\"%s\":", kind->member);

    if (kind->action == APPEND_MEMBER) {
        buffer_truncate(row, row->len - 1);
        return (old.len == 2 || buffer_append_byte(row, ',')) &&
               buffer_append(row, key, key_len) && append_value(row, kind) &&
               buffer_append_byte(row, '}');
    }
    const char *place = memmem(text, old.len, key, key_len);
    if (!place)
        return true;
    size_t name = (size_t)(place - text);
    size_t end = value_end(text, name + key_len, old.len);
    bool remove = kind->action == REMOVE_MEMBER;
    buffer_truncate(row, start + name + (remove ? 0 : key_len));
    end += remove && text[end] == ',';
    return append_value(row, kind) && buffer_append(row, text + end, old.len - end);
}

bool hostile_edit(const struct hostile *h, uint32_t position, struct buffer *row, size_t start)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->edits[i].position == position && !edit(h->edits[i].kind, row, start))
            return false;
    return true;
}

void hostile_print(FILE *out)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        fprintf(out, "  %-22s %s\n", kinds[i].name, kinds[i].help);
}
