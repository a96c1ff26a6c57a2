/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rows of a stream must add up to: what another stream says in total about the same slice
 * of the same account. It shows rows that the API left out, or sent twice, though every answer
 * looked whole.
 *
 *     {"with": "insights_account", "sum": ["impressions", "clicks", "spend"], "tolerance": "0.5%"}
 *
 * Both streams are cut into days and have the columns to sum. The tolerance is a share of what the
 * other stream says, for values that the API goes on changing between two readings; without one
 * both are to be equal.
 */
#ifndef SOURCE_COMPARISON_H
#define SOURCE_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/place.h"

enum { COMPARISON_SUMS_MAX = 6 };

struct comparison_rule {
    const char *with; /* the name of a stream */
    const char *sums[COMPARISON_SUMS_MAX]; /* columns */
    size_t count;
    int64_t millionths; /* of the other stream's sum, by which they may differ */
};

/* Reads the rule at p. Whether there is such a stream is for the manifest to see. */
bool comparison_read(struct place *p, const json_t *value, struct comparison_rule *ret_rule,
                     struct error *err);

#endif
