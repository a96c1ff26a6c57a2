/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "codec/json.h"
#include "sandbox/calendar.h"

enum { HISTORY_MONTHS = 37, INCREMENT_MAX = 90, MONTHLY = -1, ALL_DAYS = 0 };

/* --- the calendar --- */

static struct calendar_day split(int64_t day)
{
    return calendar_of_ms(day * CALENDAR_DAY_MS);
}

/* The day number of a month's first day; months beyond 1 to 12 belong to other years. */
static int64_t month_start(int year, int month)
{
    char text[CLOCK_DATE_SIZE * 2];
    int64_t day = 0;
    int months = year * 12 + month - 1;
    snprintf(text, sizeof text, "%04d-%02d-01", months / 12, months % 12 + 1);
    (void)clock_parse_date(text, &day);
    return day;
}

int64_t meta_span_months_before(int64_t day, int months)
{
    struct calendar_day d = split(day);
    int64_t start = month_start(d.year, d.month - months);
    int64_t next = month_start(d.year, d.month - months + 1);
    int64_t there = start + d.day - 1;
    return there < next ? there : next - 1;
}

/* 0: Monday */
static int64_t weekday(int64_t day)
{
    return ((day + 3) % 7 + 7) % 7;
}

/* --- presets --- */

static struct meta_span last_days(int64_t today, int64_t count)
{
    return (struct meta_span){today - count, today - 1};
}

static struct meta_span months(int64_t today, int first, int end, bool to_today)
{
    struct calendar_day d = split(today);
    return (struct meta_span){month_start(d.year, d.month + first),
                              to_today ? today : month_start(d.year, d.month + end) - 1};
}

enum preset_kind { DAYS, MONTHS, QUARTERS, YEARS, WEEK_MONDAY, WEEK_SUNDAY, SINGLE, MAXIMUM };

static const struct {
    const char *name;
    enum preset_kind kind;
    int count; /* of days; else 0: the present one until today, 1: the one before */
} presets[] = {
    {"today", SINGLE, 0},
    {"yesterday", SINGLE, 1},
    {"this_month", MONTHS, 0},
    {"last_month", MONTHS, 1},
    {"this_quarter", QUARTERS, 0},
    {"last_quarter", QUARTERS, 1},
    {"this_year", YEARS, 0},
    {"last_year", YEARS, 1},
    {"maximum", MAXIMUM, 0},
    {"data_maximum", MAXIMUM, 0},
    {"last_3d", DAYS, 3},
    {"last_7d", DAYS, 7},
    {"last_14d", DAYS, 14},
    {"last_28d", DAYS, 28},
    {"last_30d", DAYS, 30},
    {"last_90d", DAYS, 90},
    {"this_week_mon_today", WEEK_MONDAY, 0},
    {"last_week_mon_sun", WEEK_MONDAY, 1},
    {"this_week_sun_today", WEEK_SUNDAY, 0},
    {"last_week_sun_sat", WEEK_SUNDAY, 1},
};

static struct meta_span week(int64_t today, int64_t start, int before)
{
    return before ? (struct meta_span){start - 7, start - 1} : (struct meta_span){start, today};
}

static struct meta_span span_of(enum preset_kind kind, int count, int64_t today,
                                int64_t first_day)
{
    struct calendar_day d = split(today);
    int quarter = -((d.month - 1) % 3);
    int year = -(d.month - 1);
    int64_t oldest = meta_span_months_before(today, HISTORY_MONTHS);
    switch (kind) {
    case DAYS:
        return last_days(today, count);
    case MONTHS:
        return months(today, -count, 1 - count, count == 0);
    case QUARTERS:
        return months(today, quarter - 3 * count, quarter, count == 0);
    case YEARS:
        return months(today, year - 12 * count, year, count == 0);
    case WEEK_MONDAY:
        return week(today, today - weekday(today), count);
    case WEEK_SUNDAY:
        return week(today, today - (weekday(today) + 1) % 7, count);
    case SINGLE:
        return (struct meta_span){today - count, today - count};
    default:
        return (struct meta_span){first_day > oldest ? first_day : oldest, today};
    }
}

/* --- ranges --- */

static enum meta_error wrong(char ret_text[META_SPAN_TEXT_MAX], const char *text)
{
    snprintf(ret_text, META_SPAN_TEXT_MAX, "%s", text);
    return META_ERROR_PARAMETER;
}

static bool parse_json(const char *text, json_t **ret_root)
{
    struct error err;
    return json_parse(text, strlen(text), "parameter", ERROR_DATA, ret_root, &err);
}

