/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a key as they stand in a line, each a member with its comma, by their places in
 * the key:
 *
 *     "account_id":"17",  "day":"2026-11-20",
 */
#ifndef RECORD_KEYPARTS_H
#define RECORD_KEYPARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "record/schema.h"

struct keyparts {
    uint32_t written; /* bit i: column i of the key is there */
    struct {
        size_t start;
        size_t len;
    } parts[SCHEMA_KEY_MAX];
    struct buffer texts;
};

/* max: bytes of all parts together. */
void keyparts_init(struct keyparts *k, size_t max);
void keyparts_done(struct keyparts *k);
void keyparts_clear(struct keyparts *k);

/* False when the texts would grow beyond their maximum, or memory is out. */
bool keyparts_put(struct keyparts *k, int part, const void *member, size_t len);
/* Appends a part that is there; false when out is full. */
bool keyparts_append(const struct keyparts *k, int part, struct buffer *out);
/* Whether a part that both have says the same, however it is written: with or without quotes, and
 * whichever way a character is escaped. name_len: bytes before the value. False as well when memory
 * is out. scratch: what it holds is lost. */
bool keyparts_same(const struct keyparts *a, const struct keyparts *b, int part,
                   size_t name_len, struct buffer *scratch);

#endif
