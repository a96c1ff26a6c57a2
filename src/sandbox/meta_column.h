/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of insights: every name there is in v26, and how the value of those that the
 * sandbox has is made from a row's numbers. The other ones never have a value, as with Meta
 * where nothing happened.
 */
#ifndef SANDBOX_META_COLUMN_H
#define SANDBOX_META_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/meta_metrics.h"
#include "sandbox/meta_span.h"

enum { META_WINDOWS_MAX = 12, META_ACTION_BREAKDOWNS_MAX = 4 };

/* How the objects within lists of actions look. */
struct meta_actions {
    size_t windows; /* attribution windows that are keys of their own */
    const char *window_names[META_WINDOWS_MAX];
    int64_t window_shares[META_WINDOWS_MAX]; /* of a thousand */
    size_t breakdowns;
    int breakdown_kinds[META_ACTION_BREAKDOWNS_MAX];
};

struct meta_row {
    const struct meta_world *world;
    struct meta_node node;
    struct meta_span span;
    struct meta_metrics metrics; /* reach as it is to be shown */
    bool no_reach; /* too old for it */
    const struct meta_actions *actions;
};

/* The place of a field, -1 when there is none of this name. */
int meta_column_find(const char *name);
/* What Meta answers with when no fields are asked for. */
extern const char meta_column_defaults[];

/* False: there is no such attribution window, or action breakdown. A window may have no data. */
bool meta_column_add_window(struct meta_actions *actions, const char *name);
bool meta_column_add_breakdown(struct meta_actions *actions, const char *name);

/* Bytes that a field and its value take at most. */
size_t meta_column_max(int column, const struct meta_actions *actions);
/* Writes `"impressions":"185"` and returns behind it; returns out when there is no value. */
char *meta_column_write(int column, const struct meta_row *row, char *out);

#endif
