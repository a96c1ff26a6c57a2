/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "record/normalise.h"

/* A small generator of our own: the same values in every run. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t apply(const char *class_name, const char *text, size_t len, char *ret_text)
{
    AUTO(buffer_done) struct buffer scratch = {.max = NORMALISE_SCRATCH_MAX};
    const char *out;
    size_t out_len;
    assert_true(
        normalise_apply(normalise_find(class_name), text, len, &scratch, &out, &out_len));
    memcpy(ret_text, out, out_len);
    return out_len;
}

struct example {
    const char *class_name;
    const char *text;
    const char *canonical;
};

static void check(const struct example *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char out[512];
        size_t len = apply(rows[i].class_name, rows[i].text, strlen(rows[i].text), out);
        if (len != strlen(rows[i].canonical) || memcmp(out, rows[i].canonical, len) != 0)
            fail_msg("%s: \"%s\" became \"%.*s\"", rows[i].class_name, rows[i].text, (int)len,
                     out);
    }
}

static void spellings_of_one_value_become_one_text(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"email", "  Leon.Nichols@Example.COM\n", "leon.nichols@example.com"},
        {"email", "M\xc3\x9cller@example.com", "m\xc3\xbcller@example.com"},
        {"email", "Mu\xcc\x88ller@example.com", "m\xc3\xbcller@example.com"},
        {"name", "Van  \t Andel", "van andel"},
        {"name", "\xc2\xa0\xe3\x80\x80Jos\xc3\x89\xe2\x80\x83Luis ", "jos\xc3\xa9 luis"},
        {"name", "Jose\xcc\x81 Luis", "jos\xc3\xa9 luis"},
        {"name", "\xef\xbc\xac\xef\xbd\x85\xef\xbd\x8f", "leo"}, /* full-width */
        {"name", "\xef\xac\x81nn", "finn"}, /* a ligature */
        {"name", "STRASSE", "strasse"},
        {"name",
         "Stra\xc3\x9f"
         "e",
         "strasse"},
        {"name", "\xd9\x83\xd8\xa7\xd9\x85\xd8\xb1\xd9\x88\xd8\xa7",
         "\xd9\x83\xd8\xa7\xd9\x85\xd8\xb1\xd9\x88\xd8\xa7"},
        /* U+0345 folds to a letter: both orders of the marks are one text before it does */
        {"name", "\xce\xb1\xcd\x85\xcc\x81", "\xce\xac\xce\xb9"},
        {"name", "\xce\xb1\xcc\x81\xcd\x85", "\xce\xac\xce\xb9"},
        {"phone", " +1 (415) 555-2671 ", "+14155552671"},
        {"phone", "001 415.555.2671", "+14155552671"},
        {"phone", "+44/20/7946-0018", "+442079460018"},
        {"phonetext", " J41 C12-1310 ", "J41 C12-1310"},
        {"postcode", "75001", "75001"},
        {"postcode", " b6b   6v2", "B6B 6V2"},
        {"postcode", "3436\xc2\xa0TI", "3436 TI"},
        {"postcode", "\xef\xbc\x97\xef\xbc\x95\xef\xbc\x90\xef\xbc\x90\xef\xbc\x91", "75001"},
        {"text",
         "\xe2\x80\xaf"
         "A  B\xe2\x80\xa9",
         "A  B"},
        {"text",
         "\xef\xbb\xbf"
         "A\xc2\x85",
         "A"},
        {"username", "TinyFish925 ", "tinyfish925"},
        {"uuid", "9A723211-0E87-41F1-B1E4-ED1A15226B80",
         "9a723211-0e87-41f1-b1e4-ed1a15226b80"},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void a_phone_number_that_is_not_e164_stays_as_it_is_written(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"phone", "0479-155-388", "0479-155-388"},
        {"phone", "(096) G52-8383", "(096) G52-8383"},
        {"phone", "+123", "+123"},
        {"phone", "+1234567890123456", "+1234567890123456"},
        {"phone", "+0 415 555 2671", "+0 415 555 2671"},
        {"phone", "+1 415 555 2671 x9", "+1 415 555 2671 x9"},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void nobodys_values_become_empty(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"uuid", "00000000-0000-0000-0000-000000000000", ""},
        {"name", " \t ", ""},
        {"text", "\xc2\xa0\xe2\x80\x83", ""},
        {"email", "", ""},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void letters_that_differ_stay_different(void **state)
{
    (void)state;
    char a[64], b[64];
    size_t a_len = apply("name", "Muller", 6, a);
    size_t b_len = apply("name", "M\xc3\xbcller", 7, b);
    assert_false(a_len == b_len && memcmp(a, b, a_len) == 0);
}

