/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tzrule.h"
#include "base/zone.h"

static struct zone *open_zone(const char *name)
{
    struct error err = {0};
    struct zone *z = NULL;
    if (!zone_open(name, &z, &err))
        fail_msg("%s", err.text);
    return z;
}

static int64_t day_of(const char *date)
{
    int64_t day = 0;
    assert_true(clock_parse_date(date, &day));
    return day;
}

static void assert_start(const char *name, const char *date, const char *expected)
{
    AUTO(zone_closep) struct zone *z = open_zone(name);
    char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(zone_day_start_ns(z, day_of(date)), text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s %s begins at %s, not at %s", name, date, text, expected);
}

static void days_begin_when_the_clocks_there_say_so(void **state)
{
    (void)state;
    assert_start("UTC", "2026-11-20", "2026-11-20T00:00:00Z");
    assert_start("Asia/Kolkata", "2026-11-20", "2026-11-19T18:30:00Z");
    assert_start("America/Los_Angeles", "2026-11-20", "2026-11-20T08:00:00Z");
    assert_start("America/Los_Angeles", "2026-07-01", "2026-07-01T07:00:00Z");
    assert_start("Pacific/Auckland", "2026-11-20", "2026-11-19T11:00:00Z");
    assert_start("Pacific/Auckland", "2026-07-01", "2026-06-30T12:00:00Z");
    assert_start("Asia/Kathmandu", "2026-11-20", "2026-11-19T18:15:00Z");
    assert_start("Pacific/Kiritimati", "2026-11-20", "2026-11-19T10:00:00Z");
    assert_start("Pacific/Pago_Pago", "2026-11-20", "2026-11-20T11:00:00Z");
    /* daylight time is the shorter one: it is off during Ramadan, and in Ireland's winter */
    assert_start("Africa/Casablanca", "2026-01-10", "2026-01-09T23:00:00Z");
    assert_start("Africa/Casablanca", "2026-03-01", "2026-03-01T00:00:00Z");
    assert_start("Europe/Dublin", "2026-01-10", "2026-01-10T00:00:00Z");
    assert_start("Europe/Dublin", "2026-07-10", "2026-07-09T23:00:00Z");
}

static void a_day_may_have_23_or_25_hours(void **state)
{
    (void)state;
    assert_start("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z");
    assert_start("America/New_York", "2026-03-09", "2026-03-09T04:00:00Z");
    assert_start("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z");
    assert_start("America/New_York", "2026-11-02", "2026-11-02T05:00:00Z");
    /* half an hour */
    assert_start("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z");
    assert_start("Australia/Lord_Howe", "2026-10-05", "2026-10-04T13:00:00Z");
}

static void a_day_without_midnight_begins_later(void **state)
{
    (void)state;
    assert_start("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z");
    assert_start("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z");
    /* from 00:01 back to 23:01: midnight came twice, and the first one counts */
    assert_start("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z");
}

static void a_day_that_was_left_out_begins_with_the_next(void **state)
{
    (void)state;
    AUTO(zone_closep) struct zone *z = open_zone("Pacific/Apia");
    assert_start("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z");
    assert_start("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z");
    int64_t start = zone_day_start_ns(z, day_of("2011-12-31"));
    assert_int_equal(zone_day_of(z, start), day_of("2011-12-31"));
    assert_int_equal(zone_day_of(z, start - 1), day_of("2011-12-29"));
}

static void assert_offset(const char *name, const char *instant, int32_t expected)
{
    AUTO(zone_closep) struct zone *z = open_zone(name);
    int64_t ns = 0;
    assert_true(clock_parse_rfc3339(instant, &ns));
    if (zone_offset_s(z, ns) != expected)
        fail_msg("%s at %s: %d, not %d", name, instant, (int)zone_offset_s(z, ns),
                 (int)expected);
}

static void an_offset_changes_to_the_second(void **state)
{
    (void)state;
    assert_offset("Europe/Berlin", "2026-03-29T00:59:59.999999999Z", 3600);
    assert_offset("Europe/Berlin", "2026-03-29T01:00:00Z", 7200);
    assert_offset("Europe/Berlin", "2026-10-25T00:59:59Z", 7200);
    assert_offset("Europe/Berlin", "2026-10-25T01:00:00Z", 3600);
    /* by the rule, long behind the last change that a file lists */
    assert_offset("Europe/Berlin", "2201-03-29T00:59:59Z", 3600);
    assert_offset("Europe/Berlin", "2201-03-29T01:00:00Z", 7200);
    assert_offset("Pacific/Auckland", "2200-12-31T23:59:59Z", 13 * 3600);
    /* before there was a time zone */
    assert_offset("Europe/Berlin", "1800-01-01T00:00:00Z", 3208);
}

/* The C library reads the same files in its own way. */
static void offsets_agree_with_the_c_library(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Africa/Cairo",        "Africa/Casablanca",   "America/Argentina/San_Luis",
        "America/Havana",      "America/Los_Angeles", "America/New_York",
        "America/Nuuk",        "America/Santiago",    "America/Sao_Paulo",
        "America/St_Johns",    "Antarctica/Troll",    "Asia/Gaza",
        "Asia/Jerusalem",      "Asia/Kathmandu",      "Asia/Kolkata",
        "Asia/Pyongyang",      "Asia/Tehran",         "Asia/Tokyo",
        "Australia/Lord_Howe", "Australia/Sydney",    "Europe/Berlin",
        "Europe/Dublin",       "Europe/Istanbul",     "Europe/London",
        "Europe/Moscow",       "Pacific/Apia",        "Pacific/Auckland",
        "Pacific/Chatham",     "Pacific/Easter",      "Etc/GMT+12",
    };
    uint64_t random = 88172645463325252u;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        AUTO(zone_closep) struct zone *z = open_zone(names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        for (int n = 0; n < 4000; n++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            time_t at = (time_t)(random % 9400000000ull) - 2200000000ll; /* 1900 to 2198 */
            struct tm local;
            assert_non_null(localtime_r(&at, &local));
            if (zone_offset_s(z, at * CLOCK_SECOND_NS) != local.tm_gmtoff)
                fail_msg("%s at %" PRId64 ": %d, not %ld", names[i], (int64_t)at,
                         (int)zone_offset_s(z, at * CLOCK_SECOND_NS), local.tm_gmtoff);
        }
    }
    unsetenv("TZ");
    tzset();
}

