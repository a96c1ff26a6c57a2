/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which keys were seen: whether one comes twice in a batch (8 bytes a row spare the database a pass
 * over all of them), or a newer record has it. A key is kept as a hash of its values, so the answer
 * may be yes by chance, and never no for keys that are equal.
 */
#ifndef SINK_ROWKEYS_H
#define SINK_ROWKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/columns.h"
#include "record/hash.h"

struct rowkeys {
    struct hash_seed seed;
    uint64_t *slots; /* 0: free; a power of two of them, at most half of them taken */
    size_t size;
    size_t count;
    bool repeated;
};

void rowkeys_init(struct rowkeys *k);
void rowkeys_done(struct rowkeys *k);
/* Forgets the keys. */
void rowkeys_clear(struct rowkeys *k);
enum rowkeys_verdict {
    ROWKEYS_NEW,
    ROWKEYS_SEEN,
    ROWKEYS_FULL, /* not seen, and not kept: memory is out */
};

/* columns: indexes of the key's among values. */
enum rowkeys_verdict rowkeys_add(struct rowkeys *k, const struct columns_value *values,
                                 const int *columns, size_t count);
bool rowkeys_has(const struct rowkeys *k, const struct columns_value *values,
                 const int *columns, size_t count);
/* Also true when memory was short. */
bool rowkeys_repeated(const struct rowkeys *k);

#endif
