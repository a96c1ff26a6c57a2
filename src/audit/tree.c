/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/tree.h"

#include <inttypes.h>
#include <string.h>

#include "audit/audit_sql.h"

void tree_init(struct tree *t)
{
    t->size = 0;
}

void tree_leaf(const void *entry, size_t len, uint8_t ret_hash[TREE_HASH_SIZE])
{
    struct digest_sha256 d;
    digest_sha256_init(&d);
    digest_sha256_update(&d, "\x00", 1);
    digest_sha256_update(&d, entry, len);
    digest_sha256_finish(&d, ret_hash);
}

/* ret_hash may be left or right. */
static void node(const uint8_t *left, const uint8_t *right, uint8_t ret_hash[TREE_HASH_SIZE])
{
    struct digest_sha256 d;
    digest_sha256_init(&d);
    digest_sha256_update(&d, "\x01", 1);
    digest_sha256_update(&d, left, TREE_HASH_SIZE);
    digest_sha256_update(&d, right, TREE_HASH_SIZE);
    digest_sha256_finish(&d, ret_hash);
}

bool tree_add(struct tree *t, const uint8_t leaf[TREE_HASH_SIZE], tree_visit *visit,
              void *context, struct error *err)
{
    uint8_t hash[TREE_HASH_SIZE];
    memcpy(hash, leaf, sizeof hash);

    unsigned level = 0;
    for (;; level++) {
        if (visit && !visit(context, level, t->size >> level, hash, err))
            return false;
        if (!(t->size >> level & 1))
            break;
        node(t->hashes[level], hash, hash);
    }
    memcpy(t->hashes[level], hash, sizeof hash);
    t->size++;
    return true;
}

void tree_root(const struct tree *t, uint8_t ret_hash[TREE_HASH_SIZE])
{
    if (t->size == 0) {
        struct digest_sha256 d;
        digest_sha256_init(&d);
        digest_sha256_finish(&d, ret_hash);
        return;
    }
    unsigned level = (unsigned)__builtin_ctzll(t->size);
    memcpy(ret_hash, t->hashes[level], TREE_HASH_SIZE);
    for (level++; level < TREE_LEVELS; level++)
        if (t->size >> level & 1)
            node(t->hashes[level], ret_hash, ret_hash);
}

static bool read_size(struct sqlite *db, uint64_t *ret_size, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, audit_sql_tree_size, err);
    bool row;
    if (!s || !sqlite_step(s, &row, err))
        return false;
    *ret_size = (uint64_t)sqlite_column_int(s, 0);
    sqlite_reset(s);
    return true;
}

bool tree_get(struct sqlite *db, unsigned level, uint64_t index, bool *ret_found,
              uint8_t ret_hash[TREE_HASH_SIZE], struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, audit_sql_tree_get, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, level);
    sqlite_bind_int(s, 2, (int64_t)index);
    bool row;
    if (!sqlite_step(s, &row, err))
        return false;
    size_t len = 0;
    const void *hash = row ? sqlite_column_blob(s, 0, &len) : NULL;
    *ret_found = len == TREE_HASH_SIZE;
    if (*ret_found)
        memcpy(ret_hash, hash, TREE_HASH_SIZE);
    sqlite_reset(s);
    return true;
}

bool tree_load(struct sqlite *db, struct tree *ret_tree, struct error *err)
{
    struct tree t;
    if (!read_size(db, &t.size, err))
        return false;
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        if (!(t.size >> level & 1))
            continue;
        uint64_t index = (t.size >> level) - 1;
        bool found;
        if (!tree_get(db, level, index, &found, t.hashes[level], err))
            return false;
        if (!found)
            return error_set(err, ERROR_STORE,
                             "the audit tree of %s has no node %u/%" PRIu64
                             ": see `extract audit verify`, restore a backup",
                             sqlite_path(db), level, index);
    }
    *ret_tree = t;
    return true;
}

static bool insert_node(void *context, unsigned level, uint64_t index,
                        const uint8_t hash[TREE_HASH_SIZE], struct error *err)
{
    struct sqlite *db = context;
    struct sqlite_statement *s = sqlite_statement(db, audit_sql_tree_put, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, level);
    sqlite_bind_int(s, 2, (int64_t)index);
    sqlite_bind_blob(s, 3, hash, TREE_HASH_SIZE);
    return sqlite_run(s, err);
}

bool tree_append(struct sqlite *db, struct tree *t, const uint8_t leaf[TREE_HASH_SIZE],
                 struct error *err)
{
    return tree_add(t, leaf, insert_node, db, err);
}

bool tree_count(struct sqlite *db, uint64_t *ret_count, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, audit_sql_tree_count, err);
    bool row;
    if (!s || !sqlite_step(s, &row, err))
        return false;
    *ret_count = (uint64_t)sqlite_column_int(s, 0);
    sqlite_reset(s);
    return true;
}

uint64_t tree_count_of(uint64_t size)
{
    return 2 * size - (uint64_t)__builtin_popcountll(size);
}
