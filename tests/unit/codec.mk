# SPDX-License-Identifier: Apache-2.0
codec_tests = tests/unit/test_base32 tests/unit/test_hex tests/unit/test_json \
    tests/unit/test_pointer tests/unit/test_zstandard
check_PROGRAMS += $(codec_tests)
TESTS += $(codec_tests)
tests_unit_test_base32_SOURCES = tests/unit/test_base32.c
tests_unit_test_base32_LDADD = $(CODEC_LIBS) $(CMOCKA_LIBS)
tests_unit_test_hex_SOURCES = tests/unit/test_hex.c
tests_unit_test_hex_LDADD = $(CODEC_LIBS) $(CMOCKA_LIBS)
tests_unit_test_json_SOURCES = tests/unit/test_json.c
tests_unit_test_json_LDADD = $(CODEC_LIBS) $(CMOCKA_LIBS)
tests_unit_test_pointer_SOURCES = tests/unit/test_pointer.c
tests_unit_test_pointer_LDADD = $(CODEC_LIBS) $(CMOCKA_LIBS)
tests_unit_test_zstandard_SOURCES = tests/unit/test_zstandard.c
tests_unit_test_zstandard_LDADD = $(CODEC_LIBS) $(CMOCKA_LIBS)
