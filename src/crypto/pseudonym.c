/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pseudonym.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/base32.h"

enum { TOKEN_SIZE = 16 };

_Static_assert(PSEUDONYM_CLASS_MAX == crypto_generichash_blake2b_PERSONALBYTES,
               "a class name fills the personalisation");
_Static_assert(BASE32_LENGTH(TOKEN_SIZE) == 26, "the length that the header promises");
_Static_assert((int)TOKEN_SIZE == (int)PSEUDONYM_DERIVED_SIZE, "a key is made as a token is");

struct pseudonym {
    struct secret *key;
    uint32_t version;
    uint8_t salt[crypto_generichash_blake2b_SALTBYTES];
    char infix[16]; /* "_<version>_" */
    size_t infix_len;
};

struct pseudonym *pseudonym_new(const struct secret *key, uint32_t version)
{
    assert(secret_length(key) == PSEUDONYM_KEY_SIZE && version >= 1);

    AUTO(pseudonym_freep) struct pseudonym *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->key = secret_copy(secret_view(key), PSEUDONYM_KEY_SIZE);
    if (!p->key)
        return NULL;

    p->version = version;
    for (size_t i = 0; i < sizeof version; i++)
        p->salt[i] = (uint8_t)(version >> 8 * i);
    p->infix_len = (size_t)snprintf(p->infix, sizeof p->infix, "_%u_", (unsigned)version);
    return steal(&p);
}

void pseudonym_free(struct pseudonym *p)
{
    if (!p)
        return;
    secret_free(p->key);
    free(p);
}

uint32_t pseudonym_version(const struct pseudonym *p)
{
    return p->version;
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool pseudonym_class_valid(const char *class_name)
{
    if (!is_lower(*class_name))
        return false;
    size_t len = 1;
    for (; class_name[len]; len++) {
        char c = class_name[len];
        if (len == PSEUDONYM_CLASS_MAX || !(is_lower(c) || (c >= '0' && c <= '9')))
            return false;
    }
    return true;
}

/* name: a class or a purpose. */
static void make_hash(const struct pseudonym *p, const char *name, const void *value,
                      size_t len, uint8_t ret_hash[TOKEN_SIZE])
{
    size_t name_len = strnlen(name, PSEUDONYM_CLASS_MAX + 1);
    assert(name_len <= PSEUDONYM_CLASS_MAX);

    uint8_t personal[crypto_generichash_blake2b_PERSONALBYTES] = {0};
    memcpy(personal, name, name_len);
    crypto_generichash_blake2b_salt_personal(ret_hash, TOKEN_SIZE, value, len,
                                             secret_view(p->key), PSEUDONYM_KEY_SIZE, p->salt,
                                             personal);
}

size_t pseudonym_token(const struct pseudonym *p, const char *class_name, const void *value,
                       size_t len, char *ret_text)
{
    uint8_t hash[TOKEN_SIZE];
    make_hash(p, class_name, value, len, hash);

    char *out = ret_text;
    size_t class_len = strlen(class_name);
    memcpy(out, class_name, class_len);
    out += class_len;
    memcpy(out, p->infix, p->infix_len);
    out += p->infix_len;
    out += base32_encode(hash, sizeof hash, out);
    return (size_t)(out - ret_text);
}

void pseudonym_derive(const struct pseudonym *p, const char *purpose,
                      uint8_t ret_key[PSEUDONYM_DERIVED_SIZE])
{
    assert(*purpose >= 'A' && *purpose <= 'Z');
    make_hash(p, purpose, "", 0, ret_key);
}
