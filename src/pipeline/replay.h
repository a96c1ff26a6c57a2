/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivers again, out of the stage, what a sink may have lost. Only what it had already: what it
 * has not got yet is the next delivery's. Marker and position stay as they are, so a replay can be
 * stopped and run again at will.
 *
 * A merged table gets the segments of the days asked for and all later ones that it had, in their
 * order: so a key that came again later keeps its newest values. A table whose
 * slices are replaced gets each slice asked for as it had it last. A log, whose records say where
 * they are from, is read first and gets only those that are not there. A table that is appended to
 * cannot be told what it has; for such a stream a replay is refused. Days asked for that are not in
 * the stage any more, or not all of them, are told.
 */
#ifndef PIPELINE_REPLAY_H
#define PIPELINE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/deployment.h"
#include "pipeline/result.h"
#include "pipeline/watch.h"
#include "pipeline/writer.h"

struct replay_options {
    struct deployment *deployment;
    size_t sink; /* its place in the deployment's options */
    struct writer *writer;
    const struct watch *watch;
    int64_t since_day; /* days since 1970-01-01, both included */
    int64_t until_day;
    const char *const *streams; /* NULL-terminated; empty: all */
    struct result *result; /* this sink's places in it are filled in */
};

/* False only when the stage fails; what the sink suffered is in the result. */
bool replay_sink(const struct replay_options *options, struct error *err);

#endif
