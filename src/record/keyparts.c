/* SPDX-License-Identifier: Apache-2.0 */
#include "record/keyparts.h"

#include <string.h>

#include "record/quoted.h"

void keyparts_init(struct keyparts *k, size_t max)
{
    k->written = 0;
    buffer_init(&k->texts, max);
}

void keyparts_done(struct keyparts *k)
{
    buffer_done(&k->texts);
}

void keyparts_clear(struct keyparts *k)
{
    k->written = 0;
    buffer_clear(&k->texts);
}

bool keyparts_put(struct keyparts *k, int part, const void *member, size_t len)
{
    size_t start = k->texts.len;
    if (!buffer_append(&k->texts, member, len))
        return false;
    k->parts[part].start = start;
    k->parts[part].len = len;
    k->written |= UINT32_C(1) << part;
    return true;
}

static const char *text_of(const struct keyparts *k, int part)
{
    return (const char *)k->texts.data + k->parts[part].start;
}

bool keyparts_append(const struct keyparts *k, int part, struct buffer *out)
{
    return buffer_append(out, text_of(k, part), k->parts[part].len);
}

/* Without name, comma and quotes, into out, which has room for the part. */
static size_t unescape(const struct keyparts *k, int part, size_t name_len, char *out)
{
    const char *value = text_of(k, part) + name_len;
    size_t len = k->parts[part].len - name_len - 1;
    size_t quotes = *value == '"';
    return quoted_unescape(value + quotes, len - 2 * quotes, out);
}

bool keyparts_same(const struct keyparts *a, const struct keyparts *b, int part,
                   size_t name_len, struct buffer *scratch)
{
    size_t a_room = a->parts[part].len, b_room = b->parts[part].len;
    if (a_room == b_room && memcmp(text_of(a, part), text_of(b, part), a_room) == 0)
        return true;
    buffer_clear(scratch);
    if (!buffer_reserve(scratch, a_room + b_room))
        return false;
    char *a_text = (char *)scratch->data, *b_text = a_text + a_room;
    size_t len = unescape(a, part, name_len, a_text);
    return len == unescape(b, part, name_len, b_text) && memcmp(a_text, b_text, len) == 0;
}
