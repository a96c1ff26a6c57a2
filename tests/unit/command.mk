# SPDX-License-Identifier: Apache-2.0
command_tests = \
    tests/unit/test_config \
    tests/unit/test_help \
    tests/unit/test_options
check_PROGRAMS += $(command_tests)
TESTS += $(command_tests)
tests_unit_test_config_SOURCES = tests/unit/test_config.c
tests_unit_test_config_LDADD = src/command/libcommand.a $(CRYPTO_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)
tests_unit_test_help_SOURCES = tests/unit/test_help.c
tests_unit_test_help_LDADD = src/command/libcommand.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_options_SOURCES = tests/unit/test_options.c
tests_unit_test_options_LDADD = src/command/libcommand.a src/pipeline/libpipeline.a $(SOURCE_LIBS) \
    $(CMOCKA_LIBS)
