/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox's own time: the system's clock, or one that stands still until it is moved. Ages,
 * dates and limits go by it; waits on the line do not.
 */
#ifndef SANDBOX_TIMELINE_H
#define SANDBOX_TIMELINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { TIMELINE_HTTP_DATE_SIZE = 40 };

struct timeline {
    bool real;
    atomic_int_fast64_t offset_ns; /* to the system's clock, or to 1970 */
};

/* "real" or an RFC 3339 time to stand at; false when it is neither. */
bool timeline_init(struct timeline *t, const char *spec);
int64_t timeline_now_ns(struct timeline *t);
void timeline_advance(struct timeline *t, int64_t ns);
void timeline_set(struct timeline *t, int64_t now_ns);

/* "Fri, 20 Nov 2026 09:30:00 GMT" (RFC 9110 section 5.6.7). */
void timeline_format_http_date(int64_t ns, char ret_text[TIMELINE_HTTP_DATE_SIZE]);

#endif
