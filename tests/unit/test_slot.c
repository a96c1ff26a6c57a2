/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "quota/slot.h"

static char path[] = "/tmp/extract-slot-XXXXXX";

static int take(const char *key, unsigned parallel)
{
    struct error err;
    int fd;
    bool taken;
    if (!slot_open(path, &fd, &err) || !slot_take(fd, path, key, parallel, &taken, &err))
        fail_msg("%s", err.text);
    if (taken)
        return fd;
    close(fd);
    return -1;
}

static void as_many_are_given_as_are_allowed(void **state)
{
    (void)state;
    static const unsigned allowed[] = {1, 2, 3, 7, SLOT_MAX};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        int held[SLOT_MAX];
        for (unsigned n = 0; n < allowed[i]; n++) {
            held[n] = take("a", allowed[i]);
            assert_true(held[n] >= 0);
        }
        assert_int_equal(take("a", allowed[i]), -1);
        for (unsigned n = 0; n < allowed[i]; n++)
            close(held[n]);
    }
}

static void a_place_that_is_given_back_is_given_again(void **state)
{
    (void)state;
    int held[5];
    for (size_t i = 0; i < 5; i++)
        held[i] = take("a", 5);
    static const size_t order[] = {2, 0, 4, 3, 1}; /* in the middle, first, last */
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(take("a", 5), -1);
        close(held[order[i]]);
        held[order[i]] = take("a", 5);
        assert_true(held[order[i]] >= 0);
    }
    close(held[1]);
    close(held[3]);
    assert_int_equal(take("a", 3), -1); /* three are still taken, apart from one another */
    held[1] = take("a", 4);
    assert_true(held[1] >= 0);
    assert_int_equal(take("a", 4), -1);
    for (size_t i = 0; i < 5; i++)
        if (i != 3)
            close(held[i]);
}

static void buckets_do_not_share_places(void **state)
{
    (void)state;
    int a = take("a", 1);
    int b = take("b", 1);
    assert_true(a >= 0 && b >= 0);
    assert_int_equal(take("a", 1), -1);
    assert_int_equal(take("b", 1), -1);
    close(a);
    close(b);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_are_given_as_are_allowed),
        cmocka_unit_test(a_place_that_is_given_back_is_given_again),
        cmocka_unit_test(buckets_do_not_share_places),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
