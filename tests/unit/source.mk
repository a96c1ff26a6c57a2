# SPDX-License-Identifier: Apache-2.0
source_tests = \
    tests/unit/test_quote \
    tests/unit/test_request \
    tests/unit/test_verdict \
    tests/unit/test_paginator \
    tests/unit/test_manifest \
    tests/unit/test_settings \
    tests/unit/test_reader
check_PROGRAMS += $(source_tests)
TESTS += $(source_tests)
tests_unit_test_quote_SOURCES = tests/unit/test_quote.c
tests_unit_test_quote_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_request_SOURCES = tests/unit/test_request.c tests/unit/source_fixture.h
tests_unit_test_request_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c tests/unit/source_fixture.h
tests_unit_test_verdict_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_paginator_SOURCES = tests/unit/test_paginator.c tests/unit/source_fixture.h
tests_unit_test_paginator_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c
tests_unit_test_manifest_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c tests/unit/source_fixture.h
tests_unit_test_settings_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_reader_SOURCES = tests/unit/test_reader.c tests/unit/source_fixture.h
tests_unit_test_reader_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)

EXTRA_DIST += $(wildcard $(srcdir)/tests/data/manifest/*/*)
