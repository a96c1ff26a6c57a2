/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments come out of the stage, for sinks, `show` and `verify`. An iteration is a loop over
 * seqs, so that it keeps no transaction open beside the writer and sees what was appended
 * meanwhile:
 *
 *     for (int64_t seq = position;;) {
 *         read_next(s, stream, seq, &seq, err); 0: no more for now
 *         read_segment(s, stream, seq, &about, &packed, err);
 *     }
 *
 * A segment that cannot be read does not keep the next from being read. Whoever has to miss one
 * that is gone takes numbers_next (stage/numbers.h) in place of read_next.
 */
#ifndef STAGE_READ_H
#define STAGE_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "record/segment.h"
#include "stage/seal.h"
#include "stage/store.h"

/* *ret_seq: the lowest seq of the stream above after_seq, 0 when there is none. */
bool read_next(struct store *s, const char *stream, int64_t after_seq, int64_t *ret_seq,
               struct error *err);

/* Authenticates and unseals one. ERROR_STORE, naming stream and seq, when the row is missing or
 * is not as it was staged; ERROR_CRYPTO when the keyring lacks the KEK. *ret_packed is
 * initialised by the caller, and has an empty frame after a failure. */
bool read_segment(struct store *s, const char *stream, int64_t seq,
                  struct seal_segment *ret_about, struct segment_packed *ret_packed,
                  struct error *err);
/* What the row says about itself; needs no key and is not authenticated. */
bool read_about(struct store *s, const char *stream, int64_t seq,
                struct seal_segment *ret_about, struct error *err);

/* A stream that has, or had, something in this stage. */
struct read_stream {
    char name[STORE_STREAM_SIZE];
    int64_t last_seq; /* the newest number given, 0: none */
    int64_t purged_seq; /* everything up to it was purged */
    int64_t last_quarantine; /* the same two of quarantine */
    int64_t purged_quarantine;
};

/* The stream next in order of names; start with "". */
bool read_stream_next(struct store *s, const char *after, struct read_stream *ret_stream,
                      bool *ret_found, struct error *err);
/* All zeros for a stream that was never written. */
bool read_stream_get(struct store *s, const char *stream, struct read_stream *ret_stream,
                     struct error *err);

#endif
