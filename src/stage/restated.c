/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/restated.h"

#include "crypto/digest.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

static void bind_versions(struct sqlite_statement *q, const struct append_origin *slice)
{
    sqlite_bind_blob(q, 4, slice->schema_digest, DIGEST_SIZE);
    sqlite_bind_blob(q, 5, slice->policy_digest, DIGEST_SIZE);
}

bool restated_get(struct store *s, const struct append_origin *slice, uint8_t *ret_digest,
                  bool *ret_known, struct error *err)
{
    struct sqlite_statement *q = store_about_slice(s, stage_sql_restated_get, slice->stream,
                                                   slice->account, slice->slice, err);
    bool row;
    if (!q)
        return false;
    bind_versions(q, slice);
    if (!sqlite_step(q, &row, err))
        return false;
    /* a digest of another length is none: the slice is delivered */
    *ret_known = row && row_digest(q, 0, ret_digest);
    sqlite_reset(q);
    return true;
}

bool restated_begin(struct store *s, const struct append_origin *page, struct error *err)
{
    return !page->by_slice || page->page > 1 || restated_put(s, page, NULL, err);
}

bool restated_put(struct store *s, const struct append_origin *slice, const uint8_t *digest,
                  struct error *err)
{
    if (!store_check_writing(s, err))
        return false;
    const char *sql = digest ? stage_sql_restated_put : stage_sql_restated_forget;
    struct sqlite_statement *q =
        store_about_slice(s, sql, slice->stream, slice->account, slice->slice, err);
    if (!q)
        return false;
    if (digest) {
        bind_versions(q, slice);
        sqlite_bind_blob(q, 6, digest, DIGEST_SIZE);
    }
    return sqlite_run(q, err);
}

bool restated_forget_stream(struct store *s, const char *stream, struct error *err)
{
    if (!store_check_writing(s, err))
        return false;
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), stage_sql_restated_forget_stream, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    return sqlite_run(q, err);
}
