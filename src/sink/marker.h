/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream's marker in the state topic: the newest batch that was committed, written in that
 * batch's own transaction. Its key is DEPLOYMENT/SOURCE/STREAM, its value JSON. Pure.
 *
 * It remembers where the topic's partitions ended, too: the end of a partition never falls, so
 * a topic that ends before was made anew, or lost records.
 */
#ifndef SINK_MARKER_H
#define SINK_MARKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "net/topics.h"
#include "sink/kafka_settings.h"
#include "sink/ledger.h"

enum {
    MARKER_ID_SIZE = KAFKA_TOPIC_SIZE + 2 * LEDGER_STREAM_SIZE + 2,
    MARKER_VALUE_MAX = 64 * 1024,
};

struct marker {
    bool found; /* false: nothing else counts */
    char stage_id[LEDGER_STAGE_SIZE];
    struct ledger_entry entry;
    char topic[KAFKA_TOPIC_SIZE];
    int partitions;
    int64_t ends[CLUSTER_PARTITIONS_MAX]; /* 0: nothing went into this one */
};

/* False when there is no room. */
bool marker_write(const struct marker *m, struct buffer *ret_value);
/* ERROR_SINK when this is none of ours. */
bool marker_read(const void *value, size_t len, struct marker *ret_marker, struct error *err);

/* Whether a topic, as it is now, can be the one that the marker is of; stream is for the text.
 * ERROR_SINK with what was found and what to do. */
bool marker_check(const struct marker *m, const char *stream, const char *topic,
                  const struct topics_range *ranges, int partitions, struct error *err);

#endif
