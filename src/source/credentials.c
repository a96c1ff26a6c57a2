/* SPDX-License-Identifier: Apache-2.0 */
#include "source/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/hex.h"
#include "crypto/digest.h"
#include "crypto/reference.h"
#include "crypto/secret.h"

/* An attacker cannot choose what is hidden by choosing a secret; but a short one would blacken half
 * of every text. */
enum { HIDDEN_MIN = 4, HEADER_VALUE_MAX = 2 * CREDENTIALS_SECRET_MAX };

struct credentials {
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
    if (len > CREDENTIALS_SECRET_MAX)
        return error_set(err, ERROR_AUTH, "longer than %d bytes", CREDENTIALS_SECRET_MAX);
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

static bool read_secret(struct credentials *c, size_t i, const char *reference,
                        struct error *err)
{
    AUTO(secret_freep) struct secret *secret = NULL;
    return reference_read_again(reference, &secret, err) && check_secret(secret, err) &&
           with_end(secret_view(secret), secret_length(secret), &c->secrets[i], err);
}

static bool read_secrets(struct credentials *c, const struct settings *s, struct error *err)
{
    const char *source = settings_manifest(s)->source;
    for (size_t i = 0; i < c->rule->secret_count; i++) {
        const struct auth_secret *secret = &c->rule->secrets[i];
        const char *reference = settings_reference(s, i);
        if (!reference && secret->optional)
            continue;
        if (!reference)
            return error_set(err, ERROR_CONFIG,
                             "[%s] %s is not set: %s; say where it is, as in %s = "
                             "file:/etc/extract/%s",
                             source, secret->name, secret->description, secret->name,
                             secret->name);
        if (!read_secret(c, i, reference, err))
            return error_prefix(err, "[%s] %s", source, secret->name);
    }
    return true;
}

static bool make_headers(struct credentials *c, const struct settings *s, struct error *err)
{
    struct template_values values = {0};
    settings_fill(s, &values);
    credentials_fill(c, &values);
    for (size_t i = 0; i < c->rule->header_count; i++) {
        const struct auth_header *h = &c->rule->headers[i];
        AUTO(buffer_done) struct buffer text;
        buffer_init(&text, HEADER_VALUE_MAX);
        if (!template_ready(&h->value, &values))
            continue;
        if (!template_render(&h->value, &values, TEMPLATE_PLAIN, &text))
            return error_set(err, ERROR_AUTH, "the header %s grows too long", h->name);
        struct secret **value = &c->values[c->header_count];
        if (!with_end(text.data, text.len, value, err))
            return false;
        c->headers[c->header_count++] = (struct http_header){h->name, text_of(*value)};
    }
    return true;
}

static void make_proof(struct credentials *c)
{
    const struct auth_proof *proof = &c->rule->proof;
    const char *key = proof->query ? text_of(c->secrets[proof->key]) : NULL;
    const char *message = proof->query ? text_of(c->secrets[proof->message]) : NULL;
    uint8_t digest[DIGEST_SIZE];
    if (!key || !message)
        return;
    digest_hmac_sha256(key, strlen(key), message, strlen(message), digest);
    hex_encode(digest, sizeof digest, c->proof);
    secret_wipe(digest, sizeof digest);
}

bool credentials_open(const struct settings *s, struct credentials **ret_credentials,
                      struct error *err)
{
    AUTO(credentials_freep) struct credentials *c = calloc(1, sizeof *c);
    if (!c)
        return error_memory(err);
    c->rule = &settings_manifest(s)->auth;
    if (!read_secrets(c, s, err) || !make_headers(c, s, err))
        return false;
    make_proof(c);
    *ret_credentials = steal(&c);
    return true;
}

void credentials_free(struct credentials *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < AUTH_SECRETS_MAX; i++)
        secret_free(c->secrets[i]);
    for (size_t i = 0; i < AUTH_HEADERS_MAX; i++)
        secret_free(c->values[i]);
    secret_wipe(c->proof, sizeof c->proof);
    free(c);
}

/* --- what is sent ------------------------------------------------------------------------ */

static bool brings_its_own(const struct credentials *c, const struct http_request *request)
{
    for (size_t i = 0; i < request->header_count; i++) {
        for (size_t k = 0; k < c->header_count; k++) {
            if (strcasecmp(request->headers[i].name, c->headers[k].name) == 0)
                return true;
        }
    }
    return false;
}

static bool add_headers(const struct credentials *c, const struct http_request *request,
                        struct credentials_request *r, struct error *err)
{
    if (request->header_count + c->header_count > HTTP_REQUEST_HEADERS_MAX)
        return error_set(err, ERROR_CONFIG, "more than %d request headers",
                         HTTP_REQUEST_HEADERS_MAX);
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        r->headers[count++] = request->headers[i];
    for (size_t i = 0; i < c->header_count; i++)
        r->headers[count++] = c->headers[i];
    r->http.headers = r->headers;
    r->http.header_count = count;
    return true;
}

static bool add_proof(const struct credentials *c, struct credentials_request *r,
                      struct error *err)
{
    const char *url = r->http.url;
    buffer_init(&r->url, HTTP_URL_MAX);
    if (!*c->proof)
        return true;
    if (!buffer_printf(&r->url, "%s%c%s=%s", url, strchr(url, '?') ? '&' : '?',
                       c->rule->proof.query, c->proof) ||
        !buffer_text(&r->url))
        return error_set(err, ERROR_CONFIG, "the request grows too long; shorten the settings");
    r->http.url = buffer_text(&r->url);
    return true;
}

bool credentials_apply(const struct credentials *c, const struct http_request *request,
                       struct credentials_request *ret_request, struct error *err)
{
    ret_request->http = *request;
    if (!c || brings_its_own(c, request))
        return true;
    return add_headers(c, request, ret_request, err) && add_proof(c, ret_request, err);
}

void credentials_request_done(struct credentials_request *r)
{
    buffer_done(&r->url);
}

/* --- what is told ------------------------------------------------------------------------ */

void credentials_fill(const struct credentials *c, struct template_values *values)
{
    for (size_t i = 0; i < c->rule->secret_count; i++)
        values->text[TEMPLATE_SECRET_FIRST + i] = text_of(c->secrets[i]);
}

bool credentials_proven(const struct credentials *c)
{
    return *c->proof != '\0';
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

void credentials_hide(const struct credentials *c, char *text, size_t len)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->rule->secret_count; i++)
        hide(text, len, text_of(c->secrets[i]));
    hide(text, len, *c->proof ? c->proof : NULL);
}
