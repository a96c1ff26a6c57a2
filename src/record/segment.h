/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The masked records of one page, or of a part of a long page: NDJSON, compressed as one zstd
 * frame. The unit of staging, of publishing and of loading. src/record/FORMAT.md has the bytes.
 *
 *     walk ─▶ segment_add … segment_is_full ─▶ segment_pack ─▶ stage/append
 *     stage/read opens it ─▶ segment_unpack ─▶ segment_next … ─▶ sinks
 */
#ifndef RECORD_SEGMENT_H
#define RECORD_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "codec/zstandard.h"
#include "crypto/digest.h"
#include "record/setdigest.h"

enum {
    SEGMENT_RECORDS_MAX = 1000,
    SEGMENT_TEXT_TARGET = 512 * 1024, /* full at this size … */
    SEGMENT_TEXT_MAX = 8 * 1024 * 1024, /* … and never beyond: one record may be large */
    /* With its newline. A segment that is not full has room for any record. */
    SEGMENT_LINE_MAX = SEGMENT_TEXT_MAX - SEGMENT_TEXT_TARGET,
    SEGMENT_FRAME_MAX = SEGMENT_TEXT_MAX + 64 * 1024, /* what zstd may add to random bytes */
};

/* A segment while it grows, and one that was read back. */
struct segment {
    struct buffer text; /* NDJSON */
    uint32_t count;
    struct setdigest
        says; /* the records whose terms were given; none in one that was read back */
};

void segment_init(struct segment *s);
void segment_done(struct segment *s);
void segment_clear(struct segment *s);

/* line: one JSON object with its newline. term: of what it says; NULL when nobody asks what the
 * segment says. ERROR_DATA when the line is longer than SEGMENT_LINE_MAX; ERROR_BUG when the
 * segment is full or this is not one line. */
bool segment_add(struct segment *s, const char *line, size_t len,
                 const struct setdigest_term *term, struct error *err);
/* True when the next record should open a new segment. */
bool segment_is_full(const struct segment *s);

/* What the segment says, whenever it was read (record/setdigest.h). False when a record came
 * without its term. */
bool segment_content(const struct segment *s, uint8_t ret_digest[DIGEST_SIZE]);

/* A segment ready to be sealed, and one that was opened. */
struct segment_packed {
    struct buffer frame; /* zstd */
    uint32_t count;
    uint32_t text_len;
    uint8_t
        digest[DIGEST_SIZE]; /* BLAKE2b-256 of the frame, which is much shorter than the text
                                  * and stands for it: it holds the text's checksum */
};

void segment_packed_init(struct segment_packed *p);
void segment_packed_done(struct segment_packed *p);
/* ret_packed is initialised and keeps the memory of its frame from one call to the next; after
 * a failure it holds nothing. A segment may be empty: it says that there was nothing more. */
bool segment_pack(const struct segment *s, struct zstandard *z,
                  struct segment_packed *ret_packed, struct error *err);
/* Decompresses into ret_segment (initialised; what it held is gone, also after a failure).
 * ERROR_STORE when length, count or digest are not what the packed segment says, or the text is not
 * the one that the frame was made of. */
bool segment_unpack(const struct segment_packed *p, struct zstandard *z,
                    struct segment *ret_segment, struct error *err);

/* Iterates over the lines, without their newlines: start with *cursor = 0; false at the end.
 * The line is valid while the segment is not changed. */
bool segment_next(const struct segment *s, size_t *cursor, const char **ret_line,
                  size_t *ret_len);

#endif
