/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 on one address: the only file that knows libmicrohttpd. A thread serves a
 * connection, so that a slow or silent answer holds up nobody else; connections, the size of a
 * request and idle time are bounded.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "sandbox/reply.h"

enum {
    SERVER_CONNECTIONS_MAX = 64,
    SERVER_CONNECTION_MEMORY = 256 * 1024, /* request, headers and one block of the answer */
    SERVER_IDLE_MAX_S = 120,
    SERVER_BODY_MAX = 256 * 1024, /* of a request; a longer one is read and dropped */
    SERVER_PARAMETER_MAX = 8 * 1024, /* bytes of one query parameter, unescaped */
};

struct server;
struct server_connection;

struct server_request {
    const char *method;
    const char *path; /* unescaped, without the query */
    const char *uri; /* as it was sent */
    char address[64]; /* of the client's socket */
    bool counted; /* the handler's mark: `finished` is wanted */
    struct server_connection *connection;
};

struct server_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:0" */
    bool public; /* addresses beyond loopback are allowed */
    const char *certificate; /* PEM files, both or none */
    const char *key;
    void *context;
    /* Fills *reply, which is initialised. False closes the connection without an answer. */
    bool (*handle)(void *context, struct server_request *request, struct reply *reply);
    /* Once for each request that was counted: its last byte is about to go out (so before the
     * client can know), or the connection is gone. */
    void (*finished)(void *context);
};

/* Listens and serves until it is freed; options is copied, its texts are borrowed for the call.
 * ERROR_USAGE for an address that is wrong or not allowed, ERROR_CONFIG for TLS files. */
bool server_new(const struct server_options *options, struct server **ret_server,
                struct error *err);
/* Waits for its threads; call stop_request first, so that waits in handlers and bodies end. */
void server_free(struct server *s);
CLEANUP_DEFINE(struct server, server_free)

int server_port(const struct server *s);

/* The value of a request header, NULL when there is none. */
const char *server_header(const struct server_request *request, const char *name);
/* Appends the value of a query parameter; values of a repeated one are joined with commas, as
 * JavaScript makes a text of them. False when it is not there (or does not fit). */
bool server_parameter(const struct server_request *request, const char *name,
                      struct buffer *ret_value);

/* What came behind the headers, *ret_len bytes of it; NULL when that is more than
 * SERVER_BODY_MAX. */
const char *server_body(const struct server_request *request, size_t *ret_len);

/* Waits until the client hangs up or the process is asked to stop. */
void server_wait_for_hangup(const struct server_request *request);

#endif
