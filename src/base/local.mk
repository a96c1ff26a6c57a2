# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
    src/base/buffer.c src/base/buffer.h \
    src/base/cleanup.c src/base/cleanup.h \
    src/base/clock.c src/base/clock.h \
    src/base/clock_init.c src/base/clock_init.h \
    src/base/crashpoint.c src/base/crashpoint.h \
    src/base/error.c src/base/error.h \
    src/base/file.c src/base/file.h \
    src/base/folder.c src/base/folder.h \
    src/base/log.c src/base/log.h \
    src/base/memory.c src/base/memory.h \
    src/base/queue.c src/base/queue.h \
    src/base/stop.c src/base/stop.h \
    src/base/text.c src/base/text.h \
    src/base/tzrule.c src/base/tzrule.h \
    src/base/zone.c src/base/zone.h
