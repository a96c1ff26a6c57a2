/* SPDX-License-Identifier: Apache-2.0 */
/* The query of a report, from its parameters: what `insights` is asked for, sync or async. */
#ifndef SANDBOX_META_QUERY_H
#define SANDBOX_META_QUERY_H

#include "sandbox/meta_breakdown.h"
#include "sandbox/meta_column.h"
#include "sandbox/meta_error.h"
#include "sandbox/meta_fields.h"
#include "sandbox/meta_filter.h"
#include "sandbox/meta_params.h"
#include "sandbox/meta_span.h"

enum { META_QUERY_TEXT_MAX = 256 };

struct meta_query {
    const struct meta_world *world;
    struct meta_node node;
    enum meta_kind level;
    struct meta_today today;
    struct meta_spans spans;
    struct meta_breakdown breakdown;
    struct meta_actions actions;
    struct meta_filter filter;
    size_t column_count;
    int columns[META_FIELDS_MAX];
    bool no_reach; /* too old for it */
    int64_t first_day; /* there is nothing before, nor after the last */
    int64_t last_day;
    uint8_t *versions; /* of the days from the first to the last */
    uint8_t *taken; /* of all ads of the account: does the query want it? */
    uint64_t mark; /* what its cursors belong to */
};

/* META_ERROR_NONE and *ret_query, which meta_query_done frees; else the error and, for its
 * message, ret_text. */
enum meta_error meta_query_parse(const struct meta_world *world,
                                 const struct meta_params *params, struct meta_node node,
                                 int64_t now_s, struct meta_query *ret_query,
                                 char ret_text[META_QUERY_TEXT_MAX]);
void meta_query_done(struct meta_query *q);

/* Rows there will be, counted no further than most. */
uint64_t meta_query_count(const struct meta_query *q, uint64_t most);
/* The same as what size limits go by: in rows of ten fields. */
uint64_t meta_query_cost(const struct meta_query *q, uint64_t most);

/* Sums one object in one span of the query: fills as many cells as the breakdown has. False:
 * there is nothing in any. */
bool meta_query_sum(const struct meta_query *q, struct meta_node object, struct meta_span span,
                    struct meta_metrics cells[META_CELLS_MAX]);

#endif
