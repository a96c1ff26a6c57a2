# SPDX-License-Identifier: Apache-2.0
audit_tests = \
    tests/unit/test_event \
    tests/unit/test_tree \
    tests/unit/test_verify
check_PROGRAMS += $(audit_tests)
TESTS += $(audit_tests)

tests_unit_test_event_SOURCES = tests/unit/test_event.c tests/unit/audit_fixture.h
tests_unit_test_event_LDADD = $(AUDIT_LIBS) $(CMOCKA_LIBS)
tests_unit_test_tree_SOURCES = tests/unit/test_tree.c tests/unit/audit_fixture.h
tests_unit_test_tree_LDADD = $(AUDIT_LIBS) $(CMOCKA_LIBS)
tests_unit_test_verify_SOURCES = tests/unit/test_verify.c tests/unit/audit_fixture.h
tests_unit_test_verify_LDADD = $(AUDIT_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/house/verify_audit.py
