/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "db/db_sql.h"

struct sqlite_statement {
    struct sqlite *db;
    sqlite3_stmt *handle;
    char *sql;
    int bind_failure; /* of the first failed bind since the reset, or SQLITE_OK */
};

struct sqlite {
    sqlite3 *handle;
    char *path;
    enum sqlite_mode mode;
    enum error_kind kind;
    int64_t busy_timeout_ns;
    int32_t version;
    int turn_fd; /* who holds its lock may write; -1: nobody else does */
    struct sqlite_statement *statements[SQLITE_STATEMENTS_MAX];
    size_t statement_count;
};

/* What a primary result code means for the user, and what to do next. */
static const struct {
    int code;
    const char *text;
} causes[] = {
    {SQLITE_FULL, "disk full: nothing of this transaction was kept; make room, then run the "
                  "same command again"},
    {SQLITE_CORRUPT, "the file is damaged: keep a copy of it and restore a backup"},
    {SQLITE_NOTADB, "not an SQLite database"},
    {SQLITE_READONLY,
     "no permission to write: check owner and mode of the file and its folder"},
    {SQLITE_PERM, "no permission: check owner and mode of the file and its folder"},
    {SQLITE_CANTOPEN, "cannot be opened: check owner and mode of the file and its folder"},
    {SQLITE_IOERR, "the disk does not read or write: check it before running again"},
    {SQLITE_TOOBIG, "a value is longer than a row may be"},
};

static bool out_of_space(const struct sqlite *db, int code)
{
    if ((code & 0xff) == SQLITE_FULL)
        return true;
    int number = sqlite3_system_errno(db->handle);
    return (code & 0xff) == SQLITE_IOERR && (number == ENOSPC || number == EDQUOT);
}

static bool fail(const struct sqlite *db, int code, struct error *err)
{
    int primary = out_of_space(db, code) ? SQLITE_FULL : code & 0xff;
    if (primary == SQLITE_NOMEM)
        return error_memory(err);
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        return error_set(err, ERROR_BUSY, "%s: another process is using the database",
                         db->path);

    const char *detail = sqlite3_errmsg(db->handle);
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (causes[i].code == primary)
            return error_set(err, db->kind, "%s: %s (%s)", db->path, causes[i].text, detail);
    return error_set(err, db->kind, "%s: %s", db->path, detail);
}

/* --- Turns -------------------------------------------------------------------------------- */

static bool open_turns(struct sqlite *db, struct error *err)
{
    AUTO(cleanup_free) char *lock = text_format("%s.lock", db->path);
    if (!lock)
        return error_memory(err);
    db->turn_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return db->turn_fd >= 0 || error_errno(err, db->kind, errno, "%s", lock);
}

/* Waits as long as for the database itself, and as SQLite does: a run that was asked to stop has
 * still to note what it was answered. */
static bool take_turn(struct sqlite *db, struct error *err)
{
    enum { PAUSE_MS = 1 };
    int64_t left_ms = db->busy_timeout_ns / 1000000;
    while (db->turn_fd >= 0 && flock(db->turn_fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_errno(err, db->kind, errno, "%s.lock", db->path);
        if (left_ms <= 0)
            return fail(db, SQLITE_BUSY, err);
        left_ms -= PAUSE_MS;
        sqlite3_sleep(PAUSE_MS);
    }
    return true;
}

static void end_turn(struct sqlite *db)
{
    if (db->turn_fd >= 0)
        flock(db->turn_fd, LOCK_UN);
}

/* --- Opening ----------------------------------------------------------------------------- */

/* A dozen connections, most of which read a few pages: none gets pages in advance, and what they
 * take is counted by nobody. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* SQLite would make the file with the umask's mode and follow links; we do neither. */
static bool make_file(const char *path, enum error_kind kind, struct error *err)
{
    AUTO(cleanup_close)
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return true;
    if (fd < 0)
        return error_errno(err, kind, errno, "%s", path);

    AUTO(cleanup_free) char *copy = strdup(path);
    if (!copy)
        return error_memory(err);
    if (!file_sync_folder(dirname(copy), err)) {
        err->kind = kind;
        return false;
    }
    return true;
}

static bool check_file(const char *path, enum error_kind kind, struct error *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return error_errno(err, kind, errno, "%s", path);
    if (S_ISLNK(st.st_mode))
        return error_set(err, kind, "%s: a symbolic link; name the file itself", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, kind, "%s: not a regular file", path);
    return true;
}

static void set_limits(struct sqlite *db, bool refuse_foreign_schema)
{
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (db->mode == SQLITE_MODE_READ)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (refuse_foreign_schema) {
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    }
    sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, SQLITE_VALUE_MAX);
    sqlite3_busy_timeout(db->handle, (int)(db->busy_timeout_ns / 1000000));
}

