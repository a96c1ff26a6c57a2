/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/kek.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/cleanup.h"
#include "codec/hex.h"

static const char line_start[] = "extract-kek-1 ";
static const char id_context[] = "extract kek id";
static const char wrap_context[] = "extract wrap 1";

enum {
    HEX_LENGTH = 2 * AEAD_KEY_SIZE,
    BASE64_LENGTH = (AEAD_KEY_SIZE + 2) / 3 * 4,
    PURPOSE_MAX = 32,
};

_Static_assert(KEK_SALT_SIZE == crypto_pwhash_argon2id_SALTBYTES, "");

void kek_list_done(struct kek_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        secret_free(l->keks[i].key);
    *l = (struct kek_list){0};
}

const struct kek *kek_find(const struct kek_list *l, const char *id)
{
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->keks[i].id, id) == 0)
            return &l->keks[i];
    }
    return NULL;
}

static void make_id(const struct secret *key, char ret_id[KEK_ID_SIZE])
{
    uint8_t hash[32];
    crypto_generichash_blake2b_state state;
    crypto_generichash_blake2b_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_blake2b_update(&state, (const uint8_t *)id_context, strlen(id_context));
    crypto_generichash_blake2b_update(&state, secret_view(key), secret_length(key));
    crypto_generichash_blake2b_final(&state, hash, sizeof hash);
    secret_wipe(&state, sizeof state);
    hex_encode(hash, KEK_ID_LENGTH, ret_id);
}

/* Where a text of several lines stands. */
struct lines {
    const char *rest;
    size_t rest_len;
    const char *line;
    size_t len;
    int number;
};

static bool next_line(struct lines *l)
{
    if (l->rest_len == 0)
        return false;
    const char *end = memchr(l->rest, '\n', l->rest_len);
    size_t used = end ? (size_t)(end - l->rest) + 1 : l->rest_len;
    l->line = l->rest;
    l->len = end ? used - 1 : used;
    l->number++;
    l->rest += used;
    l->rest_len -= used;
    if (l->len > 0 && l->line[l->len - 1] == '\r')
        l->len--;
    return true;
}

static struct lines lines_of(const struct secret *text)
{
    return (struct lines){.rest = (const char *)secret_view(text),
                          .rest_len = secret_length(text)};
}

/* Takes the key over when it returns true. */
static bool list_append(struct kek_list *l, struct secret *key, const char *name, int line,
                        struct error *err)
{
    if (l->count == KEK_COUNT_MAX)
        return error_set(err, ERROR_CRYPTO, "%s line %d: more than %d keys", name, line,
                         KEK_COUNT_MAX);
    struct kek *kek = &l->keks[l->count];
    make_id(key, kek->id);
    if (kek_find(l, kek->id))
        return error_set(err, ERROR_CRYPTO, "%s line %d: the same key twice", name, line);
    kek->key = key;
    l->count++;
    return true;
}

static bool decode_key(const char *text, size_t len, uint8_t *ret_key)
{
    size_t got = 0;
    int status = -1;
    if (len == HEX_LENGTH)
        status = sodium_hex2bin(ret_key, AEAD_KEY_SIZE, text, len, NULL, &got, NULL);
    else if (len == BASE64_LENGTH)
        status = sodium_base642bin(ret_key, AEAD_KEY_SIZE, text, len, NULL, &got, NULL,
                                   sodium_base64_VARIANT_ORIGINAL);
    return status == 0 && got == AEAD_KEY_SIZE && !sodium_is_zero(ret_key, AEAD_KEY_SIZE);
}

static bool parse_line(const struct lines *l, const char *name, struct kek_list *list,
                       struct error *err)
{
    size_t start_len = strlen(line_start);
    AUTO(secret_freep) struct secret *key = secret_new(AEAD_KEY_SIZE);
    if (!key)
        return error_memory(err);
    if (l->len < start_len || memcmp(l->line, line_start, start_len) != 0 ||
        !decode_key(l->line + start_len, l->len - start_len, secret_bytes(key)))
        return error_set(err, ERROR_CRYPTO,
                         "%s line %d: not a key; a line reads \"%s<32 bytes in hexadecimal or "
                         "base64>\" (what stands there is not shown)",
                         name, l->number, line_start);
    if (!list_append(list, key, name, l->number, err))
        return false;
    steal(&key);
    return true;
}

bool kek_parse(const struct secret *text, const char *name, struct kek_list *ret_list,
               struct error *err)
{
    AUTO(kek_list_done) struct kek_list list = {0};
    for (struct lines l = lines_of(text); next_line(&l);) {
        if (l.len == 0 || l.line[0] == '#')
            continue;
        if (!parse_line(&l, name, &list, err))
            return false;
    }
    if (list.count == 0)
        return error_set(err, ERROR_CRYPTO, "%s: holds no key", name);
    *ret_list = list;
    list.count = 0;
    return true;
}

bool kek_prepend_new(struct kek_list *l, struct error *err)
{
    if (l->count == KEK_COUNT_MAX)
        return error_set(err, ERROR_CRYPTO, "%d keys are there already; take out the oldest",
                         KEK_COUNT_MAX);
    struct kek kek = {.key = secret_random(AEAD_KEY_SIZE)};
    if (!kek.key)
        return error_memory(err);
    make_id(kek.key, kek.id);
    memmove(&l->keks[1], &l->keks[0], l->count * sizeof l->keks[0]);
    l->keks[0] = kek;
    l->count++;
    return true;
}

