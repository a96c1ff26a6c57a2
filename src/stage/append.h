/* SPDX-License-Identifier: Apache-2.0 */
/* Segments go into the stage: numbered, sealed, one row each, inside the open transaction. */
#ifndef STAGE_APPEND_H
#define STAGE_APPEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "record/segment.h"
#include "stage/store.h"

/* Where a segment comes from. */
struct append_origin {
    const char *stream; /* an identifier */
    const char *account; /* at most 256 bytes, "" when there is none */
    const char *slice; /* the same */
    uint64_t page;
    const uint8_t *schema_digest; /* DIGEST_SIZE bytes */
    const uint8_t *policy_digest;
    bool by_slice; /* the slice is delivered as a whole: stage/generation.h */
};

/* *ret_seq: the next number of the stream, from 1, without gaps. Numbers are given by the commit:
 * a number that was rolled back is given again. */
bool append_segment(struct store *s, const struct append_origin *origin,
                    const struct segment_packed *packed, int64_t *ret_seq, struct error *err);

#endif
