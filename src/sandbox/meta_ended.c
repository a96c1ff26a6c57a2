/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_ended.h"

#include <string.h>

void meta_ended_init(struct meta_ended *e)
{
    pthread_mutex_init(&e->lock, NULL);
    e->count = 0;
}

void meta_ended_done(struct meta_ended *e)
{
    pthread_mutex_destroy(&e->lock);
}

bool meta_ended_add(struct meta_ended *e, const char *token)
{
    size_t len = strlen(token);
    pthread_mutex_lock(&e->lock);
    bool room = len <= META_ENDED_TOKEN_MAX && e->count < META_ENDED_MAX;
    if (room)
        memcpy(e->tokens[e->count++], token, len + 1);
    pthread_mutex_unlock(&e->lock);
    return room;
}

bool meta_ended_has(struct meta_ended *e, const char *token)
{
    bool found = false;
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < e->count && !found; i++)
        found = strcmp(e->tokens[i], token) == 0;
    pthread_mutex_unlock(&e->lock);
    return found;
}

void meta_ended_reset(struct meta_ended *e)
{
    pthread_mutex_lock(&e->lock);
    e->count = 0;
    pthread_mutex_unlock(&e->lock);
}
