# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/quota/libquota.a
src_quota_libquota_a_SOURCES = \
    src/quota/bucket.c src/quota/bucket.h \
    src/quota/forecast.c src/quota/forecast.h \
    src/quota/limiter.c src/quota/limiter.h \
    src/quota/slot.c src/quota/slot.h \
    src/quota/usage.c src/quota/usage.h
