/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log as one file that stands for itself: a bundle, JSON Lines.
 *
 *     {"format":"extract-audit-1","log":"<stage id>"}
 *     {"entry":{…},"leaf":"<hex>"}                           one line an event, index 0 first
 *     …
 *     {"log":"<stage id>","root":"<hex>","size":<events>}
 *
 * The bytes between `"entry":` and `,"leaf"` are the leaf's data as it was hashed: leaf =
 * SHA-256(0x00 ‖ entry). Root and size are the head of the RFC 6962 tree over all leaves;
 * with the log's id they are what a signed checkpoint of later will sign. Every byte of a
 * bundle is determined by its events, so nothing in one can be changed unnoticed by
 * audit/verify.h and tests/house/verify_audit.py, which share no code.
 */
#ifndef AUDIT_EXPORT_H
#define AUDIT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "db/sqlite.h"

#define EXPORT_FORMAT "extract-audit-1"

struct export_head {
    uint64_t size; /* events */
    uint8_t root[32];
};

/* Writes all events as of now, in one read transaction of its own, and flushes; name is the
 * file's, for errors (ERROR_IO). log: the stage id in hex. The log is written as it stands:
 * whether it is sound is the verifier's to say. */
bool export_bundle(struct sqlite *db, const char *log, FILE *out, const char *name,
                   struct export_head *ret_head, struct error *err);

#endif
