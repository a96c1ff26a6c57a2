/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream's table in PostgreSQL: what is there, and the statements that make it what the schema
 * says. A plan and a preparation are the same statements, printed or run.
 */
#ifndef SINK_PGTABLE_H
#define SINK_PGTABLE_H

#include "sink/ddl.h"
#include "sink/pgtarget.h"

struct pgtable_column {
    struct ddl_column ddl;
    bool must; /* every row has to bring a value for it */
};

struct pgtable_columns {
    struct pgtable_column *columns;
    size_t count;
};

void pgtable_columns_done(struct pgtable_columns *columns);
bool pgtable_columns(const struct pgtarget *t, const char *table,
                     struct pgtable_columns *ret_columns, struct error *err);

/* Schema, ledger, table, and the note that the table is ours, as far as they are missing.
 * ERROR_SINK when the table is somebody else's, differs in what cannot be changed without loss,
 * or when we lack the rights to run what is appended or to load. */
bool pgtable_plan(struct pgtarget *t, const struct driver_stream *stream,
                  struct buffer *ret_script, struct ddl_change *ret_change, struct error *err);
bool pgtable_prepare(struct pgtarget *t, const struct driver_stream *stream,
                     struct ddl_change *ret_change, struct error *err);

/* All of it, as if nothing was there, with roles that may load and read. */
bool pgtable_script(const struct pgtarget *t, const struct driver_stream *stream,
                    struct buffer *ret_script, struct error *err);

#endif
