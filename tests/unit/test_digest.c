/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "codec/hex.h"
#include "crypto/digest.h"

static void check(const uint8_t *digest, const char *expected)
{
    char text[HEX_SIZE(DIGEST_SIZE)];
    hex_encode(digest, DIGEST_SIZE, text);
    assert_string_equal(text, expected);
}

/* From hashlib.blake2b(digest_size=32) of Python. */
static void blake2b_gives_the_known_answers(void **state)
{
    (void)state;
    uint8_t digest[DIGEST_SIZE];
    digest_blake2b("", 0, digest);
    check(digest, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    digest_blake2b("abc", 3, digest);
    check(digest, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void sha256_in_pieces(size_t total, size_t piece, const char *expected)
{
    struct digest_sha256 d;
    uint8_t digest[DIGEST_SIZE];
    char text[4096];
    memset(text, 'a', sizeof text);
    digest_sha256_init(&d);
    for (size_t done = 0; done < total; done += piece) {
        size_t len = total - done < piece ? total - done : piece;
        digest_sha256_update(&d, text, len);
    }
    digest_sha256_finish(&d, digest);
    check(digest, expected);
}

/* FIPS 180-2 appendix B. */
static void sha256_gives_the_known_answers(void **state)
{
    (void)state;
    struct digest_sha256 d;
    uint8_t digest[DIGEST_SIZE];
    digest_sha256_init(&d);
    digest_sha256_update(&d, "a", 1);
    digest_sha256_update(&d, "bc", 2);
    digest_sha256_finish(&d, digest);
    check(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

    sha256_in_pieces(0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const size_t pieces[] = {1, 63, 64, 65, 1000, 4096};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        sha256_in_pieces(1000000, pieces[i],
                         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* RFC 4231, test cases 2 and 6 (a key longer than a block); and one of an API's documentation. */
static void hmac_sha256_gives_the_known_answers(void **state)
{
    (void)state;
    uint8_t long_key[131];
    memset(long_key, 0xaa, sizeof long_key);
    const struct {
        const void *key;
        size_t key_len;
        const char *text, *expected;
    } cases[] = {
        {"Jefe", 4, "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {long_key, sizeof long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {"s3cret", 6, "EAATOKEN",
         "bbbbce7877d1993d1c0fbc4d0e65230e89c8d7e82811d37dd4c06b8df3748a95"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t digest[DIGEST_SIZE];
        char text[HEX_SIZE(DIGEST_SIZE)];
        digest_hmac_sha256(cases[i].key, cases[i].key_len, cases[i].text, strlen(cases[i].text),
                           digest);
        hex_encode(digest, sizeof digest, text);
        assert_string_equal(text, cases[i].expected);
    }
}

/* Vectors of its authors for 128 bits: key 00 … 0f, input 00 …. */
static void siphash_gives_the_known_answers(void **state)
{
    (void)state;
    static const uint8_t none[] = {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
                                   0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93};
    static const uint8_t fifteen[] = {0x54, 0x93, 0xe9, 0x99, 0x33, 0xb0, 0xa8, 0x11,
                                      0x7e, 0x08, 0xec, 0x0f, 0x97, 0xcf, 0xc3, 0xd9};
    uint8_t bytes[DIGEST_SIPHASH_KEY_SIZE], digest[DIGEST_SIPHASH_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    digest_siphash(bytes, bytes, 0, digest);
    assert_memory_equal(digest, none, sizeof digest);
    digest_siphash(bytes, bytes, 15, digest);
    assert_memory_equal(digest, fifteen, sizeof digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blake2b_gives_the_known_answers),
        cmocka_unit_test(sha256_gives_the_known_answers),
        cmocka_unit_test(hmac_sha256_gives_the_known_answers),
        cmocka_unit_test(siphash_gives_the_known_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
