# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/pipeline/libpipeline.a
src_pipeline_libpipeline_a_SOURCES = \
    src/pipeline/batch.c src/pipeline/batch.h \
    src/pipeline/deliver.c src/pipeline/deliver.h \
    src/pipeline/deployment.c src/pipeline/deployment.h \
    src/pipeline/fetch.c src/pipeline/fetch.h \
    src/pipeline/presence.c src/pipeline/presence.h \
    src/pipeline/reconcile.c src/pipeline/reconcile.h \
    src/pipeline/replay.c src/pipeline/replay.h \
    src/pipeline/result.c src/pipeline/result.h \
    src/pipeline/run.c src/pipeline/run.h \
    src/pipeline/staged.c src/pipeline/staged.h \
    src/pipeline/watch.h \
    src/pipeline/writer.c src/pipeline/writer.h
