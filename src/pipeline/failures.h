/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong in a run, each sort of it once: what one stream of one account suffered of one
 * kind, in the words of the first time, and how many slices did. What is no account's matter
 * (credentials, an outage, a stop, a limit) is one sort of the stream, whichever account met it.
 *
 * Bounded: sorts that find no room are counted. The audit log has every slice.
 */
#ifndef PIPELINE_FAILURES_H
#define PIPELINE_FAILURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "source/account.h"

enum { FAILURES_MAX = 32 };

struct failure {
    const char *stream; /* NULL: the account cannot be read at all */
    char account[ACCOUNT_ID_SIZE]; /* "": it is no account's matter */
    uint64_t slices; /* 0: it was none's */
    struct error error; /* the first one; of waits the longest, which says when all can go on */
};

struct failures {
    struct failure list[FAILURES_MAX];
    size_t count;
    uint64_t more; /* failures that found no room */
};

/* stream is borrowed, or NULL; slices: how many suffered it, 0 or 1. False: it found no room. */
bool failures_note(struct failures *f, const char *stream, const char *account, uint64_t slices,
                   const struct error *cause);

#endif