static void a_day_begins_where_the_day_of_an_instant_turns(void **state)
{
    (void)state;
    static const char *const names[] = {"America/St_Johns",  "America/Havana",  "Asia/Gaza",
                                        "Africa/Casablanca", "Pacific/Chatham", "UTC"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        AUTO(zone_closep) struct zone *z = open_zone(names[i]);
        for (int64_t day = day_of("2012-01-01"); day < day_of("2050-01-01"); day++) {
            int64_t start = zone_day_start_ns(z, day);
            if (zone_day_of(z, start) != day || zone_day_of(z, start - 1) != day - 1)
                fail_msg("%s: day %" PRId64, names[i], day);
        }
    }
}

static void the_ends_of_time_overflow_nothing(void **state)
{
    (void)state;
    AUTO(zone_closep) struct zone *z = open_zone("Pacific/Auckland");
    assert_int_equal(zone_day_start_ns(z, INT64_MAX), INT64_MAX);
    assert_int_equal(zone_day_start_ns(z, INT64_MIN), INT64_MIN);
    assert_int_equal(zone_day_of(z, INT64_MAX), clock_day_of(INT64_MAX) + 1);
    assert_int_equal(zone_day_of(z, INT64_MIN), clock_day_of(INT64_MIN));
}

static void a_name_cannot_leave_the_folder(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/../Europe/Berlin",
        "localtime",
        "posixrules",
        "tzdata.zi",
        "Europe/Berlin\n",
        "Europe Berlin",
        "Europe/Br\xc3\xbc"
        "ssel",
        "posix/Europe/Berlin",
        "A234567890123456789012345678901234567890123456789012345678901234x",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct zone *z = NULL;
        struct error err = {0};
        assert_false(zone_name_is_valid(bad[i]));
        assert_false(zone_open(bad[i], &z, &err));
        assert_int_equal(err.kind, ERROR_DATA);
        assert_null(z);
    }
    assert_true(zone_name_is_valid("America/Port-au-Prince"));
    assert_true(zone_name_is_valid("Etc/GMT+12"));
}

