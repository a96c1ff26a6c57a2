/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/postgres.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/reference.h"
#include "sink/pgledger.h"
#include "sink/pgload.h"
#include "sink/pgtable.h"
#include "sink/sink_sql.h"

struct postgres {
    struct pgtarget target;
    struct pgload load;
};

enum setting { SETTING_URL, SETTING_PASSWORD, SETTING_CA_FILE, SETTING_SCHEMA, SETTINGS };

static const struct driver_setting settings[SETTINGS] = {
    [SETTING_URL] = {"url", DRIVER_TEXT,
                     .help = "postgresql://user@host:port/database, without a password"},
    [SETTING_PASSWORD] = {"password", DRIVER_REFERENCE, .help = "the password"},
    [SETTING_CA_FILE] = {"ca_file", DRIVER_TEXT,
                         .help = "certificates that sign the server's; for RDS its bundle"},
    [SETTING_SCHEMA] = {"schema", DRIVER_TEXT, .fallback = "public",
                        .help = "where the tables are"},
};

/* --- Opening ------------------------------------------------------------------------------- */

static void postgres_close(void *connection)
{
    struct postgres *p = connection;
    if (!p)
        return;
    pg_close(p->target.db);
    pgload_done(&p->load);
    free(p);
}

static void postgres_freep(struct postgres **p)
{
    postgres_close(*p);
}

static bool set_target(const struct driver_options *options, struct pgtarget *t,
                       struct error *err)
{
    const char *schema = options->values[SETTING_SCHEMA];
    if (!schema)
        schema = settings[SETTING_SCHEMA].fallback;
    if (!text_is_identifier(schema) || text_starts_with(schema, "pg_"))
        return error_set(
            err, ERROR_CONFIG,
            "schema: no name for one: up to 63 of a-z, 0-9 and _, the first none of "
            "0-9, and not pg_");
    t->schema = schema;
    t->dialect = pgtarget_dialect(schema);
    t->wait_ns = options->wait_ns;
    return true;
}

static bool connect(const struct driver_options *options, struct pgtarget *t, struct error *err)
{
    AUTO(secret_freep) struct secret *password = NULL;
    const char *reference = options->values[SETTING_PASSWORD];
    const char *url = options->values[SETTING_URL];
    if (!url)
        return error_set(err, ERROR_CONFIG,
                         "url is missing: postgresql://user@host:port/database");
    if (!pg_check_url(url, err) ||
        (reference && !reference_read_again(reference, &password, err)))
        return false;
    const struct pg_options own = {
        .url = url,
        .password = password,
        .ca_file = options->values[SETTING_CA_FILE],
        .read_only = options->read_only,
    };
    return pg_open(&own, &t->db, err) && pg_script(t->db, sink_sql_postgres_session, err);
}

static bool postgres_open(const struct driver_options *options, void **ret_connection,
                          struct error *err)
{
    AUTO(postgres_freep) struct postgres *p = calloc(1, sizeof *p);
    if (!p)
        return error_memory(err);
    pgload_init(&p->load);
    if (!set_target(options, &p->target, err) || !connect(options, &p->target, err))
        return false;
    *ret_connection = steal(&p);
    return true;
}

/* Rows in one transaction are cheap, and its commit waits for a disk or for a standby. */
static struct driver_limits postgres_limits(const void *connection)
{
    (void)connection;
    return (struct driver_limits){
        .records = 200000, .bytes = 256 * 1024 * 1024, .age_ns = 2 * CLOCK_SECOND_NS};
}

/* --- The table ----------------------------------------------------------------------------- */

static bool postgres_script(const struct driver_options *options,
                            const struct driver_stream *stream, struct buffer *ret_script,
                            struct error *err)
{
    struct pgtarget target = {.db = NULL};
    return set_target(options, &target, err) &&
           pgtable_script(&target, stream, ret_script, err);
}

static bool postgres_plan(void *connection, const struct driver_stream *stream,
                          struct buffer *ret_script, struct ddl_change *ret_change,
                          struct error *err)
{
    struct postgres *p = connection;
    return pgtable_plan(&p->target, stream, ret_script, ret_change, err);
}

static bool postgres_prepare(void *connection, const struct driver_stream *stream,
                             struct ddl_change *ret_change, struct error *err)
{
    struct postgres *p = connection;
    return pgtable_prepare(&p->target, stream, ret_change, err);
}

/* --- A batch ------------------------------------------------------------------------------- */

static bool postgres_begin(void *connection, const struct driver_stream *stream,
                           struct error *err)
{
    struct postgres *p = connection;
    return pgload_begin(&p->load, &p->target, stream, err);
}

static bool postgres_position(void *connection, const struct driver_stream *stream,
                              struct ledger_marker *ret_marker, struct error *err)
{
    struct postgres *p = connection;
    return pgledger_position(&p->target, stream, ret_marker, err);
}

static bool postgres_slice(void *connection, const struct driver_stream *stream,
                           const char *slice, struct error *err)
{
    (void)stream;
    (void)err;
    struct postgres *p = connection;
    pgload_slice(&p->load, slice);
    return true;
}

static bool postgres_clear(void *connection, const struct driver_stream *stream,
                           int64_t *ret_rows, struct error *err)
{
    struct postgres *p = connection;
    return pgload_clear(&p->load, &p->target, stream, ret_rows, err);
}

static bool postgres_write(void *connection, const struct driver_stream *stream,
                           const struct driver_record *record, const char **ret_refused,
                           struct error *err)
{
    struct postgres *p = connection;
    return pgload_write(&p->load, &p->target, stream, record->values, ret_refused, err);
}

static bool postgres_finish(void *connection, const struct driver_stream *stream,
                            struct driver_outcome *ret_outcome, struct error *err)
{
    struct postgres *p = connection;
    return pgload_finish(&p->load, &p->target, stream, ret_outcome, err);
}

static bool postgres_commit(void *connection, const struct driver_stream *stream,
                            const struct ledger_entry *entry, struct error *err)
{
    struct postgres *p = connection;
    return (!entry || pgledger_put(&p->target, stream, entry, err)) &&
           pg_commit(p->target.db, err);
}

static void postgres_abort(void *connection)
{
    struct postgres *p = connection;
    pg_rollback(p->target.db);
}

static bool postgres_next(void *connection, const struct driver_stream *stream,
                          int64_t after_seq, bool *ret_found, struct ledger_entry *ret_entry,
                          struct error *err)
{
    struct postgres *p = connection;
    return pgledger_next(&p->target, stream, after_seq, ret_found, ret_entry, err);
}

const struct driver postgres_driver = {
    .name = "postgres",
    .sink = "warehouse",
    .settings = settings,
    .setting_count = SETTINGS,
    .open = postgres_open,
    .close = postgres_close,
    .limits = postgres_limits,
    .script = postgres_script,
    .plan = postgres_plan,
    .prepare = postgres_prepare,
    .begin = postgres_begin,
    .position = postgres_position,
    .slice = postgres_slice,
    .clear = postgres_clear,
    .write = postgres_write,
    .finish = postgres_finish,
    .commit = postgres_commit,
    .abort = postgres_abort,
    .next = postgres_next,
};
