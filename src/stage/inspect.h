/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at everything that the stage sealed, one finding at a time: each segment and each
 * quarantined record is opened, the seqs of each stream are counted, and which segments make up a
 * slice is compared. What is damaged is one finding and does not keep the rest from being looked
 * at.
 */
#ifndef STAGE_INSPECT_H
#define STAGE_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "stage/store.h"

enum inspect_verdict {
    INSPECT_SOUND,
    INSPECT_DAMAGED, /* not as it was staged: error says what */
    INSPECT_MISSING, /* numbers that were given and neither purged nor there */
};

enum inspect_kind { INSPECT_SEGMENT, INSPECT_QUARANTINE, INSPECT_SLICE };

struct inspect_finding {
    enum inspect_verdict verdict;
    enum inspect_kind kind;
    char stream[STORE_STREAM_SIZE];
    int64_t first; /* seq or number; more than one only of what is missing or unreachable … */
    int64_t last; /* … and 0 of a slice */
    uint32_t records; /* in a sound segment */
    struct error error; /* unless sound */
};

struct inspect;

/* The store is borrowed, and shows what it holds at this moment until inspect_free, whatever a
 * writer beside us does. */
bool inspect_new(struct store *s, struct inspect **ret_inspect, struct error *err);
void inspect_free(struct inspect *i);
CLEANUP_DEFINE(struct inspect, inspect_free)

/* *ret_found false: that was all. An error: the list of streams itself cannot be read. */
bool inspect_next(struct inspect *i, struct inspect_finding *ret_finding, bool *ret_found,
                  struct error *err);

#endif
