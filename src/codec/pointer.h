/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Pointer (RFC 6901), and the path of the place that is being looked at, for errors:
 * "sources/random_user.json#/streams/0/request/path".
 *
 * A pointer of ours may hold `*` as a whole token where the manifest says so: any element.
 */
#ifndef CODEC_POINTER_H
#define CODEC_POINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "codec/json.h"

enum { POINTER_DEPTH_MAX = 64, POINTER_TEXT_MAX = 512 };

/* A parsed pointer; tokens are unescaped. */
struct pointer {
    size_t depth;
    char **tokens;
};

/* NULL on a syntax error, more than POINTER_DEPTH_MAX tokens or no memory. "" is the whole. */
struct pointer *pointer_parse(const char *text);
void pointer_free(struct pointer *p);
CLEANUP_DEFINE(struct pointer, pointer_free)

/* The value there, borrowed; NULL when there is none. `*` is a name like any other here: no
 * element of an array has it. */
json_t *pointer_get(const json_t *root, const struct pointer *p);

/* Where a check of a document stands. Push a name or an index on the way down, pop on the way
 * up; `text` is the pointer so far, escaped, cut with "…" when it would not fit. Names below
 * POINTER_DEPTH_MAX are counted, not shown. Starts as {0}. */
struct pointer_path {
    char text[POINTER_TEXT_MAX];
    size_t len;
    size_t depth;
    size_t starts[POINTER_DEPTH_MAX];
};

void pointer_push(struct pointer_path *path, const char *name);
void pointer_push_index(struct pointer_path *path, size_t index);
void pointer_pop(struct pointer_path *path);

#endif
