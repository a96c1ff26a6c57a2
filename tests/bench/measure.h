/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benchmarks measure by: the same page to each reader in turn, round after round within
 * one run; medians in MB/s (10^6) and their ratio to jansson's.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
    MEASURE_ROUNDS = 15,
    MEASURE_CHUNK = 16 * 1024, /* bytes that curl delivers at a time */
    MEASURE_PAGE_MAX = 256 * 1024 * 1024,
};

/* start_ns: of the monotonic clock. */
double measure_rate(const struct buffer *page, int64_t start_ns);
/* Sorts them. */
double measure_median(double values[MEASURE_ROUNDS]);

/* json_loadb over the page, without the freeing of its tree. */
bool measure_jansson(const struct buffer *page, double *ret_rate, struct error *err);

/* base: jansson's median. */
void measure_print(const char *what, double rate, double base);

#endif
