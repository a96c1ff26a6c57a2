/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "codec/hex.h"
#include "db/sqlite.h"
#include "sink/merge.h"
#include "sink/sink_sql.h"
#include "sink/tablecolumn.h"

enum {
    APPLICATION_ID = 0x65787768, /* "exwh"; also in sql/embedded_identity.sql */
    APPLICATION_FAMILY = 0x6578, /* "ex": its upper half, of all databases of ours */
    COLUMNS_FOUND_MAX = 2000, /* SQLite's own limit */
    DIGEST_TEXT_SIZE = HEX_SIZE(DIGEST_SIZE),
};

struct embedded {
    struct sqlite *db; /* NULL: opened for reading, and there is no file */
    /* Of the transaction that is open. */
    struct sqlite_statement *insert;
    uint64_t changed;
    char slice[TABLECOLUMN_SLICE_SIZE]; /* of what is written, where slices are replaced */
    bool cleared; /* of all that it had: no key is there but of this transaction */
};

enum setting { SETTING_PATH, SETTINGS };

static const struct driver_setting settings[SETTINGS] = {
    [SETTING_PATH] = {"path", DRIVER_TEXT,
                      .help = "the SQLite file (default: warehouse.db in the state folder)"},
};

static const struct dialect dialect = {
    .types =
        {
            [SCHEMA_TEXT] = "TEXT",
            [SCHEMA_INTEGER] = "INTEGER",
            [SCHEMA_BIGINT] = "BIGINT",
            [SCHEMA_NUMERIC] = "NUMERIC TEXT({precision},{scale})",
            [SCHEMA_BOOLEAN] = "BOOLEAN",
            [SCHEMA_DATE] = "DATE TEXT",
            [SCHEMA_TIMESTAMPTZ] = "TIMESTAMPTZ TEXT",
            [SCHEMA_JSON] = "JSON TEXT",
        },
    .create = sink_sql_embedded_create,
    .column = sink_sql_embedded_column,
    .key_column = sink_sql_embedded_key_column,
    .primary_key = sink_sql_embedded_primary_key,
    .add_column = sink_sql_embedded_add_column,
    .set_column_aside = sink_sql_embedded_set_column_aside,
    .set_table_aside = sink_sql_embedded_set_table_aside,
    .merge = sink_sql_embedded_merge,
    .merge_key = sink_sql_embedded_merge_key,
    .append = sink_sql_embedded_append,
    .name = sink_sql_embedded_name,
    .parameter = sink_sql_embedded_parameter,
    .assignment = sink_sql_embedded_assignment,
    .difference = sink_sql_embedded_difference,
};

/* --- Opening ----------------------------------------------------------------------------- */

static void embedded_close(void *connection)
{
    struct embedded *e = connection;
    if (!e)
        return;
    sqlite_close(e->db);
    free(e);
}

static void embedded_freep(struct embedded **e)
{
    embedded_close(*e);
}

static bool read_number(struct sqlite *db, const char *sql, int64_t *ret_number,
                        struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, sql, err);
    bool row;
    if (!s || !sqlite_step(s, &row, err))
        return false;
    *ret_number = sqlite_column_int(s, 0);
    sqlite_reset(s);
    return true;
}

/* A warehouse beside the user's own tables is fine; tables in a stage would make it one that
 * its next run refuses. */
static bool check_family(struct sqlite *db, struct error *err)
{
    int64_t id;
    if (!read_number(db, sink_sql_embedded_application_id, &id, err))
        return false;
    if (id >> 16 == APPLICATION_FAMILY && id != APPLICATION_ID)
        return error_set(err, ERROR_SINK,
                         "%s: a database that extract keeps for itself; name another file for "
                         "the warehouse",
                         sqlite_path(db));
    return true;
}

static bool embedded_open(const struct driver_options *options, void **ret_connection,
                          struct error *err)
{
    const char *path = options->values[SETTING_PATH];
    AUTO(cleanup_free)
    char *target = path ? strdup(path) : file_join(options->state, "warehouse.db");
    const struct sqlite_options sqlite = {
        .mode = options->read_only ? SQLITE_MODE_READ : SQLITE_MODE_CREATE,
        .kind = ERROR_SINK,
        .busy_timeout_ns = options->wait_ns,
    };
    AUTO(embedded_freep) struct embedded *e = calloc(1, sizeof *e);
    if (!e || !target)
        return error_memory(err);
    bool there = !options->read_only || file_exists(target);
    if (there && (!sqlite_open(target, &sqlite, &e->db, err) || !check_family(e->db, err) ||
                  !sqlite_script(e->db, sink_sql_embedded_open, err)))
        return false;
    *ret_connection = steal(&e);
    return true;
}

