/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request spends of the buckets: "cost" of a stream, or of one of its requests.
 *
 *     "cost": {"app": "1", "account": "3"}
 *
 * A stream's costs are the usual ones of all that is asked for it. What a request says itself
 * stands in place of the usual amount of the same bucket, or is added to them.
 */
#ifndef SOURCE_COST_H
#define SOURCE_COST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "codec/place.h"
#include "source/template.h"

enum { COST_BUCKETS_MAX = 8 }; /* of a manifest */

struct cost {
    size_t bucket; /* by position in the manifest's */
    struct template amount;
};

struct costs {
    struct cost *list;
    size_t count;
};

/* Reads the member "cost" of value, which stands at p and need not have it. What was read is to be
 * done with even if this fails. */
bool costs_read(struct place *p, const json_t *value, const struct template_scope *scope,
                struct costs *ret_costs, struct error *err);
void costs_done(struct costs *costs);

/* What a request costs. */
struct cost_of {
    const struct costs *usual; /* NULL: nothing */
    const struct costs *own; /* NULL: nothing else than the usual */
};

/* One after the other; returns how many. */
size_t cost_list(const struct cost_of *of, const struct cost *ret_list[COST_BUCKETS_MAX]);

#endif
