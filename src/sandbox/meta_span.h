/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The days a report is of, as Meta reads its parameters: time_ranges before time_range before
 * date_preset, cut by time_increment. Days are days since 1970, of the account's time zone;
 * both ends of a span belong to it.
 */
#ifndef SANDBOX_META_SPAN_H
#define SANDBOX_META_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/meta_error.h"

enum {
    META_SPANS_MAX = 1300, /* 37 months day by day, and some */
    META_SPAN_RANGES_MAX = 100, /* of time_ranges */
    META_SPAN_TEXT_MAX = 128,
};

struct meta_span {
    int64_t since;
    int64_t until;
};

struct meta_spans {
    size_t count;
    struct meta_span *items;
};

/* The parameters as they came; NULL: not given. */
struct meta_span_request {
    const char *time_ranges;
    const char *time_range;
    const char *date_preset;
    const char *time_increment;
};

/* META_ERROR_NONE and *ret_spans, which meta_spans_done frees; else the error, and for
 * META_ERROR_PARAMETER a text in ret_text. first_day: what `maximum` begins with. */
enum meta_error meta_span_parse(const struct meta_span_request *request, int64_t today,
                                int64_t first_day, struct meta_spans *ret_spans,
                                char ret_text[META_SPAN_TEXT_MAX]);
void meta_spans_done(struct meta_spans *spans);

/* The day so many months before another; days that do not exist there are the month's last. */
int64_t meta_span_months_before(int64_t day, int months);

#endif
