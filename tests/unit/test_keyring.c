/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/keyring.h"

#define OLD_LINE \
    "extract-kek-1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define OLD_ID "33b29e0f92a33768"
#define NEW_LINE \
    "extract-kek-1 1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100\n"

/* A state folder for each test. */
struct fixture {
    char folder[64];
    struct error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    snprintf(f->folder, sizeof f->folder, "/tmp/test_keyring.XXXXXX");
    return secret_init(&f->err) && mkdtemp(f->folder) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    DIR *dir = opendir(f->folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    int status = rmdir(f->folder);
    free(f);
    return status;
}

static char *in_folder(const struct fixture *f, const char *name)
{
    char *path = file_join(f->folder, name);
    assert_non_null(path);
    return path;
}

static void put(const struct fixture *f, const char *name, const void *data, size_t len)
{
    AUTO(cleanup_free) char *path = in_folder(f, name);
    struct error err;
    assert_true(file_write_atomic(path, data, len, &err));
}

static void put_text(const struct fixture *f, const char *name, const char *text)
{
    put(f, name, text, strlen(text));
}

static void get(const struct fixture *f, const char *name, struct buffer *ret_content)
{
    AUTO(cleanup_free) char *path = in_folder(f, name);
    struct error err;
    buffer_init(ret_content, 1 << 20);
    assert_true(file_read(path, ret_content, &err));
}

static bool exists(const struct fixture *f, const char *name)
{
    AUTO(cleanup_free) char *path = in_folder(f, name);
    return file_exists(path);
}

static void take_away(const struct fixture *f, const char *name)
{
    AUTO(cleanup_free) char *path = in_folder(f, name);
    assert_int_equal(unlink(path), 0);
}

static void check_mode(const struct fixture *f, const char *name)
{
    AUTO(cleanup_free) char *path = in_folder(f, name);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static bool try_open(struct fixture *f, const char *kek, const char *passphrase, bool create,
                     struct keyring **ret_keyring, bool *ret_made)
{
    f->err = (struct error){0};
    struct keyring_options options = {
        .state_folder = f->folder, .kek = kek, .passphrase = passphrase, .create = create};
    return keyring_open(&options, ret_keyring, ret_made, &f->err);
}

static struct keyring *open_with(struct fixture *f, const char *kek, bool expect_made)
{
    struct keyring *k = NULL;
    bool made = !expect_made;
    if (!try_open(f, kek, NULL, true, &k, &made))
        fail_msg("%s", f->err.text);
    assert_int_equal(made, expect_made);
    return k;
}

static void refuse(struct fixture *f, const char *kek, const char *passphrase, bool create,
                   enum error_kind kind, const char *expected)
{
    struct keyring *k = NULL;
    bool made;
    assert_false(try_open(f, kek, passphrase, create, &k, &made));
    assert_null(k);
    assert_int_equal(f->err.kind, kind);
    if (!strstr(f->err.text, expected))
        fail_msg("\"%s\" lacks \"%s\"", f->err.text, expected);
}

struct token {
    char text[PSEUDONYM_TEXT_MAX + 1];
};

static struct token token_of(const struct keyring *k)
{
    struct error err;
    struct token token = {0};
    AUTO(pseudonym_freep) struct pseudonym *p = NULL;
    assert_true(keyring_pseudonym(k, keyring_pseudonym_version(k), &p, &err));
    pseudonym_token(p, "email", "jane@example.org", 16, token.text);
    return token;
}

/* ---- making and opening ---- */

static void the_first_opening_makes_key_file_and_keyring_and_says_so(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    check_mode(f, "kek.key");
    check_mode(f, "keyring.json");
    AUTO(cleanup_free) char *path = in_folder(f, "kek.key");
    assert_string_equal(keyring_source(k), path);
    assert_string_equal(keyring_key_file(k), path);
    assert_int_equal(strlen(keyring_kek_id(k)), KEK_ID_SIZE - 1);
    assert_int_equal(keyring_pseudonym_version(k), 1);

    AUTO(keyring_freep) struct keyring *again = open_with(f, NULL, false);
    assert_string_equal(keyring_kek_id(k), keyring_kek_id(again));
    assert_string_equal(token_of(k).text, token_of(again).text);
}

static void nothing_is_made_unless_asked(void **state)
{
    struct fixture *f = *state;
    refuse(f, NULL, NULL, false, ERROR_CRYPTO, "extract keys init");
    assert_false(exists(f, "kek.key"));
    assert_false(exists(f, "keyring.json"));
    assert_false(exists(f, "keyring.lock"));
}

static void every_deployment_has_its_own_pseudonyms(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *a = open_with(f, NULL, true);
    take_away(f, "keyring.json"); /* the KEK stays the same */
    AUTO(keyring_freep) struct keyring *b = open_with(f, NULL, true);
    assert_string_equal(keyring_kek_id(a), keyring_kek_id(b));
    assert_string_not_equal(token_of(a).text, token_of(b).text);
}

static void a_lost_key_file_is_never_made_anew(void **state)
{
    struct fixture *f = *state;
    keyring_free(open_with(f, NULL, true));
    take_away(f, "kek.key");
    refuse(f, NULL, NULL, true, ERROR_CRYPTO, "kek.key is missing: everything");
    assert_false(exists(f, "kek.key"));
}

static void a_lost_keyring_beside_a_stage_is_never_made_anew(void **state)
{
    struct fixture *f = *state;
    keyring_free(open_with(f, NULL, true));
    put_text(f, "random_user.stage", "x");
    take_away(f, "keyring.json");
    refuse(f, NULL, NULL, true, ERROR_CRYPTO,
           "keyring.json is missing beside random_user.stage");
    take_away(f, "kek.key");
    refuse(f, NULL, NULL, true, ERROR_CRYPTO,
           "keyring.json is missing beside random_user.stage");
    assert_false(exists(f, "kek.key"));
    assert_false(exists(f, "keyring.json"));
}

static void an_interrupted_first_run_is_completed(void **state)
{
    struct fixture *f = *state;
    put_text(f, "kek.key", OLD_LINE); /* killed before the keyring was written */
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    assert_string_equal(keyring_kek_id(k), OLD_ID);
}

static void a_key_file_that_others_may_read_is_refused(void **state)
{
    struct fixture *f = *state;
    keyring_free(open_with(f, NULL, true));
    AUTO(cleanup_free) char *path = in_folder(f, "kek.key");
    assert_int_equal(chmod(path, 0640), 0);
    refuse(f, NULL, NULL, true, ERROR_AUTH, "chmod 600");
    assert_int_equal(chmod(path, 0600), 0);

    AUTO(cleanup_free) char *moved = in_folder(f, "moved");
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(symlink(moved, path), 0);
    refuse(f, NULL, NULL, true, ERROR_AUTH, "symbolic link");
}

static void a_keyring_that_others_may_change_is_refused(void **state)
{
    struct fixture *f = *state;
    keyring_free(open_with(f, NULL, true));
    AUTO(cleanup_free) char *path = in_folder(f, "keyring.json");
    assert_int_equal(chmod(path, 0666), 0);
    refuse(f, NULL, NULL, true, ERROR_CRYPTO, "chmod 600");
}

static void the_kek_comes_from_any_reference(void **state)
{
    struct fixture *f = *state;
    setenv("EXTRACT_TEST_KEK", OLD_LINE, 1);
    AUTO(keyring_freep) struct keyring *k = open_with(f, "env:EXTRACT_TEST_KEK", true);
    assert_string_equal(keyring_source(k), "env:EXTRACT_TEST_KEK");
    assert_null(keyring_key_file(k));
    assert_string_equal(keyring_kek_id(k), OLD_ID);
    assert_false(exists(f, "kek.key"));

    put_text(f, "mine", OLD_LINE);
    AUTO(cleanup_free) char *reference = text_format("file:%s/mine", f->folder);
    AUTO(keyring_freep) struct keyring *again = open_with(f, reference, false);
    assert_string_equal(keyring_key_file(again), reference + 5);
    assert_string_equal(token_of(k).text, token_of(again).text);
}

static void a_missing_file_of_the_operator_is_never_made(void **state)
{
    struct fixture *f = *state;
    AUTO(cleanup_free) char *reference = text_format("file:%s/mine", f->folder);
    refuse(f, reference, NULL, true, ERROR_AUTH, "No such file");
    assert_false(exists(f, "mine"));
    assert_false(exists(f, "keyring.json"));
}

static void a_literal_kek_is_refused_and_never_shown(void **state)
{
    struct fixture *f = *state;
    refuse(f, "hunter2", NULL, true, ERROR_CONFIG, "the KEK: a secret is given by reference");
    assert_null(strstr(f->err.text, "hunter2"));
    refuse(f, NULL, "hunter2", true, ERROR_CONFIG, "the passphrase: a secret is given");
    assert_null(strstr(f->err.text, "hunter2"));
    refuse(f, "env:A", "env:B", true, ERROR_CONFIG, "not both");
}

static void another_kek_is_refused_and_both_are_named(void **state)
{
    struct fixture *f = *state;
    setenv("EXTRACT_TEST_KEK", OLD_LINE, 1);
    keyring_free(open_with(f, "env:EXTRACT_TEST_KEK", true));
    setenv("EXTRACT_TEST_KEK", NEW_LINE, 1);
    refuse(f, "env:EXTRACT_TEST_KEK", NULL, true, ERROR_CRYPTO, "wrapped with the KEK " OLD_ID);
}

static void a_newer_keyring_is_refused(void **state)
{
    struct fixture *f = *state;
    keyring_free(open_with(f, NULL, true));
    put_text(f, "keyring.json", "{\"format\":2,\"more\":[]}");
    refuse(f, NULL, NULL, true, ERROR_CRYPTO, "newer version");
}

static void a_keyring_with_any_byte_changed_opens_right_or_not_at_all(void **state)
{
    struct fixture *f = *state;
    put_text(f, "kek.key", OLD_LINE);
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    assert_true(keyring_settle_escrow(k, RING_ESCROW_DECLINED, &f->err));
    struct token right = token_of(k);
    AUTO(buffer_done) struct buffer ring;
    get(f, "keyring.json", &ring);
    size_t wrapped =
        (size_t)((char *)memmem(ring.data, ring.len, "wrapped", 7) - (char *)ring.data);

    AUTO(cleanup_free) char *path = in_folder(f, "keyring.json");
    size_t refused = 0;
    for (size_t i = 0; i < ring.len; i++) {
        int fd = open(path, O_WRONLY);
        ring.data[i] ^= 1;
        assert_int_equal(pwrite(fd, ring.data, ring.len, 0), (ssize_t)ring.len);
        ring.data[i] ^= 1;
        close(fd);
        struct keyring *opened = NULL;
        bool made = true;
        if (try_open(f, NULL, NULL, true, &opened, &made)) {
            assert_false(made);
            assert_true(i < wrapped || i == ring.len - 1);
            assert_string_equal(token_of(opened).text, right.text);
            keyring_free(opened);
        } else {
            assert_int_equal(f->err.kind, ERROR_CRYPTO);
            refused++;
        }
    }
    assert_true(refused > RING_WRAPPED_SIZE * 2);
}

static void a_keyring_with_wrong_members_is_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name, *from, *to, *expected;
    } cases[] = {
        {"an unknown member", "{\"created\"", "{\"x\":1,\"created\"", "damaged"},
        {"no format", "\"format\":1,", "", "damaged"},
        {"no version", "\"version\":1,", "", "/pseudonym_keys"},
        {"a version out of order", "\"version\":1,", "\"version\":2,", "/pseudonym_keys"},
        {"a time that is none", "\"since\":\"2", "\"since\":\"x", "/kek/since"},
        {"an escrow that is none", "{\"created\"",
         "{\"escrow\":{\"kind\":\"open\",\"settled\":\"2026-01-01T00:00:00Z\"},\"created\"",
         "/escrow"},
        {"a weak derivation", "{\"created\"",
         "{\"passphrase\":{\"algorithm\":\"argon2id13\",\"memory\":8192,\"operations\":1,"
         "\"salt\":\"000102030405060708090a0b0c0d0e0f\"},\"created\"",
         "/passphrase"},
        {"another algorithm", "{\"created\"",
         "{\"passphrase\":{\"algorithm\":\"md5\",\"memory\":268435456,\"operations\":3,"
         "\"salt\":\"000102030405060708090a0b0c0d0e0f\"},\"created\"",
         "/passphrase"},
        {"another creation", "\"pseudonym_keys\":[{\"created\":\"20",
         "\"pseudonym_keys\":[{\"created\":\"19", "pseudonym key 1"},
        {"no pseudonym key", "\"pseudonym_keys\":[", "\"pseudonym_keys\":[],\"x\":[",
         "damaged"},
    };
    keyring_free(open_with(f, NULL, true));
    AUTO(buffer_done) struct buffer ring;
    get(f, "keyring.json", &ring);
    const char *text = buffer_text(&ring);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *at = strstr(text, cases[i].from);
        if (!at)
            fail_msg("%s: \"%s\" is not there", cases[i].name, cases[i].from);
        AUTO(buffer_done) struct buffer bad;
        buffer_init(&bad, 1 << 20);
        assert_true(buffer_append(&bad, text, (size_t)(at - text)));
        assert_true(buffer_append_text(&bad, cases[i].to));
        assert_true(buffer_append_text(&bad, at + strlen(cases[i].from)));
        put(f, "keyring.json", bad.data, bad.len);
        refuse(f, NULL, NULL, true, ERROR_CRYPTO, cases[i].expected);
    }
    put(f, "keyring.json", ring.data, ring.len / 2);
    refuse(f, NULL, NULL, true, ERROR_CRYPTO, "keyring.json:1:");
}

