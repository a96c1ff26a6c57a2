/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/window.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Where a day begins first and last: Kiritimati, and ships on the other side of the date line. */
#define FIRST_NS (14 * 3600 * CLOCK_SECOND_NS)
#define LAST_NS (-12 * 3600 * CLOCK_SECOND_NS)

/* "3d" is a count of days, "12h" a time ago. */
static struct window_day ago(int64_t duration_ns, int64_t now_ns)
{
    if (duration_ns % CLOCK_DAY_NS == 0)
        return (struct window_day){WINDOW_BACK, duration_ns / CLOCK_DAY_NS};
    return (struct window_day){WINDOW_INSTANT, now_ns - duration_ns};
}

bool window_parse_day(const char *text, int64_t now_ns, struct window_day *ret_day)
{
    int64_t value;
    if (strcmp(text, "today") == 0)
        *ret_day = (struct window_day){WINDOW_BACK, 0};
    else if (strcmp(text, "yesterday") == 0)
        *ret_day = (struct window_day){WINDOW_BACK, 1};
    else if (clock_parse_date(text, &value))
        *ret_day = (struct window_day){WINDOW_DATE, value};
    else if (clock_parse_rfc3339(text, &value))
        *ret_day = (struct window_day){WINDOW_INSTANT, value};
    else if (text_parse_duration(text, &value) && value <= now_ns)
        *ret_day = ago(value, now_ns);
    else
        return false;
    return true;
}

void window_format_day(const struct window_day *day, char ret_text[WINDOW_TEXT_SIZE])
{
    *ret_text = '\0';
    if (day->kind == WINDOW_DATE)
        clock_format_date(day->value, ret_text);
    else if (day->kind == WINDOW_INSTANT)
        clock_format_rfc3339(day->value, ret_text);
    else if (day->kind == WINDOW_BACK && day->value > 1)
        snprintf(ret_text, WINDOW_TEXT_SIZE, "%lldd", (long long)day->value);
    else if (day->kind == WINDOW_BACK)
        snprintf(ret_text, WINDOW_TEXT_SIZE, "%s", day->value ? "yesterday" : "today");
}

/* The day it means where clocks are so far ahead of UTC. */
static int64_t day_at(const struct window_day *day, int64_t now_ns, int64_t ahead_ns)
{
    if (day->kind == WINDOW_DATE)
        return day->value;
    if (day->kind == WINDOW_INSTANT)
        return clock_day_of(day->value + ahead_ns);
    return clock_day_of(now_ns + ahead_ns) - day->value;
}

/* Two of a kind are compared by one clock; else only what no clock can bring in order is wrong. */
static bool is_later(const struct window_day *since, const struct window_day *until,
                     int64_t now_ns)
{
    bool alike = since->kind == until->kind;
    return day_at(since, now_ns, alike ? 0 : LAST_NS) >
           day_at(until, now_ns, alike ? 0 : FIRST_NS);
}

bool window_check(const struct window *w, int64_t now_ns, struct error *err)
{
    const struct window_day today = {WINDOW_BACK, 0};
    const struct window_day *until = w->until.kind == WINDOW_UNSET ? &today : &w->until;
    if (w->since.kind != WINDOW_UNSET && is_later(&w->since, until, now_ns))
        return error_set(err, ERROR_USAGE, "--since is later than --until");
    if (is_later(until, &today, now_ns))
        return error_set(err, ERROR_USAGE, "--until is in the future");
    return true;
}

static int64_t day_there(const struct window_day *day, const struct zone *zone, int64_t now_ns)
{
    if (day->kind == WINDOW_DATE)
        return day->value;
    if (day->kind == WINDOW_INSTANT)
        return zone_day_of(zone, day->value);
    return zone_day_of(zone, now_ns) - day->value;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct window_days window_resolve(const struct window *w, const struct slice_rule *rule,
                                  const struct zone *zone, int64_t now_ns)
{
    bool changes = rule->has_lookback;
    bool has_since = w->since.kind != WINDOW_UNSET;
    struct window_days days = {.today = zone_day_of(zone, now_ns)};
    int64_t since = has_since ? day_there(&w->since, zone, now_ns) : INT64_MIN;

    int64_t until = changes && since < days.today ? days.today - 1 : days.today;
    if (w->until.kind != WINDOW_UNSET)
        until = day_there(&w->until, zone, now_ns);
    days.until = smaller(until, days.today);
    days.cut = until > days.today || (has_since && since > days.today);

    if (!has_since) /* a day that is read when it is past its lookback stays as it is */
        since =
            changes ? smaller(days.today - rule->lookback_days - 1, days.until) : days.until;
    days.since = slice_clamp(rule, since, days.today, &days.clamped);
    return days;
}
