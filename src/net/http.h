/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request in; status, headers and a decoded body that streams out. The only file that
 * knows libcurl (multi interface, one connection cache per client).
 *
 * What it promises whatever the server does: TLS >= 1.2 with verified peer and host; plain http
 * only to loopback; only hosts of the allow-list, and names of the internet only at addresses of
 * the internet; no proxy, no redirects; at most one content encoding; caps on headers
 * (net/head.h), on decoded bytes and on the ratio of decoded to received bytes; a connect, a
 * low-speed and a total time limit; nothing of a request (header values, query, user info) in an
 * error text. It never retries: source/exchange does.
 *
 * A gzip body that is cut although its Content-Length is met is not noticed here (libcurl does
 * not look for the trailer): the format inside has to prove that it is whole.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

enum {
    HTTP_URL_MAX = 16 * 1024,
    HTTP_REQUEST_HEADERS_MAX = 64,
    HTTP_RATIO_MAX = 200, /* decoded : received, judged after the first … */
    HTTP_RATIO_FREE = 64 * 1024, /* … decoded bytes */
    HTTP_STOP_GRACE_SECONDS = 10, /* what a request in hand still gets after a stop */
};

struct http_limits {
    uint64_t body_max; /* decoded bytes; 0: no limit but the ratio (streams) */
    int64_t connect_timeout_ns; /* 0: 300 s */
    int64_t total_timeout_ns; /* 0: none, the low-speed limit holds */
    int64_t stall_timeout_ns; /* this long below stall_rate ends the request; whole seconds */
    uint64_t stall_rate; /* bytes per second; 0: 1 */
};

struct http_options {
    /* allow-list, NULL-terminated: "graph.facebook.com", "127.0.0.1:8080" (net/allow.h) */
    const char *const *hosts;
    const char *ca_file; /* PEM, trusted besides the system's; NULL: none */
    const char *user_agent;
    struct http_limits limits;
};

struct http_header {
    const char *name;
    const char *value;
};

struct http_request {
    const char *method; /* "GET", "POST", "DELETE" */
    const char *url; /* absolute, sent as it is: nothing is encoded again */
    const struct http_header *headers; /* framing (Host, Content-Length …) is refused */
    size_t header_count;
    const void *body; /* POST only; NULL: none */
    size_t body_len;
};

/* What came back besides the body. Owned by the client until the next request. */
struct http_response {
    int status; /* 100 to 599 */
    const char *content_type; /* lower case, without parameters; "" when absent */
    bool has_retry_after;
    int64_t
        retry_after_ns; /* a wait, from either form of Retry-After; never negative, unclamped */
    uint64_t received_bytes; /* of the body, as they came */
    uint64_t decoded_bytes;
    int64_t first_byte_ns; /* durations, for the log */
    int64_t total_ns;
};

/* Consumer of a response. headers comes once, before the body: returning false ends the request
 * with *err. body comes as decoded bytes arrive. Either may be NULL. */
struct http_handler {
    void *context;
    bool (*headers)(void *context, const struct http_response *response, struct error *err);
    bool (*body)(void *context, const void *data, size_t len, struct error *err);
};

struct http;

/* A client belongs to one thread at a time. The first one is made before threads are started:
 * it takes SSLKEYLOGFILE out of the environment. ERROR_CONFIG for a bad host, user agent or CA
 * file, ERROR_IO when the latter cannot be read. */
bool http_new(const struct http_options *options, struct http **ret_client, struct error *err);
void http_free(struct http *client);
CLEANUP_DEFINE(struct http, http_free)

/* Sends and waits until the response is complete. ERROR_NETWORK: no complete answer (connect,
 * TLS, time limit, truncated). ERROR_DATA: a cap was hit (bomb, header flood, encodings).
 * ERROR_CONFIG: the URL, the address behind it or a header is not allowed; nothing was sent.
 * ERROR_STOPPED: a stop was asked for and the answer did not end within HTTP_STOP_GRACE_SECONDS.
 * Errors of the handler pass through as they are; all others name the URL, cut before its query.
 * An answer of any status is success here. */
bool http_send(struct http *client, const struct http_request *request,
               const struct http_handler *handler, const struct http_response **ret_response,
               struct error *err);

/* The value of a response header by case-insensitive name, of the last response; NULL: none.
 * Several lines of one name are joined with ", ". */
const char *http_response_header(const struct http *client, const char *name);

#endif
