/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/gzip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    GZIP_INPUT_SIZE = 64 * 1024,
    GZIP_LEVEL = 1,
    GZIP_WINDOW = 15 + 16, /* + 16: zlib's way to ask for the gzip wrapper */
    GZIP_MEMORY = 8,
};

struct gzip {
    struct body body;
    struct body *inner;
    z_stream stream;
    bool ended; /* inner has no more */
    bool finished; /* so has the stream */
    char input[GZIP_INPUT_SIZE];
};

static ssize_t gzip_read(struct body *b, char *out, size_t room)
{
    struct gzip *g = (struct gzip *)b;
    if (g->finished)
        return BODY_END;
    g->stream.next_out = (Bytef *)out;
    g->stream.avail_out = (uInt)room;
    while (g->stream.avail_out == room && !g->finished) {
        if (g->stream.avail_in == 0 && !g->ended) {
            ssize_t got = body_read(g->inner, g->input, sizeof g->input);
            if (got == BODY_BROKEN)
                return BODY_BROKEN;
            g->ended = got == BODY_END;
            g->stream.next_in = (Bytef *)g->input;
            g->stream.avail_in = (uInt)got;
        }
        g->finished = deflate(&g->stream, g->ended ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_END;
    }
    return (ssize_t)(room - g->stream.avail_out);
}

static void gzip_free(struct body *b)
{
    struct gzip *g = (struct gzip *)b;
    deflateEnd(&g->stream);
    body_free(g->inner);
    free(g);
}

struct body *gzip_new_take(struct body *inner)
{
    AUTO(body_freep) struct body *owned = inner;
    struct gzip *g = calloc(1, sizeof *g);
    if (!g || !owned)
        goto fail;
    if (deflateInit2(&g->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        goto fail;
    g->body = (struct body){.read = gzip_read, .free = gzip_free};
    g->inner = steal(&owned);
    return &g->body;
fail:
    free(g);
    return NULL;
}