static void a_passphrase_opens_its_keyring_and_another_does_not(void **state)
{
    struct fixture *f = *state;
    struct keyring *k = NULL;
    bool made = false;
    setenv("EXTRACT_TEST_PASS", "correct horse battery", 1);
    assert_true(try_open(f, NULL, "env:EXTRACT_TEST_PASS", true, &k, &made));
    assert_true(made);
    assert_false(exists(f, "kek.key"));
    struct token right = token_of(k);

    /* the escrow copy opens it without the passphrase */
    AUTO(cleanup_free) char *copy = in_folder(f, "copy");
    assert_true(keyring_escrow(k, copy, &f->err));
    keyring_free(k);
    AUTO(cleanup_free) char *reference = text_format("file:%s", copy);
    k = open_with(f, reference, false);
    assert_string_equal(token_of(k).text, right.text);
    keyring_free(k);

    setenv("EXTRACT_TEST_PASS", "correct horse battery", 1);
    assert_true(try_open(f, NULL, "env:EXTRACT_TEST_PASS", false, &k, &made));
    assert_false(made);
    assert_string_equal(token_of(k).text, right.text);
    keyring_free(k);

    setenv("EXTRACT_TEST_PASS", "incorrect horse battery", 1);
    refuse(f, NULL, "env:EXTRACT_TEST_PASS", true, ERROR_CRYPTO, "wrapped with the KEK");
}

