/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "crypto/pseudonym.h"
#include "crypto/secret.h"
#include "record/decimal.h"
#include "record/mask.h"
#include "record/redact.h"

static struct pseudonym *new_pseudonym(uint8_t first_byte)
{
    uint8_t bytes[PSEUDONYM_KEY_SIZE] = {first_byte};
    AUTO(secret_freep) struct secret *key = secret_copy(bytes, sizeof bytes);
    assert_non_null(key);
    struct pseudonym *p = pseudonym_new(key, 1);
    assert_non_null(p);
    return p;
}

/* The masked text; NULL for NULL, "(unfit)" when the value does not fit. */
static const char *mask_with(struct mask_work *work, const char *action, const char *text)
{
    static char result[DECIMAL_TEXT_MAX + 1];
    struct mask m;
    struct error err;
    if (!mask_parse(action, ERROR_CONFIG, &m, &err))
        fail_msg("%s", err.text);
    const char *out;
    size_t len;
    switch (mask_apply(&m, text, strlen(text), work, &out, &len)) {
    case MASK_NULL:
        return NULL;
    case MASK_UNFIT:
        return "(unfit)";
    case MASK_DONE:
        break;
    }
    memcpy(result, out, len);
    result[len] = '\0';
    return result;
}

static const char *mask(const char *action, const struct pseudonym *pseudonym, const char *text)
{
    AUTO(mask_work_done) struct mask_work work;
    mask_work_init(&work, pseudonym);
    return mask_with(&work, action, text);
}

struct example {
    const char *action;
    const char *text;
    const char *masked;
};

static void check(const struct example *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *masked = mask(rows[i].action, NULL, rows[i].text);
        if ((!masked) != (!rows[i].masked) || (masked && strcmp(masked, rows[i].masked) != 0))
            fail_msg("%s of \"%s\" is \"%s\"", rows[i].action, rows[i].text,
                     masked ? masked : "NULL");
    }
}

static void parts_of_a_value_are_counted_in_characters(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"partial:domain", "leon@example.com", "example.com"},
        {"partial:domain", "\"a@b\"@example.com", "example.com"},
        {"partial:domain", "nobody", NULL},
        {"partial:domain", "nobody@", NULL},
        {"partial:domain", "", NULL},
        {"partial:last:2", "00-3113-7507", "07"},
        {"partial:last:2", "a\xc3\xb6\xe2\x82\xac", "\xc3\xb6\xe2\x82\xac"},
        {"partial:last:2", "07", NULL},
        {"partial:last:2", "7", NULL},
        {"truncate:2", "75001", "75"},
        {"truncate:2",
         "\xc3\xb6\xe2\x82\xac"
         "x",
         "\xc3\xb6\xe2\x82\xac"},
        {"truncate:2", "7", "7"},
        {"truncate:2", "", NULL},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void an_address_is_left_without_what_can_identify(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"partial:url", "https://a.example/b/c?d=e#f", "https://a.example/b/c"},
        {"partial:url", "https://a.example", "https://a.example"},
        {"partial:url", "https://a.example?q=/@x", "https://a.example"},
        {"partial:url", "https://a.example/b#c?d", "https://a.example/b"},
        {"partial:url", "https://ann:secret@a.example:8443/b@c?d",
         "https://a.example:8443/b@c"},
        {"partial:url", "https://a@b@c.example/", "https://c.example/"},
        {"partial:url", "app-2.x+y://open/item?id=7", "app-2.x+y://open/item"},
        {"partial:url", "a.example/b?c", NULL},
        {"partial:url", "mailto:ann@example.com", NULL},
        {"partial:url", "ann@example.com https://a.example", NULL},
        {"partial:url", "://a.example", NULL},
        {"partial:url", "7s://a.example", NULL},
        {"partial:url", "", NULL},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void what_reaches_a_person_is_taken_out_of_a_text(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"redact", "Spring 2026 | DE | 25-44", "Spring 2026 | DE | 25-44"},
        {"redact", "ann@example.com", "[email]"},
        {"redact", "for Ann <ann.o'li+x@mail.example.com>, now", "for Ann <[email]>, now"},
        {"redact", "ask ann@example.com. Or bob@b.co!", "ask [email]. Or [email]!"},
        {"redact", "a@b.co@c.de", "[email]@c.de"},
        {"redact",
         "mail\xc3\xb6@b\xc3\xbc"
         "cher.example",
         "[email]"},
        {"redact", "https://a.example/?m=ann%40example.com&x",
         "https://a.example/?m=[email]&x"},
        {"redact", "5@1.50 @home a@b a@.b a@b. @@ x@", "5@1.50 @home a@b a@.b a@b. @@ x@"},
        {"redact", "call +49 (30) 123-4567!", "call [phone]!"},
        {"redact", "+4930123456789", "[phone]"},
        {"redact", "Tel:+1.212.555.0100,+44 20 7946 0000", "Tel:[phone],[phone]"},
        {"redact", "1+2 a+12345678 +1234567 +1234567890123456 +",
         "1+2 a+12345678 +1234567 "
         "+1234567890123456 +"},
        {"redact", "120208325579370399 20240312", "120208325579370399 20240312"},
        {"redact", "[email] [phone]", "[email] [phone]"},
        {"redact", "", NULL},
    };
    check(rows, sizeof rows / sizeof *rows);
}

