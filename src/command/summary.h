/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run did, for people (standard error) or for programs (one JSON line, last on standard
 * output):
 *
 *     {"version":1,"source":…,"run":…,"status":"done","exit_status":0,"resume_at":null,
 *      "error_kind":null,"error":null,"started":…,"milliseconds":…,"staged":…,"unchanged":…,
 *      "loaded":…,"published":…,"quarantined":…,"peak_rss_kib":…,
 *      "streams":[{"stream":…,"slices":…,"slices_complete":…,"pages":…,"records":…,"staged":…,
 *      "unchanged":…,"quarantined":…,"unknown_fields":…,"drift":"","bytes":…,"loaded":…,
 *      "published":…,"error_kind":null,"error":null}],
 *      "sinks":[{"sink":…,"error_kind":null,"error":null}],
 *      "failures":[{"stream":…,"account":…,"slices":…,"error_kind":…,"error":…}],
 *      "more_failures":0}
 *
 * with the members sorted by name. resume_at is there with status 75. The failures are those of
 * pipeline/failures.h: stream null where an account cannot be read at all, account null where it is
 * no account's matter.
 */
#ifndef COMMAND_SUMMARY_H
#define COMMAND_SUMMARY_H

#include <stdbool.h>

#include "base/error.h"
#include "command/context.h"
#include "pipeline/result.h"

enum { SUMMARY_VERSION = 1 };

/* failure: what ended the run as a whole or is wrong with it first, or NULL; each sort of failure
 * (pipeline/failures.h) is logged here, once. exit_status is shown, not decided, here. */
bool summary_print(struct context *c, const struct deployment *d, const struct result *result,
                   const struct error *failure, int exit_status, struct error *err);

#endif
