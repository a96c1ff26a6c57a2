# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/crypto/libcrypto.a
src_crypto_libcrypto_a_SOURCES = \
    src/crypto/aead.c src/crypto/aead.h \
    src/crypto/digest.c src/crypto/digest.h \
    src/crypto/kek.c src/crypto/kek.h \
    src/crypto/keyring.c src/crypto/keyring.h \
    src/crypto/nhash.c src/crypto/nhash.h \
    src/crypto/pseudonym.c src/crypto/pseudonym.h \
    src/crypto/reference.c src/crypto/reference.h \
    src/crypto/ring.c src/crypto/ring.h \
    src/crypto/secret.c src/crypto/secret.h
