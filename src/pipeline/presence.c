/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/presence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "record/segment.h"

enum {
    PRESENCE_SEGMENTS_MAX = 1000 * 1000,
    WORDS = (SEGMENT_RECORDS_MAX + 63) / 64,
};

struct seen {
    uint64_t there[WORDS];
    uint64_t blank[WORDS];
    uint8_t digest[DIGEST_SIZE];
};

struct presence {
    const char *stage_id;
    int64_t first;
    size_t count;
    struct seen *segments;
    struct presence_rest rest;
    struct driver_log log;
};

void presence_add(uint8_t digest[DIGEST_SIZE], uint32_t index, const void *value, size_t len)
{
    uint8_t one[DIGEST_SIZE], pair[sizeof index + DIGEST_SIZE];
    digest_blake2b(value, len, one);
    memcpy(pair, &index, sizeof index);
    memcpy(pair + sizeof index, one, sizeof one);
    digest_blake2b(pair, sizeof pair, one);
    unsigned carry = 0;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        carry += (unsigned)digest[i] + one[i];
        digest[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static bool visit(void *context, const struct driver_content *content, struct error *err)
{
    (void)err;
    struct presence *p = context;
    if (strcmp(content->stage_id, p->stage_id) != 0) {
        p->rest.foreign++;
        return true;
    }
    if (content->seq < p->first || content->seq >= p->first + (int64_t)p->count ||
        content->index >= SEGMENT_RECORDS_MAX) {
        p->rest.outside++;
        return true;
    }
    struct seen *seen = &p->segments[content->seq - p->first];
    uint64_t bit = UINT64_C(1) << (content->index % 64);
    size_t word = content->index / 64;
    if (seen->there[word] & bit) {
        p->rest.doubled++;
        return true;
    }
    seen->there[word] |= bit;
    if (content->value)
        presence_add(seen->digest, content->index, content->value, content->len);
    else
        seen->blank[word] |= bit;
    return true;
}

bool presence_read(struct sink *sink, const struct driver_stream *stream, int64_t first_seq,
                   int64_t last_seq, struct presence **ret_presence, struct error *err)
{
    if (last_seq - first_seq >= PRESENCE_SEGMENTS_MAX)
        return error_set(err, ERROR_SINK,
                         "stream %s: segments %" PRId64 " to %" PRId64
                         " are more than %d; purge the stage, or name fewer days",
                         stream->name, first_seq, last_seq, PRESENCE_SEGMENTS_MAX);
    AUTO(presence_freep) struct presence *p = calloc(1, sizeof *p);
    if (!p)
        return error_memory(err);
    p->stage_id = stream->stage_id;
    p->first = first_seq;
    p->count = last_seq < first_seq ? 0 : (size_t)(last_seq - first_seq + 1);
    p->segments = calloc(p->count ? p->count : 1, sizeof *p->segments);
    if (!p->segments)
        return error_memory(err);
    if (!sink_contents(sink, stream, visit, p, &p->log, err))
        return false;
    p->stage_id = NULL; /* was the stream's */
    *ret_presence = steal(&p);
    return true;
}

void presence_free(struct presence *p)
{
    if (!p)
        return;
    free(p->segments);
    free(p);
}

static bool is_set(const uint64_t *words, uint32_t index)
{
    return words[index / 64] >> (index % 64) & 1;
}

bool presence_has(const struct presence *p, int64_t seq, uint32_t index)
{
    return is_set(p->segments[seq - p->first].there, index);
}

bool presence_is_blank(const struct presence *p, int64_t seq, uint32_t index)
{
    return is_set(p->segments[seq - p->first].blank, index);
}

struct driver_log presence_log(const struct presence *p)
{
    return p->log;
}

void presence_digest(const struct presence *p, int64_t seq, uint8_t ret_digest[DIGEST_SIZE])
{
    memcpy(ret_digest, p->segments[seq - p->first].digest, DIGEST_SIZE);
}

struct presence_rest presence_rest(const struct presence *p)
{
    return p->rest;
}
