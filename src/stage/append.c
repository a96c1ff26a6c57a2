/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/append.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "stage/seal.h"
#include "stage/stage_sql.h"

static bool describe(const struct append_origin *origin, const struct segment_packed *packed,
                     struct seal_segment *ret_about, struct error *err)
{
    if (!text_is_identifier(origin->stream) || strlen(origin->account) >= STORE_NAME_SIZE ||
        strlen(origin->slice) >= STORE_NAME_SIZE)
        return error_set(err, ERROR_BUG, "the name of a stream, account or slice is too long");

    struct seal_segment about = {
        .page = origin->page,
        .created_ns = clock_now_ns(),
        .count = packed->count,
        .text_len = packed->text_len,
        .codec = SEAL_CODEC_ZSTD,
    };
    memcpy(about.stream, origin->stream, strlen(origin->stream));
    memcpy(about.account, origin->account, strlen(origin->account));
    memcpy(about.slice, origin->slice, strlen(origin->slice));
    memcpy(about.digest, packed->digest, DIGEST_SIZE);
    memcpy(about.schema_digest, origin->schema_digest, DIGEST_SIZE);
    memcpy(about.policy_digest, origin->policy_digest, DIGEST_SIZE);
    *ret_about = about;
    return true;
}

static bool take_seq(struct store *s, const char *stream, int64_t *ret_seq, struct error *err)
{
    struct sqlite_statement *next =
        sqlite_statement(store_db(s), stage_sql_stream_next_seq, err);
    if (!next)
        return false;
    sqlite_bind_cstring(next, 1, stream);
    bool row = false;
    if (!sqlite_step(next, &row, err))
        return false;
    *ret_seq = sqlite_column_int(next, 0);
    return sqlite_run(next, err);
}

static bool insert(struct store *s, const struct seal_segment *about,
                   const struct buffer *sealed, struct error *err)
{
    struct sqlite_statement *put = sqlite_statement(store_db(s), stage_sql_segment_insert, err);
    if (!put)
        return false;
    sqlite_bind_cstring(put, 1, about->stream);
    sqlite_bind_int(put, 2, about->seq);
    sqlite_bind_cstring(put, 3, about->account);
    sqlite_bind_cstring(put, 4, about->slice);
    sqlite_bind_int(put, 5, (int64_t)about->page);
    sqlite_bind_int(put, 6, about->created_ns);
    sqlite_bind_int(put, 7, about->count);
    sqlite_bind_int(put, 8, about->text_len);
    sqlite_bind_blob(put, 9, about->digest, DIGEST_SIZE);
    sqlite_bind_blob(put, 10, about->schema_digest, DIGEST_SIZE);
    sqlite_bind_blob(put, 11, about->policy_digest, DIGEST_SIZE);
    sqlite_bind_int(put, 12, (int64_t)about->codec);
    sqlite_bind_int(put, 13, about->dek_id);
    sqlite_bind_blob(put, 14, sealed->data, sealed->len);
    return sqlite_run(put, err);
}

/* Of a slice that is delivered as a whole it is counted how many segments it has. */
static bool count(struct store *s, const struct append_origin *origin, struct error *err)
{
    if (!origin->by_slice)
        return true;
    struct sqlite_statement *add = store_about_slice(
        s, stage_sql_generation_add, origin->stream, origin->account, origin->slice, err);
    return add && sqlite_run(add, err);
}

bool append_segment(struct store *s, const struct append_origin *origin,
                    const struct segment_packed *packed, int64_t *ret_seq, struct error *err)
{
    struct seal_segment about;
    const struct dek *dek;
    AUTO(buffer_done) struct buffer sealed = {.max = packed->frame.len + SEAL_OVERHEAD};
    if (!store_check_writing(s, err) || !describe(origin, packed, &about, err) ||
        !take_seq(s, about.stream, &about.seq, err) ||
        !dek_take(store_deks(s), about.stream, about.count, &dek, err))
        return false;
    about.dek_id = dek->id;
    if (!seal_segment(s, &about, dek, packed->frame.data, packed->frame.len, &sealed, err) ||
        !insert(s, &about, &sealed, err) || !count(s, origin, err))
        return false;
    *ret_seq = about.seq;
    return true;
}
