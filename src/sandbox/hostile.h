/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that no service should send: KIND@POSITION of every page, positions from 0. They are
 * made by editing the JSON text of a good record. JSON pages only.
 */
#ifndef SANDBOX_HOSTILE_H
#define SANDBOX_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
    HOSTILE_EDITS_MAX = 64,
    HOSTILE_HUGE = 2 * 1024 * 1024, /* bytes of a huge string */
    HOSTILE_DEPTH = 10000, /* arrays within one another */
};

struct hostile_kind;

struct hostile {
    size_t count;
    struct {
        const struct hostile_kind *kind;
        uint32_t position;
    } edits[HOSTILE_EDITS_MAX];
};

/* Adds a comma list of KIND@POSITION. ERROR_USAGE names the entry. */
bool hostile_add(struct hostile *h, const char *list, struct error *err);
/* Edits the row (JSON text from `start` to the end of the buffer), if there is anything to do
 * at its position and the field is there. False when memory is out. */
bool hostile_edit(const struct hostile *h, uint32_t position, struct buffer *row, size_t start);

/* The table of kinds for --help. */
void hostile_print(FILE *out);

#endif