static void a_keyring_of_a_key_file_has_no_passphrase(void **state)
{
    struct fixture *f = *state;
    keyring_free(open_with(f, NULL, true));
    setenv("EXTRACT_TEST_PASS", "correct horse battery", 1);
    refuse(f, NULL, "env:EXTRACT_TEST_PASS", true, ERROR_CONFIG,
           "was not made for a passphrase");
    unsetenv("EXTRACT_TEST_PASS");
}

static void a_pseudonym_version_that_is_not_there_is_refused(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    struct pseudonym *p = NULL;
    assert_false(keyring_pseudonym(k, 0, &p, &f->err));
    assert_false(keyring_pseudonym(k, 2, &p, &f->err));
    assert_int_equal(f->err.kind, ERROR_CRYPTO);
    assert_null(p);
}

/* ---- a store of one wrapped key, as a stage has ---- */

static void store_put(struct fixture *f, const struct keyring *k, const struct secret *key)
{
    AUTO(buffer_done) struct buffer wrapped;
    buffer_init(&wrapped, 256);
    if (!keyring_wrap(k, "dek 1", 5, key, &wrapped, &f->err))
        fail_msg("%s", f->err.text);
    assert_int_equal(wrapped.len, 32 + KEYRING_WRAP_OVERHEAD);
    put(f, "store", wrapped.data, wrapped.len);
}

