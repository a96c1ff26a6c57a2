# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/test_keyset tests/unit/test_scan tests/unit/test_scan_portable \
    tests/unit/test_verbatim_portable
TESTS += tests/unit/test_keyset tests/unit/test_scan tests/unit/test_scan_portable \
    tests/unit/test_verbatim_portable

tests_unit_test_keyset_SOURCES = tests/unit/test_keyset.c
tests_unit_test_keyset_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)

tests_unit_test_scan_SOURCES = tests/unit/test_scan.c
tests_unit_test_scan_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)

# The same without SSE2: what other processors run.
tests_unit_test_scan_portable_SOURCES = tests/unit/test_scan.c src/record/scan.c
tests_unit_test_scan_portable_CPPFLAGS = $(AM_CPPFLAGS) -DQUOTED_PORTABLE
tests_unit_test_scan_portable_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)

tests_unit_test_verbatim_portable_SOURCES = tests/unit/test_verbatim.c tests/unit/walk_fixture.h \
    src/record/plan.c src/record/quoted.c src/record/recorder.c src/record/scan.c \
    src/record/verbatim.c
tests_unit_test_verbatim_portable_CPPFLAGS = $(AM_CPPFLAGS) -DQUOTED_PORTABLE
tests_unit_test_verbatim_portable_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
