/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "crypto/kek.h"

#define HEX_KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define BASE64_KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_ID "33b29e0f92a33768" /* from hashlib.blake2b of Python */
#define OTHER_KEY "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static int start(void **state)
{
    (void)state;
    struct error err;
    return secret_init(&err) ? 0 : -1;
}

static bool parse(const char *text, struct kek_list *ret_list, struct error *err)
{
    AUTO(secret_freep) struct secret *secret = secret_copy(text, strlen(text));
    return kek_parse(secret, "NAME", ret_list, err);
}

static void refuse(const char *text, const char *expected)
{
    struct error err = {0};
    struct kek_list list = {0};
    assert_false(parse(text, &list, &err));
    assert_int_equal(list.count, 0);
    assert_int_equal(err.kind, ERROR_CRYPTO);
    if (!strstr(err.text, expected))
        fail_msg("\"%s\" lacks \"%s\"", err.text, expected);
    assert_null(strstr(err.text, "0203"));
    assert_null(strstr(err.text, "hunter2"));
}

static void a_key_is_read_in_hexadecimal_and_base64(void **state)
{
    (void)state;
    const char *const texts[] = {
        "extract-kek-1 " HEX_KEY "\n", "extract-kek-1 " BASE64_KEY,
        "# a comment\n\n#\r\nextract-kek-1 000102030405060708090A0B0C0D0E0F1011121314151617"
        "18191A1B1C1D1E1F\r\n\n"};
    for (size_t i = 0; i < 3; i++) {
        AUTO(kek_list_done) struct kek_list list = {0};
        struct error err;
        assert_true(parse(texts[i], &list, &err));
        assert_int_equal(list.count, 1);
        assert_string_equal(list.keks[0].id, KEY_ID);
        for (int byte = 0; byte < 32; byte++)
            assert_int_equal(secret_view(list.keks[0].key)[byte], byte);
    }
}

static void the_order_of_the_lines_is_kept(void **state)
{
    (void)state;
    AUTO(kek_list_done) struct kek_list list = {0};
    struct error err;
    assert_true(parse("extract-kek-1 " OTHER_KEY "\nextract-kek-1 " HEX_KEY "\n", &list, &err));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.keks[1].id, KEY_ID);
    assert_ptr_equal(kek_find(&list, KEY_ID), &list.keks[1]);
    assert_null(kek_find(&list, "0000000000000000"));
}

static void a_text_that_is_anything_else_is_refused_unquoted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", "holds no key"},
        {"# only a comment\n", "holds no key"},
        {HEX_KEY, "NAME line 1: not a key"},
        {"\n# x\nhunter2\n", "NAME line 3: not a key"},
        {"extract-kek-1 ", "line 1: not a key"},
        {"extract-kek-1", "line 1: not a key"},
        {"extract-kek-2 " HEX_KEY, "line 1: not a key"},
        {"extract-kek-1  " HEX_KEY, "line 1: not a key"},
        {"extract-kek-1 " HEX_KEY " ", "line 1: not a key"},
        {"extract-kek-1 " HEX_KEY "00", "line 1: not a key"},
        {"extract-kek-1 0001020304", "line 1: not a key"},
        {"extract-kek-1 g" HEX_KEY, "line 1: not a key"},
        {"extract-kek-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "line 1: not a key"},
        {"extract-kek-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8*", "line 1: not a key"},
        {"extract-kek-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", "line 1: not a key"},
        {"extract-kek-1 0000000000000000000000000000000000000000000000000000000000000000",
         "line 1: not a key"},
        {"extract-kek-1 " HEX_KEY "\nextract-kek-1 " BASE64_KEY, "line 2: the same key twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(cases[i].text, cases[i].expected);
}

static void keys_have_a_maximum(void **state)
{
    (void)state;
    AUTO(kek_list_done) struct kek_list list = {0};
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, KEK_TEXT_MAX);
    struct error err;
    for (int i = 0; i < KEK_COUNT_MAX; i++)
        assert_true(kek_prepend_new(&list, &err));
    assert_false(kek_prepend_new(&list, &err));
    assert_int_equal(err.kind, ERROR_CRYPTO);
    assert_true(kek_format(&list, list.count, &text, &err));
    assert_true(buffer_append_text(&text, "extract-kek-1 " HEX_KEY "\n"));
    refuse(buffer_text(&text), "line 17: more than 8 keys");
}

