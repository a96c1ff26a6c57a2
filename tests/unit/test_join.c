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
#include "crypto/secret.h"
#include "record/join.h"
#include "record/segment.h"

static int set_up(void **state)
{
    (void)state;
    struct error err;
    return secret_init(&err) ? 0 : -1;
}

/* An exact copy, so that a sanitizer sees what is read beyond. */
static char *copy(const char *line)
{
    size_t len = strlen(line);
    char *bytes = malloc(len ? len : 1);
    assert_non_null(bytes);
    memcpy(bytes, line, len);
    return bytes;
}

static bool joined(const char *a, const char *b, size_t fleeting, struct buffer *out,
                   struct error *err)
{
    AUTO(cleanup_free) char *left = copy(a);
    AUTO(cleanup_free) char *right = copy(b);
    buffer_clear(out);
    return join_lines(left, strlen(a), fleeting, right, strlen(b), out, err);
}

static void two_lines_become_one_with_the_values_as_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *joined;
        size_t fleeting;
    } rows[] = {
        {"{\"id\":\"1\",\"spend\":\"1.50\"}\n", "{\"id\":\"1\",\"clicks\":\"3\"}\n",
         "{\"id\":\"1\",\"spend\":\"1.50\",\"clicks\":\"3\"}\n", 0},
        {"{\"id\":1,\"a\":1e-400}\n", "{\"b\":[{\"x\":\"}\\\"\"},[]],\"c\":null,\"id\":1}\n",
         "{\"id\":1,\"a\":1e-400,\"b\":[{\"x\":\"}\\\"\"},[]],\"c\":null}\n", 0},
        {"{\"id\":1}\n", "{\"id\":1}\n", "{\"id\":1}\n", 0},
        {"{}\n", "{\"b\":true}\n", "{\"b\":true}\n", 0},
        {"{\"b\":true}\n", "{}\n", "{\"b\":true}\n", 0},
        {"{}\n", "{}\n", "{}\n", 0},
        /* the first one counts, and its time of reading stays at the end */
        {"{\"id\":1,\"a\":1,\"at\":\"09:00\"}\n",
         "{\"id\":1,\"a\":2,\"b\":3,\"at\":\"10:00\"}\n",
         "{\"id\":1,\"a\":1,\"b\":3,\"at\":\"09:00\"}\n", sizeof "\"at\":\"09:00\"}\n" - 1},
        {"{\"at\":\"09:00\"}\n", "{\"b\":3}\n", "{\"b\":3,\"at\":\"09:00\"}\n",
         sizeof "\"at\":\"09:00\"}\n" - 1},
        {"{\"s\":\"a\\u00e4\\\\\",\"t\":\"\xc3\xa4\"}\n", "{\"u\":{\"v\":{}}}\n",
         "{\"s\":\"a\\u00e4\\\\\",\"t\":\"\xc3\xa4\",\"u\":{\"v\":{}}}\n", 0},
    };
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 4096);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        if (!joined(rows[i].a, rows[i].b, rows[i].fleeting, &out, &err))
            fail_msg("%s%s: %s", rows[i].a, rows[i].b, err.text);
        assert_string_equal(buffer_text(&out), rows[i].joined);
    }
}

static void what_is_no_line_is_refused(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "{",
        "{}",
        "[]\n",
        "{\"a\"}\n",
        "{\"a\":}\n",
        "{a:1}\n",
        "{\"a:1}\n",
        "{\"a\":1,}\n",
        "{\"a\":[1}\n",
        "{\"a\":\"}\n",
        "{\"a\":\"\\}\n",
        "{,}\n",
        "{\"a\" 1}\n",
        "{\"a\":{\"}\n",
        "{\"a\":1 ,\n",
        "\n",
        "{\"a\":1}x",
    };
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 4096);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct error err = {0};
        if (joined("{\"z\":1}\n", broken[i], 0, &out, &err))
            fail_msg("taken: %s", broken[i]);
        assert_int_equal(err.kind, ERROR_DATA);
        assert_int_equal(out.len, 0);
    }
    struct error err = {0};
    assert_false(joined("{}\n", "{}\n", 4, &out, &err)); /* more than there is */
    AUTO(buffer_done) struct buffer small;
    buffer_init(&small, 16);
    assert_false(joined("{\"a\":1}\n", "{\"b\":12345}\n", 0, &small, &err));
    assert_int_equal(err.kind, ERROR_DATA);
}

static const char *const key[] = {"id", "day"};

static void add(struct join *j, const char *line)
{
    AUTO(cleanup_free) char *bytes = copy(line);
    struct error err = {0};
    if (!join_add(j, bytes, strlen(line), 0, &err))
        fail_msg("%s: %s", line, err.text);
}

