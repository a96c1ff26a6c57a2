/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a report run: it is asked for, asked after, read and cancelled. */
#ifndef SANDBOX_META_REPORT_H
#define SANDBOX_META_REPORT_H

#include "sandbox/meta_call.h"

/* `POST {node}/insights` */
bool meta_report_create(struct meta_call *call, struct meta_node node);
/* `GET {run}` */
bool meta_report_poll(struct meta_call *call, struct meta_node run);
/* `GET {run}/insights`: rows as the same query would get them at once, without its limits. */
bool meta_report_result(struct meta_call *call, struct meta_node run);
/* `DELETE {run}` */
bool meta_report_cancel(struct meta_call *call, struct meta_node run);

/* The runs that are kept, for tests. */
bool meta_report_list(struct meta *meta, struct reply *reply, int64_t now_s);

#endif
