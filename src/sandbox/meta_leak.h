/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A score that decays: every amount adds to it, and from full to nothing it takes its window. A
 * full one is kept as the instant at which it will be empty.
 */
#ifndef SANDBOX_META_LEAK_H
#define SANDBOX_META_LEAK_H

#include <stdbool.h>
#include <stdint.h>

enum { META_LEAK_CAPACITY_MAX = 10 * 1000 * 1000 };

struct meta_leak {
    int64_t capacity; /* 1 to META_LEAK_CAPACITY_MAX */
    int64_t window_ns; /* at most an hour */
    int64_t empty_ns; /* when nothing of it is left */
};

/* How long until there is room for this much; 0: there is. Into an empty one anything goes. */
int64_t meta_leak_wait(const struct meta_leak *l, int64_t now_ns, uint64_t amount);
/* Beyond full it is full. */
void meta_leak_add(struct meta_leak *l, int64_t now_ns, uint64_t amount);
/* How long until it is empty, at most the window; it is empty when the clock was put back by the
 * whole window. */
int64_t meta_leak_level_ns(const struct meta_leak *l, int64_t now_ns);

#endif
