/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The warehouse in PostgreSQL 13 or newer, driver "postgres". docs/data-dictionary.md tells users
 * how the types land.
 *
 * One transaction a batch: an advisory lock on the table, the ledger read behind it, rows by binary
 * COPY, the ledger's next row, COMMIT. A commit that nobody answered is settled by the same steps:
 * the lock waits for the old session to be gone, and the ledger tells.
 */
#ifndef SINK_POSTGRES_H
#define SINK_POSTGRES_H

#include "sink/driver.h"

extern const struct driver postgres_driver;

#endif
