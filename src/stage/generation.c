/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generation.h"

#include <string.h>

#include "stage/row.h"
#include "stage/stage_sql.h"

bool generation_begin(struct store *s, const struct append_origin *page, struct error *err)
{
    if (page->by_slice && page->page > 1)
        return true;
    if (!store_check_writing(s, err))
        return false;
    const char *sql =
        page->by_slice ? stage_sql_generation_begin : stage_sql_generation_abandon;
    struct sqlite_statement *q =
        store_about_slice(s, sql, page->stream, page->account, page->slice, err);
    return q && sqlite_run(q, err);
}

bool generation_end(struct store *s, const struct append_origin *page, struct error *err)
{
    if (!page->by_slice)
        return true;
    if (!store_check_writing(s, err))
        return false;
    struct sqlite_statement *q = store_about_slice(s, stage_sql_generation_end, page->stream,
                                                   page->account, page->slice, err);
    if (!q || !sqlite_run(q, err))
        return false;
    if (sqlite_changes(store_db(s)) != 1)
        return error_set(err, ERROR_BUG, "stream %s: slice %s ends and has not begun",
                         page->stream, page->slice);
    q = store_about_slice(s, stage_sql_generation_note_newest, page->stream, page->account,
                          page->slice, err);
    return q && sqlite_run(q, err);
}

bool generation_known(struct store *s, const char *stream, const char *account,
                      const char *slice, bool open, bool *ret_known, struct error *err)
{
    struct sqlite_statement *q =
        store_about_slice(s, stage_sql_generation_known, stream, account, slice, err);
    bool row;
    if (!q)
        return false;
    sqlite_bind_int(q, 4, open);
    if (!sqlite_step(q, &row, err))
        return false;
    sqlite_reset(q);
    *ret_known = row;
    return true;
}

/* Steps a statement whose parameters are bound; a generation behind after_seq is what it has to
 * answer. */
static bool take(struct store *s, const char *stream, int64_t after_seq,
                 struct sqlite_statement *q, struct generation *ret_generation, bool *ret_found,
                 struct error *err)
{
    struct generation g = {.first_seq = 0};
    bool row;
    if (!sqlite_step(q, &row, err))
        return false;
    bool sound = true;
    if (row) {
        g.first_seq = sqlite_column_int(q, 2);
        g.last_seq = sqlite_column_int(q, 3);
        g.segments = sqlite_column_int(q, 4);
        sound = row_text(q, 0, g.account, sizeof g.account) &&
                row_text(q, 1, g.slice, sizeof g.slice) && g.first_seq > 0 &&
                g.last_seq >= g.first_seq && g.last_seq > after_seq;
    }
    sqlite_reset(q);
    if (!sound)
        return error_set(err, ERROR_STORE,
                         "%s: what it says of the slices of stream %s is damaged: restore a "
                         "backup",
                         store_path(s), stream);
    if (row)
        *ret_generation = g;
    *ret_found = row;
    return true;
}

bool generation_open(struct store *s, const struct append_origin *page,
                     struct generation *ret_generation, bool *ret_found, struct error *err)
{
    struct sqlite_statement *q = store_about_slice(s, stage_sql_generation_open, page->stream,
                                                   page->account, page->slice, err);
    if (!q)
        return false;
    sqlite_bind_int(q, 4, INT64_MAX); /* in place of an end */
    return take(s, page->stream, 0, q, ret_generation, ret_found, err);
}

bool generation_next(struct store *s, const char *stream, int64_t after_seq,
                     struct generation *ret_generation, bool *ret_found, struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_generation_next, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, after_seq);
    return take(s, stream, after_seq, q, ret_generation, ret_found, err);
}

bool generation_newest(struct store *s, const char *stream, int64_t after_seq,
                       int64_t until_seq, struct generation *ret_generation, bool *ret_found,
                       struct error *err)
{
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), stage_sql_generation_newest, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, after_seq);
    sqlite_bind_int(q, 3, until_seq);
    return take(s, stream, after_seq, q, ret_generation, ret_found, err);
}

bool generation_has(const struct generation *g, const struct seal_segment *segment)
{
    return segment->seq >= g->first_seq && segment->seq <= g->last_seq &&
           strcmp(segment->account, g->account) == 0 && strcmp(segment->slice, g->slice) == 0;
}
