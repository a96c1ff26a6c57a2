/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/part.h"

#include <string.h>

#include "base/text.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

bool part_put(struct store *s, const struct part_slice *slice, const struct part *part,
              struct error *err)
{
    if (!store_check_writing(s, err))
        return false;
    if (!text_is_identifier(slice->stream) || strlen(part->work) > PART_WORK_MAX)
        return error_set(err, ERROR_BUG, "a part of no stream, or one that is too long");
    struct sqlite_statement *q = store_about_slice(s, stage_sql_part_put, slice->stream,
                                                   slice->account, slice->slice, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 4, part->path);
    sqlite_bind_blob(q, 5, part->request_digest, DIGEST_SIZE);
    sqlite_bind_int(q, 6, (int64_t)part->parts);
    sqlite_bind_cstring(q, 7, part->report);
    sqlite_bind_int(q, 8, part->created_ns);
    sqlite_bind_cstring(q, 9, part->work);
    return sqlite_run(q, err);
}

bool part_forget(struct store *s, const struct part_slice *slice, struct error *err)
{
    if (!store_check_writing(s, err))
        return false;
    struct sqlite_statement *q = store_about_slice(s, stage_sql_part_forget, slice->stream,
                                                   slice->account, slice->slice, err);
    return q && sqlite_run(q, err);
}

static bool take(struct sqlite_statement *q, char *work, struct part *part)
{
    part->created_ns = sqlite_column_int(q, 4);
    part->work = work;
    return row_text(q, 0, part->path, sizeof part->path) &&
           row_digest(q, 1, part->request_digest) && row_uint64(q, 2, &part->parts) &&
           row_text(q, 3, part->report, sizeof part->report) &&
           row_text(q, 5, work, PART_WORK_MAX + 1);
}

bool part_next(struct store *s, const struct part_slice *slice, const char *after, char *work,
               struct part *ret_part, bool *ret_found, struct error *err)
{
    struct sqlite_statement *q = store_about_slice(s, stage_sql_part_next, slice->stream,
                                                   slice->account, slice->slice, err);
    struct part part = {0};
    bool row;
    if (!q)
        return false;
    sqlite_bind_cstring(q, 4, after ? after : "");
    sqlite_bind_int(q, 5, !after);
    if (!sqlite_step(q, &row, err))
        return false;
    bool sound = !row || take(q, work, &part);
    sqlite_reset(q);
    if (!sound)
        return error_set(err, ERROR_STORE,
                         "%s: a part of stream %s, account \"%s\", slice \"%s\" is damaged: "
                         "restore a backup",
                         store_path(s), slice->stream, slice->account, slice->slice);
    if (row && after && strcmp(part.path, after) <= 0)
        return store_out_of_order(s, "part", err);
    if (row)
        *ret_part = part;
    *ret_found = row;
    return true;
}
