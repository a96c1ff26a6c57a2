/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "source/origin.h"
#include "source/quote.h"

static void what_the_api_says_is_cut_to_what_may_be_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        {NULL, ""},
        {"", ""},
        {"  Whoa,\t ease up\r\n there  ", "Whoa, ease up there"},
        {"Please tweet us @randomapi about it", "Please tweet us @randomapi about it"},
        {"no user jane.doe@example.com here", "no user [address] here"},
        {"no user jane%40example.com", "no user [address]"},
        {"ask @jane.doe@example.com", "ask [address]"},
        {"not {\"e\":\"jane\\u0040example.com\"} at all", "not [address] at all"},
        {"not {\"u\":\"https:\\/\\/a.example\\/?key=abc\"}", "not [link]"},
        {"next=https%3A%2F%2Fa.example%2F%3Fkey%3Dabc", "[link]"},
        {"go to https://a.example/?access_token=abc now", "go to [link] now"},
        {"id 12345678901 unknown", "id [number] unknown"},
        {"call +49 30 1234567, please", "call [number] , please"},
        {"call +4930123456 or +1 (212) 555-0100", "call [number] or [number]"},
        {"at +01:00 it is 5 + 3, or +12 34", "at +01:00 it is 5 + 3, or +12 34"},
        {"token EAAxabcdefghijklmnopqrstuvwxyzZD, or", "token [token] or"},
        {"hourly_stats_aggregated_by_audience_time_zone", /* long, and still a name */
         "hourly_stats_aggregated_by_audience_time_zone"},
        {"you asked for 24999 users", "you asked for 24999 users"},
        {"a\x1b[31mred\x07", "a?[31mred?"},
        {"caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5"},
        {"broken \xc3( \xff end", "broken ?( ? end"},
        {"turn \xe2\x80\xae around \xc2\x9b", "turn ? around ?"},
        {"hidden\xe2\x80\x8bspace \xef\xbb\xbfmark", "hidden?space ?mark"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char shown[QUOTE_SIZE];
        assert_string_equal(quote_text(rows[i].text, shown), rows[i].shown);
    }
}

static void a_long_text_ends_in_an_ellipsis(void **state)
{
    (void)state;
    char text[5000], shown[QUOTE_SIZE];
    for (size_t i = 0; i < sizeof text; i++) /* no row that looks like a token */
        text[i] = i % 10 == 9 ? '-' : 'x';
    text[sizeof text - 1] = '\0';
    assert_string_equal(quote_text(text, shown) + QUOTE_MAX, "…");

    for (size_t i = 0; i + 3 < sizeof text; i += 3) /* never cut within a character */
        memcpy(text + i, "\xe6\x97\xa5", 3);
    quote_text(text, shown);
    size_t len = strlen(shown);
    assert_true(len <= QUOTE_MAX + 3);
    assert_memory_equal(shown + len - 6, "\xe6\x97\xa5…", 6);
}

static void every_base_url_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *host; /* NULL: refused */
        unsigned port;
        size_t len;
    } rows[] = {
        {"https://randomuser.me", "randomuser.me", 443, 21},
        {"https://RandomUser.ME/", "randomuser.me", 443, 21},
        {"https://a.example:8443/v1//", "a.example", 8443, 25},
        {"http://127.0.0.1:8080", "127.0.0.1", 8080, 21},
        {"http://localhost", "localhost", 80, 16},
        {"http://[::1]:81/x", "[::1]", 81, 17},
        {"https://[2001:db8::1]", "[2001:db8::1]", 443, 21},
        {"http://a.example", NULL, 0, 0},
        {"http://127.0.0.1.example.com", NULL, 0, 0},
        {"http://localhost.example.com", NULL, 0, 0},
        {"ftp://a.example", NULL, 0, 0},
        {"https://", NULL, 0, 0},
        {"https://:443", NULL, 0, 0},
        {"https://user@a.example", NULL, 0, 0},
        {"https://user:pw@a.example/x", NULL, 0, 0},
        {"https://a.example:0", NULL, 0, 0},
        {"https://a.example:65536", NULL, 0, 0},
        {"https://a.example:", NULL, 0, 0},
        {"https://a.example:80x", NULL, 0, 0},
        {"https://a.example?x", NULL, 0, 0},
        {"https://a.example/?x=1", NULL, 0, 0},
        {"https://a.example/#x", NULL, 0, 0},
        {"https://a.example/a b", NULL, 0, 0},
        {"https://a example", NULL, 0, 0},
        {"https://[::1", NULL, 0, 0},
        {"", NULL, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct origin o = {.port = 1};
        const char *wrong = origin_parse(rows[i].url, &o);
        if (!rows[i].host) {
            if (!wrong)
                fail_msg("%s was taken", rows[i].url);
            assert_int_equal(o.port, 1); /* untouched */
            continue;
        }
        if (wrong)
            fail_msg("%s %s", rows[i].url, wrong);
        assert_string_equal(o.host, rows[i].host);
        assert_int_equal(o.port, rows[i].port);
        assert_int_equal(o.url_len, rows[i].len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_api_says_is_cut_to_what_may_be_shown),
        cmocka_unit_test(a_long_text_ends_in_an_ellipsis),
        cmocka_unit_test(every_base_url_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
