/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/warehouse.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "sink/driver.h"
#include "sink/registry.h"

struct warehouse {
    const struct driver *driver;
    void *connection;
    bool read_only;
    struct driver_stream loading; /* while a transaction is open */
    bool open;
    int64_t rows; /* written in it */
};

static struct driver_stream to_driver(const struct warehouse_stream *stream)
{
    return (struct driver_stream){stream->stage_id, stream->name, stream->schema};
}

bool warehouse_open(const struct warehouse_options *options, struct warehouse **ret_warehouse,
                    struct error *err)
{
    const struct driver *driver = registry_find(options->driver, err);
    if (!driver)
        return false;
    AUTO(warehouse_closep) struct warehouse *w = calloc(1, sizeof *w);
    if (!w)
        return error_memory(err);
    const struct driver_options own = {
        .target = options->target,
        .read_only = options->read_only,
        .wait_ns = options->wait_ns ? options->wait_ns : WAREHOUSE_WAIT_NS,
    };
    w->driver = driver;
    w->read_only = options->read_only;
    if (!driver->open(&own, &w->connection, err))
        return false;
    *ret_warehouse = steal(&w);
    return true;
}

void warehouse_close(struct warehouse *w)
{
    if (!w)
        return;
    warehouse_abort(w);
    if (w->connection)
        w->driver->close(w->connection);
    free(w);
}

static bool check_state(const struct warehouse *w, bool in_transaction, struct error *err)
{
    if (w->open != in_transaction)
        return error_set(err, ERROR_BUG, "warehouse: %s a transaction",
                         in_transaction ? "outside of" : "within");
    return !w->read_only || error_set(err, ERROR_BUG, "warehouse: opened for reading");
}

bool warehouse_plan(struct warehouse *w, const struct warehouse_stream *stream,
                    struct buffer *ret_script, struct ddl_change *ret_change, struct error *err)
{
    const struct driver_stream own = to_driver(stream);
    return ddl_check(stream->schema, err) &&
           w->driver->plan(w->connection, &own, ret_script, ret_change, err);
}

bool warehouse_prepare(struct warehouse *w, const struct warehouse_stream *stream,
                       struct ddl_change *ret_change, struct error *err)
{
    const struct driver_stream own = to_driver(stream);
    return check_state(w, false, err) && ddl_check(stream->schema, err) &&
           w->driver->prepare(w->connection, &own, ret_change, err);
}

bool warehouse_begin(struct warehouse *w, const struct warehouse_stream *stream,
                     struct error *err)
{
    const struct driver_stream own = to_driver(stream);
    if (!check_state(w, false, err) || !w->driver->begin(w->connection, &own, err))
        return false;
    w->loading = own;
    w->open = true;
    w->rows = 0;
    return true;
}

bool warehouse_position(struct warehouse *w, const struct warehouse_stream *stream,
                        struct ledger_marker *ret_marker, struct error *err)
{
    const struct driver_stream own = to_driver(stream);
    return w->driver->position(w->connection, &own, ret_marker, err);
}

bool warehouse_write(struct warehouse *w, const struct columns_value *values, struct error *err)
{
    if (!check_state(w, true, err) ||
        !w->driver->write(w->connection, &w->loading, values, err))
        return false;
    w->rows++;
    return true;
}

static bool check_entry(const struct warehouse *w, const struct ledger_entry *entry,
                        struct error *err)
{
    if (!check_state(w, true, err))
        return false;
    if (entry->rows != w->rows || entry->first_seq < 1 || entry->last_seq < entry->first_seq)
        return error_set(err, ERROR_BUG,
                         "stream %s: segments %" PRId64 " to %" PRId64 " have %" PRId64
                         " records, and %" PRId64 " were written",
                         w->loading.name, entry->first_seq, entry->last_seq, entry->rows,
                         w->rows);
    return true;
}

bool warehouse_commit(struct warehouse *w, const struct ledger_entry *entry, struct error *err)
{
    struct ledger_entry now = *entry;
    now.loaded_ns = clock_now_ns();
    crashpoint("warehouse.commit");
    bool ok =
        check_entry(w, entry, err) && w->driver->commit(w->connection, &w->loading, &now, err);
    warehouse_abort(w);
    if (ok)
        crashpoint("warehouse.committed");
    return ok;
}

void warehouse_abort(struct warehouse *w)
{
    if (w->open)
        w->driver->abort(w->connection);
    w->open = false;
}

bool warehouse_next(struct warehouse *w, const struct warehouse_stream *stream,
                    int64_t after_seq, bool *ret_found, struct ledger_entry *ret_entry,
                    struct error *err)
{
    const struct driver_stream own = to_driver(stream);
    return w->driver->next(w->connection, &own, after_seq, ret_found, ret_entry, err);
}
