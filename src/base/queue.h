/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of pointers between threads: the only way a stage of the pipeline hands work
 * to the next, and its back-pressure. Several may push and pop.
 *
 *     push ──▶ [ capacity items ] ──▶ pop
 *
 * Closing wakes everybody: pushes fail from then on, pops drain what is left and then fail.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct queue;

struct queue *queue_new(size_t capacity); /* NULL when memory is out */
void queue_free(struct queue *q); /* items still inside stay the caller's */
CLEANUP_DEFINE(struct queue, queue_free)

/* Waits while the queue is full. False when it is closed: the item stays the caller's. */
bool queue_push(struct queue *q, void *item);
/* The same, before all that wait: what is to be used again comes back so that no more of it is
 * ever touched than is needed at a time. */
bool queue_push_first(struct queue *q, void *item);
/* Waits while the queue is empty. False when it is closed and empty. */
bool queue_pop(struct queue *q, void **ret_item);
void queue_close(struct queue *q);

#endif
