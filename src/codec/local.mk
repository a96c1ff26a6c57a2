# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/codec/libcodec.a
src_codec_libcodec_a_SOURCES = \
    src/codec/base32.c src/codec/base32.h \
    src/codec/hex.c src/codec/hex.h \
    src/codec/json.c src/codec/json.h \
    src/codec/place.c src/codec/place.h \
    src/codec/pointer.c src/codec/pointer.h \
    src/codec/zstandard.c src/codec/zstandard.h
