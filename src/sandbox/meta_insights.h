/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a report, a page at a time. */
#ifndef SANDBOX_META_INSIGHTS_H
#define SANDBOX_META_INSIGHTS_H

#include "sandbox/meta_page.h"
#include "sandbox/meta_query.h"

/* `GET {node}/insights`: at once, with the limits of size that has. */
bool meta_insights_answer(struct meta_call *call, struct meta_node node);

enum meta_insights_share { META_INSIGHTS_ALL, META_INSIGHTS_HALF, META_INSIGHTS_NONE };

/* How a report was made. */
struct meta_insights_terms {
    int64_t now_s; /* when */
    bool sync; /* at once, by this call */
    bool reach; /* it has it, though its days are too old */
    enum meta_insights_share share; /* of its rows that are there */
};

/* A page of what `what` asks of a node, as the result of a report run: `limit` and `after` are
 * of the call. */
bool meta_insights_result(struct meta_call *call, const struct meta_params *what,
                          struct meta_node node, const struct meta_insights_terms *terms);
/* Answers with an error that meta_query_parse found. */
bool meta_insights_refuse(struct reply *reply, enum meta_error what, const char *text);

/* All rows, one a line: what an extraction must arrive at. */
bool meta_insights_truth(struct reply *reply, const struct meta_world *world,
                         const struct meta_params *what, struct meta_node node, int64_t now_s);

#endif
