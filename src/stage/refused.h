/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which records of a segment a sink did not take. They are in quarantine, and are left out
 * whenever their segment is delivered to that sink again. Written before the sink commits the
 * batch without them, so that a crash in between forgets none.
 */
#ifndef STAGE_REFUSED_H
#define STAGE_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/store.h"

/* Inside a transaction. index: of the record in its segment, from 0; number: in quarantine. */
bool refused_put(struct store *s, const char *sink, const char *stream, int64_t seq,
                 uint32_t index, int64_t number, struct error *err);

/* *ret_index: the lowest index of the segment above after (-1: the first), -1 when there is
 * none. */
bool refused_next(struct store *s, const char *sink, const char *stream, int64_t seq,
                  int64_t after, int64_t *ret_index, struct error *err);

/* How many of the segments first_seq to last_seq. */
bool refused_count(struct store *s, const char *sink, const char *stream, int64_t first_seq,
                   int64_t last_seq, int64_t *ret_count, struct error *err);

#endif