/* Many marks and none that counts: quadratic time would take minutes. */
static void redacting_is_linear(void **state)
{
    (void)state;
    enum { LENGTH = 1024 * 1024 };
    static const char *const units[] = {"@",  "+",   "a@",     "+1",
                                        "a.", "%40", "a@b.co", "+12345678 "};
    AUTO(cleanup_free) char *text = malloc(LENGTH);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t width = strlen(units[i]);
        for (size_t at = 0; at < LENGTH; at++)
            text[at] = units[i][at % width];
        AUTO(buffer_done) struct buffer scratch = {.max = 4 * LENGTH};
        const char *result;
        size_t len;
        assert_true(redact_apply(text, LENGTH, &scratch, &result, &len));
        assert_true(len > 0);
    }
}

static void times_are_generalised_in_utc(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"generalise:year", "1992-03-18T17:36:00.197Z", "1992"},
        {"generalise:year", "1992-03-18", "1992"},
        {"generalise:year", "2005-01-01T00:30:00+02:00", "2004"},
        {"generalise:year", "2004-12-31T23:30:00-01:00", "2005"},
        {"generalise:year", "0987-01-01", "987"},
        {"generalise:month", "1992-03-18T17:36:00.197Z", "1992-03-01T00:00:00Z"},
        {"generalise:day", "2005-05-08T04:25:18.464Z", "2005-05-08T00:00:00Z"},
        {"generalise:day", "2005-05-08t04:25:18z", "2005-05-08T00:00:00Z"},
        {"generalise:day", "2004-02-29", "2004-02-29T00:00:00Z"},
        {"generalise:year-start", "1992-03-18T17:36:00.197Z", "1992-01-01T00:00:00Z"},
        {"generalise:day", "1993-02-29", "(unfit)"},
        {"generalise:day", "yesterday", "(unfit)"},
        {"generalise:day", "2005-05-08 04:25:18", "(unfit)"},
        {"generalise:year", "1992", "(unfit)"},
        {"generalise:year", "", NULL},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void whole_numbers_go_into_bands(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"generalise:band:5:90", "31", "30-34"},
        {"generalise:band:5:90", "30", "30-34"},
        {"generalise:band:5:90", "34", "30-34"},
        {"generalise:band:5:90", "0", "0-4"},
        {"generalise:band:5:90", "89", "85-89"},
        {"generalise:band:5:90", "90", "90+"},
        {"generalise:band:5:90", "104", "90+"},
        {"generalise:band:1:90", "31", "31-31"},
        {"generalise:band:5:90", "-1", "(unfit)"},
        {"generalise:band:5:90", "31.5", "(unfit)"},
        {"generalise:band:5:90", "3e1", "(unfit)"},
        {"generalise:band:5:90", "old", "(unfit)"},
        {"generalise:band:5:90", "9223372036854775808", "(unfit)"},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void decimals_are_rounded_half_away_from_zero(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"round:1", "-86.3514", "-86.4"},
        {"round:1", "86.35", "86.4"},
        {"round:1", "-86.35", "-86.4"},
        {"round:1", "0.05", "0.1"},
        {"round:1", "-0.05", "-0.1"},
        {"round:1", "-0.04", "0.0"},
        {"round:1", "0.0001", "0.0"},
        {"round:1", "9.96", "10.0"},
        {"round:1", "99.95", "100.0"},
        {"round:0", "0.5", "1"},
        {"round:0", "-12.4758", "-12"},
        {"round:2", "12", "12.00"},
        {"round:1", "-98.2420", "-98.2"},
        {"round:0", "1.5e3", "1500"},
        {"round:3", "1.23456e-1", "0.123"},
        {"round:1", "0", "0.0"},
        {"round:1", "-0.0", "0.0"},
        {"round:2", "2.675", "2.68"}, /* a double would say 2.67 */
        {"round:1", "12345678901234567890.15", "12345678901234567890.2"},
        {"round:1", "NaN", "(unfit)"},
        {"round:1", "Infinity", "(unfit)"},
        {"round:1", "+1.5", "(unfit)"},
        {"round:1", "1,5", "(unfit)"},
        {"round:1", " 1.5", "(unfit)"},
        {"round:1", "01.5", "(unfit)"},
        {"round:1", ".5", "(unfit)"},
        {"round:1", "5.", "(unfit)"},
        {"round:1", "1e301", "(unfit)"},
    };
    check(rows, sizeof rows / sizeof *rows);
    assert_int_equal(strlen(mask("round:1", NULL, "1e300")), 301); /* bounded, and exact */
}