static bool store_get(struct fixture *f, const struct keyring *k, struct secret **ret_key)
{
    AUTO(buffer_done) struct buffer wrapped;
    get(f, "store", &wrapped);
    return keyring_unwrap(k, "dek 1", 5, wrapped.data, wrapped.len, ret_key, &f->err);
}

static void store_check(struct fixture *f, const struct keyring *k, const struct secret *key)
{
    AUTO(secret_freep) struct secret *back = NULL;
    if (!store_get(f, k, &back))
        fail_msg("%s", f->err.text);
    assert_int_equal(secret_length(back), secret_length(key));
    assert_memory_equal(secret_view(back), secret_view(key), secret_length(key));
}

static void store_rewrap(struct fixture *f, const struct keyring *k)
{
    AUTO(secret_freep) struct secret *key = NULL;
    if (!store_get(f, k, &key))
        fail_msg("%s", f->err.text);
    store_put(f, k, key);
}

static void a_wrapped_key_belongs_to_its_place_and_keyring(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    AUTO(secret_freep) struct secret *key = secret_random(32);
    store_put(f, k, key);
    store_check(f, k, key);

    AUTO(buffer_done) struct buffer wrapped;
    get(f, "store", &wrapped);
    char id[KEK_ID_SIZE];
    assert_true(keyring_wrapped_with(wrapped.data, wrapped.len, id));
    assert_string_equal(id, keyring_kek_id(k));
    struct secret *back = NULL;
    assert_false(keyring_unwrap(k, "dek 2", 5, wrapped.data, wrapped.len, &back, &f->err));
    assert_int_equal(f->err.kind, ERROR_CRYPTO);
    for (size_t i = 0; i < wrapped.len; i++) {
        wrapped.data[i] ^= 0x10;
        assert_false(keyring_unwrap(k, "dek 1", 5, wrapped.data, wrapped.len, &back, &f->err));
        assert_int_equal(f->err.kind, ERROR_CRYPTO);
        wrapped.data[i] ^= 0x10;
    }
    assert_null(back);
}

