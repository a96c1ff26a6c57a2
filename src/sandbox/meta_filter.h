/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `filtering` parameter: a list of conditions that all must hold, as
 *
 *     [{"field":"ad.effective_status","operator":"IN","value":["ACTIVE","DELETED"]}]
 *
 * on id, name, effective_status, delivery_info, updated_time and created_time of an ad, ad set
 * or campaign, and on impressions, clicks and spend of a row.
 */
#ifndef SANDBOX_META_FILTER_H
#define SANDBOX_META_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/meta_metrics.h"
#include "sandbox/meta_world.h"

enum {
    META_FILTER_CONDITIONS_MAX = 16,
    META_FILTER_VALUES_MAX = 20000, /* of all conditions */
    META_FILTER_TEXT_MAX = 192,
};

struct meta_condition;

struct meta_filter {
    size_t count;
    struct meta_condition *conditions;
    bool has_status; /* a condition says which states are wanted */
    bool has_rows; /* a condition is on the numbers of a row */
    enum meta_kind kind; /* of the first condition on an object; META_NOTHING: there is none */
};

/* NULL text: no condition. own: the kind that a field without a prefix is of. False: what is
 * wrong is in ret_text, in Meta's manner. */
bool meta_filter_parse(const char *text, enum meta_kind own, struct meta_filter *ret_filter,
                       char ret_text[META_FILTER_TEXT_MAX]);
void meta_filter_done(struct meta_filter *f);

/* Do all conditions on objects hold for an object and what it is in? Those on kinds below it
 * are passed over. */
bool meta_filter_takes(const struct meta_filter *f, const struct meta_world *w,
                       struct meta_node node, int64_t now_s);
/* Do all conditions on numbers hold? */
bool meta_filter_takes_row(const struct meta_filter *f, const struct meta_metrics *row);

#endif
