/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_auth.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "sandbox/mdhash.h"

enum { HMAC_BLOCK = 64, MESSAGE_MAX = 64 * 1024 };

static const struct {
    struct meta_token token;
    const char *help;
} tokens[] = {
    {{META_AUTH_TOKEN, META_ERROR_NONE, true, false, true},
     "good; also with a hyphen and any text behind it"},
    {{META_AUTH_TOKEN "_EXPIRED", META_ERROR_EXPIRED, true, false, true}, "190/463"},
    {{META_AUTH_TOKEN "_PASSWORD", META_ERROR_PASSWORD, true, false, true}, "190/460"},
    {{META_AUTH_TOKEN "_LOGGEDOUT", META_ERROR_LOGGED_OUT, true, false, true}, "190/467"},
    {{META_AUTH_TOKEN "_NOAPP", META_ERROR_NO_APP, true, false, true}, "190/458"},
    {{META_AUTH_TOKEN "_NOSCOPE", META_ERROR_MISSING_PERMISSIONS, false, false, false},
     "lacks ads_read"},
    {{META_AUTH_TOKEN "_HIDDEN", META_ERROR_NONE, true, true, true},
     "does not see the last ad account"},
    {{META_AUTH_TOKEN "_NOBUSINESS", META_ERROR_NONE, true, false, false},
     "lacks business_management"},
};

struct meta_token meta_auth_token(const char *text)
{
    if (text_starts_with(text, META_AUTH_TOKEN "-"))
        return tokens[0].token;
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        if (strcmp(tokens[i].token.name, text) == 0)
            return tokens[i].token;
    return (struct meta_token){.error = META_ERROR_BAD_TOKEN};
}

void meta_auth_print(FILE *out)
{
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        fprintf(out, "  %-22s %s\n", tokens[i].token.name, tokens[i].help);
    fprintf(out, "  %s|%s\n  %-22s %s\n", META_AUTH_APP, META_AUTH_SECRET, "",
            "id and secret of the app: a token for debug_token alone");
}

bool meta_auth_is_app(const char *text)
{
    return strcmp(text, META_AUTH_APP "|" META_AUTH_SECRET) == 0;
}

bool meta_auth_sees(const struct meta_token *token, const struct meta_world *world,
                    struct meta_node node)
{
    return !token->hidden || node.account + 1 < world->accounts;
}

static void hash_with_pad(const uint8_t key[HMAC_BLOCK], uint8_t pad, const void *data,
                          size_t len, uint8_t ret_digest[MDHASH_SHA256_SIZE])
{
    AUTO(buffer_done) struct buffer message;
    buffer_init(&message, MESSAGE_MAX + HMAC_BLOCK);
    for (size_t i = 0; i < HMAC_BLOCK; i++)
        if (!buffer_append_byte(&message, key[i] ^ pad))
            return;
    bool whole = buffer_append(&message, data, len);
    memset(ret_digest, 0, MDHASH_SHA256_SIZE); /* it may be the data */
    if (whole)
        mdhash_sha256(message.data, message.len, ret_digest);
}

void meta_auth_proof(const char *secret, const char *token,
                     char ret_proof[META_AUTH_PROOF_SIZE])
{
    uint8_t key[HMAC_BLOCK] = {0};
    uint8_t inner[MDHASH_SHA256_SIZE];
    uint8_t outer[MDHASH_SHA256_SIZE];
    size_t len = strlen(secret);
    if (len > HMAC_BLOCK)
        mdhash_sha256(secret, len, key);
    else
        memcpy(key, secret, len);
    hash_with_pad(key, 0x36, token, strlen(token), inner);
    hash_with_pad(key, 0x5c, inner, sizeof inner, outer);
    for (size_t i = 0; i < sizeof outer; i++)
        snprintf(ret_proof + 2 * i, 3, "%02x", outer[i]);
}
