/* SPDX-License-Identifier: Apache-2.0 */
/* SplitMix64 (Steele, Lea, Flood 2014): a cheap generator whose state can be set anywhere. */
#ifndef SANDBOX_SPLITMIX_H
#define SANDBOX_SPLITMIX_H

#include <stdint.h>

#define SPLITMIX_STEP UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t splitmix_mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t splitmix_next(uint64_t *state)
{
    *state += SPLITMIX_STEP;
    return splitmix_mix(*state);
}

/* 0 to count - 1; count > 0. */
static inline uint32_t splitmix_below(uint64_t *state, uint32_t count)
{
    return (uint32_t)((splitmix_next(state) >> 32) * count >> 32);
}

#endif
