/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record at a time: the tokens within it, against the plan, into its masked line.
 *
 *     recorder_begin ─▶ key, scalar, open, close … ─▶ recorder_end ─▶ line, or line and reason
 *
 * What does not fit is left out of the line, and the first thing that did not is the reason; a
 * json column with anything in it that does not fit is left out whole.
 */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/pseudonym.h"
#include "record/plan.h"
#include "record/scan.h"

enum {
    RECORDER_LINE_MAX = 4 * 1024 * 1024,
    RECORDER_REASON_MAX = 256,
};

struct recorder;

/* The plan and the pseudonym key must live longer. NULL when memory is out. */
struct recorder *recorder_new(const struct plan *plan, const struct pseudonym *pseudonym);
void recorder_free(struct recorder *r);
CLEANUP_DEFINE(struct recorder, recorder_free)

/* A response begins: the values of plan->constants, in its order, for its records. ERROR_MANIFEST
 * when a constant does not fit its column. */
bool recorder_constants(struct recorder *r, const char *const *values, struct error *err);

/* A record that is an object: its opening token was read. position: its {position}. */
void recorder_begin(struct recorder *r, uint64_t position);
/* A record that is anything else: nothing follows but recorder_end. */
void recorder_refuse(struct recorder *r, uint64_t position, const struct scan_token *token);

enum recorder_key {
    RECORDER_WANTED,
    RECORDER_UNWANTED, /* its value need not be handed on */
    RECORDER_UNKNOWN, /* the same: the schema does not name it */
};

/* An unknown key: where it was found, and its text, which is hostile and valid until the next
 * token. */
struct recorder_unknown {
    const struct plan_object *object;
    const char *name;
    size_t len;
};

/* Of the bytes that begin where a key may: how many are members that are expected there and
 * wanted, each a string without flaw or a json column that is kept as it came, with the commas
 * between them and perhaps one behind the last. They are taken then. Only where
 * recorder_knows_keys. */
size_t recorder_members(struct recorder *r, const char *bytes, size_t len);
enum recorder_key recorder_key(struct recorder *r, const struct scan_token *token,
                               struct recorder_unknown *ret_unknown);
void recorder_scalar(struct recorder *r, const struct scan_token *token);
void recorder_open(struct recorder *r, const struct scan_token *token);
/* The record, or the object within it that was just opened, has only fields that the schema names:
 * one that comes twice is found here. */
bool recorder_knows_keys(const struct recorder *r);
/* True when it was the record that closed. */
bool recorder_close(struct recorder *r);

/* Makes the record one that does not fit, if it is none yet. */
void recorder_misfit(struct recorder *r, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The finished line with its newline, until the next record begins; NULL when memory is out.
 * *ret_reason: NULL when all of it fitted. */
const char *recorder_end(struct recorder *r, size_t *ret_len, const char **ret_reason);

/* The columns of the key of a record that fitted, as they stand in its line, each with a comma
 * behind it, in the order of the key; until the next record begins. NULL when memory is out. */
const char *recorder_key_text(struct recorder *r, size_t *ret_len);

/* Bytes at the end of the line that recorder_end gave, from the first fleeting column on; 0: it has
 * none. What is before them is what the record says; these differ whenever it is read. */
size_t recorder_fleeting(const struct recorder *r);

#endif
