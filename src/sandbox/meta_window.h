/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much there was in the last hour: amounts that leave one by one as they grow old, in slots
 * of time, so that an amount leaves up to a slot too early and never too late.
 */
#ifndef SANDBOX_META_WINDOW_H
#define SANDBOX_META_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { META_WINDOW_SLOTS_MAX = 3600 };

struct meta_window {
    uint32_t *slots;
    size_t count;
    int64_t slot_ns;
    int64_t newest; /* number of the slot that now is in, counted from 1970 */
    uint64_t sum;
};

/* count slots of slot_ns each, 1 to META_WINDOW_SLOTS_MAX. False: memory is out. */
bool meta_window_init(struct meta_window *w, size_t count, int64_t slot_ns);
void meta_window_done(struct meta_window *w);
void meta_window_clear(struct meta_window *w);

/* A clock that was put back by the whole window or more finds it empty; by less, now is when it was
 * looked at last. */
uint64_t meta_window_sum(struct meta_window *w, int64_t now_ns);
/* A slot holds UINT32_MAX at most; what is more is lost. */
void meta_window_add(struct meta_window *w, int64_t now_ns, uint64_t amount);
/* How long until the sum is at most this, if nothing comes; 0: it is. */
int64_t meta_window_wait(struct meta_window *w, int64_t now_ns, uint64_t at_most);

#endif
