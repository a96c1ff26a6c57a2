/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/stop.h"

/* The years whose nanoseconds fit into int64_t. */
enum { YEAR_MIN = 1678, YEAR_MAX = 2261 };

static int64_t system_now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec * CLOCK_SECOND_NS + ts.tv_nsec;
}

static int64_t system_monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * CLOCK_SECOND_NS + ts.tv_nsec;
}

static bool system_sleep_ns(int64_t duration_ns)
{
    int64_t end = system_monotonic_ns() + duration_ns;
    for (;;) {
        if (stop_requested())
            return false;
        int64_t left = end - system_monotonic_ns();
        if (left <= 0)
            return true;
        struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
        struct timespec ts = {left / CLOCK_SECOND_NS, left % CLOCK_SECOND_NS};
        ppoll(&stop, 1, &ts, NULL);
    }
}

static const struct clock_source system_clock = {
    .now_ns = system_now_ns,
    .monotonic_ns = system_monotonic_ns,
    .sleep_ns = system_sleep_ns,
};

static const struct clock_source *source = &system_clock;

/* --- A clock of another pace --- */

static struct {
    int64_t factor;
    int64_t real_ns; /* at this instant of the system ... */
    int64_t shown_ns; /* ... it showed this one */
    int64_t monotonic_ns; /* what runs fast began here */
} fast = {.factor = 1};

/* After so long a time that it does not fit, the clock stands still. */
static int64_t fast_since(int64_t origin_ns, int64_t shown_ns, int64_t now_ns)
{
    int64_t result_ns;
    if (__builtin_sub_overflow(now_ns, origin_ns, &result_ns) ||
        __builtin_mul_overflow(result_ns, fast.factor, &result_ns) ||
        __builtin_add_overflow(result_ns, shown_ns, &result_ns))
        return now_ns < origin_ns ? INT64_MIN : INT64_MAX;
    return result_ns;
}

static int64_t fast_now_ns(void)
{
    return fast_since(fast.real_ns, fast.shown_ns, system_now_ns());
}

static int64_t fast_monotonic_ns(void)
{
    return fast_since(fast.monotonic_ns, fast.monotonic_ns, system_monotonic_ns());
}

/* Rounded up: a sleep that ends is never a nanosecond short by the fast clock. */
static int64_t fast_real_duration(int64_t duration_ns)
{
    return duration_ns / fast.factor + (duration_ns % fast.factor > 0);
}

static bool fast_sleep_ns(int64_t duration_ns)
{
    return system_sleep_ns(fast_real_duration(duration_ns));
}

static const struct clock_source fast_clock = {
    .now_ns = fast_now_ns,
    .monotonic_ns = fast_monotonic_ns,
    .sleep_ns = fast_sleep_ns,
};

bool clock_run(int64_t factor, int64_t real_ns, int64_t shown_ns)
{
    fast.factor = factor;
    fast.real_ns = real_ns;
    fast.shown_ns = shown_ns;
    fast.monotonic_ns = system_monotonic_ns();
    int64_t now_ns = fast_now_ns();
    if (now_ns == INT64_MIN || now_ns == INT64_MAX)
        return false;
    source = &fast_clock;
    return true;
}

struct timespec clock_deadline(int64_t duration_ns, int64_t most_ns)
{
    int64_t real_ns = source == &fast_clock ? fast_real_duration(duration_ns) : duration_ns;
    int64_t at_ns = system_monotonic_ns() + (real_ns < most_ns ? real_ns : most_ns);
    return (struct timespec){at_ns / CLOCK_SECOND_NS, at_ns % CLOCK_SECOND_NS};
}

/* --- What the rest of the tree asks --- */

int64_t clock_now_ns(void)
{
    return source->now_ns();
}

int64_t clock_monotonic_ns(void)
{
    return source->monotonic_ns();
}

bool clock_sleep_ns(int64_t duration_ns)
{
    return source->sleep_ns(duration_ns);
}

void clock_replace(const struct clock_source *replacement)
{
    source = replacement ? replacement : &system_clock;
}

/* Days from civil date and back: H. Hinnant, "chrono-compatible low-level date algorithms". */
int64_t clock_day_of_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t yoe = year - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void clock_date_of_day(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_year = (int)(yoe + era * 400 + (*ret_month <= 2));
}

int64_t clock_day_of(int64_t ns)
{
    return ns / CLOCK_DAY_NS - (ns % CLOCK_DAY_NS < 0);
}

void clock_format_date(int64_t day, char ret_text[CLOCK_DATE_SIZE])
{
    int year, month, dom;
    clock_date_of_day(day, &year, &month, &dom);
    snprintf(ret_text, CLOCK_DATE_SIZE, "%04d-%02d-%02d", year % 10000, month % 100, dom % 100);
}

