/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/mdhash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/hex.h"

/* Of the bytes 0, 7, 14, … modulo 256; lengths around the ends of blocks. */
static const struct {
    size_t len;
    const char *md5;
    const char *sha1;
    const char *sha256;
} vectors[] = {
    {0, "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "93b885adfe0da089cdf634904fd59f71", "5ba93c9db0cff93f52b521d7420e43f6eda2784f",
     "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {3, "ed41c1aca5ad5feb033df37822dae4b7", "75550941124b46eb4161d17ac200c05c4fc03ce7",
     "b361d0f9a938a2bb4fbdc9c21dc5a859788041b0040919d8a811c1888184f4df"},
    {55, "8d24280288a696559fd8d5aa1b6d8c6e", "aecd1643c9903b9bae8cb94f53c50f8a4e18605b",
     "576a1bf8d4478657e6dc4af9398544765c2a92cde28478b019235cfed315fc09"},
    {56, "ef2c72b7254c92459e498eddd4ace573", "f5d65c621c02cc8e785159feff8088e3072da1bc",
     "9b20501dfd1d99161c257950f3444f3e49230c351c5c8e0943ef369f85f5205d"},
    {63, "c4c8c6d513f4e1604eb18508a1769364", "4952f0fe097e4d6410ae9eab4855aa836caf3bff",
     "30b345906b493f06f69444b6521113511c242f30e29840462950035043682f1e"},
    {64, "a2fcb39a253b9b785b1f97518fa37683", "1e17ae1fc093e5daca033553c97a5192ca164486",
     "d8bc63b4fc1156e5e7d95a418b9bf54cd3174bedbc2db40f74895349b229b3c0"},
    {65, "e49fe82d0bb12967a196c85de313e446", "ac44f5dbe3e9b5d2733fc9537fcad715c3c20bc3",
     "1ee23b0fbcaecc1aff4a9e8f1645f35ab2c8e13609cd73b68df8b5e3f63ce073"},
    {119, "1640deea49ebb258ec6ede18d4b2d2d7", "b4a4e69060d0b1e7e8ebbf7041a4211c63438b57",
     "7a6589821178918ca8d9edaba5abfc1e9b2669564f4469b66885379c1530b2c8"},
    {120, "05f879f7b542a7ebf0605adff67d4423", "b651390c2996406336a3f6647e4b590c18cdd6f8",
     "655250427d56b1b0eeb8497d21428704273458a01772d6881b65c0abac0f8a98"},
    {128, "fe942895e9aae953f3e246e5fd00739d", "516846cd40bd1fe431119c3b0a0f362957992ee8",
     "54c9eb041badfd7064645067b107661fed6113197ce2dd066ba69618abd3732f"},
    {1000, "de809ff794e91b68f9e91a2b7030bcb0", "38f3aa587f4aa04965a359f9151092759b3a4c2a",
     "89f4ff56a25dd1db06a4ce6033603775d705fb96f30f8693733fef602a1ca532"},
};

static void digests_are_those_of_another_implementation(void **state)
{
    (void)state;
    uint8_t data[1000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint8_t digest[MDHASH_SHA256_SIZE];
        char text[HEX_SIZE(MDHASH_SHA256_SIZE)];
        mdhash_md5(data, vectors[i].len, digest);
        hex_encode(digest, MDHASH_MD5_SIZE, text);
        assert_string_equal(text, vectors[i].md5);
        mdhash_sha1(data, vectors[i].len, digest);
        hex_encode(digest, MDHASH_SHA1_SIZE, text);
        assert_string_equal(text, vectors[i].sha1);
        mdhash_sha256(data, vectors[i].len, digest);
        hex_encode(digest, MDHASH_SHA256_SIZE, text);
        assert_string_equal(text, vectors[i].sha256);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_another_implementation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
