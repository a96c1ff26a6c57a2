# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/stage/libstage.a
src_stage_libstage_a_SOURCES = \
    src/stage/append.c src/stage/append.h \
    src/stage/checkpoint.c src/stage/checkpoint.h \
    src/stage/content.c src/stage/content.h \
    src/stage/dek.c src/stage/dek.h \
    src/stage/fields.c src/stage/fields.h \
    src/stage/inspect.c src/stage/inspect.h \
    src/stage/position.c src/stage/position.h \
    src/stage/quarantine.c src/stage/quarantine.h \
    src/stage/read.c src/stage/read.h \
    src/stage/refused.c src/stage/refused.h \
    src/stage/retention.c src/stage/retention.h \
    src/stage/row.c src/stage/row.h \
    src/stage/seal.c src/stage/seal.h \
    src/stage/stages.c src/stage/stages.h \
    src/stage/store.c src/stage/store.h