/* One number out of a constant statement. */
static bool read_number(struct sqlite *db, const char *sql, int64_t *ret_number,
                        struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, sql, err);
    bool row = false;
    if (!s || !sqlite_step(s, &row, err))
        return false;
    if (!row)
        return error_set(err, ERROR_BUG, "%s: no answer to %s", db->path, sql);
    *ret_number = sqlite_column_int(s, 0);
    sqlite_reset(s);
    return true;
}

static bool check_foreign_schema(struct sqlite *db, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, db_sql_schema_foreign, err);
    bool row = false;
    if (!s || !sqlite_step(s, &row, err))
        return false;
    if (row)
        error_set(err, db->kind,
                  "%s: holds a %s named \"%s\", which is not ours: keep a copy of the file and "
                  "restore a backup",
                  db->path, sqlite_column_text(s, 0, NULL), sqlite_column_text(s, 1, NULL));
    sqlite_reset(s);
    return !row;
}

/* Three numbers of one moment: another process may be making the file what it is to be. */
static bool read_identity(struct sqlite *db, int64_t *ret_objects, int64_t *ret_application_id,
                          int64_t *ret_version, struct error *err)
{
    bool ok = sqlite_begin_read(db, err) &&
              read_number(db, db_sql_schema_size, ret_objects, err) &&
              read_number(db, db_sql_application_id, ret_application_id, err) &&
              read_number(db, db_sql_user_version, ret_version, err);
    sqlite_rollback(db);
    return ok;
}

/* Whose file is it, and do we know its version? Nothing was changed in it so far. */
static bool check_identity(struct sqlite *db, const struct sqlite_options *options,
                           struct error *err)
{
    int64_t objects;
    int64_t application_id;
    int64_t version;
    if (!read_identity(db, &objects, &application_id, &version, err))
        return false;

    bool empty = objects == 0 && application_id == 0 && version == 0;
    if (options->application_id != 0 && !empty) {
        if (application_id != options->application_id)
            return error_set(err, db->kind,
                             "%s: a database of another program (application id %lld, ours is "
                             "%d): name another file",
                             db->path, (long long)application_id, options->application_id);
        if (version > options->version)
            return error_set(
                err, db->kind,
                "%s: made by a newer release (format %lld, this release knows %d): "
                "use that release",
                db->path, (long long)version, options->version);
    }
    db->version = (int32_t)version;
    return !options->refuse_foreign_schema || check_foreign_schema(db, err);
}

/* A file system without shared memory keeps another mode, and says so in its answer only. */
static bool set_journal(struct sqlite *db, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, db_sql_journal_wal, err);
    bool row = false;
    if (!s || !sqlite_step(s, &row, err))
        return false;
    const char *answer = row ? sqlite_column_text(s, 0, NULL) : NULL;
    bool set = answer && strcmp(answer, "wal") == 0;
    if (!set)
        error_set(err, db->kind,
                  "%s: this file system cannot hold a database in mode wal: "
                  "choose a folder on a local disk",
                  db->path);
    sqlite_reset(s);
    return set;
}

/* The change of the mode does not wait by itself when another process opens the file, too. */
static bool wait_for_journal(struct sqlite *db, struct error *err)
{
    enum { PAUSE_NS = 5 * 1000 * 1000 };
    int64_t end = clock_monotonic_ns() + db->busy_timeout_ns;
    for (;;) {
        bool set = set_journal(db, err);
        if (set || err->kind != ERROR_BUSY)
            return set;
        if (clock_monotonic_ns() >= end || !clock_sleep_ns(PAUSE_NS))
            return false;
    }
}

