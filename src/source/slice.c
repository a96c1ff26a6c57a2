/* SPDX-License-Identifier: Apache-2.0 */
#include "source/slice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "source/template.h"

enum { YEAR_MONTHS = 12 };

/* The least number of days that 0 to 11 months in a row have: those that begin with a February
 * of 28 days. */
static const int64_t least_days[YEAR_MONTHS] = {
    0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334,
};

static bool read_days(struct place *p, const json_t *value, struct slice_rule *rule,
                      struct error *err);
static bool read_changes(struct place *p, const json_t *value, struct slice_rule *rule,
                         struct error *err);

static bool read_nothing(struct place *p, const json_t *value, struct slice_rule *rule,
                         struct error *err)
{
    (void)p, (void)value, (void)rule, (void)err;
    return true;
}

static const struct place_key day_keys[] = {
    {"kind", true},
    {"lookback", false},
    {"retention", false},
    {NULL, false},
};
static const struct place_key changes_keys[] = {
    {"kind", true}, {"overlap", true}, {NULL, false}};
static const struct place_key snapshot_keys[] = {{"kind", true}, {NULL, false}};

static const struct {
    const char *name;
    const char *only; /* the id of the one slice there is; NULL: one a day */
    uint32_t names;
    const struct place_key *keys;
    bool (*read)(struct place *p, const json_t *value, struct slice_rule *rule,
                 struct error *err);
} kinds[] = {
    [SLICE_DAY] = {"day", NULL,
                   1 << TEMPLATE_SLICE_DAY | 1 << TEMPLATE_SLICE_FROM | 1 << TEMPLATE_SLICE_TO,
                   day_keys, read_days},
    [SLICE_CHANGES] = {"changes", "changes",
                       1 << TEMPLATE_SLICE_SINCE | 1 << TEMPLATE_SLICE_SINCE_UNIX, changes_keys,
                       read_changes},
    [SLICE_SNAPSHOT] = {"snapshot", "all", 0, snapshot_keys, read_nothing},
    {.name = NULL},
};

/* --- reading a rule ---------------------------------------------------------------------- */

/* A number from 1 to max before the unit. */
static bool parse_count(const char *text, const char *unit, int64_t max, int64_t *ret_count)
{
    int64_t count;
    size_t len = strlen(text), unit_len = strlen(unit);
    if (!text_ends_with(text, unit) || !text_parse_int64(text, len - unit_len, &count) ||
        count < 0 || count > max)
        return false;
    *ret_count = count;
    return true;
}

bool slice_parse_lookback(const char *text, int64_t *ret_days)
{
    return parse_count(text, "d", SLICE_LOOKBACK_MAX, ret_days);
}

/* "37mo" or "90d". */
static bool read_retention(struct place *p, const json_t *value, struct slice_rule *rule,
                           struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, value, "retention", 16, &text, err))
        return false;
    if (!text)
        return true;
    int64_t months = 0, days = 0;
    if (parse_count(text, "mo", SLICE_MONTHS_MAX, &months))
        days = months / YEAR_MONTHS * 365 + least_days[months % YEAR_MONTHS];
    else if (!parse_count(text, "d", SLICE_MONTHS_MAX * 31, &days))
        days = 0;
    if (days == 0)
        return place_fail_at(p, "retention", err,
                             "expected months or days such as 37mo or 90d");
    rule->retention_months = months;
    rule->retention_days = days;
    return true;
}

static bool read_days(struct place *p, const json_t *value, struct slice_rule *rule,
                      struct error *err)
{
    const char *lookback = NULL;
    if (!place_text(p, value, "lookback", 16, &lookback, err))
        return false;
    rule->has_lookback = lookback;
    if (lookback && !slice_parse_lookback(lookback, &rule->lookback_days))
        return place_fail_at(p, "lookback", err, "expected days such as 28d");
    return read_retention(p, value, rule, err);
}

static bool read_changes(struct place *p, const json_t *value, struct slice_rule *rule,
                         struct error *err)
{
    return place_duration(p, value, "overlap", 0, 366 * CLOCK_DAY_NS, &rule->overlap_ns, err);
}

bool slice_read(struct place *p, const json_t *value, struct slice_rule *ret_rule,
                struct error *err)
{
    size_t kind = 0;
    if (!place_sort(p, value, "kind", kinds, sizeof *kinds, &kind, err) ||
        !place_keys(p, value, kinds[kind].keys, err))
        return false;
    struct slice_rule rule = {.kind = (enum slice_kind)kind, .names = kinds[kind].names};
    if (!kinds[kind].read(p, value, &rule, err))
        return false;
    *ret_rule = rule;
    return true;
}

/* --- slices ------------------------------------------------------------------------------ */

static struct slice slice_of_day(int64_t day)
{
    struct slice s = {0};
    clock_format_date(day, s.from);
    clock_format_date(day, s.to);
    snprintf(s.id, sizeof s.id, "%s", s.from);
    return s;
}

static struct slice slice_of_kind(enum slice_kind kind)
{
    struct slice s = {0};
    snprintf(s.id, sizeof s.id, "%s", kinds[kind].only);
    return s;
}

