/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "record/segment.h"

static int start(void **state)
{
    struct error err;
    (void)state;
    return secret_init(&err) ? 0 : -1;
}

static void add(struct segment *s, const char *line)
{
    struct error err;
    if (!segment_add(s, line, strlen(line), NULL, &err))
        fail_msg("%s", err.text);
}

static void fill(struct segment *s, int records)
{
    char line[64];
    for (int i = 0; i < records; i++) {
        snprintf(line, sizeof line, "{\"id\":%d,\"name\":\"Zo\u00eb\"}\n", i);
        add(s, line);
    }
}

static void a_segment_comes_back_as_it_went(void **state)
{
    (void)state;
    struct error err;
    AUTO(zstandard_freep) struct zstandard *z = zstandard_new();
    AUTO(segment_done) struct segment s;
    AUTO(segment_done) struct segment back;
    AUTO(segment_packed_done) struct segment_packed packed;
    segment_init(&s);
    segment_init(&back);
    segment_packed_init(&packed);
    for (int records = 1; records <= SEGMENT_RECORDS_MAX; records += 333) {
        segment_clear(&s);
        fill(&s, records);
        assert_true(segment_pack(&s, z, &packed, &err));
        assert_int_equal(packed.count, records);
        assert_int_equal(packed.text_len, s.text.len);
        assert_true(segment_unpack(&packed, z, &back, &err));
        assert_int_equal(back.count, records);
        assert_int_equal(back.text.len, s.text.len);
        assert_memory_equal(back.text.data, s.text.data, s.text.len);
    }
}

static void lines_come_in_order_without_their_newlines(void **state)
{
    (void)state;
    AUTO(segment_done) struct segment s;
    segment_init(&s);
    const char *line;
    size_t len, cursor = 0;
    assert_false(segment_next(&s, &cursor, &line, &len));
    add(&s, "{\"a\":1}\n");
    add(&s, "{}\n");
    assert_true(segment_next(&s, &cursor, &line, &len));
    assert_int_equal(len, 7);
    assert_memory_equal(line, "{\"a\":1}", 7);
    assert_true(segment_next(&s, &cursor, &line, &len));
    assert_int_equal(len, 2);
    assert_false(segment_next(&s, &cursor, &line, &len));
}

static void it_is_full_by_records_or_by_bytes(void **state)
{
    (void)state;
    struct error err;
    AUTO(segment_done) struct segment s;
    segment_init(&s);
    fill(&s, SEGMENT_RECORDS_MAX - 1);
    assert_false(segment_is_full(&s));
    fill(&s, 1);
    assert_true(segment_is_full(&s));
    assert_false(segment_add(&s, "{}\n", 3, NULL, &err));
    assert_int_equal(err.kind, ERROR_BUG);

    segment_clear(&s);
    AUTO(cleanup_free) char *line = malloc(SEGMENT_LINE_MAX + 1);
    assert_non_null(line);
    memset(line, 'x', SEGMENT_LINE_MAX + 1);
    line[SEGMENT_TEXT_TARGET - 2] = '\n';
    assert_true(segment_add(&s, line, SEGMENT_TEXT_TARGET - 1, NULL, &err));
    assert_false(segment_is_full(&s));

    /* the largest record fits into any segment that is not full */
    line[SEGMENT_TEXT_TARGET - 2] = 'x';
    line[SEGMENT_LINE_MAX - 1] = '\n';
    assert_true(segment_add(&s, line, SEGMENT_LINE_MAX, NULL, &err));
    assert_true(segment_is_full(&s));
}

