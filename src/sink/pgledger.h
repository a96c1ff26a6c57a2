/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger (sink/ledger.h) in PostgreSQL: table extract_ledger, beside the streams' tables. */
#ifndef SINK_PGLEDGER_H
#define SINK_PGLEDGER_H

#include "sink/ledger.h"
#include "sink/pgtarget.h"

/* A schema without ledger has no marker and no entries. */
bool pgledger_position(struct pgtarget *t, const struct driver_stream *stream,
                       struct ledger_marker *ret_marker, struct error *err);
bool pgledger_next(struct pgtarget *t, const struct driver_stream *stream, int64_t after_seq,
                   bool *ret_found, struct ledger_entry *ret_entry, struct error *err);
/* Within the transaction of the batch. */
bool pgledger_put(struct pgtarget *t, const struct driver_stream *stream,
                  const struct ledger_entry *entry, struct error *err);

#endif
