/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of one reading whose key came before: a table has place for one of them.
 *
 *     slices are replaced   the whole reading counts, whichever page or part of the slice the
 *                           record came on. What says the same again (paging that shifted) is
 *                           dropped and counted; what says something else goes to quarantine.
 *     records are merged    the page counts, and the second one goes to quarantine: the later pages
 *                           of a slice may well have newer values.
 *
 * A reading that goes on behind its checkpoint knows the keys of the pages before it again from the
 * segments that they became. Keys are kept in memory, DEDUP_KEYS_MAX for all readings together
 * (record/dedup.h); beyond that a record counts as new. Of a slice that is replaced the warehouse
 * refuses it then (sink/driver.h).
 */
#ifndef PIPELINE_REPEATS_H
#define PIPELINE_REPEATS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/dedup.h"
#include "record/schema.h"
#include "record/setdigest.h"
#include "record/walk.h"
#include "stage/append.h"
#include "stage/store.h"

struct repeats;

/* key: where slices are replaced. What is passed must live longer. */
bool repeats_new(const struct schema *schema, const struct setdigest_key *key,
                 struct dedup_room *room, struct repeats **ret_repeats, struct error *err);
void repeats_free(struct repeats *r);
CLEANUP_DEFINE(struct repeats, repeats_free)

/* What becomes of a record (walk_output.judge). */
enum walk_fate repeats_judge(struct repeats *r, const struct walk_keyed *record,
                             const char **ret_reason);
/* The same of a line with its newline. ERROR_DATA: it is none of ours. */
bool repeats_judge_line(struct repeats *r, const char *line, size_t len,
                        enum walk_fate *ret_fate, const char **ret_reason, struct error *err);
/* What the record that was judged last says. Where slices are replaced. */
const struct setdigest_term *repeats_term(const struct repeats *r);

/* Where slices are replaced: the keys of all pages of the open reading that are staged. */
bool repeats_recall(struct repeats *r, struct store *s, const struct append_origin *page,
                    struct error *err);

/* A place to go back to: what is behind it is read again, or with merging the page is whole. */
size_t repeats_mark(const struct repeats *r);
void repeats_release(struct repeats *r, size_t mark);
/* Some key was not kept: there is no room. */
bool repeats_overflowed(const struct repeats *r);

#endif
