/* SPDX-License-Identifier: Apache-2.0 */
#include "source/comparison.h"

#include <string.h>

#include "base/text.h"
#include "record/decimal.h"

enum {
    NAME_MAX_BYTES = 63,
    TOLERANCE_PRECISION = 7, /* 100.0000 */
    TOLERANCE_SCALE = 4, /* a ten-thousandth of a percent is a millionth */
    MILLION = 1000000,
};

static const struct place_key keys[] = {
    {"with", true},
    {"sum", true},
    {"tolerance", false},
    {NULL, false},
};

static bool read_sums(struct place *p, const json_t *value, struct comparison_rule *rule,
                      struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "sum", COMPARISON_SUMS_MAX, &list, err))
        return false;
    for (; rule->count < json_array_size(list); rule->count++) {
        const char *name = json_string_value(json_array_get(list, rule->count));
        if (!name || !text_is_identifier(name))
            return place_fail_at(p, "sum", err, "expected names of columns");
        for (size_t i = 0; i < rule->count; i++)
            if (strcmp(rule->sums[i], name) == 0)
                return place_fail_at(p, "sum", err, "%s is named twice", name);
        rule->sums[rule->count] = name;
    }
    return true;
}

/* "0.5%" is 5000 millionths. */
static bool parse_share(const char *text, int64_t *ret_millionths)
{
    struct decimal d;
    size_t len = strlen(text);
    if (len < 2 || text[len - 1] != '%' || strspn(text, "0123456789.") != len - 1 ||
        !decimal_parse(text, len - 1, &d) ||
        !decimal_fits(&d, TOLERANCE_PRECISION, TOLERANCE_SCALE))
        return false;
    decimal_round(&d, TOLERANCE_SCALE);
    int64_t value = 0;
    for (int i = 0; i < d.count; i++)
        value = value * 10 + (d.digits[i] - '0');
    if (value > MILLION)
        return false;
    *ret_millionths = value;
    return true;
}

bool comparison_read(struct place *p, const json_t *value, struct comparison_rule *ret_rule,
                     struct error *err)
{
    struct comparison_rule rule = {0};
    const char *tolerance = NULL;
    if (!place_keys(p, value, keys, err) ||
        !place_text(p, value, "with", NAME_MAX_BYTES, &rule.with, err) ||
        !read_sums(p, value, &rule, err) ||
        !place_text(p, value, "tolerance", NAME_MAX_BYTES, &tolerance, err))
        return false;
    if (tolerance && !parse_share(tolerance, &rule.millionths))
        return place_fail_at(p, "tolerance", err,
                             "expected a share of up to 100%% such as 0.5%%");
    *ret_rule = rule;
    return true;
}
