/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access tokens, told apart by their value: META_AUTH_TOKEN is good, with a word behind it it is
 * expired, or does not see an account, and so on by the table in the source, which --help shows.
 * Any other one cannot be parsed.
 */
#ifndef SANDBOX_META_AUTH_H
#define SANDBOX_META_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sandbox/meta_error.h"
#include "sandbox/meta_world.h"

#define META_AUTH_APP "1234567890"
#define META_AUTH_SECRET "sandbox-secret"
#define META_AUTH_TOKEN "EAASANDBOX"

enum { META_AUTH_PROOF_SIZE = 65 };

struct meta_token {
    const char *name; /* its row of the table; NULL: it cannot be parsed */
    enum meta_error error; /* what any call with it gets */
    bool scope; /* ads_read */
    bool hidden; /* the last account is not to be seen */
    bool business; /* business_management */
};

struct meta_token meta_auth_token(const char *text);
/* The table of tokens for --help. */
void meta_auth_print(FILE *out);
bool meta_auth_is_app(const char *text);
bool meta_auth_sees(const struct meta_token *token, const struct meta_world *world,
                    struct meta_node node);

/* Hex of HMAC-SHA256 (RFC 2104) with the secret as key. */
void meta_auth_proof(const char *secret, const char *token,
                     char ret_proof[META_AUTH_PROOF_SIZE]);

#endif