/* One writer a file, and it is held while a batch is open: short ones. */
static struct driver_limits embedded_limits(const void *connection)
{
    (void)connection;
    return (struct driver_limits){
        .records = 32000, .bytes = 32 * 1024 * 1024, .age_ns = CLOCK_SECOND_NS / 2};
}

/* --- What is there ------------------------------------------------------------------------ */

/* Copies a text of the database, cut to size. */
static void copy_text(struct sqlite_statement *s, int column, char *ret_text, size_t size)
{
    const char *text = sqlite_column_text(s, column, NULL);
    snprintf(ret_text, size, "%s", text ? text : "");
}

static bool describe(struct sqlite *db, const char *table, struct ddl_column **ret_columns,
                     size_t *ret_count, struct error *err)
{
    AUTO(cleanup_free)
    struct ddl_column *columns = calloc(COLUMNS_FOUND_MAX, sizeof *columns);
    struct sqlite_statement *s = sqlite_statement(db, sink_sql_embedded_describe, err);
    if (!columns)
        return error_memory(err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, table);
    size_t count = 0;
    bool row = true;
    while (count < COLUMNS_FOUND_MAX) {
        if (!sqlite_step(s, &row, err))
            return false;
        if (!row)
            break;
        copy_text(s, 0, columns[count].name, sizeof columns[count].name);
        copy_text(s, 1, columns[count].type, sizeof columns[count].type);
        columns[count].key = sqlite_column_int(s, 2) > 0;
        count++;
    }
    sqlite_reset(s);
    *ret_columns = steal(&columns);
    *ret_count = count;
    return true;
}

static bool has_table(struct sqlite *db, const char *table, bool *ret_has, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, sink_sql_embedded_describe, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, table);
    if (!sqlite_step(s, ret_has, err))
        return false;
    sqlite_reset(s);
    return true;
}

/* The ledger is made with the first table. */
static bool has_ledger(const struct embedded *e, bool *ret_has, struct error *err)
{
    *ret_has = false;
    return !e->db || has_table(e->db, "extract_ledger", ret_has, err);
}

/* Is the table one of ours, and made for this very schema? */
static bool look_up_table(struct sqlite *db, const struct schema *schema, bool *ret_ours,
                          bool *ret_same_schema, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, sink_sql_embedded_table_get, err);
    char digest[DIGEST_TEXT_SIZE];
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, schema_table(schema));
    if (!sqlite_step(s, ret_ours, err))
        return false;
    hex_encode(schema_digest(schema), DIGEST_SIZE, digest);
    *ret_same_schema = *ret_ours && strcmp(sqlite_column_text(s, 1, NULL), digest) == 0;
    sqlite_reset(s);
    return true;
}

/* --- The ledger -------------------------------------------------------------------------- */

static bool read_digest(struct sqlite_statement *s, int column, uint8_t ret_digest[DIGEST_SIZE])
{
    const char *text = sqlite_column_text(s, column, NULL);
    return text && hex_decode(text, ret_digest, DIGEST_SIZE);
}

/* The columns of embedded_ledger_last.sql and embedded_ledger_next.sql. Steps and resets. */
static bool read_entry(struct sqlite *db, struct sqlite_statement *s, bool *ret_found,
                       struct ledger_entry *ret_entry, struct error *err)
{
    struct ledger_entry entry = {0};
    bool row;
    if (!sqlite_step(s, &row, err))
        return false;
    bool sound = true;
    if (row) {
        const char *loaded = sqlite_column_text(s, 6, NULL);
        entry.first_seq = sqlite_column_int(s, 0);
        entry.last_seq = sqlite_column_int(s, 1);
        entry.rows = sqlite_column_int(s, 2);
        sound = read_digest(s, 3, entry.digest) && read_digest(s, 4, entry.schema_digest) &&
                read_digest(s, 5, entry.policy_digest) && loaded &&
                clock_parse_rfc3339(loaded, &entry.loaded_ns);
    }
    sqlite_reset(s);
    if (!sound)
        return error_set(
            err, ERROR_SINK,
            "%s: table extract_ledger holds what we did not write; restore a backup",
            sqlite_path(db));
    *ret_found = row;
    if (row)
        *ret_entry = entry;
    return true;
}

