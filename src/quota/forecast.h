/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the limits allow some work to be done at the earliest. Pure: from the buckets as they are
 * and what is to be spent of each, as if nobody else spent anything from now on.
 */
#ifndef QUOTA_FORECAST_H
#define QUOTA_FORECAST_H

#include <stddef.h>
#include <stdint.h>

#include "quota/bucket.h"

struct forecast_need {
    struct bucket_rule rule;
    struct bucket bucket;
    uint64_t
        amount; /* all that is to be spent of it; of a usage bucket: requests, 0 for none */
};

/* When the last of it can be sent, now_ns at the earliest. A usage bucket tells when the next
 * request can be sent, not how many follow. INT64_MAX: beyond all times. */
int64_t forecast_finish(const struct forecast_need *needs, size_t count, int64_t now_ns);

#endif
