/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where records end up: typed tables, one a stream, with a ledger beside them.
 *
 *     warehouse_open ─▶ warehouse_prepare a stream: its table is there and right
 *
 *     warehouse_begin     the fence: nobody else loads this table now
 *     warehouse_position  what the ledger says; ledger_compare decides
 *     warehouse_write …   one record after the other
 *     warehouse_commit    rows and ledger entry become durable together, or neither does
 *
 * After a commit that failed nobody knows whether it happened: begin again, and the position
 * tells. Loading segments again that were loaded already changes nothing in a merged table.
 *
 * Errors are ERROR_SINK (stop, safe to run again) and ERROR_BUSY (somebody else holds the
 * table); they never hold row content. A failed call within a transaction leaves it to be
 * aborted.
 */
#ifndef SINK_WAREHOUSE_H
#define SINK_WAREHOUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "record/columns.h"
#include "record/schema.h"
#include "sink/ddl.h"
#include "sink/ledger.h"

struct warehouse_options {
    const char *driver; /* sink/registry.c; "sqlite" */
    const char *target; /* sqlite: the path of the file */
    bool read_only; /* for plan, position and next alone; what is not there counts as empty */
    int64_t wait_ns; /* how long to wait for somebody else's lock; 0: WAREHOUSE_WAIT_NS */
};

#define WAREHOUSE_WAIT_NS (INT64_C(10) * 1000 * 1000 * 1000)

/* What is loaded where. */
struct warehouse_stream {
    const char *stage_id; /* in hex */
    const char *name;
    const struct schema *schema;
};

/* One connection; belongs to one thread at a time. */
struct warehouse;

bool warehouse_open(const struct warehouse_options *options, struct warehouse **ret_warehouse,
                    struct error *err);
/* Aborts what is open. NULL is accepted. */
void warehouse_close(struct warehouse *w);
CLEANUP_DEFINE(struct warehouse, warehouse_close)

/* Appends the statements that warehouse_prepare would run: none when all is right. The same
 * refusals. */
bool warehouse_plan(struct warehouse *w, const struct warehouse_stream *stream,
                    struct buffer *ret_script, struct ddl_change *ret_change,
                    struct error *err);

/* Makes the table or adds columns, in a transaction of its own. What cannot be done without
 * loss is refused, with the statement to run. Outside of a transaction. */
bool warehouse_prepare(struct warehouse *w, const struct warehouse_stream *stream,
                       struct ddl_change *ret_change, struct error *err);

/* For a prepared stream. */
bool warehouse_begin(struct warehouse *w, const struct warehouse_stream *stream,
                     struct error *err);
/* Within the transaction, or outside of one for a look that nobody is kept from changing; a
 * stream that was never loaded has no marker. */
bool warehouse_position(struct warehouse *w, const struct warehouse_stream *stream,
                        struct ledger_marker *ret_marker, struct error *err);
/* values: as columns_parse gave them for the schema of the stream. */
bool warehouse_write(struct warehouse *w, const struct columns_value *values,
                     struct error *err);
/* entry: of the records written since begin; loaded_ns is set to now. ERROR_BUG when their
 * number is not entry->rows. The transaction is over in any case. */
bool warehouse_commit(struct warehouse *w, const struct ledger_entry *entry, struct error *err);
void warehouse_abort(struct warehouse *w); /* nothing to undo is no error */

/* The ledger in order of seq, for checks: the first entry whose last_seq is above after_seq. */
bool warehouse_next(struct warehouse *w, const struct warehouse_stream *stream,
                    int64_t after_seq, bool *ret_found, struct ledger_entry *ret_entry,
                    struct error *err);

#endif
