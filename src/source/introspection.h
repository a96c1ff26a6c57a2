/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an API says about a token: whether it is valid, how long, and what for. Asked by
 * `extract check` alone.
 *
 *     "inspect": {"request": {"path": "/debug_token", "query": {"input_token":
 *                             "{secrets.access_token}"}, "headers": {…}},
 *                 "valid": "/data/is_valid", "kind": "/data/type",
 *                 "expires": "/data/expires_at", "data_expires": "/data/data_access_expires_at",
 *                 "scopes": {"at": "/data/scopes", "one_of": ["ads_read", "ads_management"]},
 *                 "quote": "/data/error/message"}
 *
 * Times are Unix seconds, 0: never. The request may hold secrets, in its query too: it is
 * the one that has to be about a token, and an API that wants it in the URL leaves no choice. A
 * request that brings a header of the credentials itself gets none of them (credentials_apply).
 */
#ifndef SOURCE_INTROSPECTION_H
#define SOURCE_INTROSPECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/place.h"
#include "source/quote.h"
#include "source/request.h"

enum {
    INTROSPECTION_SCOPES_MAX = 16, /* that the manifest names */
    INTROSPECTION_NOTICE_DAYS = 7, /* a token that ends sooner is warned of */
    INTROSPECTION_TEXT_SIZE = 512,
};

struct introspection_rule {
    struct request_rule request;
    const char *valid; /* JSON Pointers; all but this one may be NULL */
    const char *kind;
    const char *expires;
    const char *data_expires;
    const char *scopes;
    const char *one_of[INTROSPECTION_SCOPES_MAX + 1]; /* NULL-terminated: one suffices */
    const char *quote;
};

/* Reads the rule at p. */
bool introspection_read(struct place *p, const json_t *value,
                        const struct template_scope *scope, struct introspection_rule *ret_rule,
                        struct error *err);
void introspection_done(struct introspection_rule *rule);

enum introspection_grade { INTROSPECTION_GOOD, INTROSPECTION_SOON, INTROSPECTION_BAD };

/* What the answer says, in one line for the user: "system_user, never expires, scopes ads_read".
 * Never the token, an id or a name. ERROR_DATA: the answer does not say whether it is valid. */
bool introspection_judge(const struct introspection_rule *rule, const json_t *answer,
                         int64_t now_ns, enum introspection_grade *ret_grade,
                         char ret_text[INTROSPECTION_TEXT_SIZE], struct error *err);

#endif
