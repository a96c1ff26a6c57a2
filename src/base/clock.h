/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time. All instants are nanoseconds since 1970-01-01T00:00:00Z as int64_t (until 2262); all
 * names of such values end in _ns. The clock can be replaced for tests; nothing else in the
 * tree asks the system for the time or sleeps.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_SECOND_NS INT64_C(1000000000)
#define CLOCK_DAY_NS (86400 * CLOCK_SECOND_NS)

enum { CLOCK_RFC3339_SIZE = 32, CLOCK_DATE_SIZE = 16, CLOCK_FACTOR_MAX = 100000 };

struct clock_source {
    int64_t (*now_ns)(void); /* wall clock */
    int64_t (*monotonic_ns)(void); /* never goes back; only differences mean anything */
    /* Sleeps; returns early, with false, when the process was asked to stop (base/stop.h). */
    bool (*sleep_ns)(int64_t duration_ns);
};

int64_t clock_now_ns(void);
int64_t clock_monotonic_ns(void);
bool clock_sleep_ns(int64_t duration_ns);
/* When a wait of this length is over, by CLOCK_MONOTONIC, at most most_ns of the system's time from
 * now: for pthread_cond_timedwait, which knows no other clock. */
struct timespec clock_deadline(int64_t duration_ns, int64_t most_ns);
/* At real_ns of the system's time the clock showed shown_ns, and it runs factor times as fast, 1 to
 * CLOCK_FACTOR_MAX; sleeps are shorter by it. False: by now it would show a time that int64_t does
 * not hold. Call before threads are started. */
bool clock_run(int64_t factor, int64_t real_ns, int64_t shown_ns);
/* NULL puts the system's clock back. */
void clock_replace(const struct clock_source *source);

/* "2026-11-20T09:30:00Z"; a fraction of 3, 6 or 9 digits only when there is one. */
void clock_format_rfc3339(int64_t ns, char ret_text[CLOCK_RFC3339_SIZE]);
/* RFC 3339 with `Z` or an offset; lower-case t and z are accepted; years 1678 to 2261. */
bool clock_parse_rfc3339(const char *text, int64_t *ret_ns);

/* Calendar days, proleptic Gregorian, as days since 1970-01-01. */
void clock_format_date(int64_t day, char ret_text[CLOCK_DATE_SIZE]); /* "2026-11-20" */
bool clock_parse_date(const char *text, int64_t *ret_day);
int64_t clock_day_of(int64_t ns); /* the UTC day of an instant */
int64_t clock_day_of_date(int64_t year, int month, int day); /* months and days count from 1 */
void clock_date_of_day(int64_t day, int *ret_year, int *ret_month, int *ret_day);

/* HTTP-date in the IMF-fixdate form of RFC 9110 section 5.6.7. */
bool clock_parse_http_date(const char *text, int64_t *ret_ns);

#endif
