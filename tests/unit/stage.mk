# SPDX-License-Identifier: Apache-2.0
stage_tests = \
    tests/unit/test_checkpoint \
    tests/unit/test_generation \
    tests/unit/test_inspect \
    tests/unit/test_part \
    tests/unit/test_quarantine \
    tests/unit/test_retention \
    tests/unit/test_segments \
    tests/unit/test_stages \
    tests/unit/test_store
check_PROGRAMS += $(stage_tests)
TESTS += $(stage_tests)

tests_unit_test_checkpoint_SOURCES = tests/unit/test_checkpoint.c tests/unit/stage_fixture.h
tests_unit_test_checkpoint_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_generation_SOURCES = tests/unit/test_generation.c tests/unit/stage_fixture.h
tests_unit_test_generation_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_inspect_SOURCES = tests/unit/test_inspect.c tests/unit/stage_fixture.h
tests_unit_test_inspect_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_part_SOURCES = tests/unit/test_part.c tests/unit/stage_fixture.h
tests_unit_test_part_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_quarantine_SOURCES = tests/unit/test_quarantine.c tests/unit/stage_fixture.h
tests_unit_test_quarantine_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_retention_SOURCES = tests/unit/test_retention.c tests/unit/stage_fixture.h
tests_unit_test_retention_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_segments_SOURCES = tests/unit/test_segments.c tests/unit/stage_fixture.h
tests_unit_test_segments_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_stages_SOURCES = tests/unit/test_stages.c
tests_unit_test_stages_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/stage_fixture.h
tests_unit_test_store_LDADD = $(STAGE_LIBS) $(CMOCKA_LIBS)
