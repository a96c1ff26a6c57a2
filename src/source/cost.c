/* SPDX-License-Identifier: Apache-2.0 */
#include "source/cost.h"

#include <stdlib.h>

#include "base/text.h"

static bool find_bucket(struct place *p, const char *name, const char *const *buckets,
                        size_t *ret_bucket, struct error *err)
{
    static const char *const none[] = {NULL};
    char hint[PLACE_HINT_SIZE];
    int found = text_find(name, buckets ? buckets : none);
    if (found < 0)
        return place_fail_at(p, name, err, "no such bucket in limits%s",
                             place_hint(name, buckets ? buckets : none, hint));
    *ret_bucket = (size_t)found;
    return true;
}

bool costs_read(struct place *p, const json_t *value, const struct template_scope *scope,
                struct costs *ret_costs, struct error *err)
{
    json_t *object = json_object_get(value, "cost");
    if (!object)
        return true;
    pointer_push(&p->path, "cost");
    if (!json_is_object(object) || json_object_size(object) == 0)
        return place_fail(p, err, "expected an object of amounts by bucket");
    ret_costs->list = calloc(json_object_size(object), sizeof *ret_costs->list);
    if (!ret_costs->list)
        return error_memory(err);

    struct template_scope fixed = *scope;
    fixed.optional = false;
    fixed.secrets = NULL;
    const char *name;
    json_t *amount;
    json_object_foreach (object, name, amount) {
        struct cost *cost = &ret_costs->list[ret_costs->count];
        if (!find_bucket(p, name, scope->buckets, &cost->bucket, err) ||
            !template_member(p, object, name, &fixed, &cost->amount, err))
            return false;
        ret_costs->count++;
    }
    pointer_pop(&p->path);
    return true;
}

void costs_done(struct costs *costs)
{
    free(costs->list);
    *costs = (struct costs){0};
}

static const struct cost *find(const struct costs *costs, size_t bucket)
{
    for (size_t i = 0; costs && i < costs->count; i++) {
        if (costs->list[i].bucket == bucket)
            return &costs->list[i];
    }
    return NULL;
}

size_t cost_list(const struct cost_of *of, const struct cost *ret_list[COST_BUCKETS_MAX])
{
    size_t count = 0;
    for (size_t bucket = 0; bucket < COST_BUCKETS_MAX; bucket++) {
        const struct cost *own = find(of->own, bucket);
        const struct cost *cost = own ? own : find(of->usual, bucket);
        if (cost)
            ret_list[count++] = cost;
    }
    return count;
}
