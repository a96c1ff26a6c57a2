/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a warehouse driver does: sink/warehouse without the checks that are the same for all.
 * One constant a driver, a row of the table in registry.c. A driver works on one connection
 * and one stream at a time; functions come in the order
 *
 *     open, prepare, (begin, position, write …, commit or abort) …, close
 */
#ifndef SINK_DRIVER_H
#define SINK_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/columns.h"
#include "record/schema.h"
#include "sink/ddl.h"
#include "sink/ledger.h"

struct driver_options {
    const char *target; /* a path, a connection string: the driver's own */
    bool read_only;
    int64_t wait_ns; /* for locks of others */
};

/* What is loaded where. Borrowed by the driver from prepare to close. */
struct driver_stream {
    const char *stage_id; /* in hex */
    const char *name;
    const struct schema *schema;
};

struct driver {
    const char *name;
    /* Nothing is made in the database yet. A target that is not there is one without tables
     * when read_only. */
    bool (*open)(const struct driver_options *options, void **ret_connection,
                 struct error *err);
    /* Aborts what is open. */
    void (*close)(void *connection);

    /* Appends what prepare would run. */
    bool (*plan)(void *connection, const struct driver_stream *stream,
                 struct buffer *ret_script, struct ddl_change *ret_change, struct error *err);
    /* Makes or widens ledger and table, in a transaction of its own. */
    bool (*prepare)(void *connection, const struct driver_stream *stream,
                    struct ddl_change *ret_change, struct error *err);

    /* Takes the fence of the stream's table: nobody else can load it until commit or abort. */
    bool (*begin)(void *connection, const struct driver_stream *stream, struct error *err);
    bool (*position)(void *connection, const struct driver_stream *stream,
                     struct ledger_marker *ret_marker, struct error *err);
    bool (*next)(void *connection, const struct driver_stream *stream, int64_t after_seq,
                 bool *ret_found, struct ledger_entry *ret_entry, struct error *err);
    /* values: a record by the schema's columns. */
    bool (*write)(void *connection, const struct driver_stream *stream,
                  const struct columns_value *values, struct error *err);
    bool (*commit)(void *connection, const struct driver_stream *stream,
                   const struct ledger_entry *entry, struct error *err);
    void (*abort)(void *connection);
};

#endif
