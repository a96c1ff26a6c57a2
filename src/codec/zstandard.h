/* SPDX-License-Identifier: Apache-2.0 */
/* zstd frames with a declared content size and a checksum of the content. The only file that knows
 * libzstd. */
#ifndef CODEC_ZSTANDARD_H
#define CODEC_ZSTANDARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"

enum { ZSTANDARD_CONTENT_MAX = 16 * 1024 * 1024 }; /* of one frame, uncompressed */

/* Holds the working memory, to be used again and again by one thread. */
struct zstandard;

struct zstandard *zstandard_new(void); /* NULL when memory is out */
void zstandard_free(struct zstandard *z);
CLEANUP_DEFINE(struct zstandard, zstandard_free)

/* Appends one frame to out; out grows by the frame's own size only. Fails only on more than
 * ZSTANDARD_CONTENT_MAX, or when out's maximum or memory is reached: ERROR_BUG. */
bool zstandard_compress(struct zstandard *z, const void *data, size_t len, struct buffer *out,
                        struct error *err);
/* Appends the content of exactly one frame to out. The declared size must be `expected`, else
 * ERROR_STORE: nothing is decompressed on trust. ERROR_STORE as well when the content is not the
 * one that was compressed; damage made on purpose is for the seal around it to tell. */
bool zstandard_decompress(struct zstandard *z, const void *frame, size_t len, size_t expected,
                          struct buffer *out, struct error *err);

#endif
