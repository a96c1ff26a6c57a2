/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a run shows that it is alive: on a terminal one line that is drawn over and over (rate, time
 * left, what it waits for), otherwise one log line a minute, with --quiet nothing. Announcements of
 * waits and retries are log lines in every case but --quiet.
 */
#ifndef COMMAND_PROGRESS_H
#define COMMAND_PROGRESS_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "pipeline/watch.h"

struct progress;

/* NULL when memory is out. Takes over log lines while it draws, so that they do not collide. */
struct progress *progress_new(bool quiet);
/* Wipes the line from the terminal. */
void progress_free(struct progress *p);
CLEANUP_DEFINE(struct progress, progress_free)

/* To be handed to the run; lives as long as the progress. */
const struct watch *progress_watch(struct progress *p);

#endif
