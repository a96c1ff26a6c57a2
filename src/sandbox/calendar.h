/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of people, fast: the proleptic Gregorian calendar (H. Hinnant's algorithm). */
#ifndef SANDBOX_CALENDAR_H
#define SANDBOX_CALENDAR_H

#include <stdint.h>

#define CALENDAR_DAY_MS INT64_C(86400000)

struct calendar_day {
    int year;
    int month; /* 1 to 12 */
    int day; /* 1 to 31 */
};

/* The day, and in *ret_ms_of_day what is left of it, of Unix milliseconds. */
static inline int64_t calendar_split(int64_t unix_ms, int32_t *ret_ms_of_day)
{
    int64_t day = unix_ms / CALENDAR_DAY_MS;
    int64_t rest = unix_ms % CALENDAR_DAY_MS;
    *ret_ms_of_day = (int32_t)(rest < 0 ? rest + CALENDAR_DAY_MS : rest);
    return rest < 0 ? day - 1 : day;
}

static inline struct calendar_day calendar_of_ms(int64_t unix_ms)
{
    int32_t ms_of_day;
    int32_t days = (int32_t)calendar_split(unix_ms, &ms_of_day) + 719468; /* since 0000-03-01 */
    int32_t era = days / 146097;
    int32_t doe = days % 146097;
    int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int32_t mp = (5 * doy + 2) / 153;
    struct calendar_day d = {
        .month = mp < 10 ? mp + 3 : mp - 9,
        .day = doy - (153 * mp + 2) / 5 + 1,
    };
    d.year = yoe + era * 400 + (d.month <= 2);
    return d;
}

/* Whole years from one day to a later one. */
static inline int calendar_age(struct calendar_day born, struct calendar_day today)
{
    int before =
        today.month < born.month || (today.month == born.month && today.day < born.day);
    return today.year - born.year - before;
}

#endif