static bool read_last(struct sqlite *db, const struct driver_stream *stream,
                      struct ledger_marker *marker, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, sink_sql_embedded_ledger_last, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, stream->stage_id);
    sqlite_bind_cstring(s, 2, stream->name);
    return read_entry(db, s, &marker->found, &marker->last, err);
}

/* Whose batch is the table's newest? */
static bool read_newest(struct sqlite *db, const struct driver_stream *stream,
                        struct ledger_marker *marker, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, sink_sql_embedded_ledger_newest, err);
    bool row;
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, schema_table(stream->schema));
    if (!sqlite_step(s, &row, err))
        return false;
    if (row) {
        copy_text(s, 0, marker->other_stage, sizeof marker->other_stage);
        copy_text(s, 1, marker->other_stream, sizeof marker->other_stream);
    }
    sqlite_reset(s);
    if (strcmp(marker->other_stage, stream->stage_id) == 0 &&
        strcmp(marker->other_stream, stream->name) == 0)
        *marker->other_stage = *marker->other_stream = '\0';
    return true;
}

static bool embedded_position(void *connection, const struct driver_stream *stream,
                              struct ledger_marker *ret_marker, struct error *err)
{
    struct embedded *e = connection;
    struct ledger_marker marker = {0};
    bool ledger;
    if (!has_ledger(e, &ledger, err))
        return false;
    if (ledger &&
        (!read_last(e->db, stream, &marker, err) || !read_newest(e->db, stream, &marker, err)))
        return false;
    *ret_marker = marker;
    return true;
}

static bool embedded_next(void *connection, const struct driver_stream *stream,
                          int64_t after_seq, bool *ret_found, struct ledger_entry *ret_entry,
                          struct error *err)
{
    struct embedded *e = connection;
    bool ledger;
    if (!has_ledger(e, &ledger, err))
        return false;
    if (!ledger) {
        *ret_found = false;
        return true;
    }
    struct sqlite_statement *s = sqlite_statement(e->db, sink_sql_embedded_ledger_next, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, stream->stage_id);
    sqlite_bind_cstring(s, 2, stream->name);
    sqlite_bind_int(s, 3, after_seq);
    return read_entry(e->db, s, ret_found, ret_entry, err);
}

static bool put_entry(struct sqlite *db, const struct driver_stream *stream,
                      const struct ledger_entry *entry, struct error *err)
{
    const uint8_t *digests[] = {entry->digest, entry->schema_digest, entry->policy_digest};
    char texts[3][DIGEST_TEXT_SIZE];
    char loaded[CLOCK_RFC3339_SIZE];
    struct sqlite_statement *s = sqlite_statement(db, sink_sql_embedded_ledger_put, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, stream->stage_id);
    sqlite_bind_cstring(s, 2, stream->name);
    sqlite_bind_cstring(s, 3, schema_table(stream->schema));
    sqlite_bind_int(s, 4, entry->first_seq);
    sqlite_bind_int(s, 5, entry->last_seq);
    sqlite_bind_int(s, 6, entry->rows);
    for (int i = 0; i < 3; i++) {
        hex_encode(digests[i], DIGEST_SIZE, texts[i]);
        sqlite_bind_cstring(s, 7 + i, texts[i]);
    }
    clock_format_rfc3339(entry->loaded_ns, loaded);
    sqlite_bind_cstring(s, 10, loaded);
    return sqlite_run(s, err);
}

/* --- The table --------------------------------------------------------------------------- */

/* What stands between the database as it is and one that takes the stream. */
struct plan {
    bool makes_ledger;
    bool registers; /* the table is new, or was made for another schema */
    struct buffer script;
    struct ddl_change change;
};

static void plan_init(struct plan *p)
{
    *p = (struct plan){0};
    buffer_init(&p->script, DIALECT_STATEMENT_MAX);
}

static void plan_done(struct plan *p)
{
    buffer_done(&p->script);
}

static bool check_owner(const struct embedded *e, const struct driver_stream *stream,
                        bool present, bool ours, struct error *err)
{
    const char *table = schema_table(stream->schema);
    if (present && !ours)
        return error_set(
            err, ERROR_SINK,
            "%s: table %s is there and was not made by extract; name another file, "
            "or rename that table",
            sqlite_path(e->db), table);
    if (present || !ours)
        return true;

    struct ledger_marker marker = {0};
    if (!read_newest(e->db, stream, &marker, err) || !read_last(e->db, stream, &marker, err))
        return false;
    if (marker.found || *marker.other_stage)
        return error_set(
            err, ERROR_SINK,
            "%s: table %s is gone, and the ledger says that records were loaded "
            "into it; restore a backup, or delete the rows of that table_name from "
            "extract_ledger to begin anew",
            sqlite_path(e->db), table);
    return true;
}

