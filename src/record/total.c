/* SPDX-License-Identifier: Apache-2.0 */
#include "record/total.h"

#include <string.h>

#include "record/decimal.h"

typedef __typeof__(((struct total *)NULL)->units) units;

enum { MILLION = 1000000 };

static bool scale_up(units *value, int places)
{
    /* clang-format off */
    static const int64_t powers[TOTAL_PLACES + 1] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
        100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
        10000000000000000, 100000000000000000, 1000000000000000000};
    /* clang-format on */
    while (places > 0 && *value != 0) {
        int step = places < TOTAL_PLACES ? places : TOTAL_PLACES;
        if (__builtin_mul_overflow(*value, powers[step], value))
            return false;
        places -= step;
    }
    return true;
}

/* The digits as a whole number; trailing zeros are left to the scale. */
static bool whole_of(const struct decimal *d, int count, units *ret_value)
{
    units value = 0; /* kept negative: its range is the larger one */
    for (int i = 0; i < count; i++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, d->digits[i] - '0', &value))
            return false;
    if (!d->negative)
        return !__builtin_sub_overflow((units)0, value, ret_value);
    *ret_value = value;
    return true;
}

static bool add(struct total *t, units value)
{
    units sum;
    if (__builtin_add_overflow(t->units, value, &sum))
        return false;
    t->units = sum;
    return true;
}

bool total_add(struct total *t, const char *text, size_t len)
{
    struct decimal d;
    units value;
    if (!decimal_parse(text, len, &d))
        return false;
    int count = d.count;
    while (count > 0 && d.digits[count - 1] == '0')
        count--;
    int places = TOTAL_PLACES - (d.scale - (d.count - count));
    return count == 0 || (places >= 0 && whole_of(&d, count, &value) &&
                          scale_up(&value, places) && add(t, value));
}

bool total_add_integer(struct total *t, int64_t value)
{
    units scaled = value;
    return scale_up(&scaled, TOTAL_PLACES) && add(t, scaled);
}

bool total_add_total(struct total *t, const struct total *other)
{
    return add(t, other->units);
}

void total_format(const struct total *t, char ret_text[TOTAL_TEXT_SIZE])
{
    char digits[TOTAL_TEXT_SIZE];
    size_t count = 0;
    bool negative = t->units < 0;
    /* from the last digit on, and at least one before the point */
    for (units rest = t->units; rest != 0 || count <= TOTAL_PLACES; rest /= 10) {
        int digit = (int)(rest % 10);
        digits[count++] = (char)('0' + (digit < 0 ? -digit : digit));
    }

    size_t last = 0; /* behind the point */
    while (last < TOTAL_PLACES && digits[last] == '0')
        last++;
    char *p = ret_text;
    if (negative)
        *p++ = '-';
    for (size_t i = count; i > last; i--) {
        if (i == TOTAL_PLACES)
            *p++ = '.';
        *p++ = digits[i - 1];
    }
    *p = '\0';
}

/* A difference that does not fit is larger than any that is allowed. */
bool total_is_near(const struct total *a, const struct total *b, int64_t millionths)
{
    units difference, allowed;
    if (__builtin_sub_overflow(a->units, b->units, &difference) ||
        __builtin_mul_overflow(b->units / MILLION, millionths, &allowed))
        return false;
    if (difference > 0)
        difference = -difference;
    if (allowed > 0)
        allowed = -allowed;
    return difference >= allowed;
}