static void an_unknown_zone_says_what_may_be_missing(void **state)
{
    (void)state;
    struct zone *z = NULL;
    struct error err = {0};
    assert_false(zone_open("Europe/Atlantis", &z, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(strstr(err.text, "Europe/Atlantis"));
    assert_non_null(strstr(err.text, "tzdata"));
    assert_false(zone_open("Europe", &z, &err));
    assert_int_equal(err.kind, ERROR_IO);
}

/* ---- files that are not what they should be ---- */

struct file {
    uint8_t data[16384];
    size_t len;
};

static void put(struct file *f, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        f->data[f->len++] = (uint8_t)(value >> (8 * i));
}

static void put_text(struct file *f, const char *text)
{
    memcpy(f->data + f->len, text, strlen(text));
    f->len += strlen(text);
}

/* In the order of the header. */
struct sizes {
    uint32_t ut, standard, leap, transitions, types, names;
};

static void put_header(struct file *f, char version, const struct sizes *n)
{
    put_text(f, "TZif");
    put(f, (uint8_t)version, 1);
    for (int i = 0; i < 15; i++)
        put(f, 0, 1);
    const uint32_t counts[] = {n->ut, n->standard, n->leap, n->transitions, n->types, n->names};
    for (size_t i = 0; i < 6; i++)
        put(f, counts[i], 4);
}

/* What the tests below change one thing of. */
struct shape {
    char version;
    struct sizes sizes;
    int64_t times[2];
    uint8_t indexes[2];
    int32_t offsets[2];
    const char *footer;
};

static const struct shape sound = {
    .version = '2',
    .sizes = {.transitions = 2, .types = 2, .names = 4},
    .times = {0, 1000000},
    .indexes = {1, 0},
    .offsets = {3600, 7200},
    .footer = "\nABC-1\n",
};

static void put_file(struct file *f, const struct shape *s)
{
    f->len = 0;
    put_header(f, s->version, &(struct sizes){.types = 1, .names = 1});
    put(f, 0, 6);
    put(f, 0, 1);
    put_header(f, s->version, &s->sizes);
    for (int i = 0; i < 2; i++)
        put(f, (uint64_t)s->times[i], 8);
    for (int i = 0; i < 2; i++)
        put(f, s->indexes[i], 1);
    for (int i = 0; i < 2; i++) {
        put(f, (uint32_t)s->offsets[i], 4);
        put(f, 0, 2);
    }
    put_text(f, "ABC");
    put(f, 0, 1);
    put_text(f, s->footer);
}

static bool parses(const uint8_t *data, size_t len)
{
    AUTO(zone_closep) struct zone *z = NULL;
    AUTO(cleanup_free) uint8_t *copy = malloc(len + 1); /* a byte read beyond it is seen */
    struct error err = {0};
    memcpy(copy, data, len);
    bool ok = zone_parse("Test/Zone", copy, len, &z, &err);
    if (!ok) {
        assert_int_equal(err.kind, ERROR_DATA);
        assert_null(z);
    }
    return ok;
}

static bool shape_parses(const struct shape *s)
{
    struct file f;
    put_file(&f, s);
    return parses(f.data, f.len);
}

static void a_file_is_refused_for_one_thing_wrong(void **state)
{
    (void)state;
    struct shape s = sound;
    assert_true(shape_parses(&s));

    s.version = '\0';
    assert_false(shape_parses(&s));
    s = sound;
    s.times[1] = s.times[0];
    assert_false(shape_parses(&s));
    s.times[1] = -1;
    assert_false(shape_parses(&s));
    s = sound;
    s.indexes[1] = 2;
    assert_false(shape_parses(&s));
    s = sound;
    s.offsets[1] = 26 * 3600;
    assert_false(shape_parses(&s));
    s.offsets[1] = INT32_MIN;
    assert_false(shape_parses(&s));
    s = sound;
    s.offsets[0] = -26 * 3600; /* before the first transition */
    s.indexes[1] = 1;
    assert_false(shape_parses(&s));
}

static void a_count_is_believed_only_within_the_file(void **state)
{
    (void)state;
    static const struct sizes sizes[] = {
        {.transitions = UINT32_MAX, .types = 2, .names = 4},
        {.transitions = ZONE_TRANSITION_MAX + 1, .types = 2, .names = 4},
        {.transitions = 2, .types = UINT32_MAX, .names = 4},
        {.transitions = 2, .types = 2, .names = UINT32_MAX},
        {.transitions = 2, .types = 0, .names = 4},
        {.transitions = 2, .types = 2, .names = 4, .leap = 1},
        {.transitions = 2, .types = 2, .names = 4, .ut = 3},
        {.transitions = 2, .types = 2, .names = 4, .standard = UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct shape s = sound;
        s.sizes = sizes[i];
        assert_false(shape_parses(&s));
    }

    struct file f = {.len = 0};
    put_header(&f, '2',
               &(struct sizes){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
                               UINT32_MAX});
    assert_false(parses(f.data, f.len));
}

static void no_cut_and_no_changed_byte_of_a_real_file_is_read_beyond(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer content = {.max = ZONE_FILE_MAX};
    struct error err = {0};
    if (!file_read("/usr/share/zoneinfo/Africa/Casablanca", &content, &err))
        fail_msg("%s", err.text);
    for (size_t len = 0; len < content.len; len++)
        assert_false(parses(content.data, len));
    for (size_t i = 0; i < content.len; i++) {
        uint8_t was = content.data[i];
        for (int bit = 0; bit < 8; bit++) {
            content.data[i] = was ^ (uint8_t)(1 << bit);
            parses(content.data, content.len);
        }
        content.data[i] = was;
    }
    assert_true(parses(content.data, content.len));
}

static void a_file_without_a_rule_keeps_its_last_offset(void **state)
{
    (void)state;
    AUTO(zone_closep) struct zone *z = NULL;
    struct error err = {0};
    struct shape s = sound;
    struct file f;
    s.footer = "\n\n";
    put_file(&f, &s);
    assert_true(zone_parse("Test/Zone", f.data, f.len, &z, &err));
    assert_int_equal(zone_offset_s(z, -1), 3600);
    assert_int_equal(zone_offset_s(z, 0), 7200);
    assert_int_equal(zone_offset_s(z, INT64_MAX), 3600);
}

/* ---- rules ---- */

static void what_is_no_rule_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "AB-1",
        "ABC",
        "ABC-",
        "ABC-25",
        "ABC-1:60",
        "ABC-1:00:60",
        "ABC-1:",
        "ABC-1 ",
        "<ABC-1",
        "<A B>-1",
        "ABC-1DEF",
        "ABC-1DEF,M3.5.0",
        "ABC-1DEF,M3.5.0,M10.5.0,",
        "ABC-1DEF,M13.5.0,M10.5.0",
        "ABC-1DEF,M3.6.0,M10.5.0",
        "ABC-1DEF,M3.0.0,M10.5.0",
        "ABC-1DEF,M3.5.7,M10.5.0",
        "ABC-1DEF,M3.5,M10.5.0",
        "ABC-1DEF,J0,J365",
        "ABC-1DEF,J1,J366",
        "ABC-1DEF,0,366",
        "ABC-1DEF,M3.5.0/168,M10.5.0",
        "ABC-1DEF,M3.5.0/,M10.5.0",
        "ABC-99999999999DEF,M3.5.0,M10.5.0",
        ":Europe/Berlin",
    };
    struct tzrule rule;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tzrule_parse(bad[i], strlen(bad[i]), &rule))
            fail_msg("%s was taken for a rule", bad[i]);
}

