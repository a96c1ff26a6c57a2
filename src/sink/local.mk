# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/sink/libsink.a
src_sink_libsink_a_SOURCES = \
    src/sink/copybinary.c src/sink/copybinary.h \
    src/sink/ddl.c src/sink/ddl.h \
    src/sink/dialect.c src/sink/dialect.h \
    src/sink/driver.h \
    src/sink/embedded.c src/sink/embedded.h \
    src/sink/ledger.c src/sink/ledger.h \
    src/sink/merge.c src/sink/merge.h \
    src/sink/pgledger.c src/sink/pgledger.h \
    src/sink/pgload.c src/sink/pgload.h \
    src/sink/pgtable.c src/sink/pgtable.h \
    src/sink/pgtarget.c src/sink/pgtarget.h \
    src/sink/postgres.c src/sink/postgres.h \
    src/sink/registry.c src/sink/registry.h \
    src/sink/rowkeys.c src/sink/rowkeys.h \
    src/sink/sink.c src/sink/sink.h \
    src/sink/tablecolumn.c src/sink/tablecolumn.h \
    src/sink/kafka.c src/sink/kafka.h \
    src/sink/kafka_settings.c src/sink/kafka_settings.h \
    src/sink/marker.c src/sink/marker.h \
    src/sink/message.c src/sink/message.h \
    src/sink/topic_plan.c src/sink/topic_plan.h
