/* SPDX-License-Identifier: Apache-2.0 */
#include "source/unit.h"

#include <string.h>

#include "base/clock.h"
#include "quota/usage.h"

enum { NUMBER_MAX = 64, EXPONENT_MAX = 300 };

static const struct {
    const char *name;
    int64_t ns;
    const char *suffix;
} units[] = {
    [UNIT_SECONDS] = {"seconds", CLOCK_SECOND_NS, ""},
    [UNIT_MINUTES] = {"minutes", 60 * CLOCK_SECOND_NS, ""},
    [UNIT_DURATION] = {"duration", CLOCK_SECOND_NS, "s"},
    {NULL, 0, NULL},
};

bool unit_read(struct place *p, const json_t *object, enum unit *ret_unit, struct error *err)
{
    size_t row = *ret_unit;
    if (!place_row(p, object, "unit", units, sizeof *units, &row, err))
        return false;
    *ret_unit = (enum unit)row;
    return true;
}

/* Steps over the digits at *text, and adds them behind those of *value. */
static bool take_digits(const char **text, bool fraction, double *value)
{
    const char *first = *text;
    double scale = 1;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        scale /= 10;
        *value = fraction ? *value + (**text - '0') * scale : *value * 10 + (**text - '0');
    }
    return *text > first;
}

static bool take_exponent(const char **text, double *value)
{
    ++*text;
    bool negative = **text == '-';
    *text += **text == '-' || **text == '+';
    double exponent = 0;
    if (!take_digits(text, false, &exponent) || exponent > EXPONENT_MAX)
        return false;
    for (; exponent > 0; exponent--)
        *value = negative ? *value / 10 : *value * 10;
    return true;
}

/* Not by strtod, which reads the decimal point of the user's language. */
static bool take_number(const char **text, double *ret_value)
{
    double value = 0;
    if (strlen(*text) > NUMBER_MAX || !take_digits(text, false, &value))
        return false;
    if (**text == '.' && (++*text, !take_digits(text, true, &value)))
        return false;
    if ((**text == 'e' || **text == 'E') && !take_exponent(text, &value))
        return false;
    *ret_value = value;
    return true;
}

bool unit_number(const char *text, double *ret_value)
{
    double value;
    if (!take_number(&text, &value) || *text)
        return false;
    *ret_value = value;
    return true;
}

bool unit_span(enum unit unit, const char *text, int64_t *ret_ns)
{
    double value;
    if (!take_number(&text, &value) || strcmp(text, units[unit].suffix) != 0)
        return false;
    value *= (double)units[unit].ns;
    *ret_ns = value < (double)USAGE_AWAY_MAX_NS ? (int64_t)(value + 0.5) : USAGE_AWAY_MAX_NS;
    return true;
}
