/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats of ?format=. Rows come as compact JSON; JSON itself is passed on as it is, the
 * others are made from the parsed row. They are there for their headers and shapes, not for
 * speed.
 */
#ifndef SANDBOX_RENDERING_H
#define SANDBOX_RENDERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct rendering {
    const char *name;
    const char *type; /* Content-Type */
    const char *extension; /* of ?download */
    bool is_json; /* rows are copied */
    const char *head;
    const char *tail; /* behind the rows and info */
    /* One row, and what stands between it and the one before. False when it cannot be done. */
    bool (*row)(struct buffer *out, const char *json, size_t len, uint32_t index);
    /* Between the rows and the tail; json is the info object, NULL with ?noinfo. */
    bool (*info)(struct buffer *out, const char *json, size_t len);
};

/* The format of that name (len bytes), JSON when there is none. */
const struct rendering *rendering_find(const char *name, size_t len);

#endif
