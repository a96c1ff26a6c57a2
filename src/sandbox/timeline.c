/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/timeline.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

bool timeline_init(struct timeline *t, const char *spec)
{
    int64_t stand_ns = 0;
    t->real = strcmp(spec, "real") == 0;
    if (!t->real && !clock_parse_rfc3339(spec, &stand_ns))
        return false;
    atomic_init(&t->offset_ns, stand_ns);
    return true;
}

int64_t timeline_now_ns(struct timeline *t)
{
    return atomic_load(&t->offset_ns) + (t->real ? clock_now_ns() : 0);
}

void timeline_advance(struct timeline *t, int64_t ns)
{
    atomic_fetch_add(&t->offset_ns, ns);
}

void timeline_set(struct timeline *t, int64_t now_ns)
{
    atomic_store(&t->offset_ns, now_ns - (t->real ? clock_now_ns() : 0));
}

void timeline_format_http_date(int64_t ns, char ret_text[TIMELINE_HTTP_DATE_SIZE])
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm = {0};
    time_t seconds = (time_t)(ns / CLOCK_SECOND_NS);
    gmtime_r(&seconds, &tm);
    snprintf(ret_text, TIMELINE_HTTP_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT",
             days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
             tm.tm_min, tm.tm_sec);
}