static bool prepare_file(const char *path, const struct sqlite_options *options,
                         struct error *err)
{
    if (options->mode == SQLITE_MODE_CREATE && !make_file(path, options->kind, err))
        return false;
    return options->mode == SQLITE_MODE_MEMORY || check_file(path, options->kind, err);
}

static bool prepare_writing(struct sqlite *db, const struct sqlite_options *options,
                            struct error *err)
{
    if (!take_turn(db, err))
        return false;
    bool ok = (!options->large_rows || sqlite_script(db, db_sql_large_pages, err)) &&
              sqlite_script(db, db_sql_open_write, err) && wait_for_journal(db, err) &&
              (!options->many_writers || sqlite_script(db, db_sql_many_writers, err));
    end_turn(db);
    return ok;
}

static bool prepare(struct sqlite *db, const struct sqlite_options *options, struct error *err)
{
    switch (db->mode) {
    case SQLITE_MODE_CREATE:
    case SQLITE_MODE_WRITE:
        return prepare_writing(db, options, err);
    case SQLITE_MODE_READ:
        return sqlite_script(db, db_sql_open_read, err);
    case SQLITE_MODE_MEMORY:
        break;
    }
    return true;
}

static struct sqlite *allocate(const char *path)
{
    struct sqlite *db = calloc(1, sizeof *db);
    if (db)
        db->turn_fd = -1;
    if (db && (db->path = strdup(path)))
        return db;
    free(db);
    return NULL;
}

bool sqlite_open(const char *path, const struct sqlite_options *options, struct sqlite **ret_db,
                 struct error *err)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    pthread_once(&configured, configure);
    if (!prepare_file(path, options, err))
        return false;

    AUTO(sqlite_closep) struct sqlite *db = allocate(path);
    if (!db)
        return error_memory(err);
    db->mode = options->mode;
    db->kind = options->kind;
    db->busy_timeout_ns = options->busy_timeout_ns;

    int access = db->mode == SQLITE_MODE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const char *name = db->mode == SQLITE_MODE_MEMORY ? ":memory:" : path;
    int code = sqlite3_open_v2(name, &db->handle, access | SQLITE_OPEN_NOMUTEX, NULL);
    if (!db->handle)
        return error_memory(err);
    if (code != SQLITE_OK)
        return fail(db, code, err);

    set_limits(db, options->refuse_foreign_schema);
    if (!sqlite_script(db, db_sql_open_any, err) || !check_identity(db, options, err) ||
        (options->many_writers && !open_turns(db, err)) || !prepare(db, options, err))
        return false;
    *ret_db = steal(&db);
    return true;
}

static void statement_free(struct sqlite_statement *s)
{
    sqlite3_finalize(s->handle);
    free(s->sql);
    free(s);
}

static void close_handle(struct sqlite *db)
{
    struct error ignored;
    sqlite_rollback(db);
    if (!take_turn(db, &ignored)) /* some other one empties the WAL */
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    else if (db->mode != SQLITE_MODE_READ) {
        sqlite3_busy_timeout(db->handle, 0); /* a reader may stay: no reason to wait */
        sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    sqlite3_close(db->handle);
}

void sqlite_close(struct sqlite *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < db->statement_count; i++)
        statement_free(db->statements[i]);
    if (db->handle)
        close_handle(db);
    cleanup_close(&db->turn_fd);
    free(db->path);
    free(db);
}

const char *sqlite_path(const struct sqlite *db)
{
    return db->path;
}

int32_t sqlite_version(const struct sqlite *db)
{
    return db->version;
}

/* --- Scripts and transactions ------------------------------------------------------------ */

bool sqlite_script(struct sqlite *db, const char *sql, struct error *err)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || fail(db, code, err);
}

bool sqlite_begin(struct sqlite *db, struct error *err)
{
    if (!take_turn(db, err))
        return false;
    if (sqlite_script(db, db_sql_begin, err))
        return true;
    end_turn(db);
    return false;
}

bool sqlite_begin_read(struct sqlite *db, struct error *err)
{
    return sqlite_script(db, db_sql_begin_read, err);
}

