/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a stream is cut in time. One kind so far, in a closed table: `day`, one slice a day,
 * whose id is the date. Days are calendar days; both ends are inclusive.
 */
#ifndef SOURCE_SLICE_H
#define SOURCE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "codec/place.h"

enum { SLICE_ID_SIZE = 32, SLICE_COUNT_MAX = 20000 };

enum slice_kind { SLICE_DAY };

struct slice_rule {
    enum slice_kind kind;
};

struct slice {
    char id[SLICE_ID_SIZE]; /* "2026-11-20": what checkpoints are kept under */
    char from[CLOCK_DATE_SIZE]; /* first day */
    char to[CLOCK_DATE_SIZE]; /* last day, inclusive */
};

/* Reads the rule at p. */
bool slice_read(struct place *p, const json_t *value, struct slice_rule *ret_rule,
                struct error *err);

/* The slices from since_day to until_day (days since 1970-01-01), in order, for the caller to
 * free. ERROR_USAGE when since is after until or there are more than SLICE_COUNT_MAX. */
bool slice_list(const struct slice_rule *rule, int64_t since_day, int64_t until_day,
                struct slice **ret_slices, size_t *ret_count, struct error *err);

/* The slice of an id, as a checkpoint has it; false when it is none of this rule. */
bool slice_parse(const struct slice_rule *rule, const char *id, struct slice *ret_slice);

#endif
