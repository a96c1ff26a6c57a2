/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "sandbox/nation.h"

static void expect(bool (*append)(struct buffer *, const char *, size_t), const char *text,
                   const char *expected)
{
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 4096);
    assert_true(append(&out, text, strlen(text)));
    assert_string_equal(buffer_text(&out), expected);
}

/* Names and addresses as the service gave them. */
static void addresses_are_those_of_the_service(void **state)
{
    (void)state;
    expect(letters_append_ascii, "Horst-Günter", "horst-gunter");
    expect(letters_append_ascii, "Kulaksızoğlu", "kulaksizoglu");
    expect(letters_append_ascii, "Afşar", "afsar");
    expect(letters_append_ascii, "Sørensen", "sorensen");
    expect(letters_append_ascii, "Katanić", "katanic");
    expect(letters_append_ascii, "یسنا", "ysn");
    expect(letters_append_ascii, "کامروا", "khmrw");
    expect(letters_append_ascii, "دانیال", "dnyl");
    expect(letters_append_ascii, "حسینی", "hsyny");
    expect(letters_append_ascii, "آرمین", "armyn");
    expect(letters_append_ascii, "صدر", "sdr");
}

static void blanks_and_marks_are_left_out(void **state)
{
    (void)state;
    expect(letters_append_ascii, "Van 't Hoff", "vanthoff");
    expect(letters_append_ascii, "O'Connor", "oconnor");
    expect(letters_append_ascii, "علی‌رضا", "elyrd");
    expect(letters_append_ascii, "", "");
}

static void capitals_become_small(void **state)
{
    (void)state;
    expect(letters_append_lower, "ÅSA ÉLOÏSE Øyvind", "åsa éloïse øyvind");
    expect(letters_append_lower, "ŞÜKRÜ İbrahim Iğdır", "şükrü ibrahim iğdır");
    expect(letters_append_lower, "ŽELJKA ĐORĐE ČAČAK ŁÓDŹ", "željka đorđe čačak łódź");
    expect(letters_append_lower, "آرش – ×", "آرش – ×");
}

static void expect_reachable(const char *list)
{
    for (;;) {
        size_t len = strcspn(list, "|");
        AUTO(buffer_done) struct buffer out;
        buffer_init(&out, 4096);
        assert_true(text_is_utf8(list, len));
        assert_true(letters_append_ascii(&out, list, len));
        /* no letter of ours is unknown: Latin ones keep their number, or grow */
        bool persian = len > 0 && (unsigned char)list[0] >= 0xd8;
        size_t letters = 0;
        for (size_t i = 0; i < len; i += letters_width(list + i))
            letters += list[i] != ' ' && list[i] != '\'';
        if (out.len == 0 || (!persian && out.len < letters))
            fail_msg("%.*s became %s", (int)len, list, buffer_text(&out));
        if (!list[len])
            return;
        list += len + 1;
    }
}

static void every_name_has_an_address(void **state)
{
    (void)state;
    for (size_t i = 0; i < NATION_COUNT; i++) {
        expect_reachable(nation_table[i].male);
        expect_reachable(nation_table[i].female);
        expect_reachable(nation_table[i].last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_those_of_the_service),
        cmocka_unit_test(blanks_and_marks_are_left_out),
        cmocka_unit_test(capitals_become_small),
        cmocka_unit_test(every_name_has_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
