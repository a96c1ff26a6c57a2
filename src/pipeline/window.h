/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which days a run is about: --since and --until as they were given, and what they mean for an
 * account. A day is one of the account's own calendar, so "yesterday" is not the same day for
 * all of them, and neither is the day of an instant. All of this is pure.
 *
 *     given                      means, for an account
 *     2026-11-01                 that day
 *     today, yesterday, 3d       its day now, and so many days before
 *     2026-11-01T09:30:00Z, 12h  its day at that instant
 *     no --until                 yesterday where the API goes on changing days (the stream has a
 *                                lookback): today is not over. Else today. Never before --since
 *     no --since                 where the API goes on changing days, the first one that is read
 *                                for the last time today (pipeline/scope: or an earlier one, after
 *                                nights without a run). Else the day of --until
 */
#ifndef PIPELINE_WINDOW_H
#define PIPELINE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/zone.h"
#include "source/slice.h"

enum { WINDOW_TEXT_SIZE = CLOCK_RFC3339_SIZE };

enum window_kind {
    WINDOW_UNSET, /* not given */
    WINDOW_DATE, /* value: days since 1970-01-01 */
    WINDOW_BACK, /* value: days back from the account's today */
    WINDOW_INSTANT /* value: Unix time in ns */
};

struct window_day {
    enum window_kind kind;
    int64_t value;
};

/* As it was given; {0} is nothing. */
struct window {
    struct window_day since;
    struct window_day until;
};

/* Days since 1970-01-01, of one account and one stream; both included. since after until: none
 * of the days that were asked for has begun there, or none is kept by the API any more. */
struct window_days {
    int64_t since;
    int64_t until;
    int64_t today;
    bool cut; /* a later day was asked for, which has not begun there */
    bool clamped; /* an earlier day was asked for, which the API keeps no more */
};

/* What an option says, at now_ns; false when it is none of the above. */
bool window_parse_day(const char *text, int64_t now_ns, struct window_day *ret_day);
/* As an option would say it: "2026-11-01", "yesterday", "3d", "2026-11-01T09:30:00Z"; "" when it
 * was not given. */
void window_format_day(const struct window_day *day, char ret_text[WINDOW_TEXT_SIZE]);

/* Refuses what is wrong wherever an account is: ERROR_USAGE when since is later than until, or
 * until is in the future. */
bool window_check(const struct window *w, int64_t now_ns, struct error *err);

/* The days of an account in that time zone, for a stream that is cut by that rule. Slices that
 * are not days take no notice of them. */
struct window_days window_resolve(const struct window *w, const struct slice_rule *rule,
                                  const struct zone *zone, int64_t now_ns);

#endif
