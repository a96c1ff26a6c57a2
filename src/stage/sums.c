/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/sums.h"

#include <string.h>

#include "stage/row.h"
#include "stage/stage_sql.h"

static struct sqlite_statement *about(struct store *s, const char *sql,
                                      const struct append_origin *slice, struct error *err)
{
    return store_about_slice(s, sql, slice->stream, slice->account, slice->slice, err);
}

bool sums_put(struct store *s, const struct append_origin *slice, const char *run,
              const struct sums_slice *sums, struct error *err)
{
    if (!store_check_writing(s, err))
        return false;
    struct sqlite_statement *forget = about(s, stage_sql_sums_forget, slice, err);
    if (!forget || !sqlite_run(forget, err))
        return false;
    for (size_t i = 0; i < sums->count; i++) {
        char text[TOTAL_TEXT_SIZE];
        struct sqlite_statement *put = about(s, stage_sql_sums_put, slice, err);
        if (!put)
            return false;
        total_format(&sums->totals[i], text);
        sqlite_bind_cstring(put, 4, sums->names[i]);
        sqlite_bind_cstring(put, 5, text);
        sqlite_bind_int(put, 6, (int64_t)sums->unread);
        sqlite_bind_cstring(put, 7, run);
        if (!sqlite_run(put, err))
            return false;
    }
    return true;
}

/* A text that is no number is none: the day is not compared. */
static bool take(struct sqlite_statement *q, struct total *ret_total, uint64_t *ret_unread)
{
    char text[TOTAL_TEXT_SIZE];
    *ret_total = (struct total){0};
    return row_text(q, 0, text, sizeof text) && total_add(ret_total, text, strlen(text)) &&
           row_uint64(q, 1, ret_unread);
}

bool sums_get(struct store *s, const struct append_origin *slice, const char *run,
              struct sums_slice *sums, bool *ret_known, struct error *err)
{
    bool known = sums->count > 0;
    for (size_t i = 0; known && i < sums->count; i++) {
        struct sqlite_statement *q = about(s, stage_sql_sums_get, slice, err);
        bool row;
        if (!q)
            return false;
        sqlite_bind_cstring(q, 4, sums->names[i]);
        sqlite_bind_cstring(q, 5, run);
        if (!sqlite_step(q, &row, err))
            return false;
        known = row && take(q, &sums->totals[i], &sums->unread);
        sqlite_reset(q);
    }
    *ret_known = known;
    return true;
}