bool slice_list(const struct slice_rule *rule, int64_t since_day, int64_t until_day,
                struct slice **ret_slices, size_t *ret_count, struct error *err)
{
    char since[CLOCK_DATE_SIZE], until[CLOCK_DATE_SIZE];
    clock_format_date(since_day, since);
    clock_format_date(until_day, until);
    if (since_day > until_day)
        return error_set(err, ERROR_USAGE, "--since %s is after --until %s", since, until);
    bool daily = !kinds[rule->kind].only;
    int64_t count = daily ? until_day - since_day + 1 : 1;
    if (count > SLICE_COUNT_MAX)
        return error_set(err, ERROR_USAGE,
                         "%s to %s makes %lld slices, more than %d: choose a later --since",
                         since, until, (long long)count, SLICE_COUNT_MAX);

    struct slice *slices = calloc((size_t)count, sizeof *slices);
    if (!slices)
        return error_memory(err);
    for (int64_t i = 0; i < count; i++)
        slices[i] = daily ? slice_of_day(since_day + i) : slice_of_kind(rule->kind);
    *ret_slices = slices;
    *ret_count = (size_t)count;
    return true;
}

bool slice_parse(const struct slice_rule *rule, const char *id, struct slice *ret_slice)
{
    int64_t day;
    const char *only = kinds[rule->kind].only;
    if (only ? strcmp(id, only) != 0 : !clock_parse_date(id, &day))
        return false;
    *ret_slice = only ? slice_of_kind(rule->kind) : slice_of_day(day);
    return true;
}

/* --- what need not, and what cannot be read ---------------------------------------------- */

bool slice_settled(const struct slice_rule *rule, const struct slice *slice, int64_t read_day,
                   int64_t today)
{
    int64_t day;
    if (rule->kind != SLICE_DAY || !clock_parse_date(slice->to, &day))
        return false;
    return !rule->has_lookback || (read_day == today && day < today) ||
           (read_day < today && read_day - day > rule->lookback_days);
}

/* The same day of the month, so many months before; the first of the next month where that one
 * is too short. */
static int64_t months_before(int64_t day, int64_t months)
{
    char text[CLOCK_DATE_SIZE];
    int year = 0, month = 0, of_month = 0;
    int64_t before;
    clock_format_date(day, text);
    sscanf(text, "%d-%d-%d", &year, &month, &of_month);
    int64_t count = (int64_t)year * YEAR_MONTHS + (month - 1) - months;
    snprintf(text, sizeof text, "%04d-%02d-%02d", (int)(count / YEAR_MONTHS),
             (int)(count % YEAR_MONTHS + 1), of_month);
    if (clock_parse_date(text, &before))
        return before;
    count++;
    snprintf(text, sizeof text, "%04d-%02d-01", (int)(count / YEAR_MONTHS),
             (int)(count % YEAR_MONTHS + 1));
    return clock_parse_date(text, &before) ? before : day;
}

int64_t slice_clamp(const struct slice_rule *rule, int64_t since_day, int64_t today,
                    bool *ret_clamped)
{
    int64_t earliest = since_day;
    if (rule->retention_days > 0)
        earliest = today - rule->retention_days;
    if (rule->retention_months > 0) {
        int64_t month = months_before(today, rule->retention_months) + 1;
        earliest = month > earliest ? month : earliest;
    }
    *ret_clamped = earliest > since_day;
    return *ret_clamped ? earliest : since_day;
}

/* --- readings ---------------------------------------------------------------------------- */

struct slice_mark slice_next_mark(const struct slice_rule *rule, const struct slice_mark *last,
                                  int64_t now_ns)
{
    struct slice_mark mark = {.began_ns = now_ns};
    if (last && last->began_ns <= now_ns) {
        mark.has_since = true;
        mark.since_ns = last->began_ns - rule->overlap_ns;
    }
    return mark;
}

void slice_format_mark(const struct slice_mark *mark, char ret_text[SLICE_MARK_SIZE])
{
    char since[CLOCK_RFC3339_SIZE] = "..", began[CLOCK_RFC3339_SIZE];
    if (mark->has_since)
        clock_format_rfc3339(mark->since_ns, since);
    clock_format_rfc3339(mark->began_ns, began);
    snprintf(ret_text, SLICE_MARK_SIZE, "%s/%s", since, began);
}

bool slice_parse_mark(const char *text, struct slice_mark *ret_mark)
{
    char since[CLOCK_RFC3339_SIZE];
    struct slice_mark mark = {0};
    size_t len = strcspn(text, "/");
    if (text[len] != '/' || len >= sizeof since)
        return false;
    memcpy(since, text, len);
    since[len] = '\0';
    mark.has_since = strcmp(since, "..") != 0;
    if ((mark.has_since && !clock_parse_rfc3339(since, &mark.since_ns)) ||
        !clock_parse_rfc3339(text + len + 1, &mark.began_ns))
        return false;
    *ret_mark = mark;
    return true;
}
