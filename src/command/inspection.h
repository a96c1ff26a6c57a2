/* SPDX-License-Identifier: Apache-2.0 */
/* Opens everything that a stage sealed, for the commands that prove it. */
#ifndef COMMAND_INSPECTION_H
#define COMMAND_INSPECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/store.h"

/* Of all stages that were inspected; starts as {0}. */
struct inspection {
    uint64_t segments;
    uint64_t records; /* in them */
    uint64_t quarantined;
    uint64_t faults; /* each was logged */
};

/* Adds to the counts. What does not open is logged as `event` and does not keep the rest from being
 * looked at. ERROR_STOPPED after a stop. */
bool inspection_run(struct store *s, const char *event, struct inspection *counts,
                    struct error *err);

#endif
