/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breakdowns: which go together, what values they have, and how an ad's day falls apart into
 * them. The combination of the values of all requested ones is a cell.
 */
#ifndef SANDBOX_META_BREAKDOWN_H
#define SANDBOX_META_BREAKDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/meta_metrics.h"

enum {
    META_BREAKDOWNS_MAX = 3, /* in one query */
    META_CELLS_MAX = 128,
    META_BREAKDOWN_VALUE_MAX = 512, /* bytes of a key and its value */
};

struct meta_dimension;

struct meta_breakdown {
    size_t count;
    const struct meta_dimension *dimensions[META_BREAKDOWNS_MAX];
    uint32_t cells; /* 1 without a breakdown */
    bool hourly; /* no reach */
    bool optin; /* empty for whoever did not opt in */
    uint64_t salt;
};

/* Is it the name of a breakdown of Meta's, whether served here or not? */
bool meta_breakdown_is_name(const char *name);
/* False: the names do not go together, or are not served. */
bool meta_breakdown_choose(const char *const *names, size_t count,
                           struct meta_breakdown *ret_breakdown);

/* Adds an ad's day to the cells it falls into. */
void meta_breakdown_spread(const struct meta_breakdown *b, uint64_t key,
                           const struct meta_metrics *day, struct meta_metrics *cells);
/* Writes `,"age":"25-34"` for all that were requested, and returns behind it. */
char *meta_breakdown_write(const struct meta_breakdown *b, uint32_t cell, char *out);

#endif
