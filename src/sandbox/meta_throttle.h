/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits in the way of a call: it is counted, told how much of them is used, and refused
 * when it is too much. An entry of a batch is a call of its own, the batch itself is none.
 */
#ifndef SANDBOX_META_THROTTLE_H
#define SANDBOX_META_THROTTLE_H

#include "sandbox/meta_call.h"

/* The world is there, the settings are read. False: memory is out. */
bool meta_throttle_open(struct meta *m);
void meta_throttle_close(struct meta *m);

/* Counts a call of the node's account, or of none (NULL), and adds the headers to its reply.
 * When *ret_allowed is false, the reply is the refusal. False: memory is out. */
bool meta_throttle_admit(struct meta_call *call, const struct meta_node *node,
                         enum meta_counter what, bool *ret_allowed);
/* Looks at the answer of an admitted call: was it the user's mistake? */
void meta_throttle_settle(struct meta_call *call, struct meta_node node);

/* Appends what was counted, by account. */
bool meta_throttle_format(struct meta *m, struct buffer *out);
/* `floor?ACCOUNT=INSIGHTS[:MANAGEMENT[:WRITES[:LOAD]]]&…`: {"seconds":N}, the shortest time in
 * which so many calls fit into the limits. */
bool meta_throttle_floor(struct meta *m, const struct meta_params *params, struct reply *reply);

#endif