/* ---- rotation ---- */

static void rotation_brings_a_new_kek_and_keeps_everything_readable(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    AUTO(secret_freep) struct secret *key = secret_random(32);
    struct token right = token_of(k);
    store_put(f, k, key);
    char old_id[KEK_ID_SIZE];
    memcpy(old_id, keyring_kek_id(k), sizeof old_id);
    AUTO(buffer_done) struct buffer old_file;
    get(f, "kek.key", &old_file);

    assert_true(keyring_rotate(k, &f->err));
    assert_string_not_equal(keyring_kek_id(k), old_id);
    store_check(f, k, key);
    store_rewrap(f, k);
    assert_true(keyring_rotate_finish(k, &f->err));
    store_check(f, k, key);
    check_mode(f, "kek.key");

    AUTO(keyring_freep) struct keyring *again = open_with(f, NULL, false);
    assert_string_equal(keyring_kek_id(again), keyring_kek_id(k));
    assert_string_equal(token_of(again).text, right.text);
    store_check(f, again, key);

    put(f, "kek.key", old_file.data, old_file.len);
    refuse(f, NULL, NULL, true, ERROR_CRYPTO, "wrapped with the KEK");
}

static void a_rotation_that_was_cut_short_is_completed_not_repeated(void **state)
{
    struct fixture *f = *state;
    struct keyring *k = open_with(f, NULL, true);
    AUTO(secret_freep) struct secret *key = secret_random(32);
    store_put(f, k, key);
    assert_true(keyring_rotate(k, &f->err));
    char target[KEK_ID_SIZE];
    memcpy(target, keyring_kek_id(k), sizeof target);
    keyring_free(k);

    k = open_with(f, NULL, false);
    assert_true(keyring_rotate(k, &f->err));
    assert_string_equal(keyring_kek_id(k), target);
    store_rewrap(f, k);
    assert_true(keyring_rotate_finish(k, &f->err));
    store_check(f, k, key);
    keyring_free(k);
}

