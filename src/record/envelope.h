/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies around the records: where in a response the selector finds them, and the few small
 * values that somebody asked for.
 *
 *     selector /results/ *      {"results":[ {…}, {…} ], "info":{"results":2}}
 *     capture /info/results                 ▲    ▲                       ▲
 *
 * Fed with the tokens of a scan; each pointer is followed by one bit of a set per open
 * container, so that any number of them costs the same. `*` is any element of an array.
 */
#ifndef RECORD_ENVELOPE_H
#define RECORD_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/scan.h"

enum {
    ENVELOPE_CAPTURES_MAX = 32,
    ENVELOPE_VALUE_MAX = 16 * 1024, /* bytes of a captured text */
};

struct envelope;

/* selector may be NULL: no records; captures is NULL-terminated and may be NULL. ERROR_MANIFEST
 * for a bad pointer. */
bool envelope_new(const char *selector, const char *const *captures,
                  struct envelope **ret_envelope, struct error *err);
void envelope_free(struct envelope *e);
CLEANUP_DEFINE(struct envelope, envelope_free)

/* Forgets the last response. */
void envelope_reset(struct envelope *e);

/* What stands at a value. */
struct envelope_sight {
    bool record; /* the selector ends here */
    bool inside; /* a pointer goes on into it */
};

/* In document order. ERROR_DATA when a captured value is spoilt or too long, or a key that
 * matters comes twice. A container that was opened must be closed, also when it is skipped. */
bool envelope_open(struct envelope *e, const struct scan_token *token,
                   struct envelope_sight *ret_sight, struct error *err);
void envelope_close(struct envelope *e);
/* *ret_matters: a pointer goes on at this key. */
bool envelope_key(struct envelope *e, const struct scan_token *token, bool *ret_matters,
                  struct error *err);
bool envelope_scalar(struct envelope *e, const struct scan_token *token,
                     struct envelope_sight *ret_sight, struct error *err);

/* See walk_capture and walk_capture_kind. */
const char *envelope_capture(const struct envelope *e, size_t i);
const char *envelope_capture_kind(const struct envelope *e, size_t i);

#endif
