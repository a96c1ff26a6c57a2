/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the audit log what was written? Asked of a bundle, offline and without any key, and of the
 * tables in a stage. Every leaf, every link of the chain, every node and the root are computed
 * again.
 *
 * What no verifier can see in the log alone: that somebody who holds the disk made a new log
 * from some event on, or cut the newest events off together with their nodes. For that, size
 * and root have to be compared with a head that was kept out of reach.
 */
#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "audit/tree.h"
#include "base/error.h"
#include "db/sqlite.h"

enum verify_verdict {
    VERIFY_INTACT,
    VERIFY_ALTERED, /* something is not as it was written */
    VERIFY_TRUNCATED, /* what is there is sound, but the end is missing */
    VERIFY_FOREIGN, /* this is no bundle, or the log of another stage */
};

enum { VERIFY_REASON_SIZE = 256 };

struct verify_report {
    enum verify_verdict verdict;
    uint64_t size; /* events that are sound, from the first on without a gap */
    uint8_t root[TREE_HASH_SIZE]; /* of these */
    uint64_t bad_index; /* unless intact: the first event that is not sound, or is missing */
    char reason[VERIFY_REASON_SIZE]; /* unless intact: what is wrong there */
};

/* "intact", "altered", "truncated", "foreign". */
const char *verify_verdict_name(enum verify_verdict verdict);

/* Reads to the end. False only when reading fails (ERROR_IO). */
bool verify_bundle(FILE *in, const char *name, struct verify_report *ret_report,
                   struct error *err);

/* log: the stage id in hex. In one read transaction of its own. False only when the database
 * cannot be read. */
bool verify_table(struct sqlite *db, const char *log, struct verify_report *ret_report,
                  struct error *err);

#endif
