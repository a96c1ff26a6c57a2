/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "audit/tree.h"
#include "audit_fixture.h"
#include "codec/hex.h"

/* The leaves and roots of Certificate Transparency's own tests (merkletree, RFC 6962). */
static const struct {
    const char *leaf;
    size_t len;
    const char *root; /* of the tree up to this leaf */
} vectors[] = {
    {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
     "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

enum { VECTORS = sizeof vectors / sizeof *vectors };

static void assert_root(const struct tree *t, const char *expected)
{
    uint8_t root[TREE_HASH_SIZE];
    char text[HEX_SIZE(TREE_HASH_SIZE)];
    tree_root(t, root);
    hex_encode(root, sizeof root, text);
    assert_string_equal(text, expected);
}

static void the_root_of_no_leaves_is_the_hash_of_nothing(void **state)
{
    (void)state;
    struct tree t;
    tree_init(&t);
    assert_root(&t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void roots_are_those_of_rfc_6962(void **state)
{
    (void)state;
    struct error err;
    struct tree t;
    tree_init(&t);
    for (size_t i = 0; i < VECTORS; i++) {
        uint8_t leaf[TREE_HASH_SIZE];
        tree_leaf(vectors[i].leaf, vectors[i].len, leaf);
        assert_true(tree_add(&t, leaf, NULL, NULL, &err));
        assert_root(&t, vectors[i].root);
    }
}

static void a_stored_tree_goes_on_where_it_was(void **state)
{
    (void)state;
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    for (size_t i = 0; i < VECTORS; i++) {
        struct tree t;
        uint8_t leaf[TREE_HASH_SIZE];
        uint64_t count;
        assert_true(sqlite_begin(db, &err));
        assert_true(tree_load(db, &t, &err));
        assert_int_equal(t.size, i);
        tree_leaf(vectors[i].leaf, vectors[i].len, leaf);
        assert_true(tree_append(db, &t, leaf, &err));
        assert_root(&t, vectors[i].root);
        assert_true(sqlite_commit(db, &err));
        assert_true(tree_count(db, &count, &err));
        assert_int_equal(count, tree_count_of(i + 1));
    }
}

static void a_rollback_takes_the_leaf_back(void **state)
{
    (void)state;
    struct error err;
    struct tree t;
    uint8_t leaf[TREE_HASH_SIZE];
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    tree_leaf("x", 1, leaf);
    assert_true(sqlite_begin(db, &err));
    assert_true(tree_load(db, &t, &err));
    assert_true(tree_append(db, &t, leaf, &err));
    sqlite_rollback(db);
    assert_true(tree_load(db, &t, &err));
    assert_int_equal(t.size, 0);
}

static void a_missing_node_is_an_error_and_not_another_tree(void **state)
{
    (void)state;
    struct error err;
    struct tree t;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, 6);
    fixture_script(db, "DELETE FROM audit_node WHERE level = 2");
    assert_false(tree_load(db, &t, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "2/0"));
}

/* --- Proofs: the tables hold all they need ------------------------------------------------ */

static void hash_node(const uint8_t *left, const uint8_t *right, uint8_t *ret_hash)
{
    uint8_t both[1 + 2 * TREE_HASH_SIZE] = {1};
    memcpy(both + 1, left, TREE_HASH_SIZE);
    memcpy(both + 1 + TREE_HASH_SIZE, right, TREE_HASH_SIZE);
    struct digest_sha256 d;
    digest_sha256_init(&d);
    digest_sha256_update(&d, both, sizeof both);
    digest_sha256_finish(&d, ret_hash);
}

/* MTH(D[begin:end]) of RFC 6962 out of the store. Perfect subtrees must be there. */
static void stored_range(struct sqlite *db, uint64_t begin, uint64_t end, uint8_t *ret_hash)
{
    struct error err;
    uint64_t size = end - begin;
    if ((size & (size - 1)) == 0) {
        unsigned level = (unsigned)__builtin_ctzll(size);
        bool found;
        assert_true(tree_get(db, level, begin >> level, &found, ret_hash, &err));
        assert_true(found);
        return;
    }
    uint64_t split = UINT64_C(1) << (63 - __builtin_clzll(size - 1));
    uint8_t left[TREE_HASH_SIZE], right[TREE_HASH_SIZE];
    stored_range(db, begin, begin + split, left);
    stored_range(db, begin + split, end, right);
    hash_node(left, right, ret_hash);
}

/* PATH(index, D[begin:end]), folded to the root while it is read. */
static void fold_inclusion(struct sqlite *db, uint64_t index, uint64_t begin, uint64_t end,
                           const uint8_t *leaf, uint8_t *ret_hash)
{
    if (end - begin == 1) {
        memcpy(ret_hash, leaf, TREE_HASH_SIZE);
        return;
    }
    uint64_t split = begin + (UINT64_C(1) << (63 - __builtin_clzll(end - begin - 1)));
    uint8_t inner[TREE_HASH_SIZE], sibling[TREE_HASH_SIZE];
    if (index < split) {
        fold_inclusion(db, index, begin, split, leaf, inner);
        stored_range(db, split, end, sibling);
        hash_node(inner, sibling, ret_hash);
    } else {
        fold_inclusion(db, index, split, end, leaf, inner);
        stored_range(db, begin, split, sibling);
        hash_node(sibling, inner, ret_hash);
    }
}

static void inclusion_and_earlier_roots_can_be_proved_from_what_is_stored(void **state)
{
    (void)state;
    enum { SIZE = 37 };
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    struct tree t;
    uint8_t roots[SIZE + 1][TREE_HASH_SIZE];
    uint8_t leaves[SIZE][TREE_HASH_SIZE];
    tree_init(&t);
    for (uint64_t i = 0; i < SIZE; i++) {
        tree_leaf(&i, sizeof i, leaves[i]);
        assert_true(tree_append(db, &t, leaves[i], &err));
        tree_root(&t, roots[i + 1]);
    }
    for (uint64_t size = 1; size <= SIZE; size++) {
        uint8_t hash[TREE_HASH_SIZE];
        stored_range(db, 0, size, hash);
        assert_memory_equal(hash, roots[size], sizeof hash);
        for (uint64_t i = 0; i < size; i++) {
            fold_inclusion(db, i, 0, size, leaves[i], hash);
            assert_memory_equal(hash, roots[size], sizeof hash);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_of_no_leaves_is_the_hash_of_nothing),
        cmocka_unit_test(roots_are_those_of_rfc_6962),
        cmocka_unit_test(a_stored_tree_goes_on_where_it_was),
        cmocka_unit_test(a_rollback_takes_the_leaf_back),
        cmocka_unit_test(a_missing_node_is_an_error_and_not_another_tree),
        cmocka_unit_test(inclusion_and_earlier_roots_can_be_proved_from_what_is_stored),
    };
    return cmocka_run_group_tests(tests, fixture_start, NULL);
}
