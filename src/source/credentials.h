/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom a source is asked, for all threads of a process: the secrets in force (source/identity),
 * put into requests at the moment they are sent, and read again when the API refuses them.
 *
 *     credentials_open ─▶ for every attempt: request ─▶ credentials_apply ─▶ http_send
 *                                               ▲                                │ refused
 *                                               └──── credentials_renew ◀────────┘
 *
 * What is rendered, digested, logged or told about a request never holds them. A request keeps the
 * secrets that it was sent with until it is done; those that are not in force any more are wiped
 * with the last such request.
 */
#ifndef SOURCE_CREDENTIALS_H
#define SOURCE_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/http.h"
#include "source/settings.h"

#define CREDENTIALS_RENEW_EVERY_NS (10 * CLOCK_SECOND_NS)

enum { CREDENTIALS_TEXT_SIZE = 512 };

struct credentials;

/* Errors of identity_read. The settings must live longer. */
bool credentials_open(const struct settings *s, struct credentials **ret_credentials,
                      struct error *err);
void credentials_free(struct credentials *c);
CLEANUP_DEFINE(struct credentials, credentials_free)

/* A request as it is sent; points into the original and into the secrets. Start as {0}; done before
 * the credentials are freed. */
struct credentials_request {
    struct http_request http;
    struct http_header headers[HTTP_REQUEST_HEADERS_MAX];
    struct buffer url;
    struct credentials *owner;
    struct credentials_held *held; /* the secrets that it has; NULL: none */
    uint64_t number; /* of these, for credentials_renew; 0: none */
};

/* The request with the headers and the proof of the credentials (NULL: nobody's, nothing is added).
 * One that brings a header of them itself speaks for somebody else, and is left as it is. */
bool credentials_apply(struct credentials *c, const struct http_request *request,
                       struct credentials_request *ret_request, struct error *err);
void credentials_request_done(struct credentials_request *r);

/* What came of secrets that were refused. */
struct credentials_renewal {
    bool renewed; /* others are in force: the request may be repeated with them */
    bool first; /* this call has found them */
    /* The names of those that are others now; or why there are none, "" when the references are
     * such that nothing can change. Never a value. */
    char text[CREDENTIALS_TEXT_SIZE];
};

/* The API refused the secrets of this number. Unless others are in force by now, the references are
 * read again, at most once in CREDENTIALS_RENEW_EVERY_NS; what is another value than before is in
 * force from then on, for every thread. Requests of all threads wait for the reading, which is one
 * of small files. c NULL, or number 0: nothing is renewed. */
void credentials_renew(struct credentials *c, uint64_t refused,
                       struct credentials_renewal *ret_renewal);
/* How often that gave others, since credentials_open, and the last time; 0: never. */
unsigned credentials_renewals(struct credentials *c, int64_t *ret_last_ns,
                              char ret_names[CREDENTIALS_TEXT_SIZE]);

/* Sets {secrets.…}: for the request that `check` asks about the token with, and for no other. They
 * are valid until credentials_renew. */
void credentials_fill(struct credentials *c, struct template_values *values);
/* Whether requests carry the proof that the manifest knows. */
bool credentials_proven(struct credentials *c);
/* Puts `*` in place of every secret that text holds, be it in force or only held by a request that
 * is not done. NULL is accepted. */
void credentials_hide(struct credentials *c, char *text, size_t len);

#endif