static bool make_plan(const struct embedded *e, const struct driver_stream *stream,
                      struct plan *p, struct error *err)
{
    AUTO(cleanup_free) struct ddl_column *columns = NULL;
    struct ddl_table present = {0};
    bool ledger;
    bool ours = false;
    bool same_schema = false;
    if (!has_ledger(e, &ledger, err) ||
        (e->db &&
         !describe(e->db, schema_table(stream->schema), &columns, &present.count, err)) ||
        (ledger && !look_up_table(e->db, stream->schema, &ours, &same_schema, err)) ||
        !check_owner(e, stream, present.count > 0, ours, err))
        return false;
    present.columns = columns;
    p->makes_ledger = !ledger;
    p->registers = !same_schema || present.count == 0;
    return ddl_plan(&dialect, stream->schema, &present, &p->script, &p->change, err);
}

static bool embedded_script(const struct driver_options *options,
                            const struct driver_stream *stream, struct buffer *ret_script,
                            struct error *err)
{
    (void)options;
    const struct ddl_table nothing = {0};
    struct ddl_change ignored;
    return ddl_plan(&dialect, stream->schema, &nothing, ret_script, &ignored, err);
}

static bool embedded_plan(void *connection, const struct driver_stream *stream,
                          struct buffer *ret_script, struct ddl_change *ret_change,
                          struct error *err)
{
    AUTO(plan_done) struct plan p;
    plan_init(&p);
    if (!make_plan(connection, stream, &p, err))
        return false;
    if (!buffer_append(ret_script, p.script.data, p.script.len))
        return error_memory(err);
    *ret_change = p.change;
    return true;
}

static bool make_ledger(struct sqlite *db, struct error *err)
{
    int64_t objects;
    return read_number(db, sink_sql_embedded_objects, &objects, err) &&
           (objects > 0 || sqlite_script(db, sink_sql_embedded_identity, err)) &&
           sqlite_script(db, sink_sql_embedded_ledger, err);
}

static bool register_table(struct sqlite *db, const struct driver_stream *stream,
                           struct error *err)
{
    char digest[DIGEST_TEXT_SIZE];
    char now[CLOCK_RFC3339_SIZE];
    struct sqlite_statement *s = sqlite_statement(db, sink_sql_embedded_table_put, err);
    if (!s)
        return false;
    hex_encode(schema_digest(stream->schema), DIGEST_SIZE, digest);
    clock_format_rfc3339(clock_now_ns(), now);
    sqlite_bind_cstring(s, 1, schema_table(stream->schema));
    sqlite_bind_cstring(s, 2, stream->name);
    sqlite_bind_cstring(s, 3, digest);
    sqlite_bind_cstring(s, 4, now);
    return sqlite_run(s, err);
}

static bool run_plan(struct embedded *e, const struct driver_stream *stream, struct plan *p,
                     struct error *err)
{
    if (!make_plan(e, stream, p, err))
        return false;
    const char *script = buffer_text(&p->script);
    if (!script)
        return error_memory(err);
    return (!p->makes_ledger || make_ledger(e->db, err)) && sqlite_script(e->db, script, err) &&
           (!p->registers || register_table(e->db, stream, err));
}

static bool embedded_prepare(void *connection, const struct driver_stream *stream,
                             struct ddl_change *ret_change, struct error *err)
{
    struct embedded *e = connection;
    AUTO(plan_done) struct plan p;
    plan_init(&p);
    if (!sqlite_begin(e->db, err))
        return false;
    bool ok = run_plan(e, stream, &p, err);
    crashpoint("warehouse.prepare");
    if (!ok || !sqlite_commit(e->db, err)) {
        sqlite_rollback(e->db);
        return false;
    }
    crashpoint("warehouse.prepared");
    *ret_change = p.change;
    return true;
}

/* --- Rows -------------------------------------------------------------------------------- */

