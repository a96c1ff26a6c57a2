# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/pipeline/libpipeline.a
src_pipeline_libpipeline_a_SOURCES = \
    src/pipeline/deployment.c src/pipeline/deployment.h \
    src/pipeline/fetch.c src/pipeline/fetch.h \
    src/pipeline/load.c src/pipeline/load.h \
    src/pipeline/result.c src/pipeline/result.h \
    src/pipeline/run.c src/pipeline/run.h \
    src/pipeline/watch.h \
    src/pipeline/writer.c src/pipeline/writer.h
