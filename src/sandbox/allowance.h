/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random-user's limit: users, not requests, for each client address. The check is before the
 * add, so the last request of a window may go over; a refused one is not counted; all counters
 * go to zero together at every end of a window.
 */
#ifndef SANDBOX_ALLOWANCE_H
#define SANDBOX_ALLOWANCE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ALLOWANCE_ADDRESSES_MAX = 256, /* told apart; the ones after share the last counter */
    ALLOWANCE_ADDRESS_SIZE = 64,
};

struct allowance_counter {
    char address[ALLOWANCE_ADDRESS_SIZE];
    uint64_t users;
    bool refused; /* in this window */
};

struct allowance {
    pthread_mutex_t mutex;
    uint64_t limit; /* 0: none */
    int64_t window_ns;
    int64_t start_ns; /* windows are counted from here */
    int64_t window; /* the present one */
    size_t count;
    struct allowance_counter counters[ALLOWANCE_ADDRESSES_MAX];
};

struct allowance_answer {
    bool allowed;
    bool blocked; /* an earlier request of this window was refused already */
    uint64_t users; /* counted for the address so far, this request included */
};

void allowance_init(struct allowance *a, uint64_t limit, int64_t window_ns, int64_t now_ns);
void allowance_done(struct allowance *a);
/* Counters to zero; the window starts now. */
void allowance_reset(struct allowance *a, int64_t now_ns);
struct allowance_answer allowance_take(struct allowance *a, int64_t now_ns, const char *address,
                                       uint64_t users);

#endif
