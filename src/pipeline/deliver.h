/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the stage into one sink, on a thread of its own: batch after batch of every stream,
 * while more is being staged. A sink that is out of order is closed, and opened anew after a
 * while; what went into it is told by its marker. This is the only place where a sink is tried
 * again.
 */
#ifndef PIPELINE_DELIVER_H
#define PIPELINE_DELIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "pipeline/deployment.h"
#include "pipeline/result.h"
#include "pipeline/watch.h"
#include "pipeline/writer.h"

/* After a stop so many segments may still be delivered, so that a run delivers what it staged. */
enum { DELIVER_STOP_MAX = 32 };

struct deliver_options {
    struct deployment *deployment;
    size_t sink; /* its place in the deployment's options */
    struct writer *writer;
    const struct watch *watch;
    bool accept; /* the operator said: the sink is right as it is (sink/ledger.h) */
    struct result *result; /* this sink's places in it are filled in */
};

struct deliver;

/* Starts following. */
bool deliver_new(const struct deliver_options *options, struct deliver **ret_deliver,
                 struct error *err);
/* There may be more in the stage. Any thread. */
void deliver_wake(struct deliver *d);
/* Nothing more will be staged: delivers what is left and ends. The result is complete then. */
void deliver_finish(struct deliver *d);
void deliver_free(struct deliver *d); /* ends at the next transaction; NULL is accepted */
CLEANUP_DEFINE(struct deliver, deliver_free)

#endif
