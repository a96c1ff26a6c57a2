/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "stage/fields.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

static const char *const state_names[] = {
    [CHECKPOINT_OPEN] = "open",
    [CHECKPOINT_COMPLETE] = "complete",
};

const char *checkpoint_state_name(enum checkpoint_state state)
{
    return state_names[state];
}

static bool parse_state(const char *name, enum checkpoint_state *ret_state)
{
    for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++) {
        if (strcmp(name, state_names[i]) == 0) {
            *ret_state = (enum checkpoint_state)i;
            return true;
        }
    }
    return false;
}

/* Of all that the row says. */
static void digest_of(const struct checkpoint *c, const char *cursor, int64_t updated_ns,
                      uint8_t ret_digest[DIGEST_SIZE])
{
    struct fields f;
    fields_init(&f, "EXTRCHK1");
    fields_text(&f, c->stream);
    fields_text(&f, c->account);
    fields_text(&f, c->slice);
    fields_bytes(&f, c->request_digest, DIGEST_SIZE);
    fields_number(&f, c->pages);
    fields_number(&f, c->records);
    fields_number(&f, c->state);
    fields_number(&f, (uint64_t)updated_ns);
    fields_text(&f, c->mark);
    struct digest_blake2b d;
    digest_blake2b_init(&d);
    digest_blake2b_update(&d, f.data, f.len);
    digest_blake2b_update(&d, cursor, strlen(cursor));
    digest_blake2b_finish(&d, ret_digest);
}

bool checkpoint_put(struct store *s, const struct checkpoint *c, struct error *err)
{
    const char *cursor = c->cursor ? c->cursor : "";
    int64_t now_ns = clock_now_ns();
    uint8_t digest[DIGEST_SIZE];
    if (!store_check_writing(s, err))
        return false;
    if (!text_is_identifier(c->stream))
        return error_set(err, ERROR_BUG, "a checkpoint of no stream");
    struct sqlite_statement *put =
        store_about_slice(s, stage_sql_checkpoint_put, c->stream, c->account, c->slice, err);
    if (!put)
        return false;
    sqlite_bind_blob(put, 4, c->request_digest, DIGEST_SIZE);
    sqlite_bind_cstring(put, 5, cursor);
    sqlite_bind_int(put, 6, (int64_t)c->pages);
    sqlite_bind_int(put, 7, (int64_t)c->records);
    sqlite_bind_cstring(put, 8, checkpoint_state_name(c->state));
    sqlite_bind_int(put, 9, now_ns);
    sqlite_bind_cstring(put, 10, c->mark);
    digest_of(c, cursor, now_ns, digest);
    sqlite_bind_blob(put, 11, digest, DIGEST_SIZE);
    return sqlite_run(put, err);
}

static bool take(struct sqlite_statement *q, struct checkpoint *c)
{
    char state[sizeof "complete"];
    uint8_t digest[DIGEST_SIZE], expected[DIGEST_SIZE];
    c->updated_ns = sqlite_column_int(q, 8);
    if (!(row_text(q, 0, c->stream, sizeof c->stream) &&
          row_text(q, 1, c->account, sizeof c->account) &&
          row_text(q, 2, c->slice, sizeof c->slice) && row_digest(q, 3, c->request_digest) &&
          row_text_bounded(q, 4, CHECKPOINT_CURSOR_MAX, &c->cursor) &&
          row_uint64(q, 5, &c->pages) && row_uint64(q, 6, &c->records) &&
          row_text(q, 7, state, sizeof state) && parse_state(state, &c->state) &&
          row_text(q, 9, c->mark, sizeof c->mark) && row_digest(q, 10, digest)))
        return false;
    digest_of(c, c->cursor, c->updated_ns, expected);
    return memcmp(digest, expected, DIGEST_SIZE) == 0;
}

/* Steps a statement whose parameters are bound. The cursor is the statement's until it is reset. */
static bool find(struct store *s, struct sqlite_statement *q, struct checkpoint *ret_checkpoint,
                 char **ret_cursor, bool *ret_found, struct error *err)
{
    bool row = false;
    if (!sqlite_step(q, &row, err))
        return false;
    struct checkpoint c = {0};
    bool sound = !row || take(q, &c);
    AUTO(cleanup_free) char *cursor = sound && row && ret_cursor ? strdup(c.cursor) : NULL;
    bool kept = cursor || !row || !ret_cursor;
    c.cursor = cursor;
    sqlite_reset(q);
    if (!sound)
        return error_set(
            err, ERROR_STORE,
            "%s: the checkpoint of stream %s, account \"%s\", slice \"%s\" is "
            "damaged: restore a backup, or begin a new stage and fetch its days again",
            store_path(s), c.stream, c.account, c.slice);
    if (!kept)
        return error_memory(err);
    if (row)
        *ret_checkpoint = c;
    if (ret_cursor)
        *ret_cursor = steal(&cursor);
    *ret_found = row;
    return true;
}

bool checkpoint_get(struct store *s, const char *stream, const char *account, const char *slice,
                    struct checkpoint *ret_checkpoint, char **ret_cursor, bool *ret_found,
                    struct error *err)
{
    struct sqlite_statement *q =
        store_about_slice(s, stage_sql_checkpoint_get, stream, account, slice, err);
    return q && find(s, q, ret_checkpoint, ret_cursor, ret_found, err);
}

static int compare(const struct checkpoint *a, const struct checkpoint *b)
{
    int order = strcmp(a->stream, b->stream);
    if (order == 0)
        order = strcmp(a->account, b->account);
    return order != 0 ? order : strcmp(a->slice, b->slice);
}

bool checkpoint_next(struct store *s, const struct checkpoint *after,
                     struct checkpoint *ret_checkpoint, bool *ret_found, struct error *err)
{
    struct sqlite_statement *q =
        store_about_slice(s, stage_sql_checkpoint_after, after ? after->stream : "",
                          after ? after->account : "", after ? after->slice : "", err);
    struct checkpoint c;
    bool found;
    if (!q || !find(s, q, &c, NULL, &found, err))
        return false;
    if (found && after && compare(&c, after) <= 0)
        return store_out_of_order(s, "checkpoint", err);
    if (found)
        *ret_checkpoint = c;
    *ret_found = found;
    return true;
}

bool checkpoint_next_complete(struct store *s, const char *stream, const char *account,
                              const char *after, const char *before,
                              struct checkpoint *ret_checkpoint, bool *ret_found,
                              struct error *err)
{
    struct sqlite_statement *q =
        store_about_slice(s, stage_sql_checkpoint_complete_before, stream, account, after, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 4, before);
    return find(s, q, ret_checkpoint, NULL, ret_found, err);
}

bool checkpoint_accounts(struct store *s, int64_t since_ns, checkpoint_account *each,
                         void *context, struct error *err)
{
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), stage_sql_checkpoint_accounts, err);
    bool row = true;
    if (!q)
        return false;
    sqlite_bind_int(q, 1, since_ns);
    while (row) {
        char account[STORE_NAME_SIZE];
        if (!sqlite_step(q, &row, err))
            return false;
        if (!row)
            break;
        bool ok =
            row_text(q, 0, account, sizeof account)
                ? each(context, account, sqlite_column_int(q, 1), err)
                : error_set(err, ERROR_STORE, "%s: a checkpoint is damaged: restore a backup",
                            store_path(s));
        if (!ok) {
            sqlite_reset(q);
            return false;
        }
    }
    sqlite_reset(q);
    return true;
}
