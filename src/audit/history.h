/* SPDX-License-Identifier: Apache-2.0 */
/* Looks back in the audit log, so that what changed since can be said in a new event. */
#ifndef AUDIT_HISTORY_H
#define AUDIT_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/event.h"
#include "base/error.h"
#include "crypto/digest.h"
#include "db/sqlite.h"

/* The digest of that name in the newest event of a kind; *ret_found false when there is no such
 * event or it has none. ERROR_STORE when the entry is no event. */
bool history_last_digest(struct sqlite *db, enum event_kind kind, const char *name,
                         bool *ret_found, uint8_t ret_digest[DIGEST_SIZE], struct error *err);

#endif