void clock_format_rfc3339(int64_t ns, char ret_text[CLOCK_RFC3339_SIZE])
{
    int64_t day = clock_day_of(ns);
    int64_t rest = ns - day * CLOCK_DAY_NS;
    int second = (int)(rest / CLOCK_SECOND_NS);
    int fraction = (int)(rest % CLOCK_SECOND_NS);

    char date[CLOCK_DATE_SIZE];
    clock_format_date(day, date);
    char tail[16] = "";
    if (fraction % 1000000 == 0 && fraction)
        snprintf(tail, sizeof tail, ".%03d", fraction / 1000000);
    else if (fraction % 1000 == 0 && fraction)
        snprintf(tail, sizeof tail, ".%06d", fraction / 1000);
    else if (fraction)
        snprintf(tail, sizeof tail, ".%09d", fraction);
    snprintf(ret_text, CLOCK_RFC3339_SIZE, "%.10sT%02d:%02d:%02d%sZ", date, second / 3600,
             second / 60 % 60, second % 60, tail);
}

/* Reads exactly `count` digits; advances *p. */
static bool digits(const char **p, int count, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*p)[i]))
            return false;
        value = value * 10 + ((*p)[i] - '0');
    }
    *p += count;
    *ret_value = value;
    return true;
}

static bool literal(const char **p, char c)
{
    if (**p != c)
        return false;
    ++*p;
    return true;
}

static bool date_valid(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= lengths[month - 1] + (month == 2 && leap);
}

static bool parse_date(const char **p, int64_t *ret_day)
{
    int year, month, day;
    if (!digits(p, 4, &year) || !literal(p, '-') || !digits(p, 2, &month) || !literal(p, '-') ||
        !digits(p, 2, &day) || !date_valid(year, month, day))
        return false;
    *ret_day = clock_day_of_date(year, month, day);
    return true;
}

bool clock_parse_date(const char *text, int64_t *ret_day)
{
    const char *p = text;
    int64_t day;
    if (!parse_date(&p, &day) || *p)
        return false;
    *ret_day = day;
    return true;
}

static bool parse_time(const char **p, int *ret_second)
{
    int hour, minute, second;
    if (!digits(p, 2, &hour) || !literal(p, ':') || !digits(p, 2, &minute) ||
        !literal(p, ':') || !digits(p, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    *ret_second = hour * 3600 + minute * 60 + second; /* a leap second is the next second */
    return true;
}

static int64_t parse_fraction(const char **p)
{
    int64_t ns = 0;
    int64_t unit = CLOCK_SECOND_NS / 10;
    for (; isdigit((unsigned char)**p); ++*p, unit /= 10)
        ns += (**p - '0') * unit; /* beyond nanoseconds unit is 0 */
    return ns;
}

static bool parse_offset(const char **p, int *ret_seconds)
{
    if (**p == 'Z' || **p == 'z') {
        ++*p;
        *ret_seconds = 0;
        return true;
    }
    int sign = **p == '+' ? 1 : **p == '-' ? -1 : 0;
    int hour, minute;
    if (!sign)
        return false;
    ++*p;
    if (!digits(p, 2, &hour) || !literal(p, ':') || !digits(p, 2, &minute) || hour > 23 ||
        minute > 59)
        return false;
    *ret_seconds = sign * (hour * 3600 + minute * 60);
    return true;
}

bool clock_parse_rfc3339(const char *text, int64_t *ret_ns)
{
    const char *p = text;
    int64_t day;
    int second, offset;
    if (!parse_date(&p, &day) || (*p != 'T' && *p != 't'))
        return false;
    p++;
    if (!parse_time(&p, &second))
        return false;
    int64_t fraction = 0;
    if (*p == '.') {
        p++;
        if (!isdigit((unsigned char)*p))
            return false;
        fraction = parse_fraction(&p);
    }
    if (!parse_offset(&p, &offset) || *p)
        return false;
    *ret_ns = day * CLOCK_DAY_NS + (second - offset) * CLOCK_SECOND_NS + fraction;
    return true;
}

bool clock_parse_http_date(const char *text, int64_t *ret_ns)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *p = strchr(text, ',');
    if (!p || p != text + 3 || p[1] != ' ')
        return false;
    p += 2;

    int day, year, second, month = 0;
    if (!digits(&p, 2, &day) || !literal(&p, ' '))
        return false;
    for (; month < 12 && strncmp(p, months + 3 * month, 3) != 0; month++)
        ;
    if (month == 12)
        return false;
    p += 3;
    if (!literal(&p, ' ') || !digits(&p, 4, &year) || !literal(&p, ' ') ||
        !parse_time(&p, &second) || strcmp(p, " GMT") != 0 || !date_valid(year, month + 1, day))
        return false;
    *ret_ns = clock_day_of_date(year, month + 1, day) * CLOCK_DAY_NS + second * CLOCK_SECOND_NS;
    return true;
}
