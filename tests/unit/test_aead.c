/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "codec/hex.h"
#include "crypto/aead.h"

static int start(void **state)
{
    (void)state;
    struct error err;
    return secret_init(&err) ? 0 : -1;
}

struct sealed {
    struct secret *key;
    struct buffer seal;
};

static void sealed_done(struct sealed *s)
{
    secret_free(s->key);
    buffer_done(&s->seal);
}

static struct sealed seal(const char *associated, const char *plain)
{
    struct error err;
    struct sealed s = {.key = secret_random(AEAD_KEY_SIZE)};
    buffer_init(&s.seal, 4096);
    assert_true(
        aead_seal(s.key, associated, strlen(associated), plain, strlen(plain), &s.seal, &err));
    assert_int_equal(s.seal.len, strlen(plain) + AEAD_OVERHEAD);
    return s;
}

static void check_broken(const struct secret *key, const char *associated, const uint8_t *data,
                         size_t len)
{
    AUTO(buffer_done) struct buffer plain;
    buffer_init(&plain, 4096);
    struct error err = {0};
    struct secret *secret = NULL;
    assert_false(aead_open(key, associated, strlen(associated), data, len, &plain, &err));
    assert_int_equal(err.kind, ERROR_CRYPTO);
    assert_int_equal(plain.len, 0);
    err = (struct error){0};
    assert_false(
        aead_open_secret(key, associated, strlen(associated), data, len, &secret, &err));
    assert_int_equal(err.kind, ERROR_CRYPTO);
    assert_null(secret);
}

/* draft-irtf-cfrg-xchacha-03, appendix A.3.1. */
static void the_vector_of_the_draft_opens(void **state)
{
    (void)state;
    static const char text[] = "404142434445464748494a4b4c4d4e4f5051525354555657"
                               "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cb"
                               "b731c7f1b0b4aa6440bf3a82f"
                               "4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b"
                               "982c1bb9e3f3fac2bc369488f"
                               "76b2383565d3fff921f9664c97637da9768812f615c68b13b52e"
                               "c0875924c1c7987947deafd8780acf49";
    static const char expected[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        "future, sunscreen would be it.";
    static const uint8_t associated[] = {0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1,
                                         0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7};
    uint8_t sealed[sizeof text / 2];
    assert_true(hex_decode(text, sealed, sizeof sealed));
    AUTO(secret_freep) struct secret *key = secret_new(AEAD_KEY_SIZE);
    for (int i = 0; i < AEAD_KEY_SIZE; i++)
        secret_bytes(key)[i] = (uint8_t)(0x80 + i);

    AUTO(buffer_done) struct buffer plain;
    buffer_init(&plain, 4096);
    struct error err;
    assert_true(
        aead_open(key, associated, sizeof associated, sealed, sizeof sealed, &plain, &err));
    assert_int_equal(plain.len, strlen(expected));
    assert_memory_equal(plain.data, expected, plain.len);
}

static void what_was_sealed_opens(void **state)
{
    (void)state;
    const char *const texts[] = {"", "x", "a text of some length"};
    for (size_t i = 0; i < 3; i++) {
        AUTO(sealed_done) struct sealed s = seal("place", texts[i]);
        AUTO(buffer_done) struct buffer plain;
        buffer_init(&plain, 4096);
        struct error err;
        assert_true(buffer_append_text(&plain, "kept"));
        assert_true(aead_open(s.key, "place", 5, s.seal.data, s.seal.len, &plain, &err));
        assert_int_equal(plain.len, 4 + strlen(texts[i]));
        assert_memory_equal(plain.data + 4, texts[i], strlen(texts[i]));

        AUTO(secret_freep) struct secret *secret = NULL;
        assert_true(
            aead_open_secret(s.key, "place", 5, s.seal.data, s.seal.len, &secret, &err));
        assert_int_equal(secret_length(secret), strlen(texts[i]));
        assert_memory_equal(secret_view(secret), texts[i], strlen(texts[i]));
    }
}

static void any_changed_bit_is_refused(void **state)
{
    (void)state;
    AUTO(sealed_done) struct sealed s = seal("place", "sixteen letters!");
    for (size_t i = 0; i < s.seal.len * 8; i++) {
        s.seal.data[i / 8] ^= (uint8_t)(1 << i % 8);
        check_broken(s.key, "place", s.seal.data, s.seal.len);
        s.seal.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

static void a_cut_or_longer_seal_is_refused(void **state)
{
    (void)state;
    AUTO(sealed_done) struct sealed s = seal("place", "sixteen letters!");
    size_t len = s.seal.len;
    for (size_t cut = 0; cut < len; cut++)
        check_broken(s.key, "place", s.seal.data, cut);
    assert_true(buffer_append_byte(&s.seal, 0));
    check_broken(s.key, "place", s.seal.data, len + 1);
}

static void another_place_or_key_is_refused(void **state)
{
    (void)state;
    AUTO(sealed_done) struct sealed s = seal("place", "text");
    AUTO(secret_freep) struct secret *other = secret_random(AEAD_KEY_SIZE);
    check_broken(s.key, "plac", s.seal.data, s.seal.len);
    check_broken(s.key, "placf", s.seal.data, s.seal.len);
    check_broken(s.key, "place ", s.seal.data, s.seal.len);
    check_broken(s.key, "", s.seal.data, s.seal.len);
    check_broken(other, "place", s.seal.data, s.seal.len);
}

static void the_same_text_is_never_sealed_alike(void **state)
{
    (void)state;
    AUTO(sealed_done) struct sealed s = seal("place", "text");
    AUTO(buffer_done) struct buffer again;
    buffer_init(&again, 4096);
    struct error err;
    assert_true(aead_seal(s.key, "place", 5, "text", 4, &again, &err));
    assert_memory_not_equal(again.data, s.seal.data, AEAD_NONCE_SIZE);
}

static void no_room_leaves_nothing(void **state)
{
    (void)state;
    AUTO(sealed_done) struct sealed s = seal("place", "text");
    AUTO(buffer_done) struct buffer small;
    buffer_init(&small, 3 + AEAD_OVERHEAD);
    struct error err;
    assert_false(aead_seal(s.key, "place", 5, "text", 4, &small, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(aead_seal(s.key, "place", 5, "text", SIZE_MAX - 1, &small, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_int_equal(small.len, 0);
    small.max = 3;
    assert_false(aead_open(s.key, "place", 5, s.seal.data, s.seal.len, &small, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_int_equal(small.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vector_of_the_draft_opens),
        cmocka_unit_test(what_was_sealed_opens),
        cmocka_unit_test(any_changed_bit_is_refused),
        cmocka_unit_test(a_cut_or_longer_seal_is_refused),
        cmocka_unit_test(another_place_or_key_is_refused),
        cmocka_unit_test(the_same_text_is_never_sealed_alike),
        cmocka_unit_test(no_room_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
