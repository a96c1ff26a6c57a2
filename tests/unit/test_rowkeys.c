/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "sink/rowkeys.h"

static void add(struct rowkeys *k, const char *text, int64_t number)
{
    static const int columns[] = {2, 0};
    const struct columns_value values[] = {
        {.kind = COLUMNS_INTEGER, .integer = number},
        {.kind = COLUMNS_NULL},
        {.kind = COLUMNS_TEXT, .text = text, .len = strlen(text)},
    };
    rowkeys_add(k, values, columns, 2);
}

static void keys_differ_in_any_column(void **state)
{
    (void)state;
    AUTO(rowkeys_done) struct rowkeys k;
    rowkeys_init(&k);
    add(&k, "a", 1);
    add(&k, "a", 2);
    add(&k, "b", 1);
    add(&k, "", 1);
    assert_false(rowkeys_repeated(&k));
    add(&k, "a", 2);
    assert_true(rowkeys_repeated(&k));
    rowkeys_clear(&k);
    add(&k, "a", 2);
    assert_false(rowkeys_repeated(&k));
}

static void one_of_many_that_comes_again_is_found(void **state)
{
    (void)state;
    enum { ROWS = 100000 };
    char text[32];
    AUTO(rowkeys_done) struct rowkeys k;
    rowkeys_init(&k);
    for (int i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "2026-11-%02d/%d", i % 30, i);
        add(&k, text, i / 7);
    }
    assert_false(rowkeys_repeated(&k)); /* by chance once in 10^9 */
    add(&k, "2026-11-00/0", 0);
    assert_true(rowkeys_repeated(&k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_differ_in_any_column),
        cmocka_unit_test(one_of_many_that_comes_again_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
