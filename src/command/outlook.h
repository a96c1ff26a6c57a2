/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the quota makes some work take, from what all runs have spent so far: amounts are
 * added up by bucket and account, and the slowest of them decides (quota/forecast.h).
 */
#ifndef COMMAND_OUTLOOK_H
#define COMMAND_OUTLOOK_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "source/settings.h"

struct outlook;

/* path: of quota.db; nothing has been spent when it is not there. */
bool outlook_open(const char *path, int64_t now_ns, struct outlook **ret_outlook,
                  struct error *err);
void outlook_free(struct outlook *o);
CLEANUP_DEFINE(struct outlook, outlook_free)

/* Work for one account: what it costs once, by bucket, and how often. */
bool outlook_add(struct outlook *o, const struct settings *s, const char *account,
                 const uint64_t cost[MANIFEST_BUCKETS_MAX], uint64_t times, struct error *err);

/* When the last request of all that was added can be sent. */
int64_t outlook_finish_ns(const struct outlook *o);

#endif
