/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topics: what is there, making one, and where its partitions begin and end.
 *
 *     struct topics *t ─ topics_describe, topics_create, topics_ends
 *
 * One thread. Errors: net/cluster.h.
 */
#ifndef NET_TOPICS_H
#define NET_TOPICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "net/cluster.h"

enum { TOPICS_CLEANUP_SIZE = 32 };

/* A topic as it is, or as it should be. */
struct topics_shape {
    int partitions; /* as it is, 0: there is no such topic */
    int replication; /* as it should be, -1: the cluster's default */
    int64_t retention_ms; /* -1: for ever */
    char cleanup[TOPICS_CLEANUP_SIZE]; /* delete, compact, "compact,delete" */
    bool configured; /* as it is: retention and cleanup could be read */
};

/* What is in a partition: offsets from first to before end, whatever is visible of it. */
struct topics_range {
    int64_t first;
    int64_t end;
};

struct topics;

/* Connects with the first question. */
bool topics_open(const struct cluster_options *options, struct topics **ret_topics,
                 struct error *err);
void topics_close(struct topics *t);
CLEANUP_DEFINE(struct topics, topics_close)

/* One that is not there is a success with 0 partitions. */
bool topics_describe(struct topics *t, const char *name, struct topics_shape *ret_shape,
                     struct error *err);
/* Success as well when another made it first; it can be used on return. */
bool topics_create(struct topics *t, const char *name, const struct topics_shape *shape,
                   struct error *err);
/* Of each partition, committed or not. ret_ranges has room for the topic's partitions. */
bool topics_ends(struct topics *t, const char *name, int partitions,
                 struct topics_range *ret_ranges, struct error *err);

#endif
