/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a sink has come with a stream: every segment up to seq is in the sink. The sink's own
 * marker is the truth; this is what we remember of it, moved after the sink's commit.
 */
#ifndef STAGE_POSITION_H
#define STAGE_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/store.h"

enum { POSITION_ERROR_SIZE = 512 };

struct position {
    char sink[STORE_STREAM_SIZE];
    char stream[STORE_STREAM_SIZE];
    int64_t seq; /* 0: nothing yet */
    int64_t updated_ns;
    char error[POSITION_ERROR_SIZE]; /* why the sink did not get further; "": it did */
};

/* Inside a transaction. Sets seq and clears the error. ERROR_BUG for a seq that was never
 * staged. */
bool position_put(struct store *s, const char *sink, const char *stream, int64_t seq,
                  struct error *err);
/* Inside a transaction. Notes why (cut to POSITION_ERROR_SIZE; no row content) and leaves seq. */
bool position_fail(struct store *s, const char *sink, const char *stream, const char *why,
                   struct error *err);
/* seq 0 when there is none yet. */
bool position_get(struct store *s, const char *sink, const char *stream,
                  struct position *ret_position, struct error *err);
/* The next in order of sink, stream; after NULL: the first. `after` may be the same struct as
 * *ret_position. */
bool position_next(struct store *s, const struct position *after, struct position *ret_position,
                   bool *ret_found, struct error *err);

#endif
