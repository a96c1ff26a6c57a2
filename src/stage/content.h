/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every part of every page held when its slice was last read: one digest a part. A part that
 * holds the same again, under the same schema and policy, need not be staged again.
 *
 *     content_begin ─▶ content_same, and content_put when it is not … ─▶ content_end
 *
 * A part is a segment: the numbers of page and part are places in the slice. Its row outlives the
 * segment, and is written in the transaction of its page: what was not committed was not read.
 *
 * That a part may be left out when it is the same rests on this: after every whole reading of a
 * slice, each key stands in the sinks as that reading had it. Where a reading has a key once, it is
 * so: the part that has it now was staged now, or held it as it is at the reading before, after
 * which the sinks had it so, and no other part has touched it since. So only the last reading
 * counts, and only when it was whole: one that was broken off and not gone on with (the request had
 * changed) is forgotten with the first page of the next, and parts that the slice no longer has are
 * forgotten as well.
 *
 * Where a reading has a key in several parts with different content (two in one page go to
 * quarantine), the sinks have had the last one so far. With parts left out they have the one that
 * changed last. The same holds between slices, whose order is the caller's in any case. Whoever
 * needs the order of the source has a key that is none: correct x-key, or use --force.
 */
#ifndef STAGE_CONTENT_H
#define STAGE_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/append.h"
#include "stage/store.h"

/* The page is the next of its slice: with the first one a reading begins. */
bool content_begin(struct store *s, const struct append_origin *page, struct error *err);
/* Does this part (from 1) of the page hold what it held the last time? */
bool content_same(struct store *s, const struct append_origin *page, uint64_t part,
                  const uint8_t *digest, bool *ret_same, struct error *err);
bool content_put(struct store *s, const struct append_origin *page, uint64_t part,
                 const uint8_t *digest, struct error *err);
/* The page has so many parts; last: no page follows it. */
bool content_end(struct store *s, const struct append_origin *page, uint64_t parts, bool last,
                 struct error *err);

/* Inside a transaction. What every part of the stream held is not known any more: what is read
 * again is staged. */
bool content_forget_stream(struct store *s, const char *stream, struct error *err);

#endif
