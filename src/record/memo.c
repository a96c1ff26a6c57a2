/* SPDX-License-Identifier: Apache-2.0 */
#include "record/memo.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "record/hash.h"

/* On pages of random-user 80 of 100 given and family names are found, with twice the room 86. */
enum { ENTRIES = 4096, SIGHTS = 8192 };

struct entry {
    const void *kind;
    uint8_t len;
    char text[MEMO_TEXT_MAX];
    struct memo_token token;
};

struct memo {
    struct hash_seed seed;
    struct entry entries[ENTRIES]; /* each value has one place */
    uint32_t sights[SIGHTS]; /* parts of hashes of values that came and were not kept */
};

struct memo *memo_new(void)
{
    struct memo *m = calloc(1, sizeof *m);
    if (m)
        secret_fill_random(&m->seed, sizeof m->seed);
    return m;
}

void memo_free(struct memo *m)
{
    if (!m)
        return;
    explicit_bzero(m, sizeof *m);
    free(m);
}

static bool came_before(struct memo *m, uint64_t hash)
{
    uint32_t *sight = &m->sights[(hash >> 16) % SIGHTS];
    uint32_t part = (uint32_t)(hash >> 32);
    bool before = *sight == part;
    *sight = part;
    return before;
}

struct memo_token *memo_find(struct memo *m, const void *kind, const char *text, size_t len)
{
    if (!m || len > MEMO_TEXT_MAX)
        return NULL;
    uint64_t hash = hash_text(&m->seed, (uintptr_t)kind, text, len);
    struct entry *e = &m->entries[(hash >> 1) % ENTRIES];
    if (e->kind == kind && e->len == len && memcmp(e->text, text, len) == 0)
        return &e->token;
    if (!came_before(m, hash))
        return NULL;
    e->kind = kind;
    e->len = (uint8_t)len;
    memcpy(e->text, text, len);
    e->token.len = 0;
    return &e->token;
}
