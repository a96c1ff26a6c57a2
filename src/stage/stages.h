/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources have a stage in a state folder. */
#ifndef STAGE_STAGES_H
#define STAGE_STAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { STAGES_MAX = 256 };

struct stages {
    char *sources[STAGES_MAX]; /* sorted */
    size_t count;
};

/* A folder that is not there has none. To be done with stages_done in every case; starts as {0}. */
bool stages_list(const char *folder, struct stages *ret_stages, struct error *err);
void stages_done(struct stages *s);

#endif
