/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request as the manifest writes it, and as it is sent.
 *
 *     {"path": "/api/{version}/", "query": {"page": "{page.number}", …}, "headers": {…}}
 *
 * A query parameter, header or member of the body whose placeholders have no value at the
 * moment is left out: {cursor} on the first page, {settings.NAME} that nobody set. A string of
 * the body that is one integer placeholder becomes a number. A request that costs something else
 * than others of its stream says so in "cost" (source/cost.h).
 */
#ifndef SOURCE_REQUEST_H
#define SOURCE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/place.h"
#include "net/http.h"
#include "source/cost.h"
#include "source/template.h"

enum {
    REQUEST_PARAMETERS_MAX = 64, /* of the query */
    REQUEST_HEADERS_MAX = 16,
    REQUEST_BODY_MAX = 256 * 1024,
    REQUEST_BODY_DEPTH_MAX = 16,
};

struct request_parameter {
    const char *name;
    struct template value;
};

struct request_rule {
    const char *method;
    struct template path;
    struct request_parameter *query;
    size_t query_count;
    struct request_parameter *headers;
    size_t header_count;
    const json_t *body; /* NULL: none */
    struct costs costs; /* in place of the usual ones of its stream */
    struct template_scope scope; /* what the body may use; its settings are the manifest's */
};

/* Reads the rule at p. Borrows from the document and from scope->settings. */
bool request_read(struct place *p, const json_t *value, const struct template_scope *scope,
                  struct request_rule *ret_rule, struct error *err);
void request_rule_done(struct request_rule *rule);

/* A rendered request: http points into the rest. Start as {0}. */
struct request {
    struct buffer url;
    struct buffer body;
    struct buffer texts[REQUEST_HEADERS_MAX];
    struct http_header headers[REQUEST_HEADERS_MAX + 1];
    struct http_request http;
};

/* base_url has no slash at its end. ERROR_CONFIG when the URL grows too long, ERROR_DATA when a
 * raw cursor holds what cannot stand in a URL. What *ret_request held before is freed. */
bool request_render(const struct request_rule *rule, const char *base_url,
                    const struct template_values *values, struct request *ret_request,
                    struct error *err);
void request_done(struct request *r);

enum { REQUEST_TEXT_MAX = HTTP_URL_MAX + REQUEST_BODY_MAX + REQUEST_HEADERS_MAX * 8192 };

/* Appends all that is sent, so that no two requests have the same text: for digests. False when out
 * is full. */
bool request_describe(const struct http_request *request, struct buffer *out);

#endif
