/* SPDX-License-Identifier: Apache-2.0 */
#include "record/segment.h"

#include <string.h>

enum { LINE_MOSTLY = 16 * 1024 }; /* a longer one, that fills a segment, lets it grow */

void segment_init(struct segment *s)
{
    *s = (struct segment){0};
    buffer_init(&s->text, SEGMENT_TEXT_MAX);
}

void segment_done(struct segment *s)
{
    if (!s)
        return;
    buffer_done(&s->text);
    s->count = 0;
}

void segment_clear(struct segment *s)
{
    buffer_clear(&s->text);
    s->count = 0;
    setdigest_init(&s->says);
}

bool segment_add(struct segment *s, const char *line, size_t len,
                 const struct setdigest_term *term, struct error *err)
{
    if (len > SEGMENT_LINE_MAX)
        return error_set(err, ERROR_DATA, "a record of %zu bytes; a segment takes %d", len,
                         SEGMENT_LINE_MAX);
    if (segment_is_full(s))
        return error_set(err, ERROR_BUG, "the segment is full");
    if (len < sizeof "{}" || memchr(line, '\n', len) != line + len - 1)
        return error_set(err, ERROR_BUG, "a record must be one line");
    if ((s->text.cap == 0 && !buffer_reserve(&s->text, SEGMENT_TEXT_TARGET + LINE_MOSTLY)) ||
        !buffer_append(&s->text, line, len))
        return error_memory(err);
    if (term)
        setdigest_add_term(&s->says, term);
    s->count++;
    return true;
}

bool segment_is_full(const struct segment *s)
{
    return s->count >= SEGMENT_RECORDS_MAX || s->text.len >= SEGMENT_TEXT_TARGET;
}

void segment_packed_init(struct segment_packed *p)
{
    *p = (struct segment_packed){0};
    buffer_init(&p->frame, SEGMENT_FRAME_MAX);
}

void segment_packed_done(struct segment_packed *p)
{
    if (p)
        buffer_done(&p->frame);
}

bool segment_content(const struct segment *s, uint8_t ret_digest[DIGEST_SIZE])
{
    setdigest_finish(&s->says, ret_digest);
    return s->says.count == s->count;
}

bool segment_pack(const struct segment *s, struct zstandard *z,
                  struct segment_packed *ret_packed, struct error *err)
{
    buffer_clear(&ret_packed->frame);
    if (!zstandard_compress(z, s->text.data, s->text.len, &ret_packed->frame, err))
        return false;
    ret_packed->count = s->count;
    ret_packed->text_len = (uint32_t)s->text.len;
    digest_blake2b(ret_packed->frame.data, ret_packed->frame.len, ret_packed->digest);
    return true;
}

static uint32_t count_lines(const struct segment *s)
{
    uint32_t lines = 0;
    size_t cursor = 0, len;
    const char *line;
    while (segment_next(s, &cursor, &line, &len))
        lines++;
    return lines;
}

/* What the seal vouches for, checked all the same: a segment may come from elsewhere some day,
 * and a bug of ours must not load rows. */
static bool frame_is_right(const struct segment_packed *p)
{
    uint8_t digest[DIGEST_SIZE];
    digest_blake2b(p->frame.data, p->frame.len, digest);
    return memcmp(digest, p->digest, sizeof digest) == 0;
}

static bool text_is_right(const struct segment_packed *p, const struct segment *s)
{
    return (p->count == 0 || s->text.data[s->text.len - 1] == '\n') &&
           count_lines(s) == p->count;
}

bool segment_unpack(const struct segment_packed *p, struct zstandard *z,
                    struct segment *ret_segment, struct error *err)
{
    segment_clear(ret_segment);
    if (p->count > SEGMENT_RECORDS_MAX || (p->count == 0) != (p->text_len == 0) ||
        p->text_len > SEGMENT_TEXT_MAX)
        return error_set(err, ERROR_STORE, "a segment of %u records and %u bytes cannot be",
                         p->count, p->text_len);
    static const char other[] = "the records are not the ones that were staged";
    if (!frame_is_right(p))
        return error_set(err, ERROR_STORE, "%s", other);
    if (!zstandard_decompress(z, p->frame.data, p->frame.len, p->text_len, &ret_segment->text,
                              err))
        return false;
    if (!text_is_right(p, ret_segment)) {
        segment_clear(ret_segment);
        return error_set(err, ERROR_STORE, "%s", other);
    }
    ret_segment->count = p->count;
    return true;
}

bool segment_next(const struct segment *s, size_t *cursor, const char **ret_line,
                  size_t *ret_len)
{
    if (*cursor >= s->text.len)
        return false;
    const char *line = (const char *)s->text.data + *cursor;
    size_t left = s->text.len - *cursor;
    const char *end = memchr(line, '\n', left);
    size_t len = end ? (size_t)(end - line) : left;
    *cursor += len + 1;
    *ret_line = line;
    *ret_len = len;
    return true;
}
