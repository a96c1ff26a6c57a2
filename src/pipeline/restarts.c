/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/restarts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Streams and their reasons; those that find no room are told one by one. */
enum { SORTS_MAX = 128 };

struct restarts {
    pthread_mutex_t lock; /* of all below */
    struct sort {
        const char *stream;
        const char *why;
        uint64_t slices;
        bool asked;
    } sorts[SORTS_MAX];
    size_t count;
};

struct restarts *restarts_new(void)
{
    struct restarts *r = calloc(1, sizeof *r);
    if (r)
        pthread_mutex_init(&r->lock, NULL);
    return r;
}

void restarts_free(struct restarts *r)
{
    if (!r)
        return;
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* NULL: there is no room. */
static struct sort *find(struct restarts *r, const struct restart *restart)
{
    for (size_t i = 0; i < r->count; i++) {
        struct sort *s = &r->sorts[i];
        if (strcmp(s->stream, restart->stream) == 0 && strcmp(s->why, restart->why) == 0)
            return s;
    }
    if (r->count == SORTS_MAX)
        return NULL;
    struct sort *s = &r->sorts[r->count++];
    *s = (struct sort){restart->stream, restart->why, 0, restart->asked};
    return s;
}

void restarts_note(struct restarts *r, const struct restart *restart)
{
    pthread_mutex_lock(&r->lock);
    struct sort *s = find(r, restart);
    bool first = !s || s->slices == 0;
    if (s)
        s->slices++;
    pthread_mutex_unlock(&r->lock);
    if (first && !restart->asked)
        log_warning("slice.restarted", "stream=%s slice=%s pages=%llu %s", restart->stream,
                    restart->slice, (unsigned long long)restart->pages, restart->why);
}

void restarts_tell(struct restarts *r)
{
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->count; i++) {
        const struct sort *s = &r->sorts[i];
        if (s->asked || s->slices > 1)
            log_info("slices.restarted", "stream=%s slices=%llu %s", s->stream,
                     (unsigned long long)s->slices, s->why);
    }
    pthread_mutex_unlock(&r->lock);
}
