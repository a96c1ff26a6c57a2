/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/tamper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/clock.h"

static const size_t rooms[] = {1, 2, 3, 7, 4096, 100000};

enum { ROOMS = sizeof rooms / sizeof *rooms };

static struct body *text_body(size_t len)
{
    char *text = malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + i % 23);
    struct body *body = body_new_text(text, len);
    free(text);
    assert_non_null(body);
    return body;
}

/* Reads up to max bytes in pieces of room; the last result is returned. */
static ssize_t drain(struct body *body, size_t room, size_t max, struct buffer *out)
{
    buffer_clear(out);
    ssize_t got = 1;
    while (out->len < max) {
        assert_true(buffer_reserve(out, room));
        got = body_read(body, (char *)out->data + out->len, room);
        if (got <= 0)
            return got;
        assert_true((size_t)got <= room);
        out->len += (size_t)got;
    }
    return got;
}

static void a_cut_body_is_the_first_half(void **state)
{
    (void)state;
    static const size_t lens[] = {0, 1, 2, 1001, 2 * TAMPER_CUT_MAX, 3 * TAMPER_CUT_MAX};
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        for (size_t r = 0; r < ROOMS; r++) {
            enum tamper_cut how = r % 2 ? TAMPER_CUT_QUIET : TAMPER_CUT_BROKEN;
            size_t len;
            AUTO(body_freep)
            struct body *cut = tamper_new_cut_take(text_body(lens[i]), how, &len);
            size_t expected = lens[i] / 2 < TAMPER_CUT_MAX ? lens[i] / 2 : TAMPER_CUT_MAX;
            assert_int_equal(len, expected);
            assert_int_equal(drain(cut, rooms[r], SIZE_MAX, &out),
                             how == TAMPER_CUT_QUIET ? BODY_END : BODY_BROKEN);
            assert_int_equal(out.len, expected);
        }
    }
}

static void a_padded_body_has_its_blanks_behind_the_place(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 1 << 20);
    for (size_t r = 0; r < ROOMS; r++) {
        AUTO(body_freep)
        struct body *pad = tamper_new_pad_take(body_new_text("ab[cd[e", 7), '[', 5);
        assert_int_equal(drain(pad, rooms[r], SIZE_MAX, &out), BODY_END);
        assert_string_equal(buffer_text(&out), "ab[     cd[e");
    }
    AUTO(body_freep) struct body *none = tamper_new_pad_take(body_new_text("abc", 3), '[', 5);
    assert_int_equal(drain(none, 10, SIZE_MAX, &out), BODY_END);
    assert_string_equal(buffer_text(&out), "abc");
}

static void an_endless_body_lacks_its_last_byte_alone(void **state)
{
    (void)state;
    static const size_t lens[] = {1, 2, 4095, 4096, 4097, 9000};
    AUTO(buffer_done) struct buffer out;
    AUTO(buffer_done) struct buffer whole;
    buffer_init(&out, 1 << 20);
    buffer_init(&whole, 1 << 20);
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        AUTO(body_freep) struct body *plain = text_body(lens[i]);
        assert_int_equal(drain(plain, 4096, SIZE_MAX, &whole), BODY_END);
        for (size_t r = 0; r < ROOMS; r++) {
            AUTO(body_freep) struct body *endless = tamper_new_endless_take(text_body(lens[i]));
            assert_true(drain(endless, rooms[r], 20000, &out) > 0);
            assert_memory_equal(out.data, whole.data, lens[i] - 1);
            for (size_t j = lens[i] - 1; j < out.len; j++)
                assert_int_equal(out.data[j], ' ');
        }
    }
}

static void a_slow_body_is_as_slow_as_asked(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 1 << 20);
    AUTO(body_freep) struct body *slow = tamper_new_rate_take(text_body(300), 1000);
    int64_t start_ns = clock_monotonic_ns();
    assert_int_equal(drain(slow, 4096, SIZE_MAX, &out), BODY_END);
    assert_int_equal(out.len, 300);
    assert_true(clock_monotonic_ns() - start_ns >= 200 * (CLOCK_SECOND_NS / 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_body_is_the_first_half),
        cmocka_unit_test(a_padded_body_has_its_blanks_behind_the_place),
        cmocka_unit_test(an_endless_body_lacks_its_last_byte_alone),
        cmocka_unit_test(a_slow_body_is_as_slow_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
