/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of which everything that the schema names is kept: such a value is its own masked form, so
 * it can be checked in one go and copied whole, instead of token by token.
 *
 *     [{"action_type":"link_click","value":"33"}]  ─▶  43 bytes that are kept as they are
 *
 * A shortcut, never a judge: what is not exactly as it would be written (a blank, an unknown key, a
 * key in another spelling or twice, a value of another type, a flaw, an end that is not there yet)
 * gets no answer here, and goes the way of all tokens, which finds out what it is.
 */
#ifndef RECORD_VERBATIM_H
#define RECORD_VERBATIM_H

#include <stdbool.h>
#include <stddef.h>

struct plan;
struct plan_value;

enum { VERBATIM_FIELDS_MAX = 64 }; /* of one object */

/* Sets `copied` of each json column of the record in which nothing that the schema names is
 * masked, dropped, wanted elsewhere or required, and no object is an open map: to the first such
 * column that is like it. Lists of one definition are checked against one part of the plan, which
 * then is in the cache. */
void verbatim_mark(struct plan *plan);

/* Of the bytes that begin with the bracket of a container of such a column: how many are this
 * container, to its closing bracket. 0: it cannot be told here. Reads the bytes once. */
size_t verbatim_length(const struct plan_value *container, const char *bytes, size_t len);

#endif
