# SPDX-License-Identifier: Apache-2.0
sink_tests = \
    tests/unit/test_ddl \
    tests/unit/test_kafka \
    tests/unit/test_ledger \
    tests/unit/test_embedded \
    tests/unit/test_postgres \
    tests/unit/test_rowkeys
check_PROGRAMS += $(sink_tests)
TESTS += $(sink_tests)

tests_unit_test_ddl_SOURCES = tests/unit/test_ddl.c tests/unit/schema_fixture.h
tests_unit_test_ddl_LDADD = $(SINK_LIBS) $(CMOCKA_LIBS)
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c
tests_unit_test_ledger_LDADD = $(SINK_LIBS) $(CMOCKA_LIBS)
tests_unit_test_embedded_SOURCES = tests/unit/test_embedded.c tests/unit/schema_fixture.h
tests_unit_test_embedded_LDADD = $(SINK_LIBS) $(CMOCKA_LIBS)
tests_unit_test_postgres_SOURCES = tests/unit/test_postgres.c tests/unit/postgres_fixture.h \
    tests/unit/schema_fixture.h
tests_unit_test_postgres_LDADD = $(SINK_LIBS) $(CMOCKA_LIBS)
tests_unit_test_kafka_SOURCES = tests/unit/test_kafka.c tests/unit/schema_fixture.h
tests_unit_test_kafka_LDADD = $(SINK_LIBS) $(CMOCKA_LIBS)
tests_unit_test_rowkeys_SOURCES = tests/unit/test_rowkeys.c
tests_unit_test_rowkeys_LDADD = $(SINK_LIBS) $(CMOCKA_LIBS)