bool sqlite_commit(struct sqlite *db, struct error *err)
{
    if (!sqlite_script(db, db_sql_commit, err))
        return false;
    end_turn(db);
    return true;
}

void sqlite_rollback(struct sqlite *db)
{
    if (sqlite_in_transaction(db))
        sqlite3_exec(db->handle, db_sql_rollback, NULL, NULL, NULL);
    end_turn(db);
}

bool sqlite_in_transaction(const struct sqlite *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

/* Inside a transaction: another process may have been faster, so the version is read again. */
static bool run_migrations(struct sqlite *db, const char *const *scripts, int32_t count,
                           struct error *err)
{
    int64_t version;
    if (!read_number(db, db_sql_user_version, &version, err))
        return false;
    for (int32_t next = (int32_t)version; next < count; next++) {
        if (!sqlite_script(db, scripts[next], err) ||
            !read_number(db, db_sql_user_version, &version, err))
            return error_prefix(err, "format %d", next + 1);
        if (version != next + 1)
            return error_set(err, ERROR_BUG, "%s: the script to format %d set %lld", db->path,
                             next + 1, (long long)version);
    }
    return true;
}

bool sqlite_migrate(struct sqlite *db, const char *const *scripts, int32_t count,
                    struct error *err)
{
    if (db->version >= count)
        return true;
    bool nested = sqlite_in_transaction(db);
    if (!nested && !sqlite_begin(db, err))
        return false;
    if (!run_migrations(db, scripts, count, err) || (!nested && !sqlite_commit(db, err))) {
        if (!nested)
            sqlite_rollback(db);
        return false;
    }
    if (!nested)
        db->version = count;
    return true;
}

/* --- Statements -------------------------------------------------------------------------- */

static bool statement_new(struct sqlite *db, const char *sql,
                          struct sqlite_statement **ret_statement, struct error *err)
{
    struct sqlite_statement *s = calloc(1, sizeof *s);
    if (!s || !(s->sql = strdup(sql))) {
        free(s);
        return error_memory(err);
    }
    s->db = db;

    const char *rest = "";
    int code =
        sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->handle, &rest);
    bool ok = code == SQLITE_OK || fail(db, code, err);
    if (ok && (!s->handle || rest[strspn(rest, " \n")] != '\0'))
        ok = error_set(err, ERROR_BUG, "%s: not one statement: %.80s", db->path, sql);
    if (!ok) {
        statement_free(s);
        return false;
    }
    *ret_statement = s;
    return true;
}

struct sqlite_statement *sqlite_statement(struct sqlite *db, const char *sql, struct error *err)
{
    for (size_t i = 0; i < db->statement_count; i++) {
        struct sqlite_statement *s = db->statements[i];
        if (strcmp(s->sql, sql) == 0) {
            sqlite_reset(s);
            return s;
        }
    }
    if (db->statement_count == SQLITE_STATEMENTS_MAX) {
        error_set(err, ERROR_BUG, "%s: more than %d statements", db->path,
                  SQLITE_STATEMENTS_MAX);
        return NULL;
    }
    struct sqlite_statement *s = NULL;
    if (!statement_new(db, sql, &s, err))
        return NULL;
    db->statements[db->statement_count++] = s;
    return s;
}

static void bound(struct sqlite_statement *s, int code)
{
    if (s->bind_failure == SQLITE_OK)
        s->bind_failure = code;
}

void sqlite_bind_int(struct sqlite_statement *s, int parameter, int64_t value)
{
    bound(s, sqlite3_bind_int64(s->handle, parameter, value));
}

void sqlite_bind_real(struct sqlite_statement *s, int parameter, double value)
{
    bound(s, sqlite3_bind_double(s->handle, parameter, value));
}

void sqlite_bind_text(struct sqlite_statement *s, int parameter, const char *text, size_t len)
{
    /* a NULL pointer would become a null */
    bound(s, sqlite3_bind_text64(s->handle, parameter, len ? text : "", len, SQLITE_STATIC,
                                 SQLITE_UTF8));
}

