/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What requests are charged to, and what their answers say of it: from the manifest's buckets to
 * the keys and rules that the limiter knows (quota/limiter.h).
 */
#ifndef SOURCE_CHARGE_H
#define SOURCE_CHARGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "quota/limiter.h"
#include "source/cost.h"
#include "source/settings.h"

enum { CHARGE_WHY_SIZE = 160 };

/* Who is charged. */
struct charge {
    const struct settings *settings;
    const char *account; /* NULL: nobody but the app, and only its buckets count */
    struct limiter *limiter; /* NULL: nothing is counted */
    uint64_t requests; /* that one request stands for, and costs as much as: from 1 */
};

struct charge_answer {
    int64_t wait_ns; /* 0: granted; else how long until it is worth asking again */
    bool crowded; /* only because of the requests in flight */
    char why[CHARGE_WHY_SIZE]; /* when not granted */
};

/* Asks to send a request that costs this, as of limiter_take. The lease is the caller's to release
 * when the answer has been read. */
bool charge_take(const struct charge *c, const struct cost_of *cost,
                 const struct template_values *values, int64_t now_ns,
                 struct charge_answer *ret_answer, struct limiter_lease *ret_lease,
                 struct error *err);

/* How many requests of this cost, of at most `most`, can be sent together now; 0: none. */
bool charge_room(const struct charge *c, const struct cost_of *cost,
                 const struct template_values *values, unsigned most, int64_t now_ns,
                 unsigned *ret_room, struct error *err);

/* Nothing is charged to a bucket before until_ns. */
bool charge_block(const struct charge *c, size_t bucket, int64_t until_ns, struct error *err);

/* Hears of a header that is not what the manifest expects; it is ignored. */
struct charge_watch {
    void *context;
    void (*malformed)(void *context, const char *header, const struct error *why);
};

/* The headers of an answer: the value by case-insensitive name, NULL: none. */
struct charge_headers {
    const void *context;
    const char *(*find)(const void *context, const char *name);
};

/* Notes what an answer's headers say, by position of the bucket in ret_readings (all zeros:
 * nothing). */
bool charge_note(const struct charge *c, const struct charge_headers *headers, int64_t now_ns,
                 const struct charge_watch *watch,
                 struct usage_reading ret_readings[MANIFEST_BUCKETS_MAX], struct error *err);

#endif
