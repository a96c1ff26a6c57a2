/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which records of the segments first_seq to last_seq a log has, by segment and index: filled by
 * reading the log, asked by replay and verify. Takes two bits a record.
 */
#ifndef PIPELINE_PRESENCE_H
#define PIPELINE_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "sink/sink.h"

struct presence;

/* Reads what the sink has of the stream. ERROR_SINK when the range is too long. */
bool presence_read(struct sink *sink, const struct driver_stream *stream, int64_t first_seq,
                   int64_t last_seq, struct presence **ret_presence, struct error *err);
void presence_free(struct presence *p);
CLEANUP_DEFINE(struct presence, presence_free)

bool presence_has(const struct presence *p, int64_t seq, uint32_t index);
/* It is there, as a tombstone: without a value. */
bool presence_is_blank(const struct presence *p, int64_t seq, uint32_t index);
struct driver_log presence_log(const struct presence *p);
/* Records of other stages, of segments outside of the range, and such that came more than once. */
struct presence_rest {
    uint64_t foreign;
    uint64_t outside;
    uint64_t doubled;
};
struct presence_rest presence_rest(const struct presence *p);
/* The sum of the digests of the segment's values, each with its index: whatever their order.
 * Tombstones do not count. */
void presence_digest(const struct presence *p, int64_t seq, uint8_t ret_digest[DIGEST_SIZE]);
/* The same of one value, added to a sum that starts as zeros. */
void presence_add(uint8_t digest[DIGEST_SIZE], uint32_t index, const void *value, size_t len);

#endif
