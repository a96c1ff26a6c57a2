/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "codec/json.h"

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return difference < 0 ? -1 : difference > 0;
}

double measure_median(double values[MEASURE_ROUNDS])
{
    qsort(values, MEASURE_ROUNDS, sizeof *values, compare);
    return values[MEASURE_ROUNDS / 2];
}

double measure_rate(const struct buffer *page, int64_t start_ns)
{
    return (double)page->len * 1e3 / (double)(clock_monotonic_ns() - start_ns);
}

bool measure_jansson(const struct buffer *page, double *ret_rate, struct error *err)
{
    json_error_t what;
    int64_t start_ns = clock_monotonic_ns();
    json_t *root =
        json_loadb((const char *)page->data, page->len, JSON_REJECT_DUPLICATES, &what);
    double rate = measure_rate(page, start_ns);
    if (!root)
        return error_set(err, ERROR_DATA, "jansson: %s", what.text);
    json_decref(root);
    *ret_rate = rate;
    return true;
}

void measure_print(const char *what, double rate, double base)
{
    printf("%-22s  %9.1f MB/s   %5.1fx\n", what, rate, rate / base);
}
