/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of one source: fetch every slice that is not complete, stage it, deliver it.
 *
 *     fetch (this thread) ─▶ writer (its thread) ─▶ stage ─▶ deliver (a thread a sink) ─▶ sink
 *
 * They go on side by side and meet only in the writer's queue and in the stage. A stream that
 * fails does not stop the others, and a sink that is down does not stop fetching.
 */
#ifndef PIPELINE_RUN_H
#define PIPELINE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/deployment.h"
#include "pipeline/result.h"
#include "pipeline/watch.h"
#include "pipeline/window.h"

struct run_options {
    struct window window; /* which days, as they were given */
    const char *const *streams; /* NULL-terminated names of the manifest; empty: all */
    int64_t max_wait_ns; /* for quota, before the run parks */
    bool again; /* fetch slices that are complete, too */
    bool force; /* stage what has not changed since it was last read, too */
    bool stage_only;
    const char *sink; /* deliver to this one alone; NULL: to all */
    bool accept_sink; /* the operator said: it is right as it is (sink/ledger.h) */
    const struct watch *watch;
};

/* Runs. False only for what stops everything (the stage, the keys): then the result still tells
 * what was done. What a stream or a sink suffered is in the result. */
bool run_source(struct deployment *d, const struct run_options *options,
                struct result *ret_result, struct error *err);

/* Delivers what is staged, without fetching: of the options only watch, sink and accept_sink
 * count. */
bool run_deliver(struct deployment *d, const struct run_options *options,
                 struct result *ret_result, struct error *err);

/* Delivers again, from the stage, what the sink may have lost of the days of the window, by UTC:
 * of the options streams, sink and watch count, too. A merged table gets the segments of these
 * days and, so that newer values stay, all later ones; a log gets the records that are not there.
 * Only what was delivered before: markers and positions stay. */
bool run_replay(struct deployment *d, const struct run_options *options,
                struct result *ret_result, struct error *err);

#endif