static void a_decimal_fits_a_column_exactly_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int precision, scale;
        bool fits;
    } rows[] = {
        {"1234567.89", 9, 2, true},  {"1234567.89", 9, 1, false}, {"1234567.89", 8, 2, false},
        {"-98.2420", 8, 4, true},    {"9999.9999", 8, 4, true},   {"10000", 8, 4, false},
        {"1.50000", 8, 4, true},     {"1.50001", 8, 4, false},    {"1e3", 8, 4, true},
        {"1e4", 8, 4, false},        {"1e-4", 8, 4, true},        {"1e-5", 8, 4, false},
        {"0.000000000", 8, 4, true}, {"0e300", 1, 0, true},       {"5e-1", 1, 1, true},
        {"100e-2", 1, 0, true},      {"-0", 1, 0, true},          {"0.1", 1, 1, true},
        {"1", 1, 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct decimal d;
        assert_true(decimal_parse(rows[i].text, strlen(rows[i].text), &d));
        if (decimal_fits(&d, rows[i].precision, rows[i].scale) != rows[i].fits)
            fail_msg("%s in numeric(%d,%d)", rows[i].text, rows[i].precision, rows[i].scale);
    }
}

static void only_the_grammar_of_json_makes_a_decimal(void **state)
{
    (void)state;
    static const char *const good[] = {"0", "-0", "10", "0.10", "1e5", "1E+5", "1.5e-300"};
    static const char *const bad[] = {"",    "-",   "+1",  "00", "01", ".1",    "1.",  "1e",
                                      "1e+", "0x1", "1_0", "1 ", " 1", "1e301", "--1", "1.e5"};
    struct decimal d;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!decimal_parse(good[i], strlen(good[i]), &d))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (decimal_parse(bad[i], strlen(bad[i]), &d))
            fail_msg("%s", bad[i]);
    char long_one[DECIMAL_DIGITS_MAX + 1];
    memset(long_one, '9', sizeof long_one);
    assert_true(decimal_parse(long_one, DECIMAL_DIGITS_MAX, &d));
    assert_false(decimal_parse(long_one, DECIMAL_DIGITS_MAX + 1, &d));
    decimal_round(&d, 0);
    char text[DECIMAL_TEXT_MAX];
    assert_int_equal(decimal_format(&d, text), DECIMAL_DIGITS_MAX);
}

