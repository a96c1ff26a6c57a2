/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/hex.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

enum {
    APPLICATION_ID = 0x65787374, /* "exst"; also in sql/schema_1.sql */
    FORMAT = 1,
    SCHEMA_TEXT_MAX = 256 * 1024,
};

/* A reader waits so long for a writer that is recovering or closing. */
static const int64_t READ_WAIT_NS = 10 * CLOCK_SECOND_NS;

struct store {
    struct sqlite *db;
    struct dek_set *deks;
    char *path;
    int lock_fd;
    char source[STORE_STREAM_SIZE];
    char uuid[STORE_UUID_SIZE];
    uint8_t id[DEK_STAGE_ID_SIZE];
    int64_t created_ns;
    bool is_new;
};

/* --- Making it and knowing it again ------------------------------------------------------ */

static bool run_schema(struct sqlite *db, const struct store_options *options,
                       struct error *err)
{
    const char *const scripts[FORMAT] = {stage_sql_schema_1};
    return (!options->guest_schema || sqlite_script(db, options->guest_schema, err)) &&
           sqlite_migrate(db, scripts, FORMAT, err);
}

static bool insert_identity(struct store *s, const struct store_options *options,
                            struct error *err)
{
    uint8_t id[DEK_STAGE_ID_SIZE];
    char uuid[STORE_UUID_SIZE];
    secret_fill_random(id, sizeof id);
    hex_encode(id, sizeof id, uuid);

    struct sqlite_statement *insert = sqlite_statement(s->db, stage_sql_stage_insert, err);
    if (!insert)
        return false;
    sqlite_bind_cstring(insert, 1, uuid);
    sqlite_bind_cstring(insert, 2, options->source);
    sqlite_bind_int(insert, 3, clock_now_ns());
    return sqlite_run(insert, err);
}

static bool create(struct store *s, const struct store_options *options, struct error *err)
{
    crashpoint("stage.create");
    if (!sqlite_begin(s->db, err))
        return false;
    if (!run_schema(s->db, options, err) || !insert_identity(s, options, err) ||
        !sqlite_commit(s->db, err)) {
        sqlite_rollback(s->db);
        return false;
    }
    crashpoint("stage.created");
    s->is_new = true;
    return true;
}

/* What a database is made of, as one text. */
static bool describe_schema(struct sqlite *db, struct buffer *ret_text, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, stage_sql_schema_objects, err);
    bool row = true;
    while (s && sqlite_step(s, &row, err)) {
        if (!row)
            return true;
        for (int column = 0; column < sqlite_column_count(s); column++) {
            size_t len = 0;
            const char *text = sqlite_column_text(s, column, &len);
            if (!buffer_append(ret_text, text, text ? len : 0) ||
                !buffer_append_byte(ret_text, '\0')) {
                sqlite_reset(s);
                return error_set(err, ERROR_STORE, "%s: its schema is longer than %zu bytes",
                                 sqlite_path(db), ret_text->max);
            }
        }
    }
    return false;
}

/* Compares with the schema that the same scripts make in a scratch database. */
static bool check_schema(struct store *s, const struct store_options *options,
                         struct error *err)
{
    static const struct sqlite_options scratch = {.mode = SQLITE_MODE_MEMORY,
                                                  .kind = ERROR_STORE};
    AUTO(sqlite_closep) struct sqlite *model = NULL;
    AUTO(buffer_done) struct buffer expected = {.max = SCHEMA_TEXT_MAX};
    AUTO(buffer_done) struct buffer found = {.max = SCHEMA_TEXT_MAX};
    if (!sqlite_open("the schema of the stage", &scratch, &model, err) ||
        !run_schema(model, options, err) || !describe_schema(model, &expected, err) ||
        !describe_schema(s->db, &found, err))
        return false;
    if (found.len != expected.len || memcmp(found.data, expected.data, found.len) != 0)
        return error_set(err, ERROR_STORE,
                         "%s: its tables are not the ones we make: somebody changed the file; "
                         "keep a copy of it and restore a backup",
                         s->path);
    return true;
}

static bool read_identity(struct store *s, const struct store_options *options,
                          struct error *err)
{
    struct sqlite_statement *get = sqlite_statement(s->db, stage_sql_stage_get, err);
    bool row = false;
    if (!get || !sqlite_step(get, &row, err))
        return false;
    bool sound = row && row_text(get, 0, s->uuid, sizeof s->uuid) &&
                 hex_decode(s->uuid, s->id, sizeof s->id) &&
                 row_text(get, 1, s->source, sizeof s->source) && text_is_identifier(s->source);
    if (sound)
        s->created_ns = sqlite_column_int(get, 2);
    sqlite_reset(get);
    if (!sound)
        return error_set(err, ERROR_STORE,
                         "%s: it does not say whose stage it is: the file is damaged; keep a "
                         "copy of it and restore a backup",
                         s->path);
    if (strcmp(s->source, options->source) != 0)
        return error_set(err, ERROR_STORE,
                         "%s: the stage of source %s, not of %s: move it back to its name",
                         s->path, s->source, options->source);
    return true;
}

/* --- Opening ----------------------------------------------------------------------------- */

static char *file_of(const struct store_options *options, const char *ending)
{
    return text_format("%s/%s.%s", options->folder, options->source, ending);
}

/* Whoever could write there could give us back an older file. */
static bool check_private(const char *path, struct error *err)
{
    if (file_check_private(path, err))
        return true;
    err->kind = ERROR_STORE;
    return false;
}

