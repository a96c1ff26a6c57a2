/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time zones of ad accounts, read once from the system's database: a list of the instants
 * at which an offset changes, so that looking one up needs neither locks nor the environment.
 */
#ifndef SANDBOX_META_ZONE_H
#define SANDBOX_META_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { META_ZONE_COUNT = 6, META_ZONE_CHANGES_MAX = 128 };

struct meta_zone {
    const char *name; /* "Europe/Berlin" */
    int number; /* Meta's timezone_id */
    size_t count;
    int64_t from_s[META_ZONE_CHANGES_MAX]; /* Unix seconds, ascending */
    int32_t offset_s[META_ZONE_CHANGES_MAX]; /* east of UTC, from then on */
};

struct meta_zones {
    struct meta_zone zones[META_ZONE_COUNT];
};

/* Changes TZ of the process while it runs: call it before threads are started. False: the
 * database lacks some, which are UTC then, and called so. */
bool meta_zone_load(struct meta_zones *zones);

int32_t meta_zone_offset_s(const struct meta_zone *zone, int64_t unix_s);
/* The local day of an instant, as days since 1970, and in *ret_second what is past of it. */
int64_t meta_zone_day(const struct meta_zone *zone, int64_t unix_s, int32_t *ret_second);

#endif
