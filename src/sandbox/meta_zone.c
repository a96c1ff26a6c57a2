/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

#define FROM_S INT64_C(1262304000) /* 2010-01-01 */
#define UNTIL_S INT64_C(2051222400) /* 2035-01-01 */
#define STEP_S INT64_C(86400)

static const struct {
    const char *name;
    int number;
    int32_t winter_s; /* on 2010-01-01: what shows that the database is there */
} known[META_ZONE_COUNT] = {
    {"America/Los_Angeles", 1, -28800}, {"Europe/Berlin", 47, 3600},
    {"Asia/Kolkata", 71, 19800},        {"Pacific/Auckland", 99, 46800},
    {"Europe/London", 58, 0},           {"America/Sao_Paulo", 25, -7200},
};

static int32_t offset_now(int64_t unix_s)
{
    time_t t = (time_t)unix_s;
    struct tm tm = {0};
    localtime_r(&t, &tm);
    return (int32_t)tm.tm_gmtoff;
}

/* The first second in (low, high] whose offset is not that of low. */
static int64_t find_change(int64_t low, int64_t high)
{
    int32_t before = offset_now(low);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_now(middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void add_change(struct meta_zone *zone, int64_t from_s)
{
    if (zone->count == META_ZONE_CHANGES_MAX)
        return;
    zone->from_s[zone->count] = from_s;
    zone->offset_s[zone->count++] = offset_now(from_s);
}

static void scan(struct meta_zone *zone)
{
    add_change(zone, FROM_S);
    for (int64_t at = FROM_S; at < UNTIL_S; at += STEP_S)
        if (offset_now(at) != offset_now(at + STEP_S))
            add_change(zone, find_change(at, at + STEP_S));
}

bool meta_zone_load(struct meta_zones *zones)
{
    const char *own = getenv("TZ");
    AUTO(cleanup_free) char *saved = own ? strdup(own) : NULL;
    bool all = true;
    *zones = (struct meta_zones){0};
    for (size_t i = 0; i < META_ZONE_COUNT; i++) {
        struct meta_zone *zone = &zones->zones[i];
        zone->name = known[i].name;
        zone->number = known[i].number;
        setenv("TZ", zone->name, 1);
        tzset();
        scan(zone);
        if (zone->offset_s[0] == known[i].winter_s)
            continue;
        all = false;
        *zone = (struct meta_zone){.name = "Etc/UTC", .count = 1, .from_s = {FROM_S}};
    }
    if (saved)
        setenv("TZ", saved, 1);
    else
        unsetenv("TZ");
    tzset();
    return all;
}

int32_t meta_zone_offset_s(const struct meta_zone *zone, int64_t unix_s)
{
    size_t low = 0, high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->from_s[middle] <= unix_s)
            low = middle;
        else
            high = middle;
    }
    return zone->offset_s[low];
}

int64_t meta_zone_day(const struct meta_zone *zone, int64_t unix_s, int32_t *ret_second)
{
    int64_t local = unix_s + meta_zone_offset_s(zone, unix_s);
    int64_t day = local / STEP_S;
    int64_t second = local % STEP_S;
    if (second < 0) {
        second += STEP_S;
        day--;
    }
    *ret_second = (int32_t)second;
    return day;
}
