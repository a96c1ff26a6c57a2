/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/refused.h"

#include "stage/stage_sql.h"

bool refused_put(struct store *s, const char *sink, const char *stream, int64_t seq,
                 uint32_t index, int64_t number, struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_refused_insert, err);
    if (!q || !store_check_writing(s, err))
        return false;
    sqlite_bind_cstring(q, 1, sink);
    sqlite_bind_cstring(q, 2, stream);
    sqlite_bind_int(q, 3, seq);
    sqlite_bind_int(q, 4, index);
    sqlite_bind_int(q, 5, number);
    return sqlite_run(q, err);
}

/* The one answer of a statement about a sink and stream with two numbers; NULL as `none`. */
static bool ask(struct store *s, const char *sql, const char *sink, const char *stream,
                int64_t third, int64_t fourth, int64_t none, int64_t *ret_number,
                struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), sql, err);
    bool row;
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, sink);
    sqlite_bind_cstring(q, 2, stream);
    sqlite_bind_int(q, 3, third);
    sqlite_bind_int(q, 4, fourth);
    if (!sqlite_step(q, &row, err))
        return false;
    *ret_number = row && sqlite_column_text(q, 0, NULL) ? sqlite_column_int(q, 0) : none;
    sqlite_reset(q);
    return true;
}

bool refused_next(struct store *s, const char *sink, const char *stream, int64_t seq,
                  int64_t after, int64_t *ret_index, struct error *err)
{
    return ask(s, stage_sql_refused_next, sink, stream, seq, after, -1, ret_index, err);
}

bool refused_count(struct store *s, const char *sink, const char *stream, int64_t first_seq,
                   int64_t last_seq, int64_t *ret_count, struct error *err)
{
    return ask(s, stage_sql_refused_count, sink, stream, first_seq, last_seq, 0, ret_count,
               err);
}
