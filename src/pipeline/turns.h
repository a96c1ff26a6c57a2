/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order the slices of a list are read. Where the API goes on changing days, and they are
 * read again and again: first those that were never read to their end, then those whose last
 * reading is the longest ago; the earlier ones first where that is the same. So what a night's
 * quota does not suffice for is the first thing of the next night, and new days do not wait until
 * all old ones were read again. Elsewhere: as they stand in the list.
 */
#ifndef PIPELINE_TURNS_H
#define PIPELINE_TURNS_H

#include <stdbool.h>

#include "base/error.h"
#include "pipeline/agenda.h"
#include "stage/store.h"

/* stage: what was read before, of this stream; NULL: as they stand. The slices stay the list's; the
 * array is for the caller to free. */
bool turns_take(struct store *stage, const char *stream, const struct agenda_list *list,
                const struct slice ***ret_slices, struct error *err);

#endif
