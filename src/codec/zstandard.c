/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/zstandard.h"

#include <stdlib.h>
#include <zstd.h>

/* Measured on 512 KiB of masked records, a quarter of whose bytes is random: 4.4 times smaller,
 * level 3 with twice the time and memory 4.5 times, and -1 with 0.8 of the time 3 times. A table
 * of 2^12 entries stays in the processor's first cache: 13 % faster on these records and 9 %
 * larger, 6 % faster on rows of numbers and as small. */
enum { LEVEL = 1, HASH_LOG = 12 };

struct zstandard {
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
    struct buffer frame; /* the worst case is reserved here, not in the caller's buffer */
};

struct zstandard *zstandard_new(void)
{
    AUTO(zstandard_freep) struct zstandard *z = calloc(1, sizeof *z);
    if (!z)
        return NULL;

    buffer_init(&z->frame, ZSTD_COMPRESSBOUND(ZSTANDARD_CONTENT_MAX));
    z->compressor = ZSTD_createCCtx();
    z->decompressor = ZSTD_createDCtx();
    if (!z->compressor || !z->decompressor)
        return NULL;
    if (ZSTD_isError(ZSTD_CCtx_setParameter(z->compressor, ZSTD_c_compressionLevel, LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(z->compressor, ZSTD_c_hashLog, HASH_LOG)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(z->compressor, ZSTD_c_checksumFlag, 1)))
        return NULL;
    return steal(&z);
}

void zstandard_free(struct zstandard *z)
{
    if (!z)
        return;
    ZSTD_freeCCtx(z->compressor);
    ZSTD_freeDCtx(z->decompressor);
    buffer_done(&z->frame);
    free(z);
}

bool zstandard_compress(struct zstandard *z, const void *data, size_t len, struct buffer *out,
                        struct error *err)
{
    if (len > ZSTANDARD_CONTENT_MAX)
        return error_set(err, ERROR_BUG, "zstd: %zu bytes are more than one frame may hold",
                         len);
    buffer_clear(&z->frame);
    if (!buffer_reserve(&z->frame, ZSTD_compressBound(len)))
        return error_memory(err);

    size_t size = ZSTD_compress2(z->compressor, z->frame.data, z->frame.cap, data, len);
    if (ZSTD_isError(size))
        return error_set(err, ERROR_BUG, "zstd: %s", ZSTD_getErrorName(size));
    if (!buffer_append(out, z->frame.data, size))
        return error_set(err, ERROR_BUG, "zstd: no room for a frame of %zu bytes", size);
    return true;
}

bool zstandard_decompress(struct zstandard *z, const void *frame, size_t len, size_t expected,
                          struct buffer *out, struct error *err)
{
    unsigned long long declared = ZSTD_getFrameContentSize(frame, len);
    if (declared == ZSTD_CONTENTSIZE_ERROR)
        return error_set(err, ERROR_STORE, "zstd: not a frame");
    if (declared == ZSTD_CONTENTSIZE_UNKNOWN)
        return error_set(err, ERROR_STORE, "zstd: the frame does not declare its size");
    if (declared != expected || declared > ZSTANDARD_CONTENT_MAX)
        return error_set(err, ERROR_STORE,
                         "zstd: the frame declares %llu bytes where %zu are expected", declared,
                         expected);
    if (ZSTD_findFrameCompressedSize(frame, len) != len)
        return error_set(err, ERROR_STORE, "zstd: the frame is cut short or something follows");
    if (!buffer_reserve(out, expected))
        return error_set(err, ERROR_BUG, "zstd: no room for %zu bytes", expected);

    size_t size =
        ZSTD_decompressDCtx(z->decompressor, out->data + out->len, expected, frame, len);
    if (ZSTD_isError(size))
        return error_set(err, ERROR_STORE, "zstd: %s", ZSTD_getErrorName(size));
    if (size != expected)
        return error_set(err, ERROR_STORE, "zstd: the frame held %zu bytes instead of %zu",
                         size, expected);
    out->len += size;
    return true;
}