static void next_is(struct join *j, const char *line)
{
    struct join_row row;
    assert_true(join_next(j, &row));
    assert_int_equal(row.len, strlen(line));
    assert_memory_equal(row.line, line, row.len);
}

static void rows_of_pieces_find_each_other_by_the_key(void **state)
{
    (void)state;
    AUTO(join_freep) struct join *j = NULL;
    struct error err = {0};
    struct join_row row;
    assert_true(join_new(key, 2, &j, &err));
    add(j, "{\"id\":\"1\",\"day\":\"20\",\"a\":1}\n");
    add(j, "{\"id\":\"2\",\"day\":\"20\",\"a\":2}\n");
    add(j, "{\"id\":\"12\",\"day\":\"0\",\"a\":3}\n"); /* no other pair of texts is the same */
    join_piece(j);
    add(j, "{\"day\":\"0\",\"id\":\"12\",\"b\":3}\n");
    add(j, "{\"id\":\"3\",\"day\":\"20\",\"b\":4}\n");
    add(j, "{\"id\":\"1\",\"day\":\"20\",\"b\":5}\n");
    join_piece(j);
    add(j, "{\"id\":\"1\",\"day\":\"20\",\"c\":6}\n");
    next_is(j, "{\"id\":\"1\",\"day\":\"20\",\"a\":1,\"b\":5,\"c\":6}\n");
    next_is(j, "{\"id\":\"2\",\"day\":\"20\",\"a\":2}\n"); /* not in the others: as it is */
    next_is(j, "{\"id\":\"12\",\"day\":\"0\",\"a\":3,\"b\":3}\n");
    next_is(j, "{\"id\":\"3\",\"day\":\"20\",\"b\":4}\n");
    assert_false(join_next(j, &row));

    join_clear(j); /* a row that lacks part of its key is another one than those that have it */
    add(j, "{\"id\":\"1\",\"day\":\"20\",\"a\":1}\n");
    add(j, "{\"id\":\"1\",\"a\":2}\n");
    join_piece(j);
    add(j, "{\"id\":\"1\",\"b\":3}\n");
    next_is(j, "{\"id\":\"1\",\"day\":\"20\",\"a\":1}\n");
    next_is(j, "{\"id\":\"1\",\"a\":2,\"b\":3}\n");

    join_clear(j);
    assert_false(join_next(j, &row));
    add(j, "{\"id\":\"1\",\"day\":\"20\",\"d\":7}\n");
    next_is(j, "{\"id\":\"1\",\"day\":\"20\",\"d\":7}\n");
}

static void rows_that_cannot_be_told_apart_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"id\":\"1\",\"day\":\"20\",\"b\":1}\n", /* twice in one piece */
        "{\"other\":\"1\"}\n",
        "{\"id\":\"1\",\"day\":\"20\"\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        AUTO(join_freep) struct join *j = NULL;
        struct error err = {0};
        assert_true(join_new(key, 2, &j, &err));
        add(j, "{\"id\":\"1\",\"day\":\"20\",\"a\":1}\n");
        assert_false(join_add(j, lines[i], strlen(lines[i]), 0, &err));
        assert_int_equal(err.kind, ERROR_DATA);
        next_is(j, "{\"id\":\"1\",\"day\":\"20\",\"a\":1}\n");
    }
}

static void thousands_of_rows_are_found_again(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    AUTO(join_freep) struct join *j = NULL;
    struct error err = {0};
    char line[128];
    assert_true(join_new(key, 2, &j, &err));
    for (int piece = 0; piece < 3; piece++) {
        for (int i = 0; i < ROWS; i++) {
            int id = piece == 1 ? ROWS - 1 - i : i; /* in another order */
            snprintf(line, sizeof line, "{\"id\":%d,\"day\":0,\"p%d\":%d}\n", id, piece, id);
            add(j, line);
        }
        join_piece(j);
    }
    for (int i = 0; i < ROWS; i++) {
        snprintf(line, sizeof line, "{\"id\":%d,\"day\":0,\"p0\":%d,\"p1\":%d,\"p2\":%d}\n", i,
                 i, i, i);
        next_is(j, line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lines_become_one_with_the_values_as_they_are),
        cmocka_unit_test(what_is_no_line_is_refused),
        cmocka_unit_test(rows_of_pieces_find_each_other_by_the_key),
        cmocka_unit_test(rows_that_cannot_be_told_apart_are_refused),
        cmocka_unit_test(thousands_of_rows_are_found_again),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