static void a_run_from_before_a_rotation_cannot_wrap_with_the_old_key(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *before = open_with(f, NULL, true);
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, false);
    AUTO(secret_freep) struct secret *key = secret_random(32);
    store_put(f, before, key);
    assert_true(keyring_rotate(k, &f->err));

    AUTO(buffer_done) struct buffer wrapped;
    buffer_init(&wrapped, 256);
    assert_false(keyring_wrap(before, "dek 1", 5, key, &wrapped, &f->err));
    assert_int_equal(f->err.kind, ERROR_CRYPTO);
    assert_non_null(strstr(f->err.text, "run again"));
    assert_int_equal(wrapped.len, 0);

    store_rewrap(f, k);
    struct secret *back = NULL;
    assert_false(store_get(f, before, &back));
    assert_non_null(strstr(f->err.text, "run again"));
}

static void a_finish_does_not_drop_what_another_rotation_needs(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *first = open_with(f, NULL, true);
    AUTO(keyring_freep) struct keyring *second = open_with(f, NULL, false);
    AUTO(secret_freep) struct secret *key = secret_random(32);
    store_put(f, first, key);
    assert_true(keyring_rotate(first, &f->err));
    assert_true(keyring_rotate(second, &f->err)); /* joins */
    assert_string_equal(keyring_kek_id(first), keyring_kek_id(second));
    store_rewrap(f, second);
    assert_true(keyring_rotate_finish(second, &f->err));

    AUTO(keyring_freep) struct keyring *third = open_with(f, NULL, false);
    assert_true(keyring_rotate(third, &f->err)); /* a new one; the store is not rewrapped yet */
    assert_false(keyring_rotate_finish(first, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUSY);
    AUTO(keyring_freep) struct keyring *again = open_with(f, NULL, false);
    store_check(f, again, key);
}

static void the_operators_text_is_rotated_when_the_new_key_stands_first(void **state)
{
    struct fixture *f = *state;
    AUTO(secret_freep) struct secret *key = secret_random(32);
    setenv("EXTRACT_TEST_KEK", OLD_LINE, 1);
    struct keyring *k = open_with(f, "env:EXTRACT_TEST_KEK", true);
    store_put(f, k, key);
    assert_false(keyring_rotate(k, &f->err));
    assert_int_equal(f->err.kind, ERROR_CONFIG);
    assert_non_null(strstr(f->err.text, "put the new one on a line above"));
    keyring_free(k);

    /* until rotation is run, the old one goes on wrapping */
    setenv("EXTRACT_TEST_KEK", NEW_LINE OLD_LINE, 1);
    k = open_with(f, "env:EXTRACT_TEST_KEK", false);
    assert_string_equal(keyring_kek_id(k), OLD_ID);
    store_rewrap(f, k);
    assert_false(keyring_rotate_finish(k, &f->err));

    assert_true(keyring_rotate(k, &f->err));
    assert_string_not_equal(keyring_kek_id(k), OLD_ID);
    store_rewrap(f, k);
    assert_true(keyring_rotate_finish(k, &f->err));
    keyring_free(k);

    setenv("EXTRACT_TEST_KEK", NEW_LINE, 1);
    k = open_with(f, "env:EXTRACT_TEST_KEK", false);
    store_check(f, k, key);
    keyring_free(k);
}

static void rotation_with_a_foreign_key_file_is_refused(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    put_text(f, "kek.key", NEW_LINE);
    assert_false(keyring_rotate(k, &f->err));
    assert_int_equal(f->err.kind, ERROR_CRYPTO);
    AUTO(buffer_done) struct buffer file;
    get(f, "kek.key", &file);
    assert_string_equal(buffer_text(&file), NEW_LINE); /* untouched */
}

/* ---- killed at any point ---- */

static void make_and_rotate(struct fixture *f, const struct secret *key)
{
    bool made;
    AUTO(keyring_freep) struct keyring *k = NULL;
    if (!try_open(f, NULL, NULL, true, &k, &made))
        fail_msg("%s", f->err.text);
    if (!exists(f, "store"))
        store_put(f, k, key);
    if (!keyring_rotate(k, &f->err))
        fail_msg("%s", f->err.text);
    store_rewrap(f, k);
    if (!keyring_rotate_finish(k, &f->err) ||
        !keyring_settle_escrow(k, RING_ESCROW_ELSEWHERE, &f->err))
        fail_msg("%s", f->err.text);
}

/* Runs it in a child that dies at the n-th crash point; false when it came to its end. */
static bool run_and_kill(struct fixture *f, const struct secret *key, int n)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char text[16];
        snprintf(text, sizeof text, "%d", n);
        setenv("EXTRACT_CRASH_AT", text, 1);
        crashpoint_init();
        make_and_rotate(f, key);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    else
        assert_int_equal(WTERMSIG(status), SIGKILL);
    return WIFSIGNALED(status);
}

