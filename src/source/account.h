/* SPDX-License-Identifier: Apache-2.0 */
/*
 * About whom an API is asked. The kinds are a closed table:
 *
 *     single     it has no accounts: one, called MANIFEST_SINGLE_ACCOUNT, in UTC
 *     discover   the API lists those that the credentials can see
 *
 *     {"kind": "discover", "pattern": "[0-9]{1,20}",
 *      "request": {…}, "paginator": {…}, "records": "/data/" and a star,
 *      "id": "/account_id", "name": "/name", "time_zone": "/timezone_name",
 *      "one": {"path": "/{version}/act_{account}", …}}
 *
 * `pattern` is what an id looks like, wherever it comes from. `one` asks about a single account,
 * whose answer is the record: for ids that the user named and the list does not have.
 */
#ifndef SOURCE_ACCOUNT_H
#define SOURCE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "codec/place.h"
#include "codec/pointer.h"
#include "source/facts.h"
#include "source/paginator.h"
#include "source/request.h"
#include "source/setting.h"
#include "source/template.h"

enum {
    ACCOUNT_ID_SIZE = 64,
    ACCOUNT_ZONE_SIZE = 64,
    ACCOUNT_NAME_SIZE = 128,
};

enum account_kind { ACCOUNT_SINGLE, ACCOUNT_DISCOVER };

struct account_rule {
    enum account_kind kind;
    struct setting choice; /* of an id */
    struct request_rule request;
    struct paginator_rule paginator;
    struct pointer *records; /* the list that holds them */
    struct pointer *id; /* these three within a record; the last two may be NULL */
    struct pointer *name;
    struct pointer *time_zone;
    struct request_rule one;
};

/* Reads the rule at p. */
bool account_read(struct place *p, const json_t *value, const struct template_scope *scope,
                  struct facts_wanted *wanted, struct account_rule *ret_rule,
                  struct error *err);
void account_done(struct account_rule *rule);

struct account {
    char id[ACCOUNT_ID_SIZE];
    char time_zone
        [ACCOUNT_ZONE_SIZE]; /* an IANA name; whether there is such a zone is not known */
    char name
        [ACCOUNT_NAME_SIZE]; /* fit for a terminal; may be personal: not for logs; "" none */
    bool failed; /* this one cannot be read, the others can */
    struct error failure; /* and why */
};

/* What a record says. ERROR_DATA: it is no object, or its id is none; what it lacks besides makes
 * the account a failed one. */
bool account_of_record(const struct account_rule *rule, const json_t *record,
                       struct account *ret_account, struct error *err);
/* Whether an id is one of this API: the form of it, not that there is such an account. */
bool account_is_id(const struct account_rule *rule, const char *id);

#endif
