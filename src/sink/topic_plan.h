/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The topics of a stream: what they should be, how that differs from what is there, and the
 * commands of Kafka's own tools that make it so. Pure. A topic that is there is never altered.
 */
#ifndef SINK_TOPIC_PLAN_H
#define SINK_TOPIC_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "net/topics.h"
#include "sink/driver.h"
#include "sink/kafka_settings.h"

struct topic_plan {
    char name[KAFKA_TOPIC_SIZE];
    struct topics_shape shape;
};

/* The stream's own topic: x-topic before the settings. ERROR_CONFIG when its name is none. */
bool topic_plan_data(const struct kafka_settings *s, const struct driver_stream *stream,
                     struct topic_plan *ret_plan, struct error *err);
/* The topic of the markers. */
void topic_plan_state(const struct kafka_settings *s, struct topic_plan *ret_plan);

/* Appends what differs, "" when nothing does: "partitions 3 instead of 6, …". Retention counts
 * where records are deleted by it; a replication that is not said is right. False: no room. */
bool topic_plan_difference(const struct topic_plan *plan, const struct topics_shape *found,
                           struct buffer *ret_text);

/* All append commands, and return false when there is no room. */
bool topic_plan_create(const struct kafka_settings *s, const struct topic_plan *plan,
                       struct buffer *out);
/* To be decided by somebody: as comments. */
bool topic_plan_alter(const struct kafka_settings *s, const struct topic_plan *plan,
                      const struct topics_shape *found, struct buffer *out);
/* What our own user and one that reads may do. */
bool topic_plan_permissions(const struct kafka_settings *s, const struct topic_plan *plan,
                            const char *transactional_id, struct buffer *out);

#endif