static void a_record_that_can_never_fit_is_data(void **state)
{
    (void)state;
    struct error err;
    AUTO(segment_done) struct segment s;
    segment_init(&s);
    AUTO(cleanup_free) char *line = malloc(SEGMENT_LINE_MAX + 1);
    assert_non_null(line);
    memset(line, 'x', SEGMENT_LINE_MAX);
    line[SEGMENT_LINE_MAX] = '\n';
    assert_false(segment_add(&s, line, SEGMENT_LINE_MAX + 1, NULL, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_int_equal(s.count, 0);
}

static void what_is_not_one_line_is_a_bug(void **state)
{
    (void)state;
    static const char *const lines[] = {"", "\n", "{}", "{}\n{}\n", "{\n}\n", "{}\n\n"};
    struct error err;
    AUTO(segment_done) struct segment s;
    segment_init(&s);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_false(segment_add(&s, lines[i], strlen(lines[i]), NULL, &err));
        assert_int_equal(err.kind, ERROR_BUG);
    }
}

static void an_empty_segment_comes_back_empty(void **state)
{
    (void)state;
    struct error err;
    AUTO(segment_done) struct segment s, back;
    AUTO(zstandard_freep) struct zstandard *z = zstandard_new();
    AUTO(segment_packed_done) struct segment_packed packed;
    size_t cursor = 0, len;
    const char *line;
    segment_init(&s);
    segment_init(&back);
    segment_packed_init(&packed);
    assert_true(segment_pack(&s, z, &packed, &err));
    assert_int_equal(packed.count, 0);
    assert_int_equal(packed.text_len, 0);
    if (!segment_unpack(&packed, z, &back, &err))
        fail_msg("%s", err.text);
    assert_int_equal(back.count, 0);
    assert_false(segment_next(&back, &cursor, &line, &len));
    packed.count = 1;
    assert_false(segment_unpack(&packed, z, &back, &err));
    assert_int_equal(err.kind, ERROR_STORE);
}

static void add_with_term(struct segment *s, const char *line)
{
    struct error err;
    struct setdigest_term term;
    static const struct setdigest_key key; /* any: all zero */
    setdigest_term(&key, line, strlen(line), &term);
    if (!segment_add(s, line, strlen(line), &term, &err))
        fail_msg("%s", err.text);
}

static void the_content_is_what_the_records_say(void **state)
{
    (void)state;
    uint8_t first[DIGEST_SIZE], again[DIGEST_SIZE], other[DIGEST_SIZE];
    AUTO(segment_done) struct segment s;
    segment_init(&s);
    add_with_term(&s, "{\"a\":1}\n");
    add_with_term(&s, "{\"a\":2}\n");
    assert_true(segment_content(&s, first));
    segment_clear(&s);
    add_with_term(&s, "{\"a\":2}\n"); /* in whatever order */
    add_with_term(&s, "{\"a\":1}\n");
    assert_true(segment_content(&s, again));
    assert_memory_equal(first, again, DIGEST_SIZE);
    add_with_term(&s, "{\"a\":1}\n");
    assert_true(segment_content(&s, other));
    assert_memory_not_equal(first, other, DIGEST_SIZE);

    add(&s, "{\"a\":3}\n"); /* one without its term */
    assert_false(segment_content(&s, other));
}

static void the_digest_is_that_of_the_frame_and_tells_what_is_in_it(void **state)
{
    (void)state;
    struct error err;
    uint8_t frame[DIGEST_SIZE], first[DIGEST_SIZE];
    AUTO(zstandard_freep) struct zstandard *z = zstandard_new();
    AUTO(segment_done) struct segment s;
    AUTO(segment_packed_done) struct segment_packed packed;
    segment_init(&s);
    segment_packed_init(&packed);
    add(&s, "{\"a\":1,\"t\":1}\n");
    assert_true(segment_pack(&s, z, &packed, &err));
    digest_blake2b(packed.frame.data, packed.frame.len, frame);
    assert_memory_equal(packed.digest, frame, DIGEST_SIZE);
    memcpy(first, packed.digest, DIGEST_SIZE);
    segment_clear(&s);
    add(&s, "{\"a\":1,\"t\":2}\n");
    assert_true(segment_pack(&s, z, &packed, &err));
    assert_memory_not_equal(packed.digest, first, DIGEST_SIZE);
}

static void random_bytes_find_room_in_the_frame(void **state)
{
    (void)state;
    struct error err;
    AUTO(zstandard_freep) struct zstandard *z = zstandard_new();
    AUTO(segment_done) struct segment s;
    AUTO(segment_packed_done) struct segment_packed packed;
    segment_init(&s);
    segment_packed_init(&packed);
    AUTO(cleanup_free) char *line = malloc(SEGMENT_LINE_MAX);
    assert_non_null(line);
    secret_fill_random(line, SEGMENT_LINE_MAX);
    for (size_t i = 0; i < SEGMENT_LINE_MAX; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    line[SEGMENT_LINE_MAX - 1] = '\n';
    assert_true(segment_add(&s, line, SEGMENT_LINE_MAX, NULL, &err));
    assert_true(segment_pack(&s, z, &packed, &err));
    assert_true(segment_unpack(&packed, z, &s, &err));
}

static void what_does_not_match_is_not_unpacked(void **state)
{
    (void)state;
    AUTO(zstandard_freep) struct zstandard *z = zstandard_new();
    AUTO(segment_done) struct segment s;
    AUTO(segment_done) struct segment back;
    AUTO(segment_packed_done) struct segment_packed packed;
    struct error err;
    segment_init(&s);
    segment_init(&back);
    segment_packed_init(&packed);
    fill(&s, 20);
    assert_true(segment_pack(&s, z, &packed, &err));

    const struct segment_packed sound = packed;
    static const struct {
        uint32_t count, text_len;
    } lies[] = {{0, 0},          {19, 0},
                {21, 0},         {SEGMENT_RECORDS_MAX + 1, 0},
                {20, 1},         {20, SEGMENT_TEXT_MAX + 1},
                {20, UINT32_MAX}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        packed = sound;
        packed.count = lies[i].count;
        if (lies[i].text_len)
            packed.text_len = lies[i].text_len;
        assert_false(segment_unpack(&packed, z, &back, &err));
        assert_int_equal(err.kind, ERROR_STORE);
        assert_int_equal(back.count, 0);
        assert_int_equal(back.text.len, 0);
    }
    packed = sound;
    packed.digest[31] ^= 1;
    assert_false(segment_unpack(&packed, z, &back, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    packed = sound;
    for (size_t i = 0; i < packed.frame.len; i++) {
        packed.frame.data[i] ^= 0x10;
        assert_false(segment_unpack(&packed, z, &back, &err));
        assert_int_equal(err.kind, ERROR_STORE);
        packed.frame.data[i] ^= 0x10;
    }
    assert_true(segment_unpack(&packed, z, &back, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_comes_back_as_it_went),
        cmocka_unit_test(lines_come_in_order_without_their_newlines),
        cmocka_unit_test(it_is_full_by_records_or_by_bytes),
        cmocka_unit_test(a_record_that_can_never_fit_is_data),
        cmocka_unit_test(what_is_not_one_line_is_a_bug),
        cmocka_unit_test(an_empty_segment_comes_back_empty),
        cmocka_unit_test(the_content_is_what_the_records_say),
        cmocka_unit_test(the_digest_is_that_of_the_frame_and_tells_what_is_in_it),
        cmocka_unit_test(random_bytes_find_room_in_the_frame),
        cmocka_unit_test(what_does_not_match_is_not_unpacked),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
