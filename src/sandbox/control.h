/* SPDX-License-Identifier: Apache-2.0 */
/* /_sandbox/: how a test looks at the sandbox and moves it. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include <stdbool.h>

#include "sandbox/fault.h"
#include "sandbox/reply.h"
#include "sandbox/server.h"
#include "sandbox/tally.h"
#include "sandbox/timeline.h"

struct control {
    struct timeline *timeline;
    struct tally *tally;
    struct fault_plan *faults;
    void *context;
    void (*reset)(void *context); /* the limits of all APIs */
    /* Appends `,"NAME":{…}` for APIs with statistics of their own. */
    bool (*stats)(void *context, struct buffer *out);
    /* A call that only an API knows. False: none does, and the reply is as it was. */
    bool (*call)(void *context, const struct server_request *request, struct reply *reply);
};

bool control_owns(const char *path);
/* 200 and a JSON object, or 4xx and {"error":…}. */
bool control_answer(const struct control *control, const struct server_request *request,
                    struct reply *reply);

#endif
