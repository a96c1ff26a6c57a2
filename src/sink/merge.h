/* SPDX-License-Identifier: Apache-2.0 */
/* The statement that takes a record into its table: a merge by key (within its slice, where slices
 * are replaced), or an append. */
#ifndef SINK_MERGE_H
#define SINK_MERGE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/schema.h"
#include "sink/dialect.h"

/* Appends it. Its parameters are the table's columns in their order, from 1. With a merge the
 * record that comes last wins, and a row that is the same already is not written. The schema
 * has passed ddl_check. */
bool merge_statement(const struct dialect *d, const struct schema *schema,
                     struct buffer *ret_statement, struct error *err);

#endif
