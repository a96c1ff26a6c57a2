/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cursors of pages: a position, and a mark of the query it belongs to, in a text that says
 * nothing to whoever reads it. One of another query is as invalid as one that was made up.
 */
#ifndef SANDBOX_META_CURSOR_H
#define SANDBOX_META_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/meta_params.h"
#include "sandbox/meta_world.h"

enum { META_CURSOR_SIZE = 32 };

/* The mark of a query: a node and all parameters but those that may differ from page to page. */
uint64_t meta_cursor_mark(const struct meta_params *params, struct meta_node node);

void meta_cursor_write(uint64_t query, uint64_t position, char ret_text[META_CURSOR_SIZE]);
bool meta_cursor_read(uint64_t query, const char *text, uint64_t *ret_position);

#endif
