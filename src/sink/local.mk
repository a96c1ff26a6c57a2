# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/sink/libsink.a
src_sink_libsink_a_SOURCES = \
    src/sink/ddl.c src/sink/ddl.h \
    src/sink/dialect.c src/sink/dialect.h \
    src/sink/driver.h \
    src/sink/embedded.c src/sink/embedded.h \
    src/sink/ledger.c src/sink/ledger.h \
    src/sink/merge.c src/sink/merge.h \
    src/sink/registry.c src/sink/registry.h \
    src/sink/sink.c src/sink/sink.h
