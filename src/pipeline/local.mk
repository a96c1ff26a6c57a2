# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/pipeline/libpipeline.a
src_pipeline_libpipeline_a_SOURCES = \
    src/pipeline/access.c src/pipeline/access.h \
    src/pipeline/agenda.c src/pipeline/agenda.h \
    src/pipeline/batch.c src/pipeline/batch.h \
    src/pipeline/compare.c src/pipeline/compare.h \
    src/pipeline/course.c src/pipeline/course.h \
    src/pipeline/deliver.c src/pipeline/deliver.h \
    src/pipeline/deployment.c src/pipeline/deployment.h \
    src/pipeline/fetch.c src/pipeline/fetch.h \
    src/pipeline/hold.c src/pipeline/hold.h \
    src/pipeline/parts.c src/pipeline/parts.h \
    src/pipeline/pass.c src/pipeline/pass.h \
    src/pipeline/pieces.c src/pipeline/pieces.h \
    src/pipeline/presence.c src/pipeline/presence.h \
    src/pipeline/reading.c src/pipeline/reading.h \
    src/pipeline/reconcile.c src/pipeline/reconcile.h \
    src/pipeline/replay.c src/pipeline/replay.h \
    src/pipeline/reporting.c src/pipeline/reporting.h \
    src/pipeline/restarts.c src/pipeline/restarts.h \
    src/pipeline/result.c src/pipeline/result.h \
    src/pipeline/run.c src/pipeline/run.h \
    src/pipeline/scope.c src/pipeline/scope.h \
    src/pipeline/staged.c src/pipeline/staged.h \
    src/pipeline/watch.h \
    src/pipeline/window.c src/pipeline/window.h \
    src/pipeline/writer.c src/pipeline/writer.h
