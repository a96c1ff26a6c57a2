/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch of rows on its way into a table of PostgreSQL:
 *
 *     fence ─▶ COPY straight into the table ───────────────────────────────┬─▶ COMMIT
 *              COPY into a temporary table ─▶ merge: what is new or differs ┘
 *
 * The straight way costs half, and serves as long as no key is there already: so it is tried, and
 * when a key collides the batch is written again by way of the temporary table, as is every
 * later one of this table on this connection. Appended records have no key and always go
 * straight. A slice that is replaced is cleared first, so that only a key that it has twice
 * collides.
 */
#ifndef SINK_PGLOAD_H
#define SINK_PGLOAD_H

#include "sink/copybinary.h"
#include "sink/ddl.h"
#include "sink/pgtarget.h"
#include "sink/rowkeys.h"
#include "sink/tablecolumn.h"

struct pgload {
    char (*collided)[DDL_NAME_SIZE]; /* tables where the straight way failed */
    size_t collided_count;
    /* of the batch that is open */
    bool staged;
    bool cleared; /* the slice was, and no key is there but of this batch */
    struct rowkeys keys; /* of a staged batch */
    int key[SCHEMA_KEY_MAX];
    size_t key_count;
    bool copying;
    int64_t rows;
    bool failed; /* the server refused a row: outcome says how it ends */
    struct driver_outcome outcome;
    enum schema_type types[TABLECOLUMN_MAX]; /* as the table has them */
    char slice[TABLECOLUMN_SLICE_SIZE]; /* of all rows, where slices are replaced */
    struct columns_value row[TABLECOLUMN_MAX]; /* then: a row with its slice behind it */
};

void pgload_init(struct pgload *l);
void pgload_done(struct pgload *l);

bool pgload_begin(struct pgload *l, const struct pgtarget *t,
                  const struct driver_stream *stream, struct error *err);
void pgload_slice(struct pgload *l, const char *slice);
/* Removes the rows of the slice; *ret_rows: how many there were. */
bool pgload_clear(struct pgload *l, const struct pgtarget *t,
                  const struct driver_stream *stream, int64_t *ret_rows, struct error *err);
/* A row that the server refuses is no error here: pgload_finish tells. *ret_refused is set for a
 * key that the batch had already, in a slice that was cleared; the straight way cannot tell, and
 * collides first. */
bool pgload_write(struct pgload *l, const struct pgtarget *t,
                  const struct driver_stream *stream, const struct columns_value *values,
                  const char **ret_refused, struct error *err);
bool pgload_finish(struct pgload *l, const struct pgtarget *t,
                   const struct driver_stream *stream, struct driver_outcome *ret_outcome,
                   struct error *err);

#endif
