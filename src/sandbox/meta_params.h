/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameters of a call, wherever they came from: the query, or a body as a form, as JSON or
 * in parts. A list or an object of a JSON body is kept as its JSON text, as it is in a query.
 * Of a name that comes twice the last value holds. All is bounded: what does not fit is refused.
 */
#ifndef SANDBOX_META_PARAMS_H
#define SANDBOX_META_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum {
    META_PARAMS_MAX = 64,
    META_PARAMS_BYTES_MAX = 1024 * 1024,
};

struct meta_params {
    size_t count;
    size_t names[META_PARAMS_MAX]; /* offsets of C strings in text */
    size_t values[META_PARAMS_MAX];
    struct buffer text;
};

void meta_params_init(struct meta_params *p);
void meta_params_done(struct meta_params *p);

/* "a=1&b=%20": the query without its question mark, or a form. */
bool meta_params_add_query(struct meta_params *p, const char *query, size_t len);
/* A body of the given content type; NULL is taken as a form. */
bool meta_params_add_body(struct meta_params *p, const char *type, const char *body,
                          size_t len);
bool meta_params_set(struct meta_params *p, const char *name, const char *value);
void meta_params_remove(struct meta_params *p, const char *name);
bool meta_params_copy(struct meta_params *p, const struct meta_params *from);

/* NULL when it is not there. Holds until the next change. */
const char *meta_params_get(const struct meta_params *p, const char *name);
const char *meta_params_name(const struct meta_params *p, size_t i);
const char *meta_params_value(const struct meta_params *p, size_t i);

/* Appends text with all but unreserved characters (RFC 3986) as %XX. */
bool meta_params_append_escaped(struct buffer *out, const char *text);

#endif