static bool prepare_insert(struct embedded *e, const struct dialect *d,
                           const struct schema *schema, struct error *err)
{
    AUTO(buffer_done) struct buffer statement;
    buffer_init(&statement, DIALECT_STATEMENT_MAX);
    if (!merge_statement(d, schema, &statement, err))
        return false;
    const char *sql = buffer_text(&statement);
    if (!sql)
        return error_memory(err);
    e->insert = sqlite_statement(e->db, sql, err);
    return e->insert;
}

static bool embedded_begin(void *connection, const struct driver_stream *stream,
                           struct error *err)
{
    struct embedded *e = connection;
    e->changed = 0;
    e->cleared = false;
    /* one writer a file: the write lock is the fence */
    return prepare_insert(e, &dialect, stream->schema, err) && sqlite_begin(e->db, err);
}

static bool embedded_slice(void *connection, const struct driver_stream *stream,
                           const char *slice, struct error *err)
{
    (void)stream;
    (void)err;
    struct embedded *e = connection;
    snprintf(e->slice, sizeof e->slice, "%s", slice);
    return true;
}

static bool embedded_clear(void *connection, const struct driver_stream *stream,
                           int64_t *ret_rows, struct error *err)
{
    struct embedded *e = connection;
    const struct dialect_value values[] = {{"table", schema_table(stream->schema)},
                                           {NULL, NULL}};
    AUTO(buffer_done) struct buffer sql;
    buffer_init(&sql, DIALECT_STATEMENT_MAX);
    if (!dialect_render(&sql, sink_sql_embedded_clear, values, err))
        return false;
    const char *text = buffer_text(&sql);
    if (!text)
        return error_memory(err);
    struct sqlite_statement *s = sqlite_statement(e->db, text, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, e->slice);
    if (!sqlite_run(s, err))
        return false;
    *ret_rows = sqlite_changes(e->db);
    struct dialect first_wins = dialect;
    first_wins.merge = dialect.merge_key;
    e->cleared = true;
    return prepare_insert(e, &first_wins, stream->schema, err);
}

static bool embedded_write(void *connection, const struct driver_stream *stream,
                           const struct driver_record *record, const char **ret_refused,
                           struct error *err)
{
    struct embedded *e = connection;
    const struct columns_value *values = record->values;
    size_t count = schema_column_count(stream->schema);
    for (size_t i = 0; i < count; i++) {
        int parameter = (int)i + 1;
        switch (values[i].kind) {
        case COLUMNS_NULL:
            sqlite_bind_null(e->insert, parameter);
            break;
        case COLUMNS_TEXT:
            sqlite_bind_text(e->insert, parameter, values[i].text, values[i].len);
            break;
        case COLUMNS_INTEGER:
            sqlite_bind_int(e->insert, parameter, values[i].integer);
            break;
        }
    }
    if (tablecolumn_by_slice(stream->schema))
        sqlite_bind_cstring(e->insert, (int)count + 1, e->slice);
    if (!sqlite_run(e->insert, err))
        return false;
    uint64_t changed = (uint64_t)sqlite_changes(e->db);
    if (e->cleared && changed == 0) /* types are decided before */
        *ret_refused = DRIVER_KEY_TWICE;
    e->changed += changed;
    return true;
}

static bool embedded_finish(void *connection, const struct driver_stream *stream,
                            struct driver_outcome *ret_outcome, struct error *err)
{
    (void)stream;
    (void)err;
    const struct embedded *e = connection;
    *ret_outcome = (struct driver_outcome){.record = -1, .changed = e->changed};
    return true;
}

static bool embedded_commit(void *connection, const struct driver_stream *stream,
                            const struct ledger_entry *entry, struct error *err)
{
    struct embedded *e = connection;
    return (!entry || put_entry(e->db, stream, entry, err)) && sqlite_commit(e->db, err);
}

static void embedded_abort(void *connection)
{
    struct embedded *e = connection;
    sqlite_rollback(e->db);
}

const struct driver embedded_driver = {
    .name = "sqlite",
    .sink = "warehouse",
    .settings = settings,
    .setting_count = SETTINGS,
    .open = embedded_open,
    .close = embedded_close,
    .limits = embedded_limits,
    .script = embedded_script,
    .plan = embedded_plan,
    .prepare = embedded_prepare,
    .begin = embedded_begin,
    .position = embedded_position,
    .next = embedded_next,
    .slice = embedded_slice,
    .clear = embedded_clear,
    .write = embedded_write,
    .finish = embedded_finish,
    .commit = embedded_commit,
    .abort = embedded_abort,
};
