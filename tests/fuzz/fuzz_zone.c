/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a TZif file. What must hold of every zone that is taken:
 *
 *   - an offset is less than 26 hours;
 *   - a day begins with the first instant that shows it or a later one: the one before does not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/zone.h"

static void demand(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "violated: %s\n", what);
        abort();
    }
}

static void check_day(const struct zone *z, int64_t day)
{
    int64_t start = zone_day_start_ns(z, day);
    demand(zone_day_of(z, start) >= day, "a day has begun at its start");
    demand(zone_day_of(z, start - 1) < day, "and not before");
}

static void check_instant(const struct zone *z, int64_t ns)
{
    const int64_t edge = 4 * CLOCK_DAY_NS; /* of what an int64_t of nanoseconds can hold */
    int32_t offset = zone_offset_s(z, ns);
    demand(offset > -26 * 3600 && offset < 26 * 3600, "offsets are bounded");
    if (ns > INT64_MIN + edge && ns < INT64_MAX - edge)
        check_day(z, zone_day_of(z, ns));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(zone_closep) struct zone *z = NULL;
    struct error err;
    if (!zone_parse("Fuzz/Zone", data, size, &z, &err)) {
        demand(err.kind == ERROR_DATA && !z, "what is refused is refused as data");
        return 0;
    }
    /* around the times that the input itself may name, and some that it does not */
    for (size_t at = 0; at + 8 <= size && at < 4096; at++) {
        uint64_t seconds = 0;
        for (size_t i = 0; i < 8; i++)
            seconds = seconds << 8 | data[at + i];
        check_instant(z, (int64_t)(seconds * (uint64_t)CLOCK_SECOND_NS));
    }
    for (int64_t ns = INT64_MIN / 64 * 64, i = 0; i < 64; i++, ns += INT64_MAX / 32)
        check_instant(z, ns);
    return 0;
}
