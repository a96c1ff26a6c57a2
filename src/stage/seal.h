/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stage seals, and everything that stands beside it in its row: the associated data of
 * the seal, all in one place. src/record/FORMAT.md has the fields.
 *
 * A row that was changed in any column, moved to another number, stream or stage, or sealed with
 * another key does not open.
 */
#ifndef STAGE_SEAL_H
#define STAGE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "stage/dek.h"
#include "stage/store.h"

enum {
    SEAL_CODEC_ZSTD = 1,
    SEAL_OVERHEAD = AEAD_OVERHEAD, /* a seal is longer than its content by this */
};

/* A row of table segment but for the seal. */
struct seal_segment {
    char stream[STORE_STREAM_SIZE];
    int64_t seq; /* from 1 */
    char account[STORE_NAME_SIZE]; /* "": none */
    char slice[STORE_NAME_SIZE];
    uint64_t page;
    int64_t created_ns;
    uint32_t count; /* records */
    uint32_t text_len; /* bytes of NDJSON */
    uint8_t digest[DIGEST_SIZE]; /* of the frame */
    uint8_t schema_digest[DIGEST_SIZE];
    uint8_t policy_digest[DIGEST_SIZE];
    uint64_t codec;
    int64_t dek_id;
};

/* A row of table quarantine but for the seal. */
struct seal_quarantine {
    char stream[STORE_STREAM_SIZE];
    int64_t number; /* from 1 */
    char account[STORE_NAME_SIZE];
    char slice[STORE_NAME_SIZE];
    uint64_t page;
    uint64_t position; /* within the page, from 0 */
    int64_t created_ns;
    int64_t dek_id;
};

/* All append to out. Opening: ERROR_CRYPTO when anything is not as it was sealed. */
bool seal_segment(const struct store *s, const struct seal_segment *about,
                  const struct dek *dek, const void *frame, size_t len, struct buffer *out,
                  struct error *err);
bool seal_segment_open(const struct store *s, const struct seal_segment *about,
                       const struct dek *dek, const void *sealed, size_t len,
                       struct buffer *out, struct error *err);
bool seal_quarantine(const struct store *s, const struct seal_quarantine *about,
                     const struct dek *dek, const void *text, size_t len, struct buffer *out,
                     struct error *err);
bool seal_quarantine_open(const struct store *s, const struct seal_quarantine *about,
                          const struct dek *dek, const void *sealed, size_t len,
                          struct buffer *out, struct error *err);

#endif
