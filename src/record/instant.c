/* SPDX-License-Identifier: Apache-2.0 */
#include "record/instant.h"

#include <string.h>
#include <time.h>

enum {
    DATE_LENGTH = 10, /* 2026-11-20 */
    TIME_LENGTH = 19, /* 2026-11-20T09:30:00 */
    OFFSET_LENGTH = 6, /* +01:00 */
    FRACTION_DIGITS = 6,
    DAY_SECONDS = 86400,
};

struct day {
    int year, month, day;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads exactly `count` digits at text; -1 when one of them is none. */
static int digits(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static void put_digits(char *text, int count, int value)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        text[i] = (char)('0' + value % 10);
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

/* text has DATE_LENGTH bytes. */
static bool parse_day(const char *text, struct day *ret_day)
{
    struct day d = {digits(text, 4), digits(text + 5, 2), digits(text + 8, 2)};
    if (text[4] != '-' || text[7] != '-' || d.year < 1 || d.month < 1 || d.month > 12 ||
        d.day < 1 || d.day > month_length(d.year, d.month))
        return false;
    *ret_day = d;
    return true;
}

bool instant_is_date(const char *text, size_t len)
{
    struct day day;
    return len == DATE_LENGTH && parse_day(text, &day);
}

/* text has TIME_LENGTH bytes, of which the date was looked at. */
static bool parse_time(const char *text, int *ret_seconds)
{
    int hour = digits(text + 11, 2);
    int minute = digits(text + 14, 2);
    int second = digits(text + 17, 2);
    if ((text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':' ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    *ret_seconds = hour * 3600 + minute * 60 + second;
    return true;
}

/* The whole of the text behind the fraction. */
static bool parse_offset(const char *text, size_t len, int *ret_seconds)
{
    if (len == 1 && (*text == 'Z' || *text == 'z')) {
        *ret_seconds = 0;
        return true;
    }
    if (len != OFFSET_LENGTH || (*text != '+' && *text != '-') || text[3] != ':')
        return false;
    int hour = digits(text + 1, 2);
    int minute = digits(text + 4, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    *ret_seconds = (*text == '-' ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
}

/* Up to FRACTION_DIGITS digits go to ret_digits, filled up with zeros; returns how many bytes
 * the fraction has with its point, or 0 when there is none. */
static size_t parse_fraction(const char *text, size_t len, char ret_digits[FRACTION_DIGITS])
{
    memset(ret_digits, '0', FRACTION_DIGITS);
    if (len < 2 || *text != '.')
        return 0;
    size_t i = 1;
    for (; i < len && is_digit(text[i]); i++)
        if (i <= FRACTION_DIGITS)
            ret_digits[i - 1] = text[i];
    return i > 1 ? i : 0;
}

static void next_day(struct day *d)
{
    if (++d->day <= month_length(d->year, d->month))
        return;
    d->day = 1;
    if (++d->month <= 12)
        return;
    d->month = 1;
    d->year++;
}

static void previous_day(struct day *d)
{
    if (--d->day >= 1)
        return;
    if (--d->month < 1) {
        d->month = 12;
        d->year--;
    }
    d->day = month_length(d->year, d->month);
}

static size_t format(const struct day *day, int seconds, const char *fraction, char *ret_text)
{
    memcpy(ret_text, "0000-00-00T00:00:00", TIME_LENGTH);
    put_digits(ret_text, 4, day->year);
    put_digits(ret_text + 5, 2, day->month);
    put_digits(ret_text + 8, 2, day->day);
    put_digits(ret_text + 11, 2, seconds / 3600);
    put_digits(ret_text + 14, 2, seconds / 60 % 60);
    put_digits(ret_text + 17, 2, seconds % 60);

    size_t len = TIME_LENGTH;
    size_t places = memcmp(fraction + 3, "000", 3) != 0 ? 6
                    : memcmp(fraction, "000", 3) != 0   ? 3
                                                        : 0;
    if (places) {
        ret_text[len++] = '.';
        memcpy(ret_text + len, fraction, places);
        len += places;
    }
    ret_text[len++] = 'Z';
    return len;
}

bool instant_normalise(const char *text, size_t len, char ret_text[INSTANT_TEXT_MAX],
                       size_t *ret_len)
{
    struct day day;
    int seconds, offset;
    char fraction[FRACTION_DIGITS];
    if (len <= TIME_LENGTH || !parse_day(text, &day) || !parse_time(text, &seconds))
        return false;
    size_t at = TIME_LENGTH + parse_fraction(text + TIME_LENGTH, len - TIME_LENGTH, fraction);
    if (!parse_offset(text + at, len - at, &offset))
        return false;

    seconds -= offset;
    if (seconds < 0) {
        seconds += DAY_SECONDS;
        previous_day(&day);
    } else if (seconds >= DAY_SECONDS) {
        seconds -= DAY_SECONDS;
        next_day(&day);
    }
    if (day.year < 1 || day.year > 9999)
        return false;
    *ret_len = format(&day, seconds, fraction, ret_text);
    return true;
}

bool instant_from_unix(int64_t seconds, char ret_text[INSTANT_TEXT_MAX], size_t *ret_len)
{
    static const int64_t first = INT64_C(-62135596800); /* 0001-01-01T00:00:00Z */
    static const int64_t last = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
    time_t moment = seconds;
    struct tm tm;
    if (seconds < first || seconds > last || !gmtime_r(&moment, &tm))
        return false;
    struct day day = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
    int second = tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
    *ret_len = format(&day, second, "000000", ret_text);
    return true;
}
