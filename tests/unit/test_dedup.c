/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record/dedup.h"

static enum dedup_verdict add(struct dedup *d, const char *key, uint64_t content)
{
    return dedup_add(d, key, strlen(key), content);
}

static enum dedup_verdict add_number(struct dedup *d, size_t number)
{
    char key[24];
    snprintf(key, sizeof key, "\"id\":%zu,", number);
    return add(d, key, number);
}

static void a_key_is_new_once_and_its_content_is_known(void **state)
{
    (void)state;
    struct dedup_room room;
    dedup_room_init(&room);
    AUTO(dedup_freep) struct dedup *d = dedup_new(&room);
    assert_non_null(d);
    assert_int_equal(add(d, "\"id\":1,", 7), DEDUP_NEW);
    assert_int_equal(add(d, "\"id\":2,", 7), DEDUP_NEW);
    assert_int_equal(add(d, "\"id\":1,", 7), DEDUP_SAME);
    assert_int_equal(add(d, "\"id\":1,", 8), DEDUP_OTHER);
    assert_int_equal(add(d, "\"id\":1,", 7), DEDUP_SAME); /* the first one counts */
    assert_int_equal(add(d, "", 0), DEDUP_NEW);
    assert_int_equal(add(d, "", 0), DEDUP_SAME);
    assert_int_equal(dedup_mark(d), 3);
}

static void what_is_released_was_never_there(void **state)
{
    (void)state;
    struct dedup_room room;
    dedup_room_init(&room);
    AUTO(dedup_freep) struct dedup *d = dedup_new(&room);
    assert_non_null(d);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(add_number(d, i), DEDUP_NEW);
    size_t mark = dedup_mark(d);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 200; i < 3000; i++) /* grows on the way */
            assert_int_equal(add_number(d, i), DEDUP_NEW);
        dedup_release(d, mark);
        assert_int_equal(dedup_mark(d), mark);
    }
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(add_number(d, i), DEDUP_SAME);
    dedup_release(d, 0);
    assert_int_equal(add_number(d, 5), DEDUP_NEW);
}

static void one_set_can_have_all_the_room_and_no_more(void **state)
{
    (void)state;
    struct dedup_room room;
    dedup_room_init(&room);
    AUTO(dedup_freep) struct dedup *small = dedup_new(&room);
    struct dedup *large = dedup_new(&room);
    assert_non_null(small);
    assert_non_null(large);
    for (size_t i = 0; i < DEDUP_KEYS_MAX; i++)
        assert_int_equal(add_number(large, i), DEDUP_NEW);
    assert_int_equal(add_number(large, DEDUP_KEYS_MAX), DEDUP_FULL);
    assert_int_equal(add_number(large, DEDUP_KEYS_MAX), DEDUP_FULL);
    assert_int_equal(add_number(large, 17), DEDUP_SAME); /* what is kept is known */
    assert_int_equal(add_number(small, 1), DEDUP_FULL);
    dedup_free(large);
    assert_int_equal(add_number(small, 1), DEDUP_NEW);
    dedup_freep(&small);
    small = NULL;
    assert_int_equal(atomic_load(&room.left), DEDUP_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_new_once_and_its_content_is_known),
        cmocka_unit_test(what_is_released_was_never_there),
        cmocka_unit_test(one_set_can_have_all_the_room_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
