/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_limits.h"

enum { COUNT_MAX = 10 * 1000 * 1000, OF_TIER = -1 };

#define AT(member) offsetof(struct meta_limits, member)

static const struct setting rows[] = {
    {"score", NULL, OF_TIER, META_LEAK_CAPACITY_MAX, OF_TIER, AT(score),
     "points an account's score may reach; -1: 60 or 9000, as the tier"},
    {"score_window", NULL, 1, META_USAGE_HOUR_S, 300, AT(score_window),
     "seconds in which a full score decays"},
    {"block_seconds", NULL, OF_TIER, META_USAGE_HOUR_S, OF_TIER, AT(block_seconds),
     "how long a full score blocks an account; -1: 300 or 60"},
    {"score_error", "17|613", 0, 0, 0, AT(score_error), "the error of a full score"},
    {"buc_insights", NULL, OF_TIER, COUNT_MAX, OF_TIER, AT(buc_insights),
     "insights calls an hour; -1: 600 or 190000, and 400 for each active ad"},
    {"buc_management", NULL, OF_TIER, COUNT_MAX, OF_TIER, AT(buc_management),
     "other calls an hour; -1: 300 or 100000, and 40 for each active ad"},
    {"cpu_seconds", NULL, 0, COUNT_MAX, 0, AT(cpu_seconds),
     "CPU time an hour of either; 0: no limit"},
    {"time_seconds", NULL, 0, COUNT_MAX, 0, AT(time_seconds), "time an hour of either"},
    {"app_load", NULL, 0, META_LEAK_CAPACITY_MAX / META_USAGE_HOUR_S, 0, AT(app_load),
     "insights load a second of the app, in units (a query is 1, and 1 more for every 1000 "
     "rows); "
     "0: no limit"},
    {"account_load", NULL, 0, META_LEAK_CAPACITY_MAX / META_USAGE_HOUR_S, 0, AT(account_load),
     "the same of one account"},
    {"load_window", NULL, 1, META_USAGE_HOUR_S, 60, AT(load_window),
     "so many seconds' worth of load may come at once"},
    {"app_calls", NULL, 0, COUNT_MAX, 0, AT(app_calls),
     "calls an hour of the app; 0: no limit"},
    {"abuse", NULL, 0, COUNT_MAX, 0, AT(abuse),
     "calls during one block from which on the answer is plain 613; 0: never"},
};

struct settings_group meta_limits_group(struct meta_limits *values)
{
    return (struct settings_group){rows, sizeof rows / sizeof *rows, values};
}

static uint32_t at_least_1(int64_t value)
{
    return value > 1 ? (uint32_t)value : 1;
}

static void override_calls(struct meta_usage_limits *l, enum meta_usage_case use, int64_t set)
{
    if (set == OF_TIER)
        return;
    l->calls[use] = at_least_1(set);
    l->calls_per_ad[use] = 0;
}

void meta_limits_resolve(const struct meta_limits *set, bool on, bool full,
                         struct meta_usage_limits *ret_limits)
{
    struct meta_usage_limits l;
    meta_usage_grant(full, &l);
    l.off = !on;
    if (set->score != OF_TIER)
        l.score = at_least_1(set->score);
    if (set->block_seconds != OF_TIER)
        l.block_s = (uint32_t)set->block_seconds;
    l.score_window_s = (uint32_t)set->score_window;
    l.score_613 = set->score_error != 0;
    override_calls(&l, META_USAGE_INSIGHTS, set->buc_insights);
    override_calls(&l, META_USAGE_MANAGEMENT, set->buc_management);
    l.cpu_s = (uint32_t)set->cpu_seconds;
    l.time_s = (uint32_t)set->time_seconds;
    l.app_load = (uint32_t)set->app_load;
    l.account_load = (uint32_t)set->account_load;
    l.load_window_s = (uint32_t)set->load_window;
    l.app_calls = (uint32_t)set->app_calls;
    l.abuse = (uint32_t)set->abuse;
    *ret_limits = l;
}

/* --- The floor --- */

/* What is above the capacity has to leak out first. */
static int64_t leak_floor_s(uint64_t amount, uint64_t capacity, uint64_t window_s)
{
    return capacity > 0 && amount > capacity
               ? (int64_t)((amount - capacity) * window_s / capacity)
               : 0;
}

/* Every hour's worth waits for the one before to leave, which begins a second early at most. */
static int64_t hour_floor_s(uint64_t calls, uint64_t limit)
{
    uint64_t hours = calls > 0 ? (calls - 1) / limit : 0;
    return hours > 0 ? (int64_t)hours * META_USAGE_HOUR_S - 1 : 0;
}

static void raise_to(int64_t *floor_s, int64_t other_s)
{
    if (other_s > *floor_s)
        *floor_s = other_s;
}

static int64_t load_floor_s(uint64_t units, uint32_t a_second, uint32_t window_s)
{
    return leak_floor_s(units, (uint64_t)a_second * window_s, window_s);
}

static int64_t account_floor_s(const struct meta_usage_limits *l,
                               const struct meta_limits_work *w)
{
    int64_t floor_s = 0;
    uint64_t points = w->writes * (META_USAGE_WRITE_POINTS - META_USAGE_READ_POINTS);
    for (int i = 0; i < META_USAGE_CASE_COUNT; i++) {
        points += w->calls[i] * META_USAGE_READ_POINTS;
        raise_to(&floor_s, hour_floor_s(w->calls[i], meta_usage_hour(l, i, w->active_ads, 0)));
    }
    raise_to(&floor_s, leak_floor_s(points, l->score, l->score_window_s));
    raise_to(&floor_s, load_floor_s(w->load, l->account_load, l->load_window_s));
    return floor_s;
}

int64_t meta_limits_floor_s(const struct meta_usage_limits *l,
                            const struct meta_limits_work *work, size_t accounts)
{
    int64_t floor_s = 0;
    uint64_t calls = 0, load = 0;
    if (l->off)
        return 0;
    for (size_t i = 0; i < accounts; i++) {
        raise_to(&floor_s, account_floor_s(l, &work[i]));
        calls += work[i].calls[META_USAGE_INSIGHTS] + work[i].calls[META_USAGE_MANAGEMENT];
        load += work[i].load;
    }
    if (l->app_calls > 0)
        raise_to(&floor_s, hour_floor_s(calls, l->app_calls));
    raise_to(&floor_s, load_floor_s(load, l->app_load, l->load_window_s));
    return floor_s;
}
