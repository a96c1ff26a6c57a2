/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/agenda.h"

#include <pthread.h>
#include <stdlib.h>

struct list {
    struct agenda_list about;
    struct slice *slices; /* the same, ours */
    bool taken;
};

struct agenda {
    struct list *lists;
    size_t count;
    size_t size;
    pthread_mutex_t lock; /* of what is taken, and of these two */
    size_t next; /* all before it are */
    struct list *preferred; /* NULL: none is */
};

struct agenda *agenda_new(void)
{
    struct agenda *a = calloc(1, sizeof *a);
    if (a)
        pthread_mutex_init(&a->lock, NULL);
    return a;
}

void agenda_free(struct agenda *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->count; i++)
        free(a->lists[i].slices);
    free(a->lists);
    pthread_mutex_destroy(&a->lock);
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
    a->lists[a->count++] = (struct list){{stream, account, slices, count}, slices, false};
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

/* The one that is next in turn; NULL: none is left. */
static struct list *first_free(struct agenda *a)
{
    while (a->next < a->count && a->lists[a->next].taken)
        a->next++;
    return a->next < a->count ? &a->lists[a->next] : NULL;
}

const struct agenda_list *agenda_take(struct agenda *a)
{
    pthread_mutex_lock(&a->lock);
    struct list *list = a->preferred ? a->preferred : first_free(a);
    a->preferred = NULL;
    if (list)
        list->taken = true;
    pthread_mutex_unlock(&a->lock);
    return list ? &list->about : NULL;
}

const struct agenda_list *agenda_prefer_last(struct agenda *a, size_t stream)
{
    struct list *last = NULL;
    pthread_mutex_lock(&a->lock);
    for (size_t i = a->next; i < a->count; i++)
        if (!a->lists[i].taken && a->lists[i].about.stream == stream)
            last = &a->lists[i];
    if (last)
        a->preferred = last;
    pthread_mutex_unlock(&a->lock);
    return last ? &last->about : NULL;
}

size_t agenda_drop(struct agenda *a, size_t stream)
{
    size_t left = 0;
    pthread_mutex_lock(&a->lock);
    for (size_t i = a->next; i < a->count; i++) {
        struct list *list = &a->lists[i];
        if (list->taken || list->about.stream != stream)
            continue;
        list->taken = true;
        left++;
        if (list == a->preferred)
            a->preferred = NULL;
    }
    pthread_mutex_unlock(&a->lock);
    return left;
}

void agenda_stop(struct agenda *a)
{
    pthread_mutex_lock(&a->lock);
    a->next = a->count;
    a->preferred = NULL;
    pthread_mutex_unlock(&a->lock);
}
