/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/turns.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "pipeline/scope.h"
#include "stage/checkpoint.h"

struct turn {
    const struct slice *slice;
    int64_t read_ns; /* to its end; 0: never */
};

static int by_reading(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    if (x->read_ns != y->read_ns)
        return x->read_ns < y->read_ns ? -1 : 1;
    return strcmp(x->slice->id, y->slice->id);
}

bool turns_take(struct store *stage, const char *stream, const struct agenda_list *list,
                const struct slice ***ret_slices, struct error *err)
{
    AUTO(cleanup_free) struct turn *turns = calloc(list->count + 1, sizeof *turns);
    AUTO(cleanup_free)
    const struct slice **slices = calloc(list->count + 1, sizeof(struct slice *));
    if (!turns || !slices)
        return error_memory(err);
    for (size_t i = 0; i < list->count; i++) {
        struct checkpoint c;
        bool found = false;
        turns[i].slice = &list->slices[i];
        if (stage && !checkpoint_get(stage, stream, list->account->id, list->slices[i].id, &c,
                                     NULL, &found, err))
            return false;
        if (found && c.state == CHECKPOINT_COMPLETE)
            turns[i].read_ns = c.updated_ns;
    }
    qsort(turns, list->count, sizeof *turns, by_reading);
    for (size_t i = 0; i < list->count; i++)
        slices[i] = turns[i].slice;
    *ret_slices = steal(&slices);
    return true;
}
