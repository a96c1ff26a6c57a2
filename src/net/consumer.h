/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a topic back as an independent reader sees it: committed records alone, each
 * partition from its first to the end that it had when the reading began. No group is joined
 * and no offset kept; who may not Read the group "extract" reads all the same.
 *
 * A transaction that is open, anybody's, hides what lies behind it in its partition. So the end
 * is where the partition ends and not what is visible of it at first: reading waits for the
 * transactions in between to end, the brokers end those that are given up.
 */
#ifndef NET_CONSUMER_H
#define NET_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "net/topics.h"

enum { CONSUMER_HEADERS_MAX = 64 };

struct consumer_header {
    const char *name;
    const void *value; /* followed by a NUL that is not counted; NULL is possible */
    size_t len;
};

struct consumer_record {
    int partition;
    int64_t offset;
    const void *key; /* NULL: none */
    size_t key_len;
    const void *value; /* NULL: a tombstone */
    size_t value_len;
    const struct consumer_header *headers;
    size_t header_count;
};

typedef bool consumer_visit(void *context, const struct consumer_record *record,
                            struct error *err);

/* The value of a header as text, or NULL. */
const char *consumer_header(const struct consumer_record *record, const char *name);

/* Visits the committed records of the ranges (topics_ends); a partition's are in order. Ends
 * with the visitor's error when it returns false. stall_ns: how long nothing may come, which is
 * ERROR_NETWORK. */
bool consumer_read(const struct cluster_options *options, const char *topic,
                   const struct topics_range *ranges, int partitions, int64_t stall_ns,
                   consumer_visit *visit, void *context, struct error *err);

#endif
