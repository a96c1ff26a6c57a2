/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/read.h"

#include <stdio.h>
#include <string.h>

#include "stage/row.h"
#include "stage/stage_sql.h"

/* --- Which there are --------------------------------------------------------------------- */

bool read_next(struct store *s, const char *stream, int64_t after_seq, int64_t *ret_seq,
               struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_segment_next, err);
    bool row = false;
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, after_seq);
    if (!sqlite_step(q, &row, err))
        return false;
    bool found = row && !sqlite_column_is_null(q, 0);
    int64_t seq = found ? sqlite_column_int(q, 0) : 0;
    sqlite_reset(q);
    if (found && seq <= after_seq)
        return store_out_of_order(s, "segment", err);
    *ret_seq = seq;
    return true;
}

/* --- One segment ------------------------------------------------------------------------- */

static bool damaged(const struct store *s, const char *stream, int64_t seq, const char *why,
                    struct error *err)
{
    return error_set(
        err, ERROR_STORE,
        "%s: segment %lld of stream %s %s; the others can be read: restore the stage "
        "from a backup, or begin a new one and fetch its days again",
        store_path(s), (long long)seq, stream, why);
}

static bool take_about(struct sqlite_statement *q, struct seal_segment *ret_about)
{
    struct seal_segment about = {
        .seq = sqlite_column_int(q, 1),
        .created_ns = sqlite_column_int(q, 5),
        .dek_id = sqlite_column_int(q, 12),
    };
    if (!row_text(q, 0, about.stream, sizeof about.stream) ||
        !row_text(q, 2, about.account, sizeof about.account) ||
        !row_text(q, 3, about.slice, sizeof about.slice) || !row_uint64(q, 4, &about.page) ||
        !row_uint32(q, 6, &about.count) || !row_uint32(q, 7, &about.text_len) ||
        !row_digest(q, 8, about.digest) || !row_digest(q, 9, about.schema_digest) ||
        !row_digest(q, 10, about.policy_digest) || !row_uint64(q, 11, &about.codec))
        return false;
    *ret_about = about;
    return true;
}

/* Leaves *ret_q on the row, for the seal to be taken from it. */
static bool find(struct store *s, const char *stream, int64_t seq,
                 struct sqlite_statement **ret_q, struct seal_segment *ret_about,
                 struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_segment_get, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, seq);
    bool row = false;
    if (!sqlite_step(q, &row, err))
        return error_prefix(err, "segment %lld of stream %s", (long long)seq, stream);
    if (!row || !take_about(q, ret_about)) {
        sqlite_reset(q);
        return damaged(s, stream, seq, row ? "is not as it was staged" : "is missing", err);
    }
    *ret_q = q;
    return true;
}

static bool unseal(struct store *s, const struct seal_segment *about,
                   struct sqlite_statement *q, struct buffer *frame, struct error *err)
{
    const struct dek *dek;
    if (!dek_open(store_deks(s), about->dek_id, about->stream, &dek, err))
        return error_prefix(err, "segment %lld of stream %s", (long long)about->seq,
                            about->stream);
    size_t len = 0;
    const void *sealed = sqlite_column_blob(q, 13, &len);
    if (about->codec == SEAL_CODEC_ZSTD && len <= SEGMENT_FRAME_MAX + SEAL_OVERHEAD &&
        seal_segment_open(s, about, dek, sealed, len, frame, err))
        return true;
    return damaged(s, about->stream, about->seq, "is not as it was staged", err);
}

bool read_segment(struct store *s, const char *stream, int64_t seq,
                  struct seal_segment *ret_about, struct segment_packed *ret_packed,
                  struct error *err)
{
    buffer_clear(&ret_packed->frame);
    struct sqlite_statement *q;
    struct seal_segment about;
    if (!find(s, stream, seq, &q, &about, err))
        return false;
    bool ok = unseal(s, &about, q, &ret_packed->frame, err);
    sqlite_reset(q);
    if (!ok)
        return false;
    ret_packed->count = about.count;
    ret_packed->text_len = about.text_len;
    memcpy(ret_packed->digest, about.digest, DIGEST_SIZE);
    *ret_about = about;
    return true;
}

bool read_about(struct store *s, const char *stream, int64_t seq,
                struct seal_segment *ret_about, struct error *err)
{
    struct sqlite_statement *q;
    if (!find(s, stream, seq, &q, ret_about, err))
        return false;
    sqlite_reset(q);
    return true;
}

/* --- Streams ----------------------------------------------------------------------------- */

static bool take_stream(struct store *s, struct sqlite_statement *q,
                        struct read_stream *ret_stream, bool *ret_found, struct error *err)
{
    bool row = false;
    if (!sqlite_step(q, &row, err))
        return false;
    struct read_stream stream = {0};
    bool sound = true;
    if (row) {
        sound = row_text(q, 0, stream.name, sizeof stream.name);
        stream.last_seq = sqlite_column_int(q, 1);
        stream.purged_seq = sqlite_column_int(q, 2);
        stream.last_quarantine = sqlite_column_int(q, 3);
        stream.purged_quarantine = sqlite_column_int(q, 4);
    }
    sqlite_reset(q);
    if (!sound || stream.last_seq < 0 || stream.purged_seq < 0 || stream.last_quarantine < 0 ||
        stream.purged_quarantine < 0)
        return error_set(err, ERROR_STORE,
                         "%s: the counters of stream %s are damaged: restore a backup",
                         store_path(s), stream.name);
    *ret_stream = stream;
    *ret_found = row;
    return true;
}

bool read_stream_next(struct store *s, const char *after, struct read_stream *ret_stream,
                      bool *ret_found, struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_stream_after, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, after);
    struct read_stream stream;
    if (!take_stream(s, q, &stream, ret_found, err))
        return false;
    if (*ret_found && strcmp(stream.name, after) <= 0)
        return store_out_of_order(s, "stream", err);
    *ret_stream = stream;
    return true;
}

bool read_stream_get(struct store *s, const char *stream, struct read_stream *ret_stream,
                     struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_stream_get, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    bool found;
    if (!take_stream(s, q, ret_stream, &found, err))
        return false;
    if (!found)
        snprintf(ret_stream->name, sizeof ret_stream->name, "%s", stream);
    return true;
}
