/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An API of the sandbox: what its file gives to the core, and what it gets from it. The core
 * does the rest: listening, time, statistics, faults that hit any API alike, compression.
 */
#ifndef SANDBOX_SERVICE_H
#define SANDBOX_SERVICE_H

#include <stdbool.h>

#include "base/error.h"
#include "sandbox/arguments.h"
#include "sandbox/fault.h"
#include "sandbox/journal.h"
#include "sandbox/reply.h"
#include "sandbox/server.h"
#include "sandbox/tally.h"
#include "sandbox/timeline.h"

/* What all APIs share; lives as long as they do. */
struct service_host {
    const struct arguments *arguments;
    struct timeline *timeline;
    struct tally *tally;
    struct journal *journal;
};

struct service {
    const char *name;
    bool (*owns)(const char *path);
    bool (*open)(struct service_host *host, void **ret_state, struct error *err);
    void (*close)(void *state);
    /* Limits start afresh. */
    void (*reset)(void *state);
    /* Fills the reply. False: the service never answers; the core keeps the client waiting. */
    bool (*answer)(void *state, const struct server_request *request,
                   const struct fault_set *faults, struct reply *reply);
    /* Appends a JSON object for the statistics; NULL: it has none of its own. */
    bool (*stats)(void *state, struct buffer *out);
    /* A call below /_sandbox/NAME/; NULL: there are none. */
    bool (*control)(void *state, const struct server_request *request, struct reply *reply);
};

#endif
