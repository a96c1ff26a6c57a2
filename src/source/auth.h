/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom an API is asked. The kinds are a closed table:
 *
 *     none    nobody
 *     token   somebody who has secrets already: a long-lived token, a passcode
 *
 *     {"kind": "token",
 *      "secrets": {"access_token": {"description": "…"},
 *                  "app_secret": {"description": "…", "optional": true}},
 *      "headers": {"Authorization": "Bearer {secrets.access_token}"},
 *      "proof": {"query": "appsecret_proof", "algorithm": "hmac_sha256",
 *                "key": "app_secret", "message": "access_token"},
 *      "inspect": {…}}                                                  (introspection)
 *
 * Each secret is a key of the section [<source>], given by reference. {secrets.NAME} has a value
 * in the headers and in `inspect` and nowhere else: no other template can put one into a request.
 * The secrets themselves are in source/credentials.
 */
#ifndef SOURCE_AUTH_H
#define SOURCE_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/place.h"
#include "source/introspection.h"
#include "source/template.h"

enum { AUTH_SECRETS_MAX = TEMPLATE_SECRETS_MAX, AUTH_HEADERS_MAX = 4 };

enum auth_kind { AUTH_NONE, AUTH_TOKEN };

struct auth_secret {
    const char *name; /* an identifier */
    const char *description;
    bool optional; /* what needs it is left out without */
};

struct auth_header {
    const char *name;
    struct template value;
};

/* A query parameter that proves that who has the token has another secret, too: the HMAC of one
 * under the other, in hex. Left out while the key is not configured. */
struct auth_proof {
    const char *query; /* its name; NULL: no proof */
    size_t key; /* by position in secrets */
    size_t message;
};

struct auth_rule {
    enum auth_kind kind;
    struct auth_secret secrets[AUTH_SECRETS_MAX];
    size_t secret_count;
    const char *names[AUTH_SECRETS_MAX + 1]; /* of the secrets, NULL-terminated */
    struct auth_header headers[AUTH_HEADERS_MAX];
    size_t header_count;
    struct auth_proof proof;
    bool has_inspect;
    struct introspection_rule inspect;
};

/* Reads the rule at p; settings and secrets are all that its templates may use. ret_rule is the
 * one that will be kept: templates point into it. */
bool auth_read(struct place *p, const json_t *value, const struct template_scope *scope,
               struct auth_rule *ret_rule, struct error *err);
void auth_done(struct auth_rule *rule);

#endif
