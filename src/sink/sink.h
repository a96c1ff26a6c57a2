/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where records go: a warehouse with typed tables and a ledger beside them, or a log with a
 * marker beside it. What holds for all of them is here; what one does in its own way is its
 * driver's (sink/driver.h).
 *
 *     sink_open ─▶ sink_prepare a stream: what it needs is there and right
 *
 *     sink_begin     the fence: nobody else delivers this stream now
 *     sink_position  what the marker says; ledger_compare decides
 *     sink_slice     where slices are replaced: which one; sink_clear: its rows go
 *     sink_write …   one record after the other
 *     sink_finish    all of them arrived and fit, or what to do
 *     sink_commit    records and marker become durable together, or neither does
 *
 * After a commit that failed nobody knows whether it happened: begin again, and the marker
 * tells. A failed call within a transaction leaves it to be aborted.
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "record/columns.h"
#include "record/schema.h"
#include "sink/ddl.h"
#include "sink/driver.h"
#include "sink/ledger.h"

#define SINK_WAIT_NS (INT64_C(10) * 1000 * 1000 * 1000)

struct sink_options {
    const struct driver *driver;
    const char *const *values; /* of the driver's settings; NULL: unset */
    const char *state; /* the state folder */
    bool read_only; /* for plan, position, next and contents; what is not there is empty */
    int64_t wait_ns; /* for somebody else's lock; 0: SINK_WAIT_NS */
};

/* One connection; belongs to one thread at a time. */
struct sink;

/* The options are copied; what they point to must live longer. */
bool sink_open(const struct sink_options *options, struct sink **ret_sink, struct error *err);
/* Aborts what is open. NULL is accepted. */
void sink_close(struct sink *s);
CLEANUP_DEFINE(struct sink, sink_close)

struct driver_limits sink_limits(const struct sink *s);

/* Appends, without a connection, everything that the stream needs, for review. */
bool sink_script(const struct sink_options *options, const struct driver_stream *stream,
                 struct buffer *ret_script, struct error *err);

/* Appends the statements that would be run: none when all is right. The same refusals as
 * sink_prepare. */
bool sink_plan(struct sink *s, const struct driver_stream *stream, struct buffer *ret_script,
               struct ddl_change *ret_change, struct error *err);

/* Makes what is missing, in a transaction of its own. A table that is there and lacks something
 * is changed only when changes are allowed; otherwise ERROR_SINK names the statements. What
 * cannot be done without loss is refused in either case. Outside of a transaction. */
bool sink_prepare(struct sink *s, const struct driver_stream *stream, bool allow_changes,
                  struct ddl_change *ret_change, struct error *err);

/* For a prepared stream. */
bool sink_begin(struct sink *s, const struct driver_stream *stream, struct error *err);
/* Within the transaction, or outside of one for a look that nobody is kept from changing; a
 * stream that was never delivered has no marker. */
bool sink_position(struct sink *s, const struct driver_stream *stream,
                   struct ledger_marker *ret_marker, struct error *err);
/* For a table whose slices are replaced (x-write replace), once in a transaction and before the
 * first record: all of them are of this slice. */
bool sink_by_slice(const struct sink *s, const struct schema *schema); /* is it one? */
bool sink_slice(struct sink *s, const char *account, const char *slice, struct error *err);
/* Removes the rows of that slice; *ret_rows: how many there were. */
bool sink_clear(struct sink *s, int64_t *ret_rows, struct error *err);
/* *ret_refused: NULL, or why this record is left out (a constant). */
bool sink_write(struct sink *s, const struct driver_record *record, const char **ret_refused,
                struct error *err);
bool sink_finish(struct sink *s, struct driver_outcome *ret_outcome, struct error *err);
/* After a finish that was DRIVER_DONE. entry: of the records written since begin; loaded_ns is
 * set to now. ERROR_BUG when their number is not entry->rows. NULL: records that were delivered
 * before, and the marker stays. The transaction is over in any case. */
bool sink_commit(struct sink *s, const struct ledger_entry *entry, struct error *err);
void sink_abort(struct sink *s); /* nothing to undo is no error */

/* For checks: see sink/driver.h. *ret_found false also when the sink keeps no such list. */
bool sink_next(struct sink *s, const struct driver_stream *stream, int64_t after_seq,
               bool *ret_found, struct ledger_entry *ret_entry, struct error *err);
bool sink_has_contents(const struct sink *s);
bool sink_contents(struct sink *s, const struct driver_stream *stream, driver_visit *visit,
                   void *context, struct driver_log *ret_log, struct error *err);

#endif