/* Texts that are hard on purpose: marks, ligatures, blanks, case pairs, broken UTF-8. */
static size_t random_text(uint64_t *seed, char *ret_text)
{
    static const char *const pieces[] = {
        "a",
        "B",
        "7",
        " ",
        "\t",
        "0",
        "+",
        "-",
        "@",
        "\xc2\xa0",
        "\xe3\x80\x80",
        "\xef\xbb\xbf",
        "\xcd\x85" /* U+0345 */,
        "\xcc\x81",
        "\xcc\x88",
        "\xcc\xa7",
        "\xce\xb1",
        "\xc3\x9f",
        "\xe1\xba\x9e",
        "\xc4\xb0",
        "\xc4\xb1",
        "\xc5\x89",
        "\xef\xac\x83",
        "\xe2\x84\xa2",
        "\xe2\x84\xaa",
        "\xef\xb7\xba",
        "\xce\x90",
        "\xe1\xbe\xb3",
        "\xe1\xbf\xbc",
        "\xc7\xb0",
        "\xe1\x85\xa1",
        "\xe1\x84\x80",
        "\xea\xb0\x80",
        "\xe0\xb4\x95",
        "\xe2\x80\x8c",
        "\xc7\x85",
        "\xd4\xb5\xd6\x82",
        "\xff",
        "\xc3",
        "\xed\xa0\x80",
        "\xf0\x9f\x98\x80",
        "\xf0\x9d\x94\x80",
        "\xe1\xb5\xa0",
        "\xcf\x82",
        "\xce\xa3",
        "\xc2\xb5",
        "\xc5\xbf",
    };
    size_t len = 0;
    size_t count = next_random(seed) % 12;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof *pieces)];
        if (next_random(seed) % 4 == 0 && len) { /* some code point beyond the list */
            uint32_t c = 0x80 + (uint32_t)(next_random(seed) % 0x700);
            ret_text[len++] = (char)(0xc0 | c >> 6);
            ret_text[len++] = (char)(0x80 | (c & 0x3f));
            continue;
        }
        memcpy(ret_text + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

static void normalising_twice_is_normalising_once(void **state)
{
    (void)state;
    uint64_t seed = 20261120;
    for (int round = 0; round < 20000; round++) {
        char text[128], once[4096], twice[65536];
        size_t len = random_text(&seed, text);
        for (const char *const *name = normalise_classes(); *name; name++) {
            size_t once_len = apply(*name, text, len, once);
            size_t twice_len = apply(*name, once, once_len, twice);
            if (once_len != twice_len || memcmp(once, twice, once_len) != 0) {
                for (size_t i = 0; i < len; i++)
                    print_message("%02x ", (unsigned char)text[i]);
                fail_msg("%s is not idempotent", *name);
            }
        }
    }
}

static void every_code_point_is_normalised_to_a_fixed_point(void **state)
{
    (void)state;
    for (uint32_t c = 0x80; c < 0x30000; c++) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        char text[8], once[256], twice[4096];
        size_t len = 0;
        if (c < 0x800) {
            text[len++] = (char)(0xc0 | c >> 6);
        } else if (c < 0x10000) {
            text[len++] = (char)(0xe0 | c >> 12);
            text[len++] = (char)(0x80 | (c >> 6 & 0x3f));
        } else {
            text[len++] = (char)(0xf0 | c >> 18);
            text[len++] = (char)(0x80 | (c >> 12 & 0x3f));
            text[len++] = (char)(0x80 | (c >> 6 & 0x3f));
        }
        text[len++] = (char)(0x80 | (c & 0x3f));
        static const char *const some[] = {"email", "name", "postcode", "text"};
        for (size_t i = 0; i < 4; i++) {
            size_t once_len = apply(some[i], text, len, once);
            size_t twice_len = apply(some[i], once, once_len, twice);
            if (once_len != twice_len || memcmp(once, twice, once_len) != 0)
                fail_msg("%s: U+%04X has no fixed point", some[i], (unsigned)c);
        }
    }
}

static void any_bytes_are_taken(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char text[64], out[4096];
        size_t len = next_random(&seed) % sizeof text;
        for (size_t i = 0; i < len; i++)
            text[i] = (char)next_random(&seed);
        for (const char *const *name = normalise_classes(); *name; name++)
            apply(*name, text, len, out);
    }
}

static void the_locale_does_not_matter(void **state)
{
    (void)state;
    char plain[64], turkish[64];
    size_t plain_len = apply("name", "TITLE I\xc4\xb0", 9, plain);
    if (!setlocale(LC_ALL, "tr_TR.UTF-8"))
        setlocale(LC_ALL, "C.UTF-8");
    size_t turkish_len = apply("name", "TITLE I\xc4\xb0", 9, turkish);
    setlocale(LC_ALL, "C");
    assert_int_equal(plain_len, turkish_len);
    assert_memory_equal(plain, turkish, plain_len);
}

static void a_text_beyond_the_maximum_is_refused(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer scratch = {.max = NORMALISE_SCRATCH_MAX};
    static char text[NORMALISE_INPUT_MAX + 1];
    const char *out;
    size_t len;
    memset(text, 'A', sizeof text);
    const struct normalise *n = normalise_find("name");
    assert_true(normalise_apply(n, text, sizeof text - 1, &scratch, &out, &len));
    assert_int_equal(len, sizeof text - 1);
    assert_false(normalise_apply(n, text, sizeof text, &scratch, &out, &len));

    /* the code point that decomposes furthest, over and over */
    for (size_t i = 0; i + 3 <= NORMALISE_INPUT_MAX; i += 3)
        memcpy(text + i, "\xef\xb7\xba", 3);
    assert_true(normalise_apply(n, text, NORMALISE_INPUT_MAX / 3 * 3, &scratch, &out, &len));
}

static void classes_have_versions_and_only_they_exist(void **state)
{
    (void)state;
    assert_null(normalise_find("mail"));
    for (const char *const *name = normalise_classes(); *name; name++) {
        const struct normalise *n = normalise_find(*name);
        assert_string_equal(normalise_class(n), *name);
        assert_true(strncmp(normalise_version(n), *name, strlen(*name)) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_of_one_value_become_one_text),
        cmocka_unit_test(a_phone_number_that_is_not_e164_stays_as_it_is_written),
        cmocka_unit_test(nobodys_values_become_empty),
        cmocka_unit_test(letters_that_differ_stay_different),
        cmocka_unit_test(normalising_twice_is_normalising_once),
        cmocka_unit_test(every_code_point_is_normalised_to_a_fixed_point),
        cmocka_unit_test(any_bytes_are_taken),
        cmocka_unit_test(the_locale_does_not_matter),
        cmocka_unit_test(a_text_beyond_the_maximum_is_refused),
        cmocka_unit_test(classes_have_versions_and_only_they_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
