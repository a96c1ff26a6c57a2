# SPDX-License-Identifier: Apache-2.0
source_tests = \
    tests/unit/test_quote \
    tests/unit/test_request \
    tests/unit/test_slice \
    tests/unit/test_selection \
    tests/unit/test_verdict \
    tests/unit/test_paginator \
    tests/unit/test_manifest \
    tests/unit/test_facebook_ads \
    tests/unit/test_settings \
    tests/unit/test_credentials \
    tests/unit/test_version \
    tests/unit/test_introspection \
    tests/unit/test_account \
    tests/unit/test_reader \
    tests/unit/test_report \
    tests/unit/test_split \
    tests/unit/test_usage_header
check_PROGRAMS += $(source_tests)
TESTS += $(source_tests)
tests_unit_test_quote_SOURCES = tests/unit/test_quote.c
tests_unit_test_quote_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_request_SOURCES = tests/unit/test_request.c tests/unit/source_fixture.h
tests_unit_test_request_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_slice_SOURCES = tests/unit/test_slice.c tests/unit/source_fixture.h
tests_unit_test_slice_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_selection_SOURCES = tests/unit/test_selection.c tests/unit/source_fixture.h
tests_unit_test_selection_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c tests/unit/source_fixture.h
tests_unit_test_verdict_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_paginator_SOURCES = tests/unit/test_paginator.c tests/unit/source_fixture.h
tests_unit_test_paginator_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c
tests_unit_test_manifest_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_facebook_ads_SOURCES = tests/unit/test_facebook_ads.c tests/unit/source_fixture.h
tests_unit_test_facebook_ads_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c tests/unit/source_fixture.h
tests_unit_test_settings_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_credentials_SOURCES = tests/unit/test_credentials.c tests/unit/source_fixture.h
tests_unit_test_credentials_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_version_SOURCES = tests/unit/test_version.c tests/unit/source_fixture.h
tests_unit_test_version_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_introspection_SOURCES = tests/unit/test_introspection.c tests/unit/source_fixture.h
tests_unit_test_introspection_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_account_SOURCES = tests/unit/test_account.c tests/unit/source_fixture.h
tests_unit_test_account_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_reader_SOURCES = tests/unit/test_reader.c tests/unit/source_fixture.h
tests_unit_test_reader_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_report_SOURCES = tests/unit/test_report.c tests/unit/source_fixture.h
tests_unit_test_report_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_split_SOURCES = tests/unit/test_split.c tests/unit/source_fixture.h
tests_unit_test_split_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_usage_header_SOURCES = tests/unit/test_usage_header.c
tests_unit_test_usage_header_LDADD = $(SOURCE_LIBS) $(CMOCKA_LIBS)

EXTRA_DIST += $(wildcard $(srcdir)/tests/data/manifest/*/*)
