/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a delivery takes from rows that no seal covers: which segments are purged, which are those
 * of a slice, which records a sink refused. Where one of them was altered or lost, a sink would get
 * less than there is, and nobody would know. Each is written down in a second place, and compared.
 */
#ifndef STAGE_CONSISTENCY_H
#define STAGE_CONSISTENCY_H

#include <stdbool.h>

#include "base/error.h"
#include "stage/store.h"

/* Both: ERROR_STORE, saying what is damaged and naming a slice of it. Before anything of the stream
 * is delivered or replayed … */
bool consistency_check(struct store *s, const char *stream, struct error *err);
/* … and for whoever looks at every number anyway: it takes as long, and says nothing of them. */
bool consistency_inspect(struct store *s, const char *stream, struct error *err);

#endif