static enum meta_error read_range(const json_t *object, int64_t today,
                                  struct meta_span *ret_span, char ret_text[META_SPAN_TEXT_MAX])
{
    const char *since = json_string_value(json_object_get(object, "since"));
    const char *until = json_string_value(json_object_get(object, "until"));
    struct meta_span span;
    if (!since || !until || !clock_parse_date(since, &span.since) ||
        !clock_parse_date(until, &span.until))
        return wrong(ret_text, "Must be a date representation in the format YYYY-MM-DD: "
                               "param time_range must have since and until");
    if (span.since > span.until)
        return wrong(ret_text, "The start date must be before the end date of the time range");
    if (span.since < meta_span_months_before(today, HISTORY_MONTHS))
        return META_ERROR_TOO_OLD;
    *ret_span = span;
    return META_ERROR_NONE;
}

static enum meta_error read_ranges(const char *text, int64_t today, struct meta_spans *spans,
                                   char ret_text[META_SPAN_TEXT_MAX])
{
    json_auto_t *root = NULL;
    if (!parse_json(text, &root) || !json_is_array(root) || json_array_size(root) == 0 ||
        json_array_size(root) > META_SPAN_RANGES_MAX)
        return wrong(ret_text, "param time_ranges must be an array of time ranges");
    for (size_t i = 0; i < json_array_size(root); i++) {
        enum meta_error what =
            read_range(json_array_get(root, i), today, &spans->items[spans->count], ret_text);
        if (what != META_ERROR_NONE)
            return what;
        spans->count++;
    }
    return META_ERROR_NONE;
}

static enum meta_error read_whole(const struct meta_span_request *r, int64_t today,
                                  int64_t first_day, struct meta_span *ret_whole,
                                  char ret_text[META_SPAN_TEXT_MAX])
{
    if (r->time_range) {
        json_auto_t *root = NULL;
        if (!parse_json(r->time_range, &root))
            return wrong(ret_text, "param time_range must be a JSON object");
        return read_range(root, today, ret_whole, ret_text);
    }
    const char *name = r->date_preset ? r->date_preset : "last_30d";
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcmp(presets[i].name, name) == 0) {
            *ret_whole = span_of(presets[i].kind, presets[i].count, today, first_day);
            return META_ERROR_NONE;
        }
    return wrong(ret_text, "param date_preset must be one of the presets there are");
}

/* --- the increment --- */

static bool parse_increment(const char *text, int64_t *ret_increment)
{
    if (!text || strcmp(text, "all_days") == 0)
        *ret_increment = ALL_DAYS;
    else if (strcmp(text, "monthly") == 0)
        *ret_increment = MONTHLY;
    else
        return text_parse_int64(text, strlen(text), ret_increment) && *ret_increment >= 1 &&
               *ret_increment <= INCREMENT_MAX;
    return true;
}

static int64_t last_of(int64_t since, int64_t increment)
{
    if (increment == ALL_DAYS)
        return INT64_MAX;
    if (increment != MONTHLY)
        return since + increment - 1;
    struct calendar_day d = split(since);
    return month_start(d.year, d.month + 1) - 1;
}

static void cut(struct meta_span whole, int64_t increment, struct meta_spans *spans)
{
    for (int64_t since = whole.since; since <= whole.until && spans->count < META_SPANS_MAX;) {
        int64_t until = last_of(since, increment);
        if (until > whole.until)
            until = whole.until;
        spans->items[spans->count++] = (struct meta_span){since, until};
        since = until + 1;
    }
}

enum meta_error meta_span_parse(const struct meta_span_request *r, int64_t today,
                                int64_t first_day, struct meta_spans *ret_spans,
                                char ret_text[META_SPAN_TEXT_MAX])
{
    struct meta_spans spans = {.items = calloc(META_SPANS_MAX, sizeof *spans.items)};
    AUTO(cleanup_free) struct meta_span *items = spans.items;
    struct meta_span whole;
    int64_t increment;
    if (!items)
        return META_ERROR_UNKNOWN;
    if (r->time_ranges) {
        enum meta_error what = read_ranges(r->time_ranges, today, &spans, ret_text);
        if (what != META_ERROR_NONE)
            return what;
    } else {
        if (!parse_increment(r->time_increment, &increment))
            return wrong(ret_text, "param time_increment must be a number from 1 to 90, "
                                   "monthly or all_days");
        enum meta_error what = read_whole(r, today, first_day, &whole, ret_text);
        if (what != META_ERROR_NONE)
            return what;
        cut(whole, increment, &spans);
    }
    items = NULL;
    *ret_spans = spans;
    return META_ERROR_NONE;
}

void meta_spans_done(struct meta_spans *spans)
{
    free(spans->items);
    *spans = (struct meta_spans){0};
}