static void a_kill_at_any_point_is_healed_by_running_again(void **state)
{
    struct fixture *f = *state;
    AUTO(secret_freep) struct secret *key = secret_random(32);
    int n = 1;
    for (bool killed = true; killed; n++) {
        killed = run_and_kill(f, key, n);
        bool had_ring = exists(f, "keyring.json");
        struct token before = {0};
        if (had_ring) {
            AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, false);
            before = token_of(k);
            if (exists(f, "store"))
                store_check(f, k, key);
        }
        make_and_rotate(f, key);
        AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, false);
        store_check(f, k, key);
        if (had_ring)
            assert_string_equal(token_of(k).text, before.text);
        struct keyring_entry entries[KEYRING_ENTRIES_MAX];
        assert_int_equal(keyring_list(k, entries), 2); /* one KEK, one pseudonym key */

        const char *const names[] = {"kek.key", "keyring.json", "store"};
        for (size_t i = 0; i < 3; i++)
            take_away(f, names[i]);
    }
    assert_true(n > 10); /* key file, keyring, key file, keyring, key file, escrow: 2 each */
}

static void runs_that_start_at_once_agree(void **state)
{
    struct fixture *f = *state;
    enum { RUNS = 6 };
    struct result {
        bool made;
        struct token token;
    } *results = mmap(NULL, RUNS * sizeof *results, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(results, MAP_FAILED);
    for (int i = 0; i < RUNS; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct keyring *k = NULL;
            if (!try_open(f, NULL, NULL, true, &k, &results[i].made))
                _exit(1);
            results[i].token = token_of(k);
            keyring_free(k);
            _exit(0);
        }
    }
    int made = 0;
    for (int i = 0; i < RUNS; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < RUNS; i++) {
        made += results[i].made;
        assert_string_equal(results[i].token.text, results[0].token.text);
    }
    assert_int_equal(made, 1);
    munmap(results, RUNS * sizeof *results);
}

/* ---- escrow and list ---- */

static void an_escrow_copy_is_private_new_and_opens_the_keyring(void **state)
{
    struct fixture *f = *state;
    AUTO(keyring_freep) struct keyring *k = open_with(f, NULL, true);
    AUTO(cleanup_free) char *path = in_folder(f, "copy");
    assert_true(keyring_escrow(k, path, &f->err));
    check_mode(f, "copy");
    assert_false(keyring_escrow(k, path, &f->err));
    assert_int_equal(f->err.kind, ERROR_IO);

    take_away(f, "kek.key");
    AUTO(cleanup_free) char *home = in_folder(f, "kek.key");
    assert_int_equal(rename(path, home), 0);
    AUTO(keyring_freep) struct keyring *again = open_with(f, NULL, false);
    assert_string_equal(token_of(again).text, token_of(k).text);
}

static void the_escrow_decision_is_kept(void **state)
{
    struct fixture *f = *state;
    int64_t when = -1;
    struct keyring *k = open_with(f, NULL, true);
    assert_int_equal(keyring_escrow_kind(k, &when), RING_ESCROW_OPEN);
    assert_int_equal(when, 0);
    for (int kind = RING_ESCROW_COPIED; kind < RING_ESCROW_COUNT; kind++) {
        assert_true(keyring_settle_escrow(k, (enum ring_escrow)kind, &f->err));
        assert_int_equal(keyring_escrow_kind(k, &when), kind);
        keyring_free(k);
        k = open_with(f, NULL, false);
        int64_t kept;
        assert_int_equal(keyring_escrow_kind(k, &kept), kind);
        assert_int_equal(kept, when);
        assert_true(clock_now_ns() - when < 60 * CLOCK_SECOND_NS);
    }
    keyring_free(k);
    assert_string_equal(ring_escrow_name(RING_ESCROW_DECLINED), "declined");
}