bool kek_format(const struct kek_list *l, size_t count, struct buffer *out, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        char hex[HEX_SIZE(AEAD_KEY_SIZE)];
        hex_encode(secret_view(l->keks[i].key), AEAD_KEY_SIZE, hex);
        bool done = buffer_printf(out, "# id %s\n%s%s\n", l->keks[i].id, line_start, hex);
        secret_wipe(hex, sizeof hex);
        if (!done)
            return error_set(err, ERROR_BUG, "no room for a key text");
    }
    return true;
}

void kek_derivation_init(struct kek_derivation *d)
{
    randombytes_buf(d->salt, sizeof d->salt);
    d->operations = crypto_pwhash_argon2id_OPSLIMIT_MODERATE;
    d->memory = crypto_pwhash_argon2id_MEMLIMIT_MODERATE;
}

bool kek_derivation_valid(const struct kek_derivation *d)
{
    return d->operations >= crypto_pwhash_argon2id_OPSLIMIT_MODERATE &&
           d->operations <= 2 * crypto_pwhash_argon2id_OPSLIMIT_SENSITIVE &&
           d->memory >= crypto_pwhash_argon2id_MEMLIMIT_MODERATE &&
           d->memory <= crypto_pwhash_argon2id_MEMLIMIT_SENSITIVE;
}

static bool derive_line(const struct lines *l, const char *name, const struct kek_derivation *d,
                        struct kek_list *list, struct error *err)
{
    if (l->len < KEK_PASSPHRASE_MIN)
        return error_set(err, ERROR_CRYPTO,
                         "%s line %d: a passphrase has at least %d characters", name, l->number,
                         KEK_PASSPHRASE_MIN);
    AUTO(secret_freep) struct secret *key = secret_new(AEAD_KEY_SIZE);
    if (!key)
        return error_memory(err);
    if (crypto_pwhash(secret_bytes(key), AEAD_KEY_SIZE, l->line, l->len, d->salt, d->operations,
                      d->memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return error_set(err, ERROR_CRYPTO, "%s: Argon2id needs %llu MiB of memory", name,
                         (unsigned long long)(d->memory >> 20));
    if (!list_append(list, key, name, l->number, err))
        return false;
    steal(&key);
    return true;
}

bool kek_derive(const struct secret *passphrases, const char *name,
                const struct kek_derivation *d, struct kek_list *ret_list, struct error *err)
{
    AUTO(kek_list_done) struct kek_list list = {0};
    for (struct lines l = lines_of(passphrases); next_line(&l);) {
        if (!derive_line(&l, name, d, &list, err))
            return false;
    }
    if (list.count == 0)
        return error_set(err, ERROR_CRYPTO, "%s: holds no passphrase", name);
    *ret_list = list;
    list.count = 0;
    return true;
}

/* What a seal is bound to. */
static bool bind(const uint8_t id[KEK_ID_LENGTH], const char *purpose, const void *associated,
                 size_t associated_len, struct buffer *ret_bound, struct error *err)
{
    assert(strlen(purpose) <= PURPOSE_MAX);
    buffer_init(ret_bound,
                sizeof wrap_context + PURPOSE_MAX + 1 + KEK_ID_LENGTH + KEK_ASSOCIATED_MAX);
    if (buffer_append(ret_bound, wrap_context, sizeof wrap_context) &&
        buffer_append(ret_bound, purpose, strlen(purpose) + 1) &&
        buffer_append(ret_bound, id, KEK_ID_LENGTH) &&
        buffer_append(ret_bound, associated, associated_len))
        return true;
    return error_set(err, ERROR_BUG, "no room for %zu bytes of associated data",
                     associated_len);
}

bool kek_wrap(const struct kek *kek, const char *purpose, const void *associated,
              size_t associated_len, const struct secret *key, struct buffer *out,
              struct error *err)
{
    uint8_t id[KEK_ID_LENGTH];
    AUTO(buffer_done) struct buffer bound = {0};
    if (!hex_decode(kek->id, id, sizeof id))
        return error_set(err, ERROR_BUG, "a KEK without an id");
    if (!bind(id, purpose, associated, associated_len, &bound, err))
        return false;
    size_t start = out->len;
    if (!buffer_append(out, id, sizeof id))
        return error_set(err, ERROR_BUG, "no room for a wrapped key");
    if (!aead_seal(kek->key, bound.data, bound.len, secret_view(key), secret_length(key), out,
                   err)) {
        buffer_truncate(out, start);
        return false;
    }
    return true;
}

bool kek_wrapped_with(const void *wrapped, size_t len, char ret_id[KEK_ID_SIZE])
{
    if (len < KEK_WRAP_OVERHEAD)
        return false;
    hex_encode(wrapped, KEK_ID_LENGTH, ret_id);
    return true;
}

bool kek_unwrap(const struct kek_list *l, const char *purpose, const void *associated,
                size_t associated_len, const void *wrapped, size_t len, struct secret **ret_key,
                struct error *err)
{
    char id[KEK_ID_SIZE];
    if (!kek_wrapped_with(wrapped, len, id))
        return error_set(err, ERROR_CRYPTO, "the wrapped key is cut short");
    const struct kek *kek = kek_find(l, id);
    if (!kek)
        return error_set(
            err, ERROR_CRYPTO,
            "wrapped with the KEK %s, which is not at hand: run again if the keys were "
            "rotated just now, else put it below the newer ones",
            id);

    AUTO(buffer_done) struct buffer bound = {0};
    const uint8_t *raw = wrapped;
    return bind(raw, purpose, associated, associated_len, &bound, err) &&
           aead_open_secret(kek->key, bound.data, bound.len, raw + KEK_ID_LENGTH,
                            len - KEK_ID_LENGTH, ret_key, err);
}
