/* SPDX-License-Identifier: Apache-2.0 */
#include "net/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/rdkafka.h"

enum { POLL_MS = 100 };

struct topics {
    struct rdkafka *handle;
    rd_kafka_queue_t *answers;
};

bool topics_open(const struct cluster_options *options, struct topics **ret_topics,
                 struct error *err)
{
    /* a consumer: those never make a topic by asking for it, and see ends as they are */
    static const struct rdkafka_property properties[] = {
        {"isolation.level", "read_uncommitted"},
    };
    AUTO(topics_closep) struct topics *t = calloc(1, sizeof *t);
    if (!t)
        return error_memory(err);
    if (!rdkafka_open(RD_KAFKA_CONSUMER, options, properties,
                      sizeof properties / sizeof *properties, NULL, NULL, &t->handle, err))
        return false;
    t->answers = rd_kafka_queue_new(t->handle->client);
    *ret_topics = steal(&t);
    return true;
}

void topics_close(struct topics *t)
{
    if (!t)
        return;
    if (t->answers)
        rd_kafka_queue_destroy(t->answers);
    rdkafka_close(t->handle);
    free(t);
}

static void free_metadata(const struct rd_kafka_metadata **metadata)
{
    if (*metadata)
        rd_kafka_metadata_destroy(*metadata);
}

/* Partitions and replication; *ret_ready: every partition has a leader. */
static bool read_metadata(struct topics *t, const char *name, struct topics_shape *shape,
                          bool *ret_ready, struct error *err)
{
    AUTO(free_metadata) const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
    rd_kafka_topic_t *topic = rd_kafka_topic_new(t->handle->client, name, conf);
    if (!topic) {
        rd_kafka_topic_conf_destroy(conf);
        return error_memory(err);
    }
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(t->handle->client, 0, topic, &metadata, t->handle->wait_ms);
    rd_kafka_topic_destroy(topic);
    if (!code && metadata->topic_cnt == 1)
        code = metadata->topics[0].err;
    *ret_ready = false;
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
        shape->partitions = 0;
        return true;
    }
    if (code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
        code = RD_KAFKA_RESP_ERR_NO_ERROR; /* no leader: seen below */
    if (code || metadata->topic_cnt != 1)
        return rdkafka_fail(t->handle, code, NULL, err, "topic %s", name);
    const struct rd_kafka_metadata_topic *found = &metadata->topics[0];
    shape->partitions = found->partition_cnt;
    shape->replication = found->partition_cnt ? found->partitions[0].replica_cnt : 0;
    *ret_ready = found->partition_cnt > 0;
    for (int i = 0; i < found->partition_cnt; i++)
        *ret_ready = *ret_ready && found->partitions[i].leader >= 0;
    return true;
}

/* --- Requests to the controller ----------------------------------------------------------- */

static void free_event(rd_kafka_event_t **event)
{
    if (*event)
        rd_kafka_event_destroy(*event);
}

static void free_options(rd_kafka_AdminOptions_t **options)
{
    if (*options)
        rd_kafka_AdminOptions_destroy(*options);
}

static rd_kafka_AdminOptions_t *request_options(struct topics *t, rd_kafka_admin_op_t op)
{
    char text[128];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(t->handle->client, op);
    rd_kafka_AdminOptions_set_request_timeout(options, t->handle->wait_ms, text, sizeof text);
    return options;
}

/* NULL when the request failed as a whole. */
static rd_kafka_event_t *next_answer(struct topics *t, const char *what, struct error *err)
{
    AUTO(free_event)
    rd_kafka_event_t *event = rd_kafka_queue_poll(t->answers, t->handle->wait_ms + 1000);
    if (event && !rd_kafka_event_error(event))
        return steal(&event);
    rdkafka_fail(t->handle, event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT,
                 event ? rd_kafka_event_error_string(event) : NULL, err, "%s", what);
    return NULL;
}

static void read_entry(const rd_kafka_ConfigEntry_t *entry, struct topics_shape *shape)
{
    const char *name = rd_kafka_ConfigEntry_name(entry);
    const char *value = rd_kafka_ConfigEntry_value(entry);
    if (!value)
        return;
    if (strcmp(name, "retention.ms") == 0)
        text_parse_int64(value, strlen(value), &shape->retention_ms);
    else if (strcmp(name, "cleanup.policy") == 0)
        snprintf(shape->cleanup, sizeof shape->cleanup, "%s", value);
}

