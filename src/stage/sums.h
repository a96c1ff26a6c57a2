/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the columns of a slice added up to when it was read from its first page to its last, for the
 * streams of which a manifest compares the days (pipeline/compare.h): so a day can be compared
 * whichever run reads the other side of it.
 *
 * They are written in the transaction that completes the slice's checkpoint, in place of older
 * ones, and hold for as long as that checkpoint does: whoever takes them asks first whether the
 * slice still counts as read. They stay when segments are purged, as checkpoints do.
 */
#ifndef STAGE_SUMS_H
#define STAGE_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "record/total.h"
#include "stage/append.h"
#include "stage/store.h"

enum { SUMS_MAX = 16 }; /* columns of one stream */

struct sums_slice {
    size_t count; /* of columns; 0: what the slice adds up to is not known */
    const char *names[SUMS_MAX];
    struct total totals[SUMS_MAX];
    uint64_t unread; /* values and rows that could not be added */
};

/* Inside the transaction of the slice's last page. run: the id of the run that reads. */
bool sums_put(struct store *s, const struct append_origin *slice, const char *run,
              const struct sums_slice *sums, struct error *err);
/* The sums of the columns that are named there already. *ret_known: all of them are kept, and were
 * read by another run than this one. */
bool sums_get(struct store *s, const struct append_origin *slice, const char *run,
              struct sums_slice *sums, bool *ret_known, struct error *err);

#endif
