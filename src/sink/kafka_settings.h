/* SPDX-License-Identifier: Apache-2.0 */
/* The section [kafka]: its keys, and what they mean to the driver. */
#ifndef SINK_KAFKA_SETTINGS_H
#define SINK_KAFKA_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/cluster.h"
#include "net/topics.h"
#include "record/topic.h"
#include "sink/driver.h"

enum { KAFKA_SETTINGS_COUNT = 23, KAFKA_TOPIC_SIZE = TOPIC_NAME_MAX + 1 };

extern const struct driver_setting kafka_settings_table[KAFKA_SETTINGS_COUNT];

/* Texts are borrowed from the options. */
struct kafka_settings {
    struct cluster_options cluster;
    const char *deployment;
    const char *prefix;
    const char *state_topic;
    const char *compression;
    bool cloudevents;
    int64_t partitions;
    int64_t replication; /* -1: the cluster's default */
    int64_t retention_ns; /* 0: for ever */
    enum topic_cleanup cleanup;
    int64_t transaction_timeout_ns;
    struct driver_limits limits;

    struct secret *password; /* these three are owned, and lent to cluster */
    struct secret *key;
    struct secret *key_password;
};

/* ERROR_CONFIG; ERROR_AUTH for a secret that cannot be read. Without secrets what comes out is
 * for looking at, not for connecting. After a failure there is nothing to be done away with. */
bool kafka_settings_read(const struct driver_options *options, bool secrets,
                         struct kafka_settings *ret_settings, struct error *err);
void kafka_settings_done(struct kafka_settings *s);

#endif
