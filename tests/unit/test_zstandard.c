/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "codec/zstandard.h"

struct fixture {
    struct zstandard *z;
    struct buffer frame, back;
    struct error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->z = zstandard_new();
    buffer_init(&f->frame, 32 * 1024 * 1024);
    buffer_init(&f->back, 32 * 1024 * 1024);
    *state = f;
    return f->z ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    zstandard_free(f->z);
    buffer_done(&f->frame);
    buffer_done(&f->back);
    free(f);
    return 0;
}

/* Text that compresses, or not. */
static uint8_t *content(size_t len, bool random)
{
    uint8_t *data = malloc(len + 1);
    assert_non_null(data);
    uint32_t x = 1;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525 + 1013904223;
        data[i] = random ? (uint8_t)(x >> 24) : (uint8_t)("{\"name\":\"x\"}\n"[i % 13]);
    }
    return data;
}

static void round_trip(struct fixture *f, size_t len, bool random)
{
    uint8_t *data = content(len, random);
    buffer_clear(&f->frame);
    buffer_clear(&f->back);
    assert_true(buffer_append_text(&f->back, "kept"));
    assert_true(zstandard_compress(f->z, data, len, &f->frame, &f->err));
    assert_true(
        zstandard_decompress(f->z, f->frame.data, f->frame.len, len, &f->back, &f->err));
    assert_int_equal(f->back.len, len + 4);
    assert_memory_equal(f->back.data + 4, data, len);
    free(data);
}

static void content_comes_back(void **state)
{
    const size_t sizes[] = {0, 1, 100, 128 * 1024, 512 * 1024, 9 * 1024 * 1024, 7};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        round_trip(*state, sizes[i], false);
        round_trip(*state, sizes[i], true);
    }
}

static void the_output_grows_by_the_frame_only(void **state)
{
    struct fixture *f = *state;
    uint8_t *data = content(512 * 1024, false);
    AUTO(buffer_done) struct buffer small;
    buffer_init(&small, 4096); /* far less than the worst case of 512 KiB */
    assert_true(zstandard_compress(f->z, data, 512 * 1024, &small, &f->err));
    assert_true(small.cap <= 4096);
    free(data);
}

static void too_much_content_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t *data = content(ZSTANDARD_CONTENT_MAX + 1, false);
    assert_false(zstandard_compress(f->z, data, ZSTANDARD_CONTENT_MAX + 1, &f->frame, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_int_equal(f->frame.len, 0);
    free(data);
}

static void no_room_for_the_frame_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    uint8_t *data = content(1000, true);
    AUTO(buffer_done) struct buffer small;
    buffer_init(&small, 500);
    assert_false(zstandard_compress(f->z, data, 1000, &small, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_int_equal(small.len, 0);

    assert_true(zstandard_compress(f->z, data, 1000, &f->frame, &f->err));
    assert_false(
        zstandard_decompress(f->z, f->frame.data, f->frame.len, 1000, &small, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_int_equal(small.len, 0);
    free(data);
}

static void refuse(struct fixture *f, const void *frame, size_t len, size_t expected)
{
    f->err = (struct error){0};
    assert_false(zstandard_decompress(f->z, frame, len, expected, &f->back, &f->err));
    assert_int_equal(f->err.kind, ERROR_STORE);
    assert_int_equal(f->back.len, 0);
}

static void another_size_than_expected_is_refused_unread(void **state)
{
    struct fixture *f = *state;
    uint8_t *data = content(1 << 20, false);
    assert_true(zstandard_compress(f->z, data, 1 << 20, &f->frame, &f->err));
    refuse(f, f->frame.data, f->frame.len, (1 << 20) - 1);
    refuse(f, f->frame.data, f->frame.len, (1 << 20) + 1);
    refuse(f, f->frame.data, f->frame.len, 0);
    assert_null(f->back.data); /* not even room was made */
    free(data);
}

/* A frame that declares 2^40 bytes: magic, single segment with an 8 byte content size. */
static void a_bomb_is_refused_unread(void **state)
{
    struct fixture *f = *state;
    const uint8_t bomb[] = {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0};
    refuse(f, bomb, sizeof bomb, 1000);
    refuse(f, bomb, sizeof bomb, (size_t)1 << 40);
    assert_null(f->back.data);
}

/* A frame whose header says that the size is unknown. */
static void an_undeclared_size_is_refused(void **state)
{
    const uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x09, 0, 0, 'a'};
    refuse(*state, frame, sizeof frame, 1);
}

static void what_is_not_one_whole_frame_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t *data = content(4000, true);
    assert_true(zstandard_compress(f->z, data, 4000, &f->frame, &f->err));
    size_t len = f->frame.len;
    for (size_t cut = 0; cut < len; cut += cut < 20 ? 1 : 97)
        refuse(f, f->frame.data, cut, 4000);
    assert_true(buffer_append_byte(&f->frame, 0));
    refuse(f, f->frame.data, len + 1, 4000);
    refuse(f, "no frame at all", 15, 15);
    free(data);
}

/* A few bits of a frame's head mean nothing for its content. */
static void a_changed_frame_gives_the_same_content_or_nothing(void **state)
{
    struct fixture *f = *state;
    uint8_t *data = content(3000, false);
    for (size_t i = 0; i < 1000; i++)
        data[3 * i] = (uint8_t)(i * 7);
    assert_true(zstandard_compress(f->z, data, 3000, &f->frame, &f->err));
    size_t refused = 0;
    for (size_t i = 0; i < 8 * f->frame.len; i++) {
        f->frame.data[i / 8] ^= (uint8_t)(1 << i % 8);
        buffer_clear(&f->back);
        if (zstandard_decompress(f->z, f->frame.data, f->frame.len, 3000, &f->back, &f->err)) {
            assert_int_equal(f->back.len, 3000);
            assert_memory_equal(f->back.data, data, 3000);
        } else {
            assert_int_equal(f->err.kind, ERROR_STORE);
            assert_int_equal(f->back.len, 0);
            refused++;
        }
        f->frame.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_true(refused > 0);
    free(data);
}

int main(void)
{
#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        with_fixture(content_comes_back),
        with_fixture(the_output_grows_by_the_frame_only),
        with_fixture(too_much_content_is_refused),
        with_fixture(no_room_for_the_frame_leaves_nothing),
        with_fixture(another_size_than_expected_is_refused_unread),
        with_fixture(a_bomb_is_refused_unread),
        with_fixture(an_undeclared_size_is_refused),
        with_fixture(what_is_not_one_whole_frame_is_refused),
        with_fixture(a_changed_frame_gives_the_same_content_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
