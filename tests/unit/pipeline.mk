# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/test_batch tests/unit/test_result tests/unit/test_writer
TESTS += tests/unit/test_batch tests/unit/test_result tests/unit/test_writer
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c tests/unit/schema_fixture.h \
    tests/unit/stage_fixture.h
tests_unit_test_batch_LDADD = $(PIPELINE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_result_SOURCES = tests/unit/test_result.c
tests_unit_test_result_LDADD = src/pipeline/libpipeline.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c tests/unit/stage_fixture.h
tests_unit_test_writer_LDADD = src/pipeline/libpipeline.a src/stage/libstage.a $(AUDIT_LIBS) \
    $(CMOCKA_LIBS)
