/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of what a stream has in the stage, in order, and which are not there any more.
 * Numbers have no gaps but at the beginning, for what was purged: whoever goes from one number to
 * the next and means to have seen all has to look for gaps, for a row that is gone says nothing.
 */
#ifndef STAGE_NUMBERS_H
#define STAGE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/store.h"

enum numbers_kind { NUMBERS_SEGMENT, NUMBERS_QUARANTINE };

struct numbers_step {
    int64_t next; /* the lowest number that is there, 0: none */
    bool stray; /* next was never given, or purged */
    int64_t missing_first; /* before it, or up to the last one given; 0: none is missing */
    int64_t missing_last;
};

/* What follows after, of one moment, whatever a writer or a purge does beside us. */
bool numbers_next(struct store *s, const char *stream, enum numbers_kind kind, int64_t after,
                  struct numbers_step *ret_step, struct error *err);

/* ERROR_STORE, naming stage, stream and numbers, when some are missing or the next is stray. */
bool numbers_check(const struct store *s, const char *stream, enum numbers_kind kind,
                   const struct numbers_step *step, struct error *err);

#endif
