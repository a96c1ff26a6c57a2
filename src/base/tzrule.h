/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the clocks of a zone change, as a rule for every year: the TZ text of POSIX that stands at
 * the end of a TZif file (RFC 9636 section 3.3), such as "NZST-12NZDT,M9.5.0,M4.1.0/3".
 */
#ifndef BASE_TZRULE_H
#define BASE_TZRULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tzrule_day {
    TZRULE_JULIAN, /* Jn: the n-th day of the year, from 1; February 29 is never counted */
    TZRULE_ORDINAL, /* n: the n-th day of the year, from 0 */
    TZRULE_WEEKDAY /* Mm.w.d: weekday d (0: Sunday) of the w-th week of month m; 5: the last */
};

struct tzrule_date {
    enum tzrule_day kind;
    int month, week, day;
    int32_t time_s; /* after midnight of that day, by the clock that is in force before it */
};

struct tzrule {
    int32_t standard_s; /* seconds east of UTC */
    bool changes; /* else it is always standard_s, and the rest means nothing */
    int32_t daylight_s;
    struct tzrule_date begins; /* daylight time */
    struct tzrule_date ends;
};

/* False when the text is no such rule, or one whose daylight time has no dates. */
bool tzrule_parse(const char *text, size_t len, struct tzrule *ret_rule);

/* Seconds east of UTC at an instant (seconds since 1970-01-01T00:00:00Z), and the instant of the
 * next change, which is later; INT64_MAX when there is none. */
int32_t tzrule_offset_s(const struct tzrule *rule, int64_t at_s, int64_t *ret_until_s);

#endif
