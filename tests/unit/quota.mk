# SPDX-License-Identifier: Apache-2.0
quota_tests = tests/unit/test_bucket tests/unit/test_forecast tests/unit/test_limiter \
    tests/unit/test_slot tests/unit/test_usage
check_PROGRAMS += $(quota_tests)
TESTS += $(quota_tests)
tests_unit_test_bucket_SOURCES = tests/unit/test_bucket.c
tests_unit_test_bucket_LDADD = $(QUOTA_LIBS) $(CMOCKA_LIBS)
tests_unit_test_limiter_SOURCES = tests/unit/test_limiter.c
tests_unit_test_limiter_LDADD = $(QUOTA_LIBS) $(CMOCKA_LIBS)
tests_unit_test_forecast_SOURCES = tests/unit/test_forecast.c
tests_unit_test_forecast_LDADD = $(QUOTA_LIBS) $(CMOCKA_LIBS)
tests_unit_test_slot_SOURCES = tests/unit/test_slot.c
tests_unit_test_slot_LDADD = $(QUOTA_LIBS) $(CMOCKA_LIBS)
tests_unit_test_usage_SOURCES = tests/unit/test_usage.c
tests_unit_test_usage_LDADD = $(QUOTA_LIBS) $(CMOCKA_LIBS)