static void a_formatted_text_is_read_back(void **state)
{
    (void)state;
    AUTO(kek_list_done) struct kek_list list = {0};
    AUTO(kek_list_done) struct kek_list back = {0};
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, KEK_TEXT_MAX);
    struct error err;
    for (int i = 0; i < 3; i++)
        assert_true(kek_prepend_new(&list, &err));
    assert_true(kek_format(&list, 2, &text, &err));
    assert_true(parse(buffer_text(&text), &back, &err));
    assert_int_equal(back.count, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(back.keks[i].id, list.keks[i].id);
        assert_memory_equal(secret_view(back.keks[i].key), secret_view(list.keks[i].key), 32);
    }
}

/* Two keks and a wrapped key. */
struct fixture {
    struct kek_list list;
    struct secret *key;
    struct buffer wrapped;
    struct error err;
};

static void fixture_done(struct fixture *f)
{
    kek_list_done(&f->list);
    secret_free(f->key);
    buffer_done(&f->wrapped);
}

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.key = secret_random(32)};
    buffer_init(&f->wrapped, 1024);
    assert_true(
        parse("extract-kek-1 " HEX_KEY "\nextract-kek-1 " OTHER_KEY, &f->list, &f->err));
    assert_true(kek_wrap(&f->list.keks[0], "store", "place", 5, f->key, &f->wrapped, &f->err));
}

static void check_refused(struct fixture *f, const char *purpose, const char *associated,
                          size_t len)
{
    struct secret *key = NULL;
    f->err = (struct error){0};
    assert_false(kek_unwrap(&f->list, purpose, associated, strlen(associated), f->wrapped.data,
                            len, &key, &f->err));
    assert_int_equal(f->err.kind, ERROR_CRYPTO);
    assert_null(key);
}

static void a_wrapped_key_is_unwrapped_by_any_of_the_list(void **state)
{
    (void)state;
    AUTO(fixture_done) struct fixture f;
    fixture_init(&f);
    for (int i = 0; i < 2; i++) {
        char id[KEK_ID_SIZE];
        AUTO(secret_freep) struct secret *back = NULL;
        buffer_clear(&f.wrapped);
        assert_true(kek_wrap(&f.list.keks[i], "store", "place", 5, f.key, &f.wrapped, &f.err));
        assert_int_equal(f.wrapped.len, 32 + KEK_WRAP_OVERHEAD);
        assert_true(kek_wrapped_with(f.wrapped.data, f.wrapped.len, id));
        assert_string_equal(id, f.list.keks[i].id);
        assert_true(kek_unwrap(&f.list, "store", "place", 5, f.wrapped.data, f.wrapped.len,
                               &back, &f.err));
        assert_memory_equal(secret_view(back), secret_view(f.key), 32);
    }
}

static void any_changed_byte_of_a_wrapped_key_is_refused(void **state)
{
    (void)state;
    AUTO(fixture_done) struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < f.wrapped.len; i++) {
        for (int flip = 1; flip < 256; flip += flip) {
            f.wrapped.data[i] ^= (uint8_t)flip;
            check_refused(&f, "store", "place", f.wrapped.len);
            f.wrapped.data[i] ^= (uint8_t)flip;
        }
    }
    /* the id of the other KEK in front of the seal of the first */
    AUTO(buffer_done) struct buffer other;
    buffer_init(&other, 1024);
    assert_true(kek_wrap(&f.list.keks[1], "store", "place", 5, f.key, &other, &f.err));
    memcpy(f.wrapped.data, other.data, KEK_ID_LENGTH);
    check_refused(&f, "store", "place", f.wrapped.len);
}

static void a_wrapped_key_belongs_to_its_purpose_and_place(void **state)
{
    (void)state;
    AUTO(fixture_done) struct fixture f;
    fixture_init(&f);
    check_refused(&f, "pseudonym", "place", f.wrapped.len);
    check_refused(&f, "stor", "eplace", f.wrapped.len);
    check_refused(&f, "store", "plac", f.wrapped.len);
    check_refused(&f, "store", "", f.wrapped.len);
    for (size_t len = 0; len < f.wrapped.len; len++)
        check_refused(&f, "store", "place", len);
}

static void a_kek_that_is_not_at_hand_is_named(void **state)
{
    (void)state;
    AUTO(fixture_done) struct fixture f;
    fixture_init(&f);
    AUTO(kek_list_done) struct kek_list other = {0};
    assert_true(parse("extract-kek-1 " OTHER_KEY, &other, &f.err));
    struct secret *key = NULL;
    assert_false(
        kek_unwrap(&other, "store", "place", 5, f.wrapped.data, f.wrapped.len, &key, &f.err));
    assert_int_equal(f.err.kind, ERROR_CRYPTO);
    assert_non_null(strstr(f.err.text, KEY_ID));
}

