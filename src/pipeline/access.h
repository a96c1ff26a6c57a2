/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it takes to ask a source anything: who we are, the way there, the budget. A run asks for
 * pages through it, `check` only about itself.
 */
#ifndef PIPELINE_ACCESS_H
#define PIPELINE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "net/http.h"
#include "pipeline/deployment.h"
#include "pipeline/watch.h"
#include "quota/limiter.h"
#include "source/accounts.h"
#include "source/credentials.h"
#include "source/introspection.h"
#include "source/version.h"

struct access {
    const struct deployment *deployment;
    const struct watch *watch;
    int64_t max_wait_ns; /* for quota, before what is asked parks */
    bool yields; /* a wait for quota is an error that says until when; the caller waits */
    struct credentials *credentials;
    struct version_log *versions;
    struct limiter *limiter; /* NULL: there is no state folder to count in */
    struct http *http; /* of this thread */
};

/* Opens the parts; the first four members are the caller's. count: quota.db is made when it is
 * missing. Sends nothing. */
bool access_open(struct access *a, bool count, struct error *err);
void access_close(struct access *a);

/* The same for one more thread: a client of its own; the rest is shared, and has to live longer. */
bool access_fork(const struct access *a, struct access *ret_fork, struct error *err);
void access_join(struct access *fork);
/* What asks through this, for the options of an exchange, a reader, a list of accounts. */
struct exchange_client access_client(const struct access *a);

enum { ACCESS_NAMES_SIZE = 256 };

/* The keys that the question about the token has a place for and that are not set; "" none. This
 * and the next only when the manifest's auth has `inspect`. */
void access_token_lacks(const struct access *a, char ret_names[ACCESS_NAMES_SIZE]);
/* What the service says about the token. */
bool access_token(const struct access *a, enum introspection_grade *ret_grade,
                  char ret_text[INTROSPECTION_TEXT_SIZE], struct error *err);
/* The accounts that the deployment wants, for the caller to free (source/accounts.h). */
bool access_accounts(const struct access *a, struct account **ret_accounts, size_t *ret_count,
                     struct error *err);

#endif