static void the_list_tells_the_use_of_every_key(void **state)
{
    struct fixture *f = *state;
    setenv("EXTRACT_TEST_KEK", OLD_LINE, 1);
    keyring_free(open_with(f, "env:EXTRACT_TEST_KEK", true));
    setenv("EXTRACT_TEST_KEK", NEW_LINE OLD_LINE, 1);
    AUTO(keyring_freep) struct keyring *k = open_with(f, "env:EXTRACT_TEST_KEK", false);
    struct keyring_entry entries[KEYRING_ENTRIES_MAX];

    assert_int_equal(keyring_list(k, entries), 3);
    assert_int_equal(entries[0].use, KEYRING_NEXT);
    assert_int_equal(entries[0].since_ns, 0);
    assert_int_equal(entries[1].use, KEYRING_WRAPS);
    assert_string_equal(entries[1].kek_id, OLD_ID);
    assert_true(entries[1].since_ns > 0);
    assert_int_equal(entries[2].use, KEYRING_PSEUDONYMS);
    assert_string_equal(entries[2].kek_id, OLD_ID);
    assert_int_equal(entries[2].version, 1);

    assert_true(keyring_rotate(k, &f->err));
    assert_int_equal(keyring_list(k, entries), 3);
    assert_int_equal(entries[0].use, KEYRING_WRAPS);
    assert_int_equal(entries[1].use, KEYRING_UNWRAPS);
    assert_string_equal(entries[2].kek_id, entries[0].kek_id);
    assert_string_equal(keyring_use_name(entries[1].use), "unwraps");
}

static void no_key_material_stands_in_the_keyring_file(void **state)
{
    struct fixture *f = *state;
    put_text(f, "kek.key", OLD_LINE);
    keyring_free(open_with(f, NULL, true));
    AUTO(buffer_done) struct buffer ring;
    get(f, "keyring.json", &ring);
    assert_null(memmem(ring.data, ring.len, "000102030405", 12));
}

int main(void)
{
#define with_folder(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        with_folder(the_first_opening_makes_key_file_and_keyring_and_says_so),
        with_folder(nothing_is_made_unless_asked),
        with_folder(every_deployment_has_its_own_pseudonyms),
        with_folder(a_lost_key_file_is_never_made_anew),
        with_folder(a_lost_keyring_beside_a_stage_is_never_made_anew),
        with_folder(an_interrupted_first_run_is_completed),
        with_folder(a_key_file_that_others_may_read_is_refused),
        with_folder(a_keyring_that_others_may_change_is_refused),
        with_folder(the_kek_comes_from_any_reference),
        with_folder(a_missing_file_of_the_operator_is_never_made),
        with_folder(a_literal_kek_is_refused_and_never_shown),
        with_folder(another_kek_is_refused_and_both_are_named),
        with_folder(a_newer_keyring_is_refused),
        with_folder(a_keyring_with_any_byte_changed_opens_right_or_not_at_all),
        with_folder(a_keyring_with_wrong_members_is_refused),
        with_folder(a_passphrase_opens_its_keyring_and_another_does_not),
        with_folder(a_keyring_of_a_key_file_has_no_passphrase),
        with_folder(a_pseudonym_version_that_is_not_there_is_refused),
        with_folder(a_wrapped_key_belongs_to_its_place_and_keyring),
        with_folder(rotation_brings_a_new_kek_and_keeps_everything_readable),
        with_folder(a_rotation_that_was_cut_short_is_completed_not_repeated),
        with_folder(a_run_from_before_a_rotation_cannot_wrap_with_the_old_key),
        with_folder(a_finish_does_not_drop_what_another_rotation_needs),
        with_folder(the_operators_text_is_rotated_when_the_new_key_stands_first),
        with_folder(rotation_with_a_foreign_key_file_is_refused),
        with_folder(a_kill_at_any_point_is_healed_by_running_again),
        with_folder(runs_that_start_at_once_agree),
        with_folder(an_escrow_copy_is_private_new_and_opens_the_keyring),
        with_folder(the_escrow_decision_is_kept),
        with_folder(the_list_tells_the_use_of_every_key),
        with_folder(no_key_material_stands_in_the_keyring_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
