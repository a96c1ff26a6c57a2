/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/rowkeys.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"

enum { SIZE_MIN = 4096 };

void rowkeys_init(struct rowkeys *k)
{
    *k = (struct rowkeys){.slots = NULL};
    secret_fill_random(&k->seed, sizeof k->seed);
}

void rowkeys_done(struct rowkeys *k)
{
    free(k->slots);
    k->slots = NULL;
}

void rowkeys_clear(struct rowkeys *k)
{
    if (k->count)
        memset(k->slots, 0, k->size * sizeof *k->slots);
    k->count = 0;
    k->repeated = false;
}

static uint64_t hash_key(const struct hash_seed *seed, const struct columns_value *values,
                         const int *columns, size_t count)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < count; i++) {
        const struct columns_value *v = &values[columns[i]];
        hash = v->kind == COLUMNS_TEXT
                   ? hash_text(seed, hash, v->text, v->len)
                   : hash_text(seed, hash, (const char *)&v->integer, sizeof v->integer);
    }
    return hash;
}

/* Where it is, or would be. */
static uint64_t *find(uint64_t *slots, size_t size, uint64_t hash)
{
    size_t i = hash >> 1 & (size - 1); /* its lowest bit is always set */
    while (slots[i] && slots[i] != hash)
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static bool grow(struct rowkeys *k)
{
    size_t size = k->size ? 2 * k->size : SIZE_MIN;
    uint64_t *slots = calloc(size, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < k->size; i++)
        if (k->slots[i])
            *find(slots, size, k->slots[i]) = k->slots[i];
    free(k->slots);
    k->slots = slots;
    k->size = size;
    return true;
}

enum rowkeys_verdict rowkeys_add(struct rowkeys *k, const struct columns_value *values,
                                 const int *columns, size_t count)
{
    if (2 * k->count >= k->size && !grow(k)) {
        k->repeated = true;
        return ROWKEYS_FULL;
    }
    uint64_t hash = hash_key(&k->seed, values, columns, count);
    uint64_t *slot = find(k->slots, k->size, hash);
    if (*slot) {
        k->repeated = true;
        return ROWKEYS_SEEN;
    }
    *slot = hash;
    k->count++;
    return ROWKEYS_NEW;
}

bool rowkeys_has(const struct rowkeys *k, const struct columns_value *values,
                 const int *columns, size_t count)
{
    return k->size > 0 &&
           *find(k->slots, k->size, hash_key(&k->seed, values, columns, count)) != 0;
}

bool rowkeys_repeated(const struct rowkeys *k)
{
    return k->repeated;
}
