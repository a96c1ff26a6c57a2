# SPDX-License-Identifier: Apache-2.0
pipeline_tests = \
    tests/unit/test_batch \
    tests/unit/test_compare \
    tests/unit/test_deliver \
    tests/unit/test_reporting \
    tests/unit/test_result \
    tests/unit/test_window \
    tests/unit/test_writer
check_PROGRAMS += $(pipeline_tests)
TESTS += $(pipeline_tests)
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c tests/unit/schema_fixture.h \
    tests/unit/stage_fixture.h
tests_unit_test_batch_LDADD = $(PIPELINE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c tests/unit/schema_fixture.h \
    tests/unit/source_fixture.h
tests_unit_test_compare_LDADD = $(PIPELINE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_deliver_SOURCES = tests/unit/test_deliver.c tests/unit/schema_fixture.h \
    tests/unit/stage_fixture.h
tests_unit_test_deliver_LDADD = $(PIPELINE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_reporting_SOURCES = tests/unit/test_reporting.c tests/unit/source_fixture.h \
    tests/unit/stage_fixture.h
tests_unit_test_reporting_LDADD = $(PIPELINE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_result_SOURCES = tests/unit/test_result.c
tests_unit_test_result_LDADD = src/pipeline/libpipeline.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_window_SOURCES = tests/unit/test_window.c
tests_unit_test_window_LDADD = src/pipeline/libpipeline.a $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c tests/unit/stage_fixture.h
tests_unit_test_writer_LDADD = src/pipeline/libpipeline.a src/stage/libstage.a $(AUDIT_LIBS) \
    $(CMOCKA_LIBS)
