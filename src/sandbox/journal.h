/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was served: one line for each record of each answer that was made to its end, in the file
 * before the client sees that end: "SEED PAGE POSITION UUID" of random-user, the seed
 * percent-encoded, and "PATH QUERY POSITION ID" of Meta, where positions with the same query are
 * of the same row. Positions count from 0. Nothing is written for answers that were cut or
 * refused.
 */
#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct journal {
    int fd; /* -1: none is kept */
    pthread_mutex_t mutex;
};

/* Appends to path; NULL keeps none. */
bool journal_init(struct journal *j, const char *path, struct error *err);
void journal_done(struct journal *j);
bool journal_is_kept(const struct journal *j);
/* Whole lines, in one piece among those of other answers. False when the disk refuses. */
bool journal_append(struct journal *j, const char *lines, size_t len);

#endif
