# SPDX-License-Identifier: Apache-2.0
segment_tests = \
    tests/unit/test_columns \
    tests/unit/test_instant \
    tests/unit/test_join \
    tests/unit/test_segment
check_PROGRAMS += $(segment_tests)
TESTS += $(segment_tests)

tests_unit_test_columns_SOURCES = tests/unit/test_columns.c tests/unit/schema_fixture.h
tests_unit_test_columns_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_instant_SOURCES = tests/unit/test_instant.c
tests_unit_test_instant_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_join_SOURCES = tests/unit/test_join.c
tests_unit_test_join_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_segment_SOURCES = tests/unit/test_segment.c
tests_unit_test_segment_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
