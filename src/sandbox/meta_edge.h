/* SPDX-License-Identifier: Apache-2.0 */
/* Edges: the lists of objects below an object, and the accounts a token sees. */
#ifndef SANDBOX_META_EDGE_H
#define SANDBOX_META_EDGE_H

#include "sandbox/meta_call.h"

bool meta_edge_campaigns(struct meta_call *call, struct meta_node node);
bool meta_edge_adsets(struct meta_call *call, struct meta_node node);
bool meta_edge_ads(struct meta_call *call, struct meta_node node);
bool meta_edge_creatives(struct meta_call *call, struct meta_node node);
bool meta_edge_audiences(struct meta_call *call, struct meta_node node);
bool meta_edge_accounts(struct meta_call *call);

#endif
