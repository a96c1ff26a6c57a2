/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/sink.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "sink/tablecolumn.h"

enum { SCRIPT_SHOWN_MAX = 600 }; /* of a refused change, in its error */

struct sink {
    const struct driver *driver;
    struct driver_options options; /* what the connection borrows */
    void *connection;
    const struct driver_stream *stream; /* while a transaction is open, else NULL */
    int64_t rows; /* written in it */
    bool needs_slice; /* nothing can be written before it is known whose slice it is of */
    bool finished;
};

static struct driver_options to_driver(const struct sink_options *options)
{
    return (struct driver_options){
        .values = options->values,
        .state = options->state,
        .read_only = options->read_only,
        .wait_ns = options->wait_ns ? options->wait_ns : SINK_WAIT_NS,
    };
}

bool sink_open(const struct sink_options *options, struct sink **ret_sink, struct error *err)
{
    AUTO(sink_closep) struct sink *s = calloc(1, sizeof *s);
    if (!s)
        return error_memory(err);
    s->driver = options->driver;
    s->options = to_driver(options);
    if (!s->driver->open(&s->options, &s->connection, err))
        return false;
    *ret_sink = steal(&s);
    return true;
}

void sink_close(struct sink *s)
{
    if (!s)
        return;
    sink_abort(s);
    s->driver->close(s->connection);
    free(s);
}

struct driver_limits sink_limits(const struct sink *s)
{
    return s->driver->limits(s->connection);
}

static bool check_state(const struct sink *s, bool in_transaction, struct error *err)
{
    if ((s->stream != NULL) != in_transaction)
        return error_set(err, ERROR_BUG, "sink %s: %s a transaction", s->driver->name,
                         in_transaction ? "outside of" : "within");
    return !s->options.read_only ||
           error_set(err, ERROR_BUG, "sink %s: opened for reading", s->driver->name);
}

bool sink_script(const struct sink_options *options, const struct driver_stream *stream,
                 struct buffer *ret_script, struct error *err)
{
    const struct driver_options own = to_driver(options);
    return ddl_check(stream->schema, err) &&
           options->driver->script(&own, stream, ret_script, err);
}

bool sink_plan(struct sink *s, const struct driver_stream *stream, struct buffer *ret_script,
               struct ddl_change *ret_change, struct error *err)
{
    return ddl_check(stream->schema, err) &&
           s->driver->plan(s->connection, stream, ret_script, ret_change, err);
}

/* Somebody else may rely on the table as it is: it is not changed unasked. */
static bool check_changes(struct sink *s, const struct driver_stream *stream, struct error *err)
{
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, DIALECT_STATEMENT_MAX);
    struct ddl_change change;
    if (!s->driver->plan(s->connection, stream, &script, &change, err))
        return false;
    return !change.alters ||
           error_set(err, ERROR_SINK,
                     "table %s is not as the schema of stream %s says. Look at what `extract "
                     "ddl --source %s` prints and add --apply to run it: %.*s",
                     schema_table(stream->schema), stream->name, stream->source,
                     script.len < SCRIPT_SHOWN_MAX ? (int)script.len : SCRIPT_SHOWN_MAX,
                     (const char *)script.data);
}

bool sink_prepare(struct sink *s, const struct driver_stream *stream, bool allow_changes,
                  struct ddl_change *ret_change, struct error *err)
{
    return check_state(s, false, err) && ddl_check(stream->schema, err) &&
           (allow_changes || check_changes(s, stream, err)) &&
           s->driver->prepare(s->connection, stream, ret_change, err);
}

bool sink_by_slice(const struct sink *s, const struct schema *schema)
{
    return s->driver->slice && tablecolumn_by_slice(schema);
}

bool sink_begin(struct sink *s, const struct driver_stream *stream, struct error *err)
{
    if (!check_state(s, false, err) || !s->driver->begin(s->connection, stream, err))
        return false;
    s->stream = stream;
    s->rows = 0;
    s->needs_slice = sink_by_slice(s, stream->schema);
    s->finished = false;
    return true;
}