static void associated_data_has_a_maximum(void **state)
{
    (void)state;
    AUTO(fixture_done) struct fixture f;
    fixture_init(&f);
    static const char associated[KEK_ASSOCIATED_MAX + 32];
    size_t before = f.wrapped.len;
    assert_false(kek_wrap(&f.list.keks[0], "store", associated, sizeof associated, f.key,
                          &f.wrapped, &f.err));
    assert_int_equal(f.err.kind, ERROR_BUG);
    assert_int_equal(f.wrapped.len, before);
    f.wrapped.max = f.wrapped.len + 32 + KEK_WRAP_OVERHEAD - 1;
    assert_false(kek_wrap(&f.list.keks[0], "store", "", 0, f.key, &f.wrapped, &f.err));
    assert_int_equal(f.err.kind, ERROR_BUG);
    assert_int_equal(f.wrapped.len, before);
}

static void a_passphrase_gives_the_same_key_with_the_same_salt_only(void **state)
{
    (void)state;
    struct error err;
    struct kek_derivation d, other;
    kek_derivation_init(&d);
    kek_derivation_init(&other);
    assert_true(kek_derivation_valid(&d));
    assert_memory_not_equal(d.salt, other.salt, sizeof d.salt);

    AUTO(kek_list_done) struct kek_list a = {0}, b = {0}, c = {0};
    static const char text[] = "correct horse battery\nanother good one";
    AUTO(secret_freep) struct secret *two = secret_copy(text, strlen(text));
    AUTO(secret_freep) struct secret *one = secret_copy(text + 22, strlen(text) - 22);
    assert_true(kek_derive(two, "NAME", &d, &a, &err));
    assert_true(kek_derive(one, "NAME", &d, &b, &err));
    assert_true(kek_derive(one, "NAME", &other, &c, &err));
    assert_int_equal(a.count, 2);
    assert_int_equal(b.count, 1);
    assert_string_equal(a.keks[1].id, b.keks[0].id);
    assert_string_not_equal(a.keks[0].id, a.keks[1].id);
    assert_string_not_equal(b.keks[0].id, c.keks[0].id);
}

static void a_short_passphrase_is_refused(void **state)
{
    (void)state;
    struct kek_derivation d;
    kek_derivation_init(&d);
    const char *const texts[] = {"hunter2", "", "\n", "hunter2\nsomething long enough"};
    for (size_t i = 0; i < 4; i++) {
        struct error err = {0};
        struct kek_list list = {0};
        AUTO(secret_freep) struct secret *text = secret_copy(texts[i], strlen(texts[i]));
        assert_false(kek_derive(text, "NAME", &d, &list, &err));
        assert_int_equal(err.kind, ERROR_CRYPTO);
        assert_null(strstr(err.text, "hunter2"));
    }
}

static void a_cost_below_or_far_above_the_floor_is_refused(void **state)
{
    (void)state;
    struct kek_derivation d;
    kek_derivation_init(&d);
    struct kek_derivation weak = d, poor = d, slow = d, huge = d;
    weak.operations--;
    poor.memory--;
    slow.operations = 1000;
    huge.memory = (uint64_t)1 << 40;
    assert_false(kek_derivation_valid(&weak));
    assert_false(kek_derivation_valid(&poor));
    assert_false(kek_derivation_valid(&slow));
    assert_false(kek_derivation_valid(&huge));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_in_hexadecimal_and_base64),
        cmocka_unit_test(the_order_of_the_lines_is_kept),
        cmocka_unit_test(a_text_that_is_anything_else_is_refused_unquoted),
        cmocka_unit_test(keys_have_a_maximum),
        cmocka_unit_test(a_formatted_text_is_read_back),
        cmocka_unit_test(a_wrapped_key_is_unwrapped_by_any_of_the_list),
        cmocka_unit_test(any_changed_byte_of_a_wrapped_key_is_refused),
        cmocka_unit_test(a_wrapped_key_belongs_to_its_purpose_and_place),
        cmocka_unit_test(a_kek_that_is_not_at_hand_is_named),
        cmocka_unit_test(associated_data_has_a_maximum),
        cmocka_unit_test(a_passphrase_gives_the_same_key_with_the_same_salt_only),
        cmocka_unit_test(a_short_passphrase_is_refused),
        cmocka_unit_test(a_cost_below_or_far_above_the_floor_is_refused),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
