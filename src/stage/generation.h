/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings of slices that are delivered as a whole (x-write replace): from the first page of a
 * slice to its last one, written in the transactions of these two.
 *
 *     generation_begin ─▶ segments, maybe between those of other slices … ─▶ generation_end
 *
 * Its segments are those from first_seq to last_seq that have its account and slice. A reading that
 * begins while one of the same slice is open takes its place: what the other one staged belongs to
 * no generation any more. The last page always has a segment, be it an empty one, so that last_seq
 * is the newest number of the stream: generations have the order of their ends.
 */
#ifndef STAGE_GENERATION_H
#define STAGE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/append.h"
#include "stage/seal.h"
#include "stage/store.h"

struct generation {
    char account[STORE_NAME_SIZE];
    char slice[STORE_NAME_SIZE];
    int64_t first_seq;
    int64_t last_seq;
    int64_t segments;
};

/* Inside the transaction of the page: before its first segment, for the first page of a slice, and
 * behind its last one, for the last page. A page that is not by_slice belongs to no generation, and
 * one of its slice that is open can never be whole any more: it is given up. */
bool generation_begin(struct store *s, const struct append_origin *page, struct error *err);
bool generation_end(struct store *s, const struct append_origin *page, struct error *err);

/* Is there a reading of the slice that has not ended (open), or one that has? */
bool generation_known(struct store *s, const char *stream, const char *account,
                      const char *slice, bool open, bool *ret_known, struct error *err);

/* The reading of this page's slice that has not ended. Of what is staged from first_seq on, its are
 * those that generation_has. */
bool generation_open(struct store *s, const struct append_origin *page,
                     struct generation *ret_generation, bool *ret_found, struct error *err);

/* The next one that ended, behind after_seq. */
bool generation_next(struct store *s, const char *stream, int64_t after_seq,
                     struct generation *ret_generation, bool *ret_found, struct error *err);
/* The same of those that were the newest of their slices when the stream was at until_seq. */
bool generation_newest(struct store *s, const char *stream, int64_t after_seq,
                       int64_t until_seq, struct generation *ret_generation, bool *ret_found,
                       struct error *err);

bool generation_has(const struct generation *g, const struct seal_segment *segment);

#endif