/* Closing in order leaves no WAL, or an empty one. */
static bool has_wal(const char *path)
{
    AUTO(cleanup_free) char *wal = text_format("%s-wal", path);
    struct stat st;
    return wal && stat(wal, &st) == 0 && st.st_size > 0;
}

static bool open_database(struct store *s, enum sqlite_mode mode, int64_t busy_timeout_ns,
                          struct error *err)
{
    const struct sqlite_options options = {
        .mode = mode,
        .kind = ERROR_STORE,
        .application_id = APPLICATION_ID,
        .version = FORMAT,
        .busy_timeout_ns = busy_timeout_ns,
        .refuse_foreign_schema = true,
        .large_rows = true,
    };
    return sqlite_open(s->path, &options, &s->db, err);
}

static bool identify(struct store *s, const struct store_options *options, struct error *err)
{
    if (!check_schema(s, options, err) || !read_identity(s, options, err))
        return false;
    s->deks = dek_set_new(s->db, options->keyring, s->id);
    return s->deks || error_memory(err);
}

static bool store_new(const struct store_options *options, struct store **ret_store,
                      struct error *err)
{
    if (!text_is_identifier(options->source))
        return error_set(err, ERROR_BUG, "not the name of a source: %s", options->source);
    AUTO(store_closep) struct store *s = calloc(1, sizeof *s);
    if (!s)
        return error_memory(err);
    s->lock_fd = -1;
    s->path = file_of(options, "stage");
    if (!s->path)
        return error_memory(err);
    *ret_store = steal(&s);
    return true;
}

static bool take_lock(struct store *s, const struct store_options *options, struct error *err)
{
    AUTO(cleanup_free) char *path = file_of(options, "lock");
    if (!path)
        return error_memory(err);
    return file_lock(path, options->wait_ns, &s->lock_fd, err);
}

bool store_open_write(const struct store_options *options, struct store **ret_store,
                      struct error *err)
{
    AUTO(store_closep) struct store *s = NULL;
    if (!store_new(options, &s, err) || !file_make_private_folder(options->folder, err) ||
        !take_lock(s, options, err))
        return false;
    if (file_exists(s->path) && !check_private(s->path, err))
        return false;

    bool unclean = has_wal(s->path);
    if (!open_database(s, SQLITE_MODE_CREATE, READ_WAIT_NS, err) ||
        (sqlite_version(s->db) == 0 && !create(s, options, err)) || !identify(s, options, err))
        return false;
    if (unclean && !sqlite_check_quick(s->db, err))
        return false;
    *ret_store = steal(&s);
    return true;
}

static bool no_stage_yet(const struct store *s, const struct store_options *options,
                         struct error *err)
{
    return error_set(err, ERROR_STORE, "%s: no stage yet; it is made by: extract --source %s",
                     s->path, options->source);
}

bool store_open_read(const struct store_options *options, struct store **ret_store,
                     struct error *err)
{
    AUTO(store_closep) struct store *s = NULL;
    if (!store_new(options, &s, err))
        return false;
    if (!file_exists(s->path))
        return no_stage_yet(s, options, err);
    if (!check_private(s->path, err) || !open_database(s, SQLITE_MODE_READ, READ_WAIT_NS, err))
        return false;
    if (sqlite_version(s->db) == 0)
        return no_stage_yet(s, options, err);
    if (!identify(s, options, err))
        return false;
    *ret_store = steal(&s);
    return true;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    dek_set_free(s->deks);
    sqlite_close(s->db);
    cleanup_close(&s->lock_fd); /* last: the closing itself writes */
    free(s->path);
    free(s);
}

bool store_exists(const struct store_options *options)
{
    AUTO(cleanup_free) char *path = file_of(options, "stage");
    return path && file_exists(path);
}

/* --- The open stage ---------------------------------------------------------------------- */

struct sqlite *store_db(const struct store *s)
{
    return s->db;
}

struct dek_set *store_deks(const struct store *s)
{
    return s->deks;
}

const char *store_path(const struct store *s)
{
    return s->path;
}

const char *store_source(const struct store *s)
{
    return s->source;
}

const uint8_t *store_id(const struct store *s)
{
    return s->id;
}

const char *store_uuid(const struct store *s)
{
    return s->uuid;
}

int64_t store_created_ns(const struct store *s)
{
    return s->created_ns;
}

bool store_is_new(const struct store *s)
{
    return s->is_new;
}

bool store_begin(struct store *s, struct error *err)
{
    crashpoint("stage.begin");
    return sqlite_begin(s->db, err);
}

bool store_commit(struct store *s, struct error *err)
{
    crashpoint("stage.commit");
    if (!sqlite_commit(s->db, err)) {
        store_rollback(s);
        return false;
    }
    crashpoint("stage.committed");
    return true;
}

void store_rollback(struct store *s)
{
    sqlite_rollback(s->db);
    dek_set_forget(s->deks);
}

bool store_out_of_order(const struct store *s, const char *table, struct error *err)
{
    return error_set(
        err, ERROR_STORE,
        "%s: the index of table %s is damaged: keep a copy of the file and restore "
        "a backup",
        s->path, table);
}

struct sqlite_statement *store_about_slice(const struct store *s, const char *sql,
                                           const char *stream, const char *account,
                                           const char *slice, struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), sql, err);
    if (!q)
        return NULL;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_cstring(q, 2, account);
    sqlite_bind_cstring(q, 3, slice);
    return q;
}

bool store_check_writing(const struct store *s, struct error *err)
{
    return sqlite_in_transaction(s->db) ||
           error_set(err, ERROR_BUG, "%s: written to outside of a transaction", s->path);
}
