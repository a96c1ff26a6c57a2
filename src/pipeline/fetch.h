/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches what is on the agenda: threads, as many as the manifest's limits allow, each with a
 * client of its own, take lists from it and drive a course for each (pipeline/course.h).
 *
 *     agenda ─▶ thread: course, course … ─┐
 *            ─▶ thread: course, course … ─┴▶ writer
 *
 * A course that waits stands beside its thread, which goes on with another one. Credentials that
 * are refused, an outage or a stop end all of them. Several accounts in a row that the API refuses
 * raise a doubt about their stream: the last accounts are asked then, and when these are refused as
 * well, the stream is given up; the others go on.
 */
#ifndef PIPELINE_FETCH_H
#define PIPELINE_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/access.h"
#include "pipeline/agenda.h"
#include "pipeline/deployment.h"
#include "pipeline/result.h"
#include "pipeline/writer.h"

struct fetch_options {
    const struct deployment *deployment;
    struct agenda *agenda;
    struct writer *writer;
    const struct access *access;
    const struct pseudonym *pseudonym;
    size_t threads; /* 1 to WRITER_FETCHERS_MAX */
    bool again; /* slices that are complete, too */
    bool force; /* stage what has not changed, too */
    uint64_t expected_records; /* of the whole run, for the one who watches */
};

/* Returns when the agenda is done. What was done, and what went wrong, is in *result. False when
 * the whole run must end: the stage cannot be written, or the error is no stream's. The texts of
 * the agenda may go then, not before. */
bool fetch_agenda(const struct fetch_options *options, struct result *result,
                  struct error *err);

#endif