static void equal_values_have_equal_pseudonyms_in_any_spelling(void **state)
{
    (void)state;
    AUTO(pseudonym_freep) struct pseudonym *p = new_pseudonym(1);
    char first[PSEUDONYM_TEXT_MAX + 1];
    snprintf(first, sizeof first, "%s", mask("pseudonym:email", p, "Leon@Example.com "));
    assert_string_equal(first, mask("pseudonym:email", p, "leon@example.com"));
    assert_true(strncmp(first, "email_1_", 8) == 0);
    assert_int_equal(strlen(first), 8 + 26);
    assert_string_not_equal(first, mask("pseudonym:email", p, "leo@example.com"));
    assert_string_not_equal(first + 8, mask("pseudonym:text", p, "leon@example.com") + 7);
}

static void another_key_gives_other_pseudonyms(void **state)
{
    (void)state;
    AUTO(pseudonym_freep) struct pseudonym *a = new_pseudonym(1);
    AUTO(pseudonym_freep) struct pseudonym *b = new_pseudonym(2);
    char first[PSEUDONYM_TEXT_MAX + 1];
    snprintf(first, sizeof first, "%s", mask("pseudonym:postcode", a, "75001"));
    assert_string_not_equal(first, mask("pseudonym:postcode", b, "75001"));
}

static void nobodys_value_has_no_pseudonym(void **state)
{
    (void)state;
    AUTO(pseudonym_freep) struct pseudonym *p = new_pseudonym(1);
    assert_null(mask("pseudonym:name", p, ""));
    assert_null(mask("pseudonym:name", p, "  \t"));
    assert_null(mask("pseudonym:uuid", p, "00000000-0000-0000-0000-000000000000"));
}

/* From the second time on it is not made anew. */
static void a_value_that_comes_again_has_the_same_pseudonym(void **state)
{
    (void)state;
    static const struct {
        const char *action;
        const char *text;
    } rows[] = {
        {"pseudonym:name", "Anna"},
        {"pseudonym:name", " ANNA"},
        {"pseudonym:username", "Anna"},
        {"pseudonym:postcode", "75001"},
        {"pseudonym:phone", "75001"},
        {"pseudonym:name", "Zo\xc3\xab"},
        {"pseudonym:email", "a@b.com"},
        {"pseudonym:uuid", "00000000-0000-0000-0000-000000000000"},
        {"pseudonym:text", "\xff bytes"},
        {"pseudonym:name", " "},
    };
    AUTO(pseudonym_freep) struct pseudonym *p = new_pseudonym(1);
    AUTO(mask_work_done) struct mask_work work;
    mask_work_init(&work, p);
    for (int round = 0; round < 4; round++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            const char *masked = mask(rows[i].action, p, rows[i].text);
            char fresh[DECIMAL_TEXT_MAX + 1];
            snprintf(fresh, sizeof fresh, "%s", masked ? masked : "NULL");
            const char *again = mask_with(&work, rows[i].action, rows[i].text);
            assert_string_equal(again ? again : "NULL", fresh);
        }
}

static void an_identifier_that_is_too_long_is_not_let_through(void **state)
{
    (void)state;
    AUTO(pseudonym_freep) struct pseudonym *p = new_pseudonym(1);
    static char text[NORMALISE_INPUT_MAX + 2];
    memset(text, 'a', sizeof text - 1);
    assert_string_equal(mask("pseudonym:name", p, text), "(unfit)");
}

