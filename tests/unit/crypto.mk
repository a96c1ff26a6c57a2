# SPDX-License-Identifier: Apache-2.0
crypto_tests = tests/unit/test_aead tests/unit/test_digest tests/unit/test_kek \
    tests/unit/test_keyring tests/unit/test_nhash tests/unit/test_pseudonym \
    tests/unit/test_reference tests/unit/test_secret
check_PROGRAMS += $(crypto_tests)
TESTS += $(crypto_tests)
tests_unit_test_aead_SOURCES = tests/unit/test_aead.c
tests_unit_test_aead_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
tests_unit_test_digest_SOURCES = tests/unit/test_digest.c
tests_unit_test_digest_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
tests_unit_test_kek_SOURCES = tests/unit/test_kek.c
tests_unit_test_kek_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
tests_unit_test_keyring_SOURCES = tests/unit/test_keyring.c
tests_unit_test_keyring_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
tests_unit_test_nhash_SOURCES = tests/unit/test_nhash.c
tests_unit_test_nhash_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
tests_unit_test_pseudonym_SOURCES = tests/unit/test_pseudonym.c
tests_unit_test_pseudonym_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
tests_unit_test_reference_SOURCES = tests/unit/test_reference.c
tests_unit_test_reference_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
tests_unit_test_secret_SOURCES = tests/unit/test_secret.c
tests_unit_test_secret_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
