/* SPDX-License-Identifier: Apache-2.0 */
#include "source/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "codec/hex.h"
#include "crypto/digest.h"
#include "crypto/reference.h"
#include "crypto/secret.h"

/* An attacker cannot choose what is hidden by choosing a secret; but a short one would blacken half
 * of every text. */
enum { HIDDEN_MIN = 4, HEADER_VALUE_MAX = 2 * IDENTITY_SECRET_MAX };

struct identity {
    const struct auth_rule *rule;
    struct secret *secrets[AUTH_SECRETS_MAX]; /* with a NUL at their end; NULL: not set */
    struct secret *values[AUTH_HEADERS_MAX]; /* of the headers, the same way */
    struct http_header headers[AUTH_HEADERS_MAX];
    size_t header_count;
    char proof[HEX_SIZE(DIGEST_SIZE)]; /* "": none */
};

static const char *text_of(const struct secret *s)
{
    return s ? (const char *)secret_view(s) : NULL;
}

/* What can stand in a header and in a URL: printable ASCII. */
static bool check_secret(const struct secret *secret, struct error *err)
{
    const uint8_t *text = secret_view(secret);
    size_t len = secret_length(secret);
    if (len > IDENTITY_SECRET_MAX)
        return error_set(err, ERROR_AUTH, "longer than %d bytes", IDENTITY_SECRET_MAX);
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= 0x20 || text[i] >= 0x7f)
            return error_set(err, ERROR_AUTH,
                             "byte %zu is no letter, digit or sign of ASCII: is it all of the "
                             "secret, on one line, and nothing else?",
                             i + 1);
    }
    return true;
}

static bool with_end(const void *text, size_t len, struct secret **ret_secret,
                     struct error *err)
{
    struct secret *s = secret_new(len + 1);
    if (!s)
        return error_memory(err);
    memcpy(secret_bytes(s), text, len);
    *ret_secret = s;
    return true;
}

static bool read_secret(struct identity *id, size_t i, const char *reference, struct error *err)
{
    AUTO(secret_freep) struct secret *secret = NULL;
    return reference_read_again(reference, &secret, err) && check_secret(secret, err) &&
           with_end(secret_view(secret), secret_length(secret), &id->secrets[i], err);
}

static bool read_secrets(struct identity *id, const struct settings *s, struct error *err)
{
    const char *source = settings_manifest(s)->source;
    for (size_t i = 0; i < id->rule->secret_count; i++) {
        const struct auth_secret *secret = &id->rule->secrets[i];
        const char *reference = settings_reference(s, i);
        if (!reference && secret->optional)
            continue;
        if (!reference)
            return error_set(err, ERROR_CONFIG,
                             "[%s] %s is not set: %s; say where it is, as in %s = "
                             "file:/etc/extract/%s",
                             source, secret->name, secret->description, secret->name,
                             secret->name);
        if (!read_secret(id, i, reference, err))
            return error_prefix(err, "[%s] %s", source, secret->name);
    }
    return true;
}

static bool make_headers(struct identity *id, const struct settings *s, struct error *err)
{
    struct template_values values = {0};
    settings_fill(s, &values);
    for (size_t i = 0; i < id->rule->secret_count; i++)
        values.text[TEMPLATE_SECRET_FIRST + i] = text_of(id->secrets[i]);
    for (size_t i = 0; i < id->rule->header_count; i++) {
        const struct auth_header *h = &id->rule->headers[i];
        AUTO(buffer_done) struct buffer text;
        buffer_init(&text, HEADER_VALUE_MAX);
        if (!template_ready(&h->value, &values))
            continue;
        if (!template_render(&h->value, &values, TEMPLATE_PLAIN, &text))
            return error_set(err, ERROR_AUTH, "the header %s grows too long", h->name);
        struct secret **value = &id->values[id->header_count];
        if (!with_end(text.data, text.len, value, err))
            return false;
        id->headers[id->header_count++] = (struct http_header){h->name, text_of(*value)};
    }
    return true;
}

static void make_proof(struct identity *id)
{
    const struct auth_proof *proof = &id->rule->proof;
    const char *key = proof->query ? text_of(id->secrets[proof->key]) : NULL;
    const char *message = proof->query ? text_of(id->secrets[proof->message]) : NULL;
    uint8_t digest[DIGEST_SIZE];
    if (!key || !message)
        return;
    digest_hmac_sha256(key, strlen(key), message, strlen(message), digest);
    hex_encode(digest, sizeof digest, id->proof);
    secret_wipe(digest, sizeof digest);
}

bool identity_read(const struct settings *s, struct identity **ret_identity, struct error *err)
{
    AUTO(identity_freep) struct identity *id = calloc(1, sizeof *id);
    if (!id)
        return error_memory(err);
    id->rule = &settings_manifest(s)->auth;
    if (!read_secrets(id, s, err) || !make_headers(id, s, err))
        return false;
    make_proof(id);
    *ret_identity = steal(&id);
    return true;
}

void identity_free(struct identity *id)
{
    if (!id)
        return;
    for (size_t i = 0; i < AUTH_SECRETS_MAX; i++)
        secret_free(id->secrets[i]);
    for (size_t i = 0; i < AUTH_HEADERS_MAX; i++)
        secret_free(id->values[i]);
    secret_wipe(id->proof, sizeof id->proof);
    free(id);
}

const char *identity_secret(const struct identity *id, size_t secret)
{
    return text_of(id->secrets[secret]);
}

bool identity_same(const struct identity *a, const struct identity *b, size_t secret)
{
    const struct secret *one = a->secrets[secret], *other = b->secrets[secret];
    if (!one || !other)
        return one == other;
    return secret_length(one) == secret_length(other) &&
           secret_equal(secret_view(one), secret_view(other), secret_length(one));
}

size_t identity_headers(const struct identity *id, const struct http_header **ret_headers)
{
    *ret_headers = id->headers;
    return id->header_count;
}

const char *identity_proof(const struct identity *id)
{
    return id->proof;
}

static void hide(char *text, size_t len, const char *secret)
{
    size_t secret_len = secret ? strlen(secret) : 0;
    if (secret_len < HIDDEN_MIN)
        return;
    for (char *at; (at = memmem(text, len, secret, secret_len));) {
        memset(at, '*', secret_len);
        len -= (size_t)(at + secret_len - text);
        text = at + secret_len;
    }
}

void identity_hide(const struct identity *id, char *text, size_t len)
{
    for (size_t i = 0; i < id->rule->secret_count; i++)
        hide(text, len, text_of(id->secrets[i]));
    hide(text, len, *id->proof ? id->proof : NULL);
}
