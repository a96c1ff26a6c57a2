/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free by scope. A local that owns something is declared with its destructor beside it:
 *
 *     AUTO(buffer_done) struct buffer body = {0};      destructor of `struct buffer *`
 *     AUTO(queue_freep) struct queue *q = NULL;        destructor of `struct queue **`
 *
 * and every return path frees it, the last declared first. To hand the thing on, return
 * `steal(&m)`: it empties the local. Destructors accept NULL and half-built things.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stddef.h>

#define AUTO(destructor) __attribute__((cleanup(destructor)))

#define steal(pointer)                         \
    ({                                         \
        __auto_type steal_slot = (pointer);    \
        __auto_type steal_value = *steal_slot; \
        *steal_slot = NULL;                    \
        steal_value;                           \
    })

/* Defines NAMEp(struct type **), the AUTO twin of a destructor NAME(struct type *). */
#define CLEANUP_DEFINE(type, name)          \
    static inline void name##p(type **slot) \
    {                                       \
        name(*slot);                        \
        *slot = NULL;                       \
    }

/* For memory of malloc (strings, arrays): AUTO(cleanup_free) char *text = NULL; */
void cleanup_free(void *slot);

/* For file descriptors; -1 is none: AUTO(cleanup_close) int fd = -1; */
void cleanup_close(int *fd);

#endif