static void each_action_has_one_spelling(void **state)
{
    (void)state;
    static const char *const good[] = {"keep",
                                       "drop",
                                       "pseudonym:email",
                                       "partial:domain",
                                       "partial:last:32",
                                       "truncate:1",
                                       "generalise:year",
                                       "generalise:month",
                                       "generalise:day",
                                       "generalise:year-start",
                                       "generalise:band:5:90",
                                       "generalise:band:1000000:1000000",
                                       "round:0",
                                       "round:9"};
    static const char *const bad[] = {"",
                                      "Keep",
                                      "keep ",
                                      "keep:",
                                      "drop:1",
                                      "pseudonym",
                                      "pseudonym:",
                                      "pseudonym:mail",
                                      "pseudonym:email:v1",
                                      "partial",
                                      "partial:last",
                                      "partial:last:",
                                      "partial:last:0",
                                      "partial:last:33",
                                      "partial:last:01",
                                      "partial:last:+1",
                                      "partial:last:-1",
                                      "truncate:1.0",
                                      "truncate:1e1",
                                      "truncate:4294967297",
                                      "generalise:band:5",
                                      "generalise:band:5:",
                                      "generalise:band::90",
                                      "generalise:band:7:90",
                                      "generalise:band:90:5",
                                      "generalise:band:0:0",
                                      "generalise:band:5:90:1",
                                      "round:10",
                                      "round:",
                                      "token:email",
                                      "generalise:year-start:1"};
    struct mask m;
    struct error err;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!mask_parse(good[i], ERROR_CONFIG, &m, &err))
            fail_msg("%s", err.text);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mask_parse(bad[i], ERROR_CONFIG, &m, &err))
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(err.kind, ERROR_CONFIG);
    }
}

static void an_action_is_described_with_the_version_of_its_normaliser(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"pseudonym:email", NULL, "pseudonym:email email.v1"},
        {"generalise:band:5:90", NULL, "generalise:band:5:90"},
        {"partial:last:2", NULL, "partial:last:2"},
        {"redact", NULL, "redact redact.v1"},
        {"keep", NULL, "keep"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(buffer_done) struct buffer out = {.max = 256};
        struct mask m;
        struct error err;
        assert_true(mask_parse(rows[i].action, ERROR_CONFIG, &m, &err));
        assert_true(mask_describe(&m, &out));
        assert_string_equal(buffer_text(&out), rows[i].masked);
    }
}

static int set_up(void **state)
{
    (void)state;
    struct error err;
    return secret_init(&err) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_value_are_counted_in_characters),
        cmocka_unit_test(an_address_is_left_without_what_can_identify),
        cmocka_unit_test(what_reaches_a_person_is_taken_out_of_a_text),
        cmocka_unit_test(redacting_is_linear),
        cmocka_unit_test(times_are_generalised_in_utc),
        cmocka_unit_test(whole_numbers_go_into_bands),
        cmocka_unit_test(decimals_are_rounded_half_away_from_zero),
        cmocka_unit_test(a_decimal_fits_a_column_exactly_or_not_at_all),
        cmocka_unit_test(only_the_grammar_of_json_makes_a_decimal),
        cmocka_unit_test(equal_values_have_equal_pseudonyms_in_any_spelling),
        cmocka_unit_test(another_key_gives_other_pseudonyms),
        cmocka_unit_test(nobodys_value_has_no_pseudonym),
        cmocka_unit_test(a_value_that_comes_again_has_the_same_pseudonym),
        cmocka_unit_test(an_identifier_that_is_too_long_is_not_let_through),
        cmocka_unit_test(each_action_has_one_spelling),
        cmocka_unit_test(an_action_is_described_with_the_version_of_its_normaliser),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
