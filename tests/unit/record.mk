# SPDX-License-Identifier: Apache-2.0
record_tests = \
    tests/unit/test_schema \
    tests/unit/test_policy \
    tests/unit/test_normalise \
    tests/unit/test_convert \
    tests/unit/test_mask \
    tests/unit/test_memo \
    tests/unit/test_dedup \
    tests/unit/test_setdigest \
    tests/unit/test_total \
    tests/unit/test_verbatim \
    tests/unit/test_walk \
    tests/unit/test_facebook
check_PROGRAMS += $(record_tests)
TESTS += $(record_tests)
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c
tests_unit_test_schema_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c
tests_unit_test_policy_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_normalise_SOURCES = tests/unit/test_normalise.c
tests_unit_test_normalise_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_convert_SOURCES = tests/unit/test_convert.c
tests_unit_test_convert_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_mask_SOURCES = tests/unit/test_mask.c
tests_unit_test_mask_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_memo_SOURCES = tests/unit/test_memo.c
tests_unit_test_memo_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_dedup_SOURCES = tests/unit/test_dedup.c
tests_unit_test_dedup_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_setdigest_SOURCES = tests/unit/test_setdigest.c
tests_unit_test_setdigest_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_total_SOURCES = tests/unit/test_total.c
tests_unit_test_total_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_verbatim_SOURCES = tests/unit/test_verbatim.c tests/unit/walk_fixture.h
tests_unit_test_verbatim_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_walk_SOURCES = tests/unit/test_walk.c tests/unit/walk_fixture.h
tests_unit_test_walk_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_unit_test_facebook_SOURCES = tests/unit/test_facebook.c tests/unit/walk_fixture.h
tests_unit_test_facebook_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)

EXTRA_DIST += $(wildcard $(srcdir)/tests/data/schema/*/*)
