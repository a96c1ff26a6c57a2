/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Merkle tree of RFC 6962 section 2.1 over the audit log: SHA-256, leaves hashed with a
 * 0x00 and nodes with a 0x01 in front, so that neither can stand in for the other.
 *
 *     level 2                  n(2,0)
 *     level 1         n(1,0)          n(1,1)
 *     level 0     l0      l1      l2      l3      l4          size 5: root = H(n(2,0), l4)
 *
 * A perfect subtree never changes once its leaves are there. So the store keeps the hash of
 * each one (table audit_node: level, idx), about two rows a leaf: appending writes the new
 * leaf and the subtrees that it completes, and the root of any size, inclusion and consistency
 * proofs need O(log n) reads of what is there already.
 */
#ifndef AUDIT_TREE_H
#define AUDIT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/digest.h"
#include "db/sqlite.h"

enum { TREE_HASH_SIZE = DIGEST_SIZE, TREE_LEVELS = 63 };

/* All that is needed of a tree to append and to tell its root: the perfect subtrees that its
 * size is made of. hashes[i] counts when bit i of size is set. */
struct tree {
    uint64_t size; /* leaves */
    uint8_t hashes[TREE_LEVELS][TREE_HASH_SIZE];
};

/* Called for the leaf (level 0) and for each perfect subtree that it completes. */
typedef bool tree_visit(void *context, unsigned level, uint64_t index,
                        const uint8_t hash[TREE_HASH_SIZE], struct error *err);

void tree_init(struct tree *t); /* no leaves */
void tree_leaf(const void *entry, size_t len, uint8_t ret_hash[TREE_HASH_SIZE]);
/* visit may be NULL; when it fails the tree stays as it was. */
bool tree_add(struct tree *t, const uint8_t leaf[TREE_HASH_SIZE], tree_visit *visit,
              void *context, struct error *err);
/* Of no leaves: SHA-256 of nothing. */
void tree_root(const struct tree *t, uint8_t ret_hash[TREE_HASH_SIZE]);

/* The tree as the store has it. ERROR_STORE when a hash that must be there is not. */
bool tree_load(struct sqlite *db, struct tree *ret_tree, struct error *err);
/* Adds a leaf to *t, which is what tree_load gave, and to the store, inside the caller's
 * transaction. */
bool tree_append(struct sqlite *db, struct tree *t, const uint8_t leaf[TREE_HASH_SIZE],
                 struct error *err);
/* One stored hash; *ret_found false when there is none. */
bool tree_get(struct sqlite *db, unsigned level, uint64_t index, bool *ret_found,
              uint8_t ret_hash[TREE_HASH_SIZE], struct error *err);
/* How many hashes are stored: a tree of n leaves has 2n - (bits set in n). */
bool tree_count(struct sqlite *db, uint64_t *ret_count, struct error *err);
uint64_t tree_count_of(uint64_t size);

#endif