/* Who may not read a topic's configuration can write to it all the same. */
static bool read_config(struct topics *t, const char *name, struct topics_shape *shape,
                        struct error *err)
{
    AUTO(free_options)
    rd_kafka_AdminOptions_t *options = request_options(t, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
    rd_kafka_DescribeConfigs(t->handle->client, &resource, 1, options, t->answers);
    rd_kafka_ConfigResource_destroy(resource);

    char what[CLUSTER_TOPIC_MAX + 40];
    snprintf(what, sizeof what, "settings of topic %s", name);
    AUTO(free_event) rd_kafka_event_t *event = next_answer(t, what, err);
    if (!event)
        return false;
    size_t count;
    const rd_kafka_ConfigResource_t **found = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    if (count != 1)
        return error_set(err, ERROR_SINK, "Kafka: %s: no answer in the answer", what);
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(found[0]);
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        return true;
    if (code)
        return rdkafka_fail(t->handle, code, rd_kafka_ConfigResource_error_string(found[0]),
                            err, "%s", what);
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(found[0], &count);
    for (size_t i = 0; i < count; i++)
        read_entry(entries[i], shape);
    shape->configured = true;
    return true;
}

bool topics_describe(struct topics *t, const char *name, struct topics_shape *ret_shape,
                     struct error *err)
{
    struct topics_shape shape = {.retention_ms = -1};
    bool ready;
    if (!read_metadata(t, name, &shape, &ready, err) ||
        (shape.partitions > 0 && !read_config(t, name, &shape, err)))
        return false;
    *ret_shape = shape;
    return true;
}

static void free_new_topic(rd_kafka_NewTopic_t **topic)
{
    if (*topic)
        rd_kafka_NewTopic_destroy(*topic);
}

static bool ask_for_topic(struct topics *t, const char *name, const struct topics_shape *shape,
                          struct error *err)
{
    char text[256];
    char retention[32];
    AUTO(free_new_topic)
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(name, shape->partitions, shape->replication, text, sizeof text);
    if (!topic)
        return error_set(err, ERROR_CONFIG, "topic %s: %s", name, text);
    snprintf(retention, sizeof retention, "%" PRId64, shape->retention_ms);
    rd_kafka_NewTopic_set_config(topic, "retention.ms", retention);
    rd_kafka_NewTopic_set_config(topic, "cleanup.policy", shape->cleanup);

    AUTO(free_options)
    rd_kafka_AdminOptions_t *options = request_options(t, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_operation_timeout(options, t->handle->wait_ms, text, sizeof text);
    rd_kafka_CreateTopics(t->handle->client, &topic, 1, options, t->answers);

    snprintf(text, sizeof text, "making topic %.200s", name);
    AUTO(free_event) rd_kafka_event_t *event = next_answer(t, text, err);
    if (!event)
        return false;
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    rd_kafka_resp_err_t code =
        count == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR_UNKNOWN;
    if (!code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return true;
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
        code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
        return error_set(err, ERROR_AUTH,
                         "Kafka: %s: our user may not; let it Create topics, or have the "
                         "commands run that `extract ddl` prints",
                         text);
    return rdkafka_fail(t->handle, code,
                        count == 1 ? rd_kafka_topic_result_error_string(results[0]) : NULL, err,
                        "%s", text);
}

bool topics_create(struct topics *t, const char *name, const struct topics_shape *shape,
                   struct error *err)
{
    if (!ask_for_topic(t, name, shape, err))
        return false;
    /* the controller has it; the brokers learn of it a moment later */
    int64_t deadline = clock_monotonic_ns() + t->handle->wait_ms * INT64_C(1000000);
    for (;;) {
        struct topics_shape found;
        bool ready;
        if (!read_metadata(t, name, &found, &ready, err))
            return false;
        if (ready)
            return true;
        if (clock_monotonic_ns() > deadline)
            return error_set(err, ERROR_NETWORK,
                             "Kafka: topic %s was made and does not come up", name);
        if (!clock_sleep_ns(POLL_MS * INT64_C(1000000)))
            return error_set(err, ERROR_STOPPED, "stopped while topic %s comes up", name);
    }
}

bool topics_ends(struct topics *t, const char *name, int partitions,
                 struct topics_range *ret_ranges, struct error *err)
{
    for (int i = 0; i < partitions; i++) {
        rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(t->handle->client, name, i, &ret_ranges[i].first,
                                             &ret_ranges[i].end, t->handle->wait_ms);
        if (code)
            return rdkafka_fail(t->handle, code, NULL, err, "end of topic %s, partition %d",
                                name, i);
    }
    return true;
}
