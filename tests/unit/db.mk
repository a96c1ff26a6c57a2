# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/test_sqlite
TESTS += tests/unit/test_sqlite
tests_unit_test_sqlite_SOURCES = tests/unit/test_sqlite.c
tests_unit_test_sqlite_LDADD = $(DB_LIBS) $(CMOCKA_LIBS)
