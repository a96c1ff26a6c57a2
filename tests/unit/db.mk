# SPDX-License-Identifier: Apache-2.0
db_tests = \
    tests/unit/test_sqlite \
    tests/unit/test_sqlstate
check_PROGRAMS += $(db_tests)
TESTS += $(db_tests)

tests_unit_test_sqlite_SOURCES = tests/unit/test_sqlite.c
tests_unit_test_sqlite_LDADD = $(DB_LIBS) $(CMOCKA_LIBS)
tests_unit_test_sqlstate_SOURCES = tests/unit/test_sqlstate.c
tests_unit_test_sqlstate_LDADD = $(DB_LIBS) $(CMOCKA_LIBS)
