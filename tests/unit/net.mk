# SPDX-License-Identifier: Apache-2.0
net_tests = tests/unit/test_allow tests/unit/test_backoff tests/unit/test_http tests/unit/test_head \
    tests/unit/test_trust
check_PROGRAMS += $(net_tests)
TESTS += $(net_tests)
EXTRA_DIST += tests/unit/hostile_server.py
tests_unit_test_allow_SOURCES = tests/unit/test_allow.c
tests_unit_test_allow_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)
tests_unit_test_backoff_SOURCES = tests/unit/test_backoff.c
tests_unit_test_backoff_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)
tests_unit_test_http_SOURCES = tests/unit/test_http.c
tests_unit_test_http_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)
tests_unit_test_head_SOURCES = tests/unit/test_head.c
tests_unit_test_head_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)
tests_unit_test_trust_SOURCES = tests/unit/test_trust.c
tests_unit_test_trust_LDADD = $(NET_LIBS) $(CMOCKA_LIBS)
