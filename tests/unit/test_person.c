/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json.h"
#include "sandbox/pagekey.h"
#include "sandbox/person_json.h"

static struct lexicon *lexicon;

static int setup(void **state)
{
    (void)state;
    struct error err;
    return lexicon_new(&lexicon, &err) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    lexicon_free(lexicon);
    return 0;
}

static struct person_source source_of(const char *seed, uint32_t page, int minor)
{
    struct person_source s = {.lexicon = lexicon, .minor = minor, .password = {.listed = true}};
    pagekey_make(seed, strlen(seed), page, s.page);
    for (uint8_t i = 0; i < NATION_COUNT; i++)
        if (nation_table[i].since <= minor)
            s.nations[s.nation_count++] = i;
    return s;
}

static struct person_style style_of(int minor)
{
    return (struct person_style){
        .minor = minor,
        .fields = PERSON_ALL_FIELDS,
        .today = {2026, 11, 20},
    };
}

static size_t write(const struct person_source *s, const struct person_style *style,
                    uint32_t position, char out[2 * PERSON_JSON_MAX])
{
    struct person p;
    memset(&p, 0xee, sizeof p);
    person_draw(s, position, &p);
    memset(out, 0x7e, 2 * PERSON_JSON_MAX);
    return (size_t)(person_json_write(out, &p, style) - out);
}

static void expect_json(const struct person_source *s, uint32_t position)
{
    char text[2 * PERSON_JSON_MAX];
    const struct person_style style = style_of(s->minor);
    size_t len = write(s, &style, position, text);
    assert_true(len <= PERSON_JSON_MAX);
    assert_int_equal(text[len], 0x7e);
    json_auto_t *row = NULL;
    struct error err;
    if (!json_parse(text, len, "row", ERROR_DATA, &row, &err))
        fail_msg("%s: %.*s", err.text, (int)len, text);
    assert_int_equal(json_object_size(row), PERSON_FIELD_COUNT);
}

static void every_row_is_json_and_fits(void **state)
{
    (void)state;
    for (int minor = 0; minor <= 4; minor++) {
        struct person_source s = source_of("json", 1, minor);
        for (uint32_t i = 0; i < 3000; i++)
            expect_json(&s, i);
        s.canary = true;
        for (uint32_t i = 0; i < 1000; i++)
            expect_json(&s, i);
        s.canary = false;
        s.password = (struct person_password){.letters = "\"\\<", .min = 64, .max = 64};
        for (uint32_t i = 0; i < 200; i++)
            expect_json(&s, i);
    }
}

static void lego_people_are_people(void **state)
{
    (void)state;
    struct person_source s = source_of("lego", 1, 4);
    s.lego = true;
    s.nations[0] = LEXICON_LEGO;
    s.nation_count = 1;
    for (uint32_t i = 0; i < 100; i++)
        expect_json(&s, i);
}

static void a_row_depends_on_page_and_position_alone(void **state)
{
    (void)state;
    char first[2 * PERSON_JSON_MAX], second[2 * PERSON_JSON_MAX];
    struct person_source abc = source_of("abc", 12, 4);
    struct person_source abc1 = source_of("abc1", 2, 4);
    struct person_source other = source_of("abc", 1, 4);
    const struct person_style style = style_of(4);
    for (uint32_t i = 5000; i-- > 4900;) {
        size_t len = write(&abc, &style, i, first);
        assert_int_equal(write(&abc1, &style, i, second), len);
        assert_memory_equal(first, second, len);
        size_t other_len = write(&other, &style, i, second);
        assert_true(other_len != len || memcmp(first, second, len) != 0);
    }
}

static void the_uuid_is_that_of_the_row(void **state)
{
    (void)state;
    struct person_source s = source_of("uuid", 3, 4);
    for (uint32_t i = 0; i < 100; i++) {
        struct person p;
        char uuid[PERSON_UUID_LENGTH];
        person_draw(&s, i, &p);
        person_uuid(s.page, i, uuid);
        assert_memory_equal(uuid, p.uuid, PERSON_UUID_LENGTH);
        assert_int_equal(uuid[14], '4');
        assert_non_null(memchr("89ab", uuid[19], 4));
    }
}

static void days_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        int64_t unix_ms;
        struct calendar_day day;
    } days[] = {
        {0, {1970, 1, 1}},
        {-1, {1969, 12, 31}},
        {INT64_C(-800000000000), {1944, 8, 25}},
        {INT64_C(951782400000), {2000, 2, 29}},
        {INT64_C(951868799999), {2000, 2, 29}},
        {INT64_C(951868800000), {2000, 3, 1}},
        {INT64_C(1653350399999), {2022, 5, 23}},
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct calendar_day day = calendar_of_ms(days[i].unix_ms);
        assert_int_equal(day.year, days[i].day.year);
        assert_int_equal(day.month, days[i].day.month);
        assert_int_equal(day.day, days[i].day.day);
    }
}

static void an_age_is_in_whole_years(void **state)
{
    (void)state;
    const struct calendar_day born = {1992, 3, 18};
    assert_int_equal(calendar_age(born, (struct calendar_day){2023, 3, 17}), 30);
    assert_int_equal(calendar_age(born, (struct calendar_day){2023, 3, 18}), 31);
    assert_int_equal(calendar_age(born, (struct calendar_day){2023, 2, 28}), 30);
    assert_int_equal(calendar_age(born, (struct calendar_day){2023, 12, 1}), 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_json_and_fits),
        cmocka_unit_test(lego_people_are_people),
        cmocka_unit_test(a_row_depends_on_page_and_position_alone),
        cmocka_unit_test(the_uuid_is_that_of_the_row),
        cmocka_unit_test(days_are_those_of_the_calendar),
        cmocka_unit_test(an_age_is_in_whole_years),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
