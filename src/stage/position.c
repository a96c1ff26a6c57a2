/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/position.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "stage/read.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

static bool check_names(const char *sink, const char *stream, struct error *err)
{
    return (text_is_identifier(sink) && text_is_identifier(stream)) ||
           error_set(err, ERROR_BUG, "a position of no sink or no stream");
}

bool position_put(struct store *s, const char *sink, const char *stream, int64_t seq,
                  struct error *err)
{
    struct read_stream known;
    if (!store_check_writing(s, err) || !check_names(sink, stream, err) ||
        !read_stream_get(s, stream, &known, err))
        return false;
    if (seq < 0 || seq > known.last_seq)
        return error_set(err, ERROR_BUG, "position %lld of sink %s: stream %s ends at %lld",
                         (long long)seq, sink, stream, (long long)known.last_seq);

    struct sqlite_statement *put = sqlite_statement(store_db(s), stage_sql_position_put, err);
    if (!put)
        return false;
    sqlite_bind_cstring(put, 1, sink);
    sqlite_bind_cstring(put, 2, stream);
    sqlite_bind_int(put, 3, seq);
    sqlite_bind_int(put, 4, clock_now_ns());
    return sqlite_run(put, err);
}

/* The length of text that fits, cut at a character. */
static size_t fitting_length(const char *text)
{
    size_t len = strnlen(text, POSITION_ERROR_SIZE);
    if (len < POSITION_ERROR_SIZE)
        return len;
    len = POSITION_ERROR_SIZE - 1;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

bool position_fail(struct store *s, const char *sink, const char *stream, const char *why,
                   struct error *err)
{
    if (!store_check_writing(s, err) || !check_names(sink, stream, err))
        return false;
    struct sqlite_statement *put = sqlite_statement(store_db(s), stage_sql_position_fail, err);
    if (!put)
        return false;
    sqlite_bind_cstring(put, 1, sink);
    sqlite_bind_cstring(put, 2, stream);
    sqlite_bind_int(put, 3, clock_now_ns());
    sqlite_bind_text(put, 4, why, fitting_length(why));
    return sqlite_run(put, err);
}

/* Steps a statement whose parameters are bound. */
static bool find(struct store *s, struct sqlite_statement *q, struct position *ret_position,
                 bool *ret_found, struct error *err)
{
    bool row = false;
    if (!sqlite_step(q, &row, err))
        return false;
    struct position p = {0};
    bool sound = true;
    if (row) {
        p.seq = sqlite_column_int(q, 2);
        p.updated_ns = sqlite_column_int(q, 3);
        sound = row_text(q, 0, p.sink, sizeof p.sink) &&
                row_text(q, 1, p.stream, sizeof p.stream) && p.seq >= 0 &&
                row_text(q, 4, p.error, sizeof p.error);
    }
    sqlite_reset(q);
    if (!sound)
        return error_set(
            err, ERROR_STORE,
            "%s: the position of sink %s in stream %s is damaged: restore a backup",
            store_path(s), p.sink, p.stream);
    if (row)
        *ret_position = p;
    *ret_found = row;
    return true;
}

bool position_get(struct store *s, const char *sink, const char *stream,
                  struct position *ret_position, struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_position_get, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, sink);
    sqlite_bind_cstring(q, 2, stream);
    struct position p = {0};
    bool found;
    if (!find(s, q, &p, &found, err))
        return false;
    if (!found) {
        snprintf(p.sink, sizeof p.sink, "%s", sink);
        snprintf(p.stream, sizeof p.stream, "%s", stream);
    }
    *ret_position = p;
    return true;
}

static int compare(const struct position *a, const struct position *b)
{
    int order = strcmp(a->sink, b->sink);
    return order != 0 ? order : strcmp(a->stream, b->stream);
}

bool position_next(struct store *s, const struct position *after, struct position *ret_position,
                   bool *ret_found, struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_position_after, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, after ? after->sink : "");
    sqlite_bind_cstring(q, 2, after ? after->stream : "");
    struct position p;
    bool found;
    if (!find(s, q, &p, &found, err))
        return false;
    if (found && after && compare(&p, after) <= 0)
        return store_out_of_order(s, "position", err);
    if (found)
        *ret_position = p;
    *ret_found = found;
    return true;
}
