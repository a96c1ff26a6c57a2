/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4): random-user prints them, and its pages are
 * told apart by an MD5. Nothing is protected by them here.
 */
#ifndef SANDBOX_MDHASH_H
#define SANDBOX_MDHASH_H

#include <stddef.h>
#include <stdint.h>

enum { MDHASH_MD5_SIZE = 16, MDHASH_SHA1_SIZE = 20, MDHASH_SHA256_SIZE = 32 };

void mdhash_md5(const void *data, size_t len, uint8_t ret_digest[MDHASH_MD5_SIZE]);
void mdhash_sha1(const void *data, size_t len, uint8_t ret_digest[MDHASH_SHA1_SIZE]);
void mdhash_sha256(const void *data, size_t len, uint8_t ret_digest[MDHASH_SHA256_SIZE]);

#endif
