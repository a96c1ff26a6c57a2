/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/content.h"

#include "crypto/digest.h"
#include "stage/stage_sql.h"

/* A statement about the slice of this page, which is being written. */
static struct sqlite_statement *about_page(struct store *s, const char *sql,
                                           const struct append_origin *page, struct error *err)
{
    if (!store_check_writing(s, err))
        return NULL;
    return store_check_writing(s, err)
               ? store_about_slice(s, sql, page->stream, page->account, page->slice, err)
               : NULL;
}

/* A statement about one part and what it holds. */
static struct sqlite_statement *about_part(struct store *s, const char *sql,
                                           const struct append_origin *page, uint64_t part,
                                           const uint8_t *digest, struct error *err)
{
    struct sqlite_statement *q = about_page(s, sql, page, err);
    if (!q)
        return NULL;
    sqlite_bind_int(q, 4, (int64_t)page->page);
    sqlite_bind_int(q, 5, (int64_t)part);
    sqlite_bind_blob(q, 6, digest, DIGEST_SIZE);
    sqlite_bind_blob(q, 7, page->schema_digest, DIGEST_SIZE);
    sqlite_bind_blob(q, 8, page->policy_digest, DIGEST_SIZE);
    return q;
}

bool content_begin(struct store *s, const struct append_origin *page, struct error *err)
{
    if (page->page > 1)
        return true;
    struct sqlite_statement *q = about_page(s, stage_sql_content_begin, page, err);
    return q && sqlite_run(q, err);
}

bool content_same(struct store *s, const struct append_origin *page, uint64_t part,
                  const uint8_t *digest, bool *ret_same, struct error *err)
{
    struct sqlite_statement *q = about_part(s, stage_sql_content_get, page, part, digest, err);
    bool row = false;
    if (!q || !sqlite_step(q, &row, err))
        return false;
    sqlite_reset(q);
    *ret_same = row;
    return true;
}

bool content_put(struct store *s, const struct append_origin *page, uint64_t part,
                 const uint8_t *digest, struct error *err)
{
    struct sqlite_statement *q = about_part(s, stage_sql_content_put, page, part, digest, err);
    return q && sqlite_run(q, err);
}

bool content_end(struct store *s, const struct append_origin *page, uint64_t parts, bool last,
                 struct error *err)
{
    struct sqlite_statement *q = about_page(s, stage_sql_content_end_page, page, err);
    if (!q)
        return false;
    sqlite_bind_int(q, 4, (int64_t)page->page);
    sqlite_bind_int(q, 5, (int64_t)parts);
    if (!sqlite_run(q, err))
        return false;
    if (!last)
        return true;
    q = about_page(s, stage_sql_content_end_slice, page, err);
    if (!q)
        return false;
    sqlite_bind_int(q, 4, (int64_t)page->page);
    return sqlite_run(q, err);
}

bool content_forget_stream(struct store *s, const char *stream, struct error *err)
{
    if (!store_check_writing(s, err))
        return false;
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), stage_sql_content_forget_stream, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    return sqlite_run(q, err);
}
