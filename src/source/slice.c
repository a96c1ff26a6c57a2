/* SPDX-License-Identifier: Apache-2.0 */
#include "source/slice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

static void list_days(int64_t since_day, int64_t until_day, struct slice *ret_slices)
{
    for (int64_t day = since_day; day <= until_day; day++, ret_slices++) {
        clock_format_date(day, ret_slices->from);
        clock_format_date(day, ret_slices->to);
        snprintf(ret_slices->id, sizeof ret_slices->id, "%s", ret_slices->from);
    }
}

static bool parse_day(const char *id, struct slice *ret_slice)
{
    int64_t day;
    if (!clock_parse_date(id, &day))
        return false;
    *ret_slice = (struct slice){0};
    list_days(day, day, ret_slice);
    return true;
}

static const struct {
    const char *name;
    int64_t days; /* a slice spans */
    void (*list)(int64_t since_day, int64_t until_day, struct slice *ret_slices);
    bool (*parse)(const char *id, struct slice *ret_slice);
} kinds[] = {
    [SLICE_DAY] = {"day", 1, list_days, parse_day},
    {NULL, 0, NULL, NULL},
};

static const struct place_key keys[] = {{"kind", true}, {NULL, false}};

bool slice_read(struct place *p, const json_t *value, struct slice_rule *ret_rule,
                struct error *err)
{
    size_t kind = 0;
    if (!place_keys(p, value, keys, err) ||
        !place_row(p, value, "kind", kinds, sizeof *kinds, &kind, err))
        return false;
    ret_rule->kind = (enum slice_kind)kind;
    return true;
}

bool slice_list(const struct slice_rule *rule, int64_t since_day, int64_t until_day,
                struct slice **ret_slices, size_t *ret_count, struct error *err)
{
    char since[CLOCK_DATE_SIZE], until[CLOCK_DATE_SIZE];
    clock_format_date(since_day, since);
    clock_format_date(until_day, until);
    if (since_day > until_day)
        return error_set(err, ERROR_USAGE, "--since %s is after --until %s", since, until);
    int64_t count = (until_day - since_day) / kinds[rule->kind].days + 1;
    if (count > SLICE_COUNT_MAX)
        return error_set(err, ERROR_USAGE,
                         "%s to %s makes %lld slices, more than %d: choose a later --since",
                         since, until, (long long)count, SLICE_COUNT_MAX);

    AUTO(cleanup_free) struct slice *slices = calloc((size_t)count, sizeof *slices);
    if (!slices)
        return error_memory(err);
    kinds[rule->kind].list(since_day, until_day, slices);
    *ret_slices = steal(&slices);
    *ret_count = (size_t)count;
    return true;
}

bool slice_parse(const struct slice_rule *rule, const char *id, struct slice *ret_slice)
{
    return kinds[rule->kind].parse(id, ret_slice);
}
