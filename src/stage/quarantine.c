/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/quarantine.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

static bool describe(const struct quarantine_origin *origin, struct seal_quarantine *ret_about,
                     struct error *err)
{
    if (!text_is_identifier(origin->stream) || strlen(origin->account) >= STORE_NAME_SIZE ||
        strlen(origin->slice) >= STORE_NAME_SIZE)
        return error_set(err, ERROR_BUG, "the name of a stream, account or slice is too long");
    struct seal_quarantine about = {
        .page = origin->page,
        .position = origin->position,
        .created_ns = clock_now_ns(),
    };
    memcpy(about.stream, origin->stream, strlen(origin->stream));
    memcpy(about.account, origin->account, strlen(origin->account));
    memcpy(about.slice, origin->slice, strlen(origin->slice));
    *ret_about = about;
    return true;
}

/* What is sealed: reason, NUL, line. */
static bool compose(const char *line, size_t len, const char *reason, struct buffer *text,
                    struct error *err)
{
    size_t reason_len = strnlen(reason, QUARANTINE_REASON_MAX);
    if (len > QUARANTINE_LINE_MAX)
        return error_set(err, ERROR_BUG, "a record of %zu bytes for quarantine", len);
    if (!buffer_append(text, reason, reason_len) || !buffer_append_byte(text, '\0') ||
        !buffer_append(text, line, len))
        return error_memory(err);
    return true;
}

/* The number that a statement whose parameters are bound answers; 0: none, or null. */
static bool take_number(struct sqlite_statement *q, int64_t *ret_number, struct error *err)
{
    bool row = false;
    if (!sqlite_step(q, &row, err))
        return false;
    *ret_number = row ? sqlite_column_int(q, 0) : 0;
    return sqlite_run(q, err);
}

static bool next_number(struct store *s, const char *stream, int64_t *ret_number,
                        struct error *err)
{
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), stage_sql_stream_next_quarantine, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    return take_number(q, ret_number, err);
}

static bool insert(struct store *s, const struct seal_quarantine *about,
                   const struct buffer *sealed, struct error *err)
{
    struct sqlite_statement *put =
        sqlite_statement(store_db(s), stage_sql_quarantine_insert, err);
    if (!put)
        return false;
    sqlite_bind_cstring(put, 1, about->stream);
    sqlite_bind_int(put, 2, about->number);
    sqlite_bind_cstring(put, 3, about->account);
    sqlite_bind_cstring(put, 4, about->slice);
    sqlite_bind_int(put, 5, (int64_t)about->page);
    sqlite_bind_int(put, 6, (int64_t)about->position);
    sqlite_bind_int(put, 7, about->created_ns);
    sqlite_bind_int(put, 8, about->dek_id);
    sqlite_bind_blob(put, 9, sealed->data, sealed->len);
    return sqlite_run(put, err);
}

bool quarantine_put(struct store *s, const struct quarantine_origin *origin, const char *line,
                    size_t len, const char *reason, int64_t *ret_number, struct error *err)
{
    struct seal_quarantine about;
    const struct dek *dek;
    AUTO(buffer_done) struct buffer text = {.max = QUARANTINE_TEXT_MAX};
    AUTO(buffer_done) struct buffer sealed = {.max = QUARANTINE_TEXT_MAX + SEAL_OVERHEAD};
    if (!store_check_writing(s, err) || !describe(origin, &about, err) ||
        !compose(line, len, reason, &text, err) ||
        !next_number(s, about.stream, &about.number, err) ||
        !dek_take(store_deks(s), about.stream, 1, &dek, err))
        return false;
    about.dek_id = dek->id;
    if (!seal_quarantine(s, &about, dek, text.data, text.len, &sealed, err) ||
        !insert(s, &about, &sealed, err))
        return false;
    *ret_number = about.number;
    return true;
}

bool quarantine_next(struct store *s, const char *stream, int64_t after, int64_t *ret_number,
                     struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_quarantine_next, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, after);
    int64_t number;
    if (!take_number(q, &number, err))
        return false;
    if (number != 0 && number <= after)
        return store_out_of_order(s, "quarantine", err);
    *ret_number = number;
    return true;
}

static bool damaged(const struct store *s, const char *stream, int64_t number, bool found,
                    struct error *err)
{
    return error_set(err, ERROR_STORE,
                     "%s: quarantined record %lld of stream %s %s; the others can be read",
                     store_path(s), (long long)number, stream,
                     found ? "is not as it was put there" : "is missing");
}

static bool take_about(struct sqlite_statement *q, struct seal_quarantine *ret_about)
{
    struct seal_quarantine about = {
        .number = sqlite_column_int(q, 1),
        .created_ns = sqlite_column_int(q, 6),
        .dek_id = sqlite_column_int(q, 7),
    };
    if (!row_text(q, 0, about.stream, sizeof about.stream) ||
        !row_text(q, 2, about.account, sizeof about.account) ||
        !row_text(q, 3, about.slice, sizeof about.slice) || !row_uint64(q, 4, &about.page) ||
        !row_uint64(q, 5, &about.position))
        return false;
    *ret_about = about;
    return true;
}

static bool unseal(struct store *s, const struct seal_quarantine *about,
                   struct sqlite_statement *q, struct buffer *text, struct error *err)
{
    const struct dek *dek;
    if (!dek_open(store_deks(s), about->dek_id, about->stream, &dek, err))
        return error_prefix(err, "quarantined record %lld of stream %s",
                            (long long)about->number, about->stream);
    size_t len = 0;
    const void *sealed = sqlite_column_blob(q, 8, &len);
    if (len <= QUARANTINE_TEXT_MAX + SEAL_OVERHEAD &&
        seal_quarantine_open(s, about, dek, sealed, len, text, err) &&
        memchr(text->data, '\0', text->len))
        return true;
    return damaged(s, about->stream, about->number, true, err);
}

bool quarantine_get(struct store *s, const char *stream, int64_t number, struct buffer *text,
                    struct quarantine_record *ret_record, struct error *err)
{
    buffer_clear(text);
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_quarantine_get, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, number);
    bool found = false;
    if (!sqlite_step(q, &found, err))
        return false;

    struct seal_quarantine about;
    bool ok = found && take_about(q, &about);
    if (!ok)
        damaged(s, stream, number, found, err);
    ok = ok && unseal(s, &about, q, text, err);
    sqlite_reset(q);
    if (!ok)
        return false;

    const char *reason = (const char *)text->data;
    size_t reason_size = strlen(reason) + 1;
    *ret_record = (struct quarantine_record){
        .about = about,
        .reason = reason,
        .line = reason + reason_size,
        .len = text->len - reason_size,
    };
    return true;
}

bool quarantine_count(struct store *s, const char *stream, uint64_t *ret_count,
                      struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_quarantine_count, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    int64_t count;
    if (!take_number(q, &count, err))
        return false;
    *ret_count = (uint64_t)count;
    return true;
}
