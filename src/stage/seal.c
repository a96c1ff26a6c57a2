/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/seal.h"

#include "stage/fields.h"

static void associate_segment(const struct store *s, const struct seal_segment *about,
                              const struct dek *dek, struct fields *f)
{
    fields_init(f, "EXTRSEG1");
    fields_number(f, about->codec);
    fields_number(f, (uint64_t)about->dek_id);
    fields_bytes(f, dek->commitment, DIGEST_SIZE);
    fields_bytes(f, store_id(s), DEK_STAGE_ID_SIZE);
    fields_text(f, about->stream);
    fields_number(f, (uint64_t)about->seq);
    fields_text(f, about->account);
    fields_text(f, about->slice);
    fields_number(f, about->page);
    fields_number(f, (uint64_t)about->created_ns);
    fields_number(f, about->count);
    fields_number(f, about->text_len);
    fields_bytes(f, about->digest, DIGEST_SIZE);
    fields_bytes(f, about->schema_digest, DIGEST_SIZE);
    fields_bytes(f, about->policy_digest, DIGEST_SIZE);
}

static void associate_quarantine(const struct store *s, const struct seal_quarantine *about,
                                 const struct dek *dek, struct fields *f)
{
    fields_init(f, "EXTRQUA1");
    fields_number(f, (uint64_t)about->dek_id);
    fields_bytes(f, dek->commitment, DIGEST_SIZE);
    fields_bytes(f, store_id(s), DEK_STAGE_ID_SIZE);
    fields_text(f, about->stream);
    fields_number(f, (uint64_t)about->number);
    fields_text(f, about->account);
    fields_text(f, about->slice);
    fields_number(f, about->page);
    fields_number(f, about->position);
    fields_number(f, (uint64_t)about->created_ns);
}

bool seal_segment(const struct store *s, const struct seal_segment *about,
                  const struct dek *dek, const void *frame, size_t len, struct buffer *out,
                  struct error *err)
{
    struct fields f;
    associate_segment(s, about, dek, &f);
    return aead_seal(dek->key, f.data, f.len, frame, len, out, err);
}

bool seal_segment_open(const struct store *s, const struct seal_segment *about,
                       const struct dek *dek, const void *sealed, size_t len,
                       struct buffer *out, struct error *err)
{
    struct fields f;
    associate_segment(s, about, dek, &f);
    return aead_open(dek->key, f.data, f.len, sealed, len, out, err);
}

bool seal_quarantine(const struct store *s, const struct seal_quarantine *about,
                     const struct dek *dek, const void *text, size_t len, struct buffer *out,
                     struct error *err)
{
    struct fields f;
    associate_quarantine(s, about, dek, &f);
    return aead_seal(dek->key, f.data, f.len, text, len, out, err);
}

bool seal_quarantine_open(const struct store *s, const struct seal_quarantine *about,
                          const struct dek *dek, const void *sealed, size_t len,
                          struct buffer *out, struct error *err)
{
    struct fields f;
    associate_quarantine(s, about, dek, &f);
    return aead_open(dek->key, f.data, f.len, sealed, len, out, err);
}