void sqlite_bind_cstring(struct sqlite_statement *s, int parameter, const char *text)
{
    sqlite_bind_text(s, parameter, text, strlen(text));
}

void sqlite_bind_blob(struct sqlite_statement *s, int parameter, const void *data, size_t len)
{
    bound(s, sqlite3_bind_blob64(s->handle, parameter, len ? data : "", len, SQLITE_STATIC));
}

void sqlite_bind_null(struct sqlite_statement *s, int parameter)
{
    bound(s, sqlite3_bind_null(s->handle, parameter));
}

bool sqlite_step(struct sqlite_statement *s, bool *ret_row, struct error *err)
{
    if (s->bind_failure != SQLITE_OK) {
        int code = s->bind_failure;
        sqlite_reset(s);
        return error_set(err, ERROR_BUG, "%s: cannot bind to %.80s: %s", s->db->path, s->sql,
                         sqlite3_errstr(code));
    }
    int code = sqlite3_step(s->handle);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        *ret_row = code == SQLITE_ROW;
        return true;
    }
    fail(s->db, code, err);
    sqlite_reset(s);
    return false;
}

bool sqlite_run(struct sqlite_statement *s, struct error *err)
{
    bool row = true;
    while (row)
        if (!sqlite_step(s, &row, err))
            return false;
    sqlite_reset(s);
    return true;
}

void sqlite_reset(struct sqlite_statement *s)
{
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
    s->bind_failure = SQLITE_OK;
}

int64_t sqlite_column_int(struct sqlite_statement *s, int column)
{
    return sqlite3_column_int64(s->handle, column);
}

const char *sqlite_column_text(struct sqlite_statement *s, int column, size_t *ret_len)
{
    const char *text = (const char *)sqlite3_column_text(s->handle, column);
    if (ret_len)
        *ret_len = (size_t)sqlite3_column_bytes(s->handle, column);
    return text;
}

const void *sqlite_column_blob(struct sqlite_statement *s, int column, size_t *ret_len)
{
    const void *blob = sqlite3_column_blob(s->handle, column);
    if (ret_len)
        *ret_len = (size_t)sqlite3_column_bytes(s->handle, column);
    return blob;
}

bool sqlite_column_is_null(struct sqlite_statement *s, int column)
{
    return sqlite3_column_type(s->handle, column) == SQLITE_NULL;
}

int sqlite_column_count(struct sqlite_statement *s)
{
    return sqlite3_column_count(s->handle);
}

int64_t sqlite_changes(const struct sqlite *db)
{
    return sqlite3_changes64(db->handle);
}

/* --- Care -------------------------------------------------------------------------------- */

static bool run_check(struct sqlite *db, const char *sql, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, sql, err);
    bool row = false;
    if (!s || !sqlite_step(s, &row, err))
        return false;
    const char *finding = row ? sqlite_column_text(s, 0, NULL) : NULL;
    bool sound = finding && strcmp(finding, "ok") == 0;
    if (!sound)
        error_set(err, db->kind,
                  "%s: the file is damaged: keep a copy of it and restore a backup (%s)",
                  db->path, finding ? finding : "no verdict");
    sqlite_reset(s);
    return sound;
}

bool sqlite_check(struct sqlite *db, struct error *err)
{
    return run_check(db, db_sql_integrity_check, err);
}

bool sqlite_check_quick(struct sqlite *db, struct error *err)
{
    return run_check(db, db_sql_quick_check, err);
}

bool sqlite_vacuum_step(struct sqlite *db, int pages, bool *ret_more, struct error *err)
{
    /* every step of this statement frees one page */
    struct sqlite_statement *s = sqlite_statement(db, db_sql_incremental_vacuum, err);
    if (!s)
        return false;
    bool row = true;
    while (row && pages-- > 0)
        if (!sqlite_step(s, &row, err))
            return false;
    sqlite_reset(s);
    *ret_more = row;
    return true;
}

bool sqlite_checkpoint(struct sqlite *db, struct error *err)
{
    if (!take_turn(db, err))
        return false;
    int code =
        sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    end_turn(db);
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || fail(db, code, err);
}

int sqlite_library_version(void)
{
    return sqlite3_libversion_number();
}
