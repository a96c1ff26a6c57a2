/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets of one source, read from their references once, and put into requests at the
 * moment they are sent:
 *
 *     credentials_open ─▶ for every attempt: request ─▶ credentials_apply ─▶ http_send
 *
 * What is rendered, digested, logged or told about a request never holds them. They are in guarded
 * memory and wiped. Immutable once opened: shared by all threads.
 */
#ifndef SOURCE_CREDENTIALS_H
#define SOURCE_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "net/http.h"
#include "source/settings.h"

enum { CREDENTIALS_SECRET_MAX = 4096 };

struct credentials;

/* ERROR_CONFIG when a reference that is needed is not set, ERROR_AUTH when a secret cannot be
 * read or no request could carry it. Both name the key and never the value. The manifest must live
 * longer. */
bool credentials_open(const struct settings *s, struct credentials **ret_credentials,
                      struct error *err);
void credentials_free(struct credentials *c);
CLEANUP_DEFINE(struct credentials, credentials_free)

/* A request as it is sent; points into the original and into the credentials. Start as {0}. */
struct credentials_request {
    struct http_request http;
    struct http_header headers[HTTP_REQUEST_HEADERS_MAX];
    struct buffer url;
};

/* The request with the headers and the proof of the credentials (NULL: nobody's, nothing is added).
 * One that brings a header of them itself speaks for somebody else, and is left as it is. */
bool credentials_apply(const struct credentials *c, const struct http_request *request,
                       struct credentials_request *ret_request, struct error *err);
void credentials_request_done(struct credentials_request *r);

/* Sets {secrets.…}: for the request that `check` asks about the token with, and for no other. */
void credentials_fill(const struct credentials *c, struct template_values *values);
/* Whether requests carry the proof that the manifest knows. */
bool credentials_proven(const struct credentials *c);
/* Puts `*` in place of every secret that text holds. NULL is accepted. */
void credentials_hide(const struct credentials *c, char *text, size_t len);

#endif