static void no_cut_of_a_rule_reads_beyond_it(void **state)
{
    (void)state;
    static const char text[] = "<+1245>-12:45:30<+1345>,M9.5.0/2:45:10,M4.1.0/3:45:59";
    struct tzrule rule;
    for (size_t len = 0; len < sizeof text; len++) {
        AUTO(cleanup_free) char *copy = malloc(len + 1);
        memcpy(copy, text, len);
        memcpy(copy + len, "9", 1);
        bool whole = len == sizeof text - 1;
        if (tzrule_parse(copy, len, &rule))
            assert_true(rule.changes ? len > strlen("<+1245>-12:45:30<+1345>,M9.5.0,M4.1.0")
                                     : len <= strlen("<+1245>-12:45:30"));
        else
            assert_false(whole);
    }
}

static void assert_rule(const char *text, const char *instant, int32_t expected)
{
    struct tzrule rule;
    int64_t ns = 0, until_s;
    assert_true(tzrule_parse(text, strlen(text), &rule));
    assert_true(clock_parse_rfc3339(instant, &ns));
    int32_t offset = tzrule_offset_s(
        &rule, clock_day_of(ns) * 86400 + ns / CLOCK_SECOND_NS % 86400, &until_s);
    if (offset != expected)
        fail_msg("%s at %s: %d, not %d", text, instant, (int)offset, (int)expected);
}

