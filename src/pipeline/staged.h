/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment of the stage, opened, and its records on their way to one sink: those that the sink
 * refused before are passed over.
 *
 *     staged_open ─▶ staged_next … ─▶ (staged_rewind ─▶ staged_next …) ─▶ staged_open the next
 */
#ifndef PIPELINE_STAGED_H
#define PIPELINE_STAGED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/zstandard.h"
#include "record/segment.h"
#include "sink/driver.h"
#include "stage/seal.h"
#include "stage/store.h"

struct staged {
    struct store *store; /* these three are the caller's */
    const char *sink; /* as the stage calls it */
    const char *stream;
    struct seal_segment about; /* of the segment that is open */
    struct segment segment;
    /* its own */
    struct zstandard *zstandard;
    struct segment_packed packed;
    struct driver_segment origin;
    size_t cursor;
    uint32_t index;
    int64_t refused; /* the next index that is passed over; -1: none is */
};

bool staged_init(struct staged *s, struct error *err);
void staged_done(struct staged *s); /* also after an init that failed */

/* Errors are those of read_segment and segment_unpack; nothing is open then. */
bool staged_open(struct staged *s, int64_t seq, struct error *err);
/* Starts over. */
bool staged_rewind(struct staged *s, struct error *err);
/* The next record, but for its values, valid until the next call; *ret_found false: it was the
 * last one. */
bool staged_next(struct staged *s, struct driver_record *ret_record, bool *ret_found,
                 struct error *err);

#endif
