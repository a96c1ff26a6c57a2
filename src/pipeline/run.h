/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of one source: fetch every slice that is not complete, stage it, load it.
 *
 *     fetch (this thread) ─▶ writer (its thread) ─▶ stage ─▶ load (its thread) ─▶ warehouse
 *
 * The three go on side by side; they meet only in the writer's queue and in the stage. A stream
 * that fails does not stop the others, and a warehouse that is down does not stop fetching.
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

struct run_options {
    int64_t since_day; /* days since 1970-01-01, both included */
    int64_t until_day;
    const char *const *streams; /* NULL-terminated names of the manifest; empty: all */
    int64_t max_wait_ns; /* for quota, before the run parks */
    bool again; /* fetch slices that are complete, too */
    bool force; /* stage what has not changed since it was last read, too */
    bool stage_only;
    bool accept_warehouse; /* the operator said: it is right as it is (sink/ledger.h) */
    const struct watch *watch;
};

/* Runs. False only for what stops everything (the stage, the keys): then the result still tells
 * what was done. What a stream or the warehouse suffered is in the result. */
bool run_source(struct deployment *d, const struct run_options *options,
                struct result *ret_result, struct error *err);

/* Loads what is staged, without fetching: of the options only watch and accept_warehouse count. */
bool run_load(struct deployment *d, const struct run_options *options,
              struct result *ret_result, struct error *err);

#endif
