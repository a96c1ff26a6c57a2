/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/agenda.h"

#include <stdatomic.h>
#include <stdlib.h>

struct list {
    struct agenda_list about;
    struct slice *slices; /* the same, ours */
};

struct agenda {
    struct list *lists;
    size_t count;
    size_t size;
    atomic_size_t next;
};

struct agenda *agenda_new(void)
{
    return calloc(1, sizeof(struct agenda));
}

void agenda_free(struct agenda *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->count; i++)
        free(a->lists[i].slices);
    free(a->lists);
    free(a);
}

bool agenda_add(struct agenda *a, size_t stream, const struct scope_account *account,
                struct slice *slices, size_t count, struct error *err)
{
    if (a->count == AGENDA_LISTS_MAX)
        return error_set(err, ERROR_USAGE,
                         "more than %d streams of accounts in one run: choose some with "
                         "--account or --stream",
                         AGENDA_LISTS_MAX);
    if (a->count == a->size) {
        size_t more = a->size ? 2 * a->size : 16;
        struct list *lists = realloc(a->lists, more * sizeof *lists);
        if (!lists)
            return error_memory(err);
        a->lists = lists;
        a->size = more;
    }
    a->lists[a->count++] = (struct list){{stream, account, slices, count}, slices};
    return true;
}

size_t agenda_lists(const struct agenda *a)
{
    return a->count;
}

const struct agenda_list *agenda_list(const struct agenda *a, size_t i)
{
    return &a->lists[i].about;
}

uint64_t agenda_slices(const struct agenda *a, size_t stream)
{
    uint64_t count = 0;
    for (size_t i = 0; i < a->count; i++)
        count += a->lists[i].about.stream == stream ? a->lists[i].about.count : 0;
    return count;
}

const struct agenda_list *agenda_take(struct agenda *a)
{
    size_t i = atomic_load(&a->next);
    do {
        if (i >= a->count)
            return NULL;
    } while (!atomic_compare_exchange_weak(&a->next, &i, i + 1));
    return &a->lists[i].about;
}

void agenda_stop(struct agenda *a)
{
    atomic_store(&a->next, a->count);
}
