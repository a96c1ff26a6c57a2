/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an extraction must arrive at: all rows of a report, one a line, with objects in every
 * state, without pages, tokens and limits.
 */
#ifndef SANDBOX_META_TRUTH_H
#define SANDBOX_META_TRUTH_H

#include "sandbox/meta_params.h"
#include "sandbox/meta_world.h"
#include "sandbox/reply.h"

/* account ("act_…"), since, until; level (ad), time_increment (1) and the other parameters of a
 * report as they are there. */
bool meta_truth_answer(struct reply *reply, const struct meta_world *world,
                       struct meta_params *params, int64_t now_s);

#endif
