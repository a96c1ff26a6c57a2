/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the API about reports and parts: creates, polls and cancels reports, gathers the ids that a
 * part is cut by. What to do when is for the caller to know (source/report.h, source/split.h); what
 * came of it is told to the reports. One for a stream of an account.
 *
 * Errors are those of exchange_document. Of these, the calls keep to themselves what says something
 * about one report only.
 */
#ifndef SOURCE_REPORTER_H
#define SOURCE_REPORTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "source/exchange.h"
#include "source/report.h"
#include "source/split.h"

enum { REPORTER_LIST_PAGES_MAX = 5000 };

struct reporter;

/* The options of the exchange that is used, but for what belongs to pages; copied. */
bool reporter_new(const struct exchange_options *options, struct reporter **ret_reporter,
                  struct error *err);
void reporter_free(struct reporter *r);
CLEANUP_DEFINE(struct reporter, reporter_free)

/* values: all that the request of the part may name. */
bool reporter_create(struct reporter *r, const struct template_values *values,
                     struct report *report, struct error *err);
/* Asks after all of these, several at once where the API can. */
bool reporter_poll(struct reporter *r, struct report *const *reports, size_t count,
                   struct error *err);
/* A report that cannot be cancelled counts as cancelled. */
bool reporter_cancel(struct reporter *r, struct report *report, struct error *err);
/* Adds the ids of all pages; *listed may hold some after a failure. values as above, with
 * {part.filter} of the part that is cut. */
bool reporter_list(struct reporter *r, const struct split_list *list,
                   const struct template_values *values, struct split_listed *listed,
                   struct error *err);

#endif
