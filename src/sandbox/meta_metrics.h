/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ad did on a day. The numbers of an ad's day come first; everything else is a sum of
 * them (an ad set, a campaign, an account, a month) or a part (a breakdown), so that sums agree
 * to the cent at every level. Reach alone is no sum.
 *
 * The last 28 days are restated: each new day of the account's clock changes a few of them, once
 * and for good. How often a day was changed is its version.
 */
#ifndef SANDBOX_META_METRICS_H
#define SANDBOX_META_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/meta_world.h"

enum { META_METRICS_YOUNGEST = 2, META_METRICS_AGES = 27 }; /* of days that are restated */

/* All of them additive; money in cents. */
struct meta_metrics {
    int64_t rows; /* days of ads in it: 0 means that there is no row */
    int64_t impressions;
    int64_t clicks;
    int64_t spend;
    int64_t reach; /* of single ads and days */
    int64_t link_clicks;
    int64_t landings;
    int64_t engagements;
    int64_t views;
    int64_t carts;
    int64_t purchases;
    int64_t value; /* of the purchases */
    int64_t leads;
};

/* Today of an account, by the sandbox's clock. */
struct meta_today {
    int64_t day; /* since 1970 */
    int32_t second; /* of it that is past */
};

struct meta_today meta_metrics_today(const struct meta_world *w, uint32_t account,
                                     int64_t now_s);

/* How often a day of an account was restated until today. */
uint32_t meta_metrics_version(const struct meta_world *w, uint32_t account, int64_t day,
                              int64_t today);

/* What draws of an ad start from. */
uint64_t meta_metrics_key(const struct meta_world *w, uint32_t account, uint32_t ad);
/* False: the ad has no row on that day. */
bool meta_metrics_draw(const struct meta_world *w, uint64_t key, int64_t day, uint32_t version,
                       struct meta_today today, struct meta_metrics *ret_metrics);

void meta_metrics_add(struct meta_metrics *sum, const struct meta_metrics *part);
/* The part of `whole` that lies between two of `all` steps: parts of adjoining steps sum up to
 * the whole. */
void meta_metrics_part(const struct meta_metrics *whole, uint32_t from, uint32_t to,
                       uint32_t all, struct meta_metrics *ret_part);

#endif