static void rules_know_every_way_to_name_a_day(void **state)
{
    (void)state;
    /* Jn does not count February 29, n does */
    assert_rule("ABC0DEF,J60/0,J300/0", "2024-02-29T23:59:59Z", 0);
    assert_rule("ABC0DEF,J60/0,J300/0", "2024-03-01T00:00:00Z", 3600);
    assert_rule("ABC0DEF,59/0,J300/0", "2024-02-29T00:00:00Z", 3600);
    assert_rule("ABC0DEF,59/0,J300/0", "2023-02-28T23:59:59Z", 0);
    assert_rule("ABC0DEF,59/0,J300/0", "2023-03-01T00:00:00Z", 3600);
    /* the last Sunday is the fourth one or the fifth */
    assert_rule("ABC0DEF,M2.5.0/0,M10.5.0", "2026-02-22T00:00:00Z", 3600);
    assert_rule("ABC0DEF,M2.5.0/0,M10.5.0", "2026-02-21T23:59:59Z", 0);
    assert_rule("ABC0DEF,M3.5.0/0,M10.5.0", "2026-03-29T00:00:00Z", 3600);
    /* times before the day and long behind it */
    assert_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200);
    assert_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600);
    assert_rule("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7200);
    assert_rule("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10800);
    /* across a new year by its time of day */
    assert_rule("ABC0DEF,J364/100,J60/0", "2026-01-02T03:59:59Z", 0);
    assert_rule("ABC0DEF,J364/100,J60/0", "2026-01-03T04:00:00Z", 3600);
    /* all the year */
    assert_rule("EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z", -14400);
    assert_rule("EST5EDT,0/0,J365/25", "2026-12-31T23:59:59Z", -14400);
    assert_rule("XXX3EDT4,0/0,J365/23", "2026-07-01T00:00:00Z", -14400);
    assert_rule("XXX3EDT4,0/0,J365/23", "2027-01-01T03:00:00Z", -14400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_begin_when_the_clocks_there_say_so),
        cmocka_unit_test(a_day_may_have_23_or_25_hours),
        cmocka_unit_test(a_day_without_midnight_begins_later),
        cmocka_unit_test(a_day_that_was_left_out_begins_with_the_next),
        cmocka_unit_test(an_offset_changes_to_the_second),
        cmocka_unit_test(offsets_agree_with_the_c_library),
        cmocka_unit_test(a_day_begins_where_the_day_of_an_instant_turns),
        cmocka_unit_test(the_ends_of_time_overflow_nothing),
        cmocka_unit_test(a_name_cannot_leave_the_folder),
        cmocka_unit_test(an_unknown_zone_says_what_may_be_missing),
        cmocka_unit_test(a_file_is_refused_for_one_thing_wrong),
        cmocka_unit_test(a_count_is_believed_only_within_the_file),
        cmocka_unit_test(no_cut_and_no_changed_byte_of_a_real_file_is_read_beyond),
        cmocka_unit_test(a_file_without_a_rule_keeps_its_last_offset),
        cmocka_unit_test(what_is_no_rule_is_refused),
        cmocka_unit_test(no_cut_of_a_rule_reads_beyond_it),
        cmocka_unit_test(rules_know_every_way_to_name_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
