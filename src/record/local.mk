# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/record/librecord.a
src_record_librecord_a_SOURCES = \
    src/record/column.c src/record/column.h \
    src/record/columns.c src/record/columns.h \
    src/record/convert.c src/record/convert.h \
    src/record/decimal.c src/record/decimal.h \
    src/record/dedup.c src/record/dedup.h \
    src/record/emit.c src/record/emit.h \
    src/record/envelope.c src/record/envelope.h \
    src/record/field.c src/record/field.h \
    src/record/fit.c src/record/fit.h \
    src/record/hash.h \
    src/record/instant.c src/record/instant.h \
    src/record/join.c src/record/join.h \
    src/record/keyed.c src/record/keyed.h \
    src/record/keyparts.c src/record/keyparts.h \
    src/record/keyset.c src/record/keyset.h \
    src/record/line.c src/record/line.h \
    src/record/mask.c src/record/mask.h \
    src/record/memo.c src/record/memo.h \
    src/record/normalise.c src/record/normalise.h \
    src/record/plan.c src/record/plan.h \
    src/record/policy.c src/record/policy.h \
    src/record/quoted.c src/record/quoted.h \
    src/record/recall.h \
    src/record/recorder.c src/record/recorder.h \
    src/record/redact.c src/record/redact.h \
    src/record/scan.c src/record/scan.h \
    src/record/schema.c src/record/schema.h \
    src/record/segment.c src/record/segment.h \
    src/record/setdigest.c src/record/setdigest.h \
    src/record/short.h \
    src/record/topic.c src/record/topic.h \
    src/record/total.c src/record/total.h \
    src/record/verbatim.c src/record/verbatim.h \
    src/record/walk.c src/record/walk.h
EXTRA_DIST += src/record/FORMAT.md
