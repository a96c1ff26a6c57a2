/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/sqlstate.h"

static void states_say_what_to_do_next(void **state)
{
    static const struct {
        const char *state;
        enum error_kind kind;
    } cases[] = {
        {"08006", ERROR_NETWORK}, {"57P01", ERROR_NETWORK}, {"57P02", ERROR_NETWORK},
        {"57P03", ERROR_NETWORK}, {"40001", ERROR_NETWORK}, {"40P01", ERROR_NETWORK},
        {"53300", ERROR_NETWORK}, {"53100", ERROR_NETWORK}, {"25006", ERROR_NETWORK},
        {"55P03", ERROR_BUSY},    {"28P01", ERROR_AUTH},    {"28000", ERROR_AUTH},
        {"3D000", ERROR_SINK},    {"42501", ERROR_SINK},    {"42P01", ERROR_SINK},
        {"57014", ERROR_SINK},    {"XX000", ERROR_SINK},    {"22P02", ERROR_DATA},
        {"22003", ERROR_DATA},    {"23505", ERROR_DATA},    {"23514", ERROR_DATA},
        {"54000", ERROR_DATA},    {"P0001", ERROR_DATA},    {"P0002", ERROR_SINK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sqlstate_class *class = sqlstate_find(cases[i].state);
        if (class->kind != cases[i].kind)
            fail_msg("%s", cases[i].state);
        /* a message about data holds it */
        assert_true(class->kind != ERROR_DATA || !class->shown);
    }
}

static void only_a_state_is_read_from_a_message(void **state)
{
    (void)state;
    char found[SQLSTATE_SIZE];
    assert_true(sqlstate_in_message(
        "connection to server at \"h\" (::1), port 5432 failed: FATAL:  28P01\n", found));
    assert_string_equal(found, "28P01");
    assert_true(sqlstate_in_message("a: FATAL:  57P03\nb: SCHWERWIEGEND:  3D000\n", found));
    assert_string_equal(found, "3D000");
    assert_false(sqlstate_in_message("connection to server failed: Connection refused", found));
    assert_false(sqlstate_in_message("failed: FATAL:  28P01 and more", found));
}

static void the_line_of_a_copy_is_found_in_any_language(void **state)
{
    static const struct {
        const char *context;
        int64_t line;
    } cases[] = {
        {"COPY t, line 5, column x: \"17\"", 5},
        {"COPY t2024, line 12", 12},
        {"COPY t2024, Zeile 12, Spalte x9", 12},
        {"PL/pgSQL function f() line 3 at RAISE\nCOPY t, line 7", 7},
        {"PL/pgSQL function f() line 3 at RAISE", 0},
        {"COPY t 12", 0},
        {"COPY t\n, line 4", 0},
        {"COPY t, line 99999999999999999999", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (sqlstate_copy_line(cases[i].context) != cases[i].line)
            fail_msg("%s", cases[i].context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_say_what_to_do_next),
        cmocka_unit_test(only_a_state_is_read_from_a_message),
        cmocka_unit_test(the_line_of_a_copy_is_found_in_any_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
