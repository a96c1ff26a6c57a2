/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/purged.h"

#include "stage/read.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

static bool visit_all(struct store *s, struct sqlite_statement *q, purged_visit *visit,
                      void *context, struct error *err)
{
    for (bool row = true;;) {
        struct purged_slice slice;
        if (!sqlite_step(q, &row, err))
            return false;
        if (!row)
            break;
        if (!row_text(q, 0, slice.account, sizeof slice.account) ||
            !row_text(q, 1, slice.slice, sizeof slice.slice)) {
            sqlite_reset(q);
            return error_set(err, ERROR_STORE,
                             "%s: what it says of its slices is damaged: restore a backup",
                             store_path(s));
        }
        visit(context, &slice);
    }
    sqlite_reset(q);
    return true;
}

bool purged_slices(struct store *s, const char *stream, bool by_slice, purged_visit *visit,
                   void *context, struct error *err)
{
    struct read_stream state;
    if (!read_stream_get(s, stream, &state, err))
        return false;
    if (state.purged_seq == 0)
        return true;
    struct sqlite_statement *q = sqlite_statement(
        store_db(s), by_slice ? stage_sql_purged_generations : stage_sql_purged_slices, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    return visit_all(s, q, visit, context, err);
}
