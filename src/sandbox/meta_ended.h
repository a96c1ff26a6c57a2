/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens that a test has ended while the sandbox runs. Safe from any thread. */
#ifndef SANDBOX_META_ENDED_H
#define SANDBOX_META_ENDED_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { META_ENDED_MAX = 16, META_ENDED_TOKEN_MAX = 128 };

struct meta_ended {
    pthread_mutex_t lock; /* of all below */
    char tokens[META_ENDED_MAX][META_ENDED_TOKEN_MAX + 1];
    size_t count;
};

void meta_ended_init(struct meta_ended *e);
void meta_ended_done(struct meta_ended *e);

/* From now on the token has expired. False: it is too long, or too many have. */
bool meta_ended_add(struct meta_ended *e, const char *token);
bool meta_ended_has(struct meta_ended *e, const char *token);
void meta_ended_reset(struct meta_ended *e);

#endif
