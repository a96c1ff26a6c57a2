/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_window.h"

#include <stdlib.h>
#include <string.h>

bool meta_window_init(struct meta_window *w, size_t count, int64_t slot_ns)
{
    *w = (struct meta_window){
        .slots = calloc(count, sizeof *w->slots),
        .count = count,
        .slot_ns = slot_ns,
    };
    return w->slots;
}

void meta_window_done(struct meta_window *w)
{
    free(w->slots);
    *w = (struct meta_window){0};
}

static uint32_t *slot_at(struct meta_window *w, int64_t number)
{
    int64_t place = number % (int64_t)w->count;
    return &w->slots[place < 0 ? place + (int64_t)w->count : place];
}

void meta_window_clear(struct meta_window *w)
{
    memset(w->slots, 0, w->count * sizeof *w->slots);
    w->sum = 0;
}

static void move_to(struct meta_window *w, int64_t now_ns)
{
    int64_t number = now_ns / w->slot_ns - (now_ns % w->slot_ns < 0);
    /* threads ask for the time before they come here: what is behind by less than the window is
     * late, at any pace of the clock, and only what is behind by more is a clock put back */
    if (number < w->newest && w->newest - number < (int64_t)w->count)
        return;
    if (number < w->newest || number - w->newest >= (int64_t)w->count) {
        meta_window_clear(w);
        w->newest = number;
        return;
    }
    while (w->newest < number) {
        uint32_t *slot = slot_at(w, ++w->newest);
        w->sum -= *slot;
        *slot = 0;
    }
}

uint64_t meta_window_sum(struct meta_window *w, int64_t now_ns)
{
    move_to(w, now_ns);
    return w->sum;
}

void meta_window_add(struct meta_window *w, int64_t now_ns, uint64_t amount)
{
    move_to(w, now_ns);
    uint32_t *slot = slot_at(w, w->newest);
    uint32_t room = UINT32_MAX - *slot;
    uint32_t taken = amount < room ? (uint32_t)amount : room;
    *slot += taken;
    w->sum += taken;
}

int64_t meta_window_wait(struct meta_window *w, int64_t now_ns, uint64_t at_most)
{
    move_to(w, now_ns);
    uint64_t left = w->sum;
    int64_t oldest = w->newest - (int64_t)w->count + 1;
    for (int64_t number = oldest; left > at_most && number <= w->newest; number++) {
        left -= *slot_at(w, number);
        if (left <= at_most)
            return (number + (int64_t)w->count) * w->slot_ns - now_ns;
    }
    return 0;
}
