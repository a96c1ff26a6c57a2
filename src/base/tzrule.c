/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tzrule.h"

#include <string.h>

#include "base/clock.h"

enum {
    DAY_S = 86400,
    OFFSET_HOURS_MAX = 24,
    TIME_HOURS_MAX = 167, /* of RFC 9636; POSIX has 24 */
    CHANGE_S = 3600, /* how far daylight time is ahead when the rule does not say */
    TIME_DEFAULT_S = 2 * 3600,
    NAME_MIN = 3,
    WEEK_LAST = 5,
};

/* What is left of the text. */
struct cursor {
    const char *p;
    const char *end;
};

static bool take(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A number from min to max, of at most three digits. */
static bool take_number(struct cursor *c, int min, int max, int *ret_value)
{
    int value = 0, count = 0;
    for (; c->p < c->end && is_digit(*c->p) && count < 3; c->p++, count++)
        value = value * 10 + (*c->p - '0');
    *ret_value = value;
    return count > 0 && value >= min && value <= max;
}

/* "NZST" or "<+1245>"; the name itself is of no use to us. */
static bool skip_name(struct cursor *c)
{
    bool quoted = take(c, '<');
    const char *start = c->p;
    while (c->p < c->end &&
           (is_letter(*c->p) || (quoted && (is_digit(*c->p) || *c->p == '+' || *c->p == '-'))))
        c->p++;
    return c->p - start >= NAME_MIN && (!quoted || take(c, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct cursor *c, int hours_max, int32_t *ret_seconds)
{
    int sign = take(c, '-') ? -1 : 1;
    int hours, minutes = 0, seconds = 0;
    if (sign > 0)
        take(c, '+');
    if (!take_number(c, 0, hours_max, &hours))
        return false;
    if (take(c, ':')) {
        if (!take_number(c, 0, 59, &minutes))
            return false;
        if (take(c, ':') && !take_number(c, 0, 59, &seconds))
            return false;
    }
    *ret_seconds = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* POSIX counts offsets west of Greenwich, the rest of the world east of it. */
static bool take_offset(struct cursor *c, int32_t *ret_seconds)
{
    int32_t west;
    if (!take_time(c, OFFSET_HOURS_MAX, &west))
        return false;
    *ret_seconds = -west;
    return true;
}

static bool take_day(struct cursor *c, struct tzrule_date *ret_date)
{
    if (take(c, 'M')) {
        ret_date->kind = TZRULE_WEEKDAY;
        return take_number(c, 1, 12, &ret_date->month) && take(c, '.') &&
               take_number(c, 1, WEEK_LAST, &ret_date->week) && take(c, '.') &&
               take_number(c, 0, 6, &ret_date->day);
    }
    bool julian = take(c, 'J');
    ret_date->kind = julian ? TZRULE_JULIAN : TZRULE_ORDINAL;
    return take_number(c, julian, 365, &ret_date->day);
}

/* ,date[/time] */
static bool take_date(struct cursor *c, struct tzrule_date *ret_date)
{
    *ret_date = (struct tzrule_date){.time_s = TIME_DEFAULT_S};
    return take(c, ',') && take_day(c, ret_date) &&
           (!take(c, '/') || take_time(c, TIME_HOURS_MAX, &ret_date->time_s));
}

static bool take_daylight(struct cursor *c, struct tzrule *rule)
{
    rule->changes = true;
    rule->daylight_s = rule->standard_s + CHANGE_S;
    bool says_offset = skip_name(c) && c->p < c->end && *c->p != ',';
    return (!says_offset || take_offset(c, &rule->daylight_s)) && take_date(c, &rule->begins) &&
           take_date(c, &rule->ends);
}

bool tzrule_parse(const char *text, size_t len, struct tzrule *ret_rule)
{
    struct cursor c = {text, text + len};
    struct tzrule rule = {0};
    if (!skip_name(&c) || !take_offset(&c, &rule.standard_s))
        return false;
    if (c.p < c.end && !take_daylight(&c, &rule))
        return false;
    if (c.p != c.end)
        return false;
    *ret_rule = rule;
    return true;
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970-01-01; 1970-01-01 was a Thursday. */
static int64_t weekday_date(const struct tzrule_date *date, int64_t year)
{
    int64_t first = clock_day_of_date(year, date->month, 1);
    int64_t next = date->month < 12 ? clock_day_of_date(year, date->month + 1, 1)
                                    : clock_day_of_date(year + 1, 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    int64_t day = first + (date->day - weekday + 7) % 7 + 7 * (date->week - 1);
    return day < next ? day : day - 7;
}

/* When the local clock of that year shows the date and its time, read as if it were UTC. */
static int64_t date_s(const struct tzrule_date *date, int64_t year)
{
    int64_t day = clock_day_of_date(year, 1, 1);
    if (date->kind == TZRULE_WEEKDAY)
        day = weekday_date(date, year);
    else if (date->kind == TZRULE_ORDINAL)
        day += date->day;
    else
        day += date->day - 1 + (is_leap(year) && date->day > 31 + 28);
    return day * DAY_S + date->time_s;
}

static int64_t year_of(int64_t at_s)
{
    int year, month, day;
    clock_date_of_day(at_s / DAY_S - (at_s % DAY_S < 0), &year, &month, &day);
    return year;
}

/* The last change up to at_s and the first one behind it. Times of up to a week may carry a
 * change into a neighbouring year. Where daylight time ends as it begins again, it goes on. */
int32_t tzrule_offset_s(const struct tzrule *rule, int64_t at_s, int64_t *ret_until_s)
{
    *ret_until_s = INT64_MAX;
    if (!rule->changes)
        return rule->standard_s;

    int64_t year = year_of(at_s), last = INT64_MIN;
    int32_t offset = rule->standard_s;
    for (int64_t y = year - 2; y <= year + 2; y++) {
        const struct {
            int64_t at_s;
            int32_t offset_s;
        } changes[] = {
            {date_s(&rule->ends, y) - rule->daylight_s, rule->standard_s},
            {date_s(&rule->begins, y) - rule->standard_s, rule->daylight_s},
        };
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            if (changes[i].at_s > at_s) {
                if (changes[i].at_s < *ret_until_s)
                    *ret_until_s = changes[i].at_s;
            } else if (changes[i].at_s >= last) {
                last = changes[i].at_s;
                offset = changes[i].offset_s;
            }
        }
    }
    return offset;
}
