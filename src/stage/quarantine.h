/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that did not fit: what of them was masked, and why they did not, sealed one by one
 * with the stream's DEK. Their numbers count per stream and are never given again.
 */
#ifndef STAGE_QUARANTINE_H
#define STAGE_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "stage/seal.h"
#include "stage/store.h"

enum {
    QUARANTINE_LINE_MAX = 4 * 1024 * 1024,
    QUARANTINE_REASON_MAX = 1024,
    QUARANTINE_TEXT_MAX = QUARANTINE_REASON_MAX + 1 + QUARANTINE_LINE_MAX,
};

struct quarantine_origin {
    const char *stream; /* an identifier */
    const char *account; /* at most 256 bytes, "" when there is none */
    const char *slice;
    uint64_t page;
    uint64_t position; /* within the page, from 0 */
};

/* Inside a transaction. line: the masked columns that fitted. reason: without any value. */
bool quarantine_put(struct store *s, const struct quarantine_origin *origin, const char *line,
                    size_t len, const char *reason, int64_t *ret_number, struct error *err);

/* *ret_number: the lowest number of the stream above after, 0 when there is none. */
bool quarantine_next(struct store *s, const char *stream, int64_t after, int64_t *ret_number,
                     struct error *err);

struct quarantine_record {
    struct seal_quarantine about;
    const char *reason;
    const char *line;
    size_t len;
};

/* Unseals one into text (initialised with QUARANTINE_TEXT_MAX, emptied first), which *ret_record
 * points into. ERROR_STORE, naming stream and number, when the row is missing or not as it was
 * put; ERROR_CRYPTO when the keyring lacks the KEK. */
bool quarantine_get(struct store *s, const char *stream, int64_t number, struct buffer *text,
                    struct quarantine_record *ret_record, struct error *err);

bool quarantine_count(struct store *s, const char *stream, uint64_t *ret_count,
                      struct error *err);

#endif
