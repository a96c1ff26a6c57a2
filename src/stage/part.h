/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that the reading of a slice consists of while it is not complete, and the report that
 * each waits for: so that a run that was killed neither cuts the slice anew nor asks for its
 * reports again. The rows of a slice go with its last page.
 *
 * A slice that is read as a whole by plain requests has none.
 */
#ifndef STAGE_PART_H
#define STAGE_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/digest.h"
#include "stage/store.h"

enum {
    PART_REPORT_SIZE = 65,
    PART_WORK_MAX = 64 * 1024,
};

struct part {
    char path[STORE_NAME_SIZE]; /* "": the whole; in the order of their bytes they are read */
    uint8_t request_digest[DIGEST_SIZE];
    uint64_t parts; /* that it was cut into, and that stand for it; 0: it was not */
    char report[PART_REPORT_SIZE]; /* "": none was asked for */
    int64_t created_ns; /* when it was, or when the part was cut; 0: neither */
    const char *work; /* what the part is, in the words of who cut it */
};

/* The slice that parts belong to. */
struct part_slice {
    const char *stream; /* an identifier */
    const char *account; /* at most 256 bytes, "" when there is none */
    const char *slice;
};

/* Inside a transaction; replaces the one that is there. */
bool part_put(struct store *s, const struct part_slice *slice, const struct part *part,
              struct error *err);
/* Inside a transaction: all of the slice. */
bool part_forget(struct store *s, const struct part_slice *slice, struct error *err);
/* The next in order behind path; after NULL: the first. work (PART_WORK_MAX + 1 bytes) takes the
 * text of *ret_part. */
bool part_next(struct store *s, const struct part_slice *slice, const char *after, char *work,
               struct part *ret_part, bool *ret_found, struct error *err);

#endif
