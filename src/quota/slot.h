/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places for the requests of a bucket that are in flight at once, shared by all runs on this
 * host: locked bytes of one file. The places of a request are given back when its descriptor is
 * closed, by whom ever: a run that is killed leaves none behind, and nothing has to expire.
 *
 *     bytes of the file:  … │ 64 of one bucket │ 64 of another │ …
 *
 * Where a bucket's bytes are is a digest of its key; that two buckets share theirs is next to
 * impossible, and then costs waits, not calls too many.
 */
#ifndef QUOTA_SLOT_H
#define QUOTA_SLOT_H

#include <stdbool.h>

#include "base/error.h"

enum { SLOT_MAX = 64 }; /* of one bucket */

/* For the places of one request. The file is made if need be. ERROR_IO. */
bool slot_open(const char *path, int *ret_fd, struct error *err);

/* Takes one of the bucket's places if fewer than `parallel` (1 to SLOT_MAX) are taken through
 * other descriptors. A descriptor takes one place of a bucket. Who takes places of a bucket at the
 * same time must be kept apart by the caller. path is for errors. ERROR_IO. */
bool slot_take(int fd, const char *path, const char *key, unsigned parallel, bool *ret_taken,
               struct error *err);

#endif
