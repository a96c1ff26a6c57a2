/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page of rows: {"data":[…],"paging":{"cursors":{…},"next":…}}, made a block at a time while
 * it is sent. Where the rows come from is a `struct meta_rows`; what goes wrong with pages is
 * done here, for all of them alike.
 */
#ifndef SANDBOX_META_PAGE_H
#define SANDBOX_META_PAGE_H

#include "sandbox/meta_call.h"

/* Rows in an order, at positions that ascend; there may be positions without a row. */
struct meta_rows {
    size_t row_max; /* bytes of any row */
    uint64_t query; /* what cursors belong to */
    uint64_t poisoned; /* the position whose page fails with 2446289; UINT64_MAX: none */
    int64_t total; /* for summary.total_count; -1: no summary */
    /* The first row at or after *position: true, and *position is where it is. */
    bool (*find)(struct meta_rows *rows, uint64_t *position);
    /* Writes the row that was found last, as a JSON object; returns behind it. */
    char *(*write)(struct meta_rows *rows, uint64_t position, char *out);
    /* What the journal calls the row that was found last. */
    uint64_t (*id)(struct meta_rows *rows, uint64_t position);
    void (*free)(struct meta_rows *rows);
};

/* Fills the reply with a page of `rows`, which are taken over: `limit`, `after` and `before` of
 * the call say which. */
bool meta_page_answer_take(struct meta_call *call, struct meta_rows *rows);
/* The rows alone, one a line, without end: for the truth. */
bool meta_page_list_take(struct reply *reply, struct meta_rows *rows);

#endif
