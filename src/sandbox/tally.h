/* SPDX-License-Identifier: Apache-2.0 */
/* What the sandbox was asked and how it answered, for tests: GET /_sandbox/stats. */
#ifndef SANDBOX_TALLY_H
#define SANDBOX_TALLY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum { TALLY_STATUS_MAX = 600 };

struct tally {
    pthread_mutex_t mutex;
    uint64_t requests; /* to an API; control is not counted */
    uint64_t records; /* in answers that were made to their end */
    uint64_t refused; /* by the limit */
    uint64_t during_block; /* of these, after an earlier refusal in the same window */
    uint64_t unanswered; /* closed without an answer */
    uint64_t in_flight;
    uint64_t in_flight_max;
    uint64_t statuses[TALLY_STATUS_MAX];
};

void tally_init(struct tally *t);
void tally_done(struct tally *t);
/* Counters to zero; requests in flight stay in flight. */
void tally_reset(struct tally *t);

void tally_begin(struct tally *t);
void tally_answer(struct tally *t, int status); /* 0: none was given */
void tally_end(struct tally *t);
void tally_refusal(struct tally *t, bool during_block);
void tally_records(struct tally *t, uint64_t count);

/* Appends the members of a JSON object, without braces. */
bool tally_format(struct tally *t, struct buffer *out);

#endif