bool sink_position(struct sink *s, const struct driver_stream *stream,
                   struct ledger_marker *ret_marker, struct error *err)
{
    return s->driver->position(s->connection, stream, ret_marker, err);
}

bool sink_slice(struct sink *s, const char *account, const char *slice, struct error *err)
{
    char text[TABLECOLUMN_SLICE_SIZE];
    if (!check_state(s, true, err))
        return false;
    if (!s->needs_slice)
        return error_set(err, ERROR_BUG, "stream %s: a slice where none belongs",
                         s->stream->name);
    if (!tablecolumn_slice(account, slice, text, err) ||
        !s->driver->slice(s->connection, s->stream, text, err))
        return false;
    s->needs_slice = false;
    return true;
}

static bool check_slice(const struct sink *s, struct error *err)
{
    return !s->needs_slice ||
           error_set(err, ERROR_BUG, "stream %s: of which slice?", s->stream->name);
}

bool sink_clear(struct sink *s, int64_t *ret_rows, struct error *err)
{
    if (!check_state(s, true, err) || !check_slice(s, err) ||
        !s->driver->clear(s->connection, s->stream, ret_rows, err))
        return false;
    crashpoint("sink.cleared");
    return true;
}

bool sink_write(struct sink *s, const struct driver_record *record, const char **ret_refused,
                struct error *err)
{
    const char *refused = NULL;
    if (!check_state(s, true, err) || !check_slice(s, err) ||
        !s->driver->write(s->connection, s->stream, record, &refused, err))
        return false;
    s->rows += !refused;
    *ret_refused = refused;
    return true;
}

bool sink_finish(struct sink *s, struct driver_outcome *ret_outcome, struct error *err)
{
    struct driver_outcome outcome = {.record = -1};
    if (!check_state(s, true, err) ||
        !s->driver->finish(s->connection, s->stream, &outcome, err))
        return false;
    s->finished = outcome.verdict == DRIVER_DONE;
    *ret_outcome = outcome;
    return true;
}

static bool check_entry(const struct sink *s, const struct ledger_entry *entry,
                        struct error *err)
{
    if (!check_state(s, true, err))
        return false;
    if (!s->finished)
        return error_set(err, ERROR_BUG, "stream %s: not finished", s->stream->name);
    if (entry &&
        (entry->rows != s->rows || entry->first_seq < 1 || entry->last_seq < entry->first_seq))
        return error_set(err, ERROR_BUG,
                         "stream %s: segments %" PRId64 " to %" PRId64 " have %" PRId64
                         " records, and %" PRId64 " were written",
                         s->stream->name, entry->first_seq, entry->last_seq, entry->rows,
                         s->rows);
    return true;
}

bool sink_commit(struct sink *s, const struct ledger_entry *entry, struct error *err)
{
    struct ledger_entry now = {0};
    if (entry)
        now = *entry;
    now.loaded_ns = clock_now_ns();
    crashpoint("sink.commit");
    bool ok = check_entry(s, entry, err) &&
              s->driver->commit(s->connection, s->stream, entry ? &now : NULL, err);
    sink_abort(s);
    if (ok)
        crashpoint("sink.committed");
    return ok;
}

void sink_abort(struct sink *s)
{
    if (s->stream)
        s->driver->abort(s->connection);
    s->stream = NULL;
}

bool sink_next(struct sink *s, const struct driver_stream *stream, int64_t after_seq,
               bool *ret_found, struct ledger_entry *ret_entry, struct error *err)
{
    *ret_found = false;
    return !s->driver->next ||
           s->driver->next(s->connection, stream, after_seq, ret_found, ret_entry, err);
}

bool sink_has_contents(const struct sink *s)
{
    return s->driver->contents != NULL;
}

bool sink_contents(struct sink *s, const struct driver_stream *stream, driver_visit *visit,
                   void *context, struct driver_log *ret_log, struct error *err)
{
    return s->driver->contents(s->connection, stream, visit, context, ret_log, err);
}
