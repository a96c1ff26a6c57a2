/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams that are like another one: a manifest says once what they share.
 *
 *     {"name": "insights_country", "like": "insights",
 *      "request": {"query": {"breakdowns": "country"}}}
 *
 * `like` names a stream that stands before this one. Its document, without name, description,
 * default and reconcile, is the base; what this one says is merged into it as RFC 7396 has it:
 * members of objects one by one, null takes one away, all else (lists, too) replaces.
 */
#ifndef SOURCE_LIKENESS_H
#define SOURCE_LIKENESS_H

#include <stdbool.h>

#include "codec/place.h"

/* The list of streams that stands at p with every likeness resolved, for the caller to release
 * with json_decref. A stream that is no object, or whose `like` is no text, is left as it is, for
 * who reads it to refuse. ERROR_MANIFEST when there is no such stream before. */
bool likeness_resolve(struct place *p, const json_t *streams, json_t **ret_streams,
                      struct error *err);

#endif
