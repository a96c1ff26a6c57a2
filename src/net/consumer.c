/* SPDX-License-Identifier: Apache-2.0 */
#include "net/consumer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"
#include "net/rdkafka.h"

enum { POLL_MS = 200 };

struct reading {
    struct rdkafka *handle;
    const char *topic;
    const struct topics_range *ranges;
    int partitions;
    bool *done; /* by partition */
    int remaining;
};

const char *consumer_header(const struct consumer_record *record, const char *name)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (strcmp(record->headers[i].name, name) == 0)
            return record->headers[i].value;
    return NULL;
}

static void finish_partition(struct reading *r, int partition)
{
    if (r->done[partition])
        return;
    r->done[partition] = true;
    r->remaining--;
}

/* Partitions without content need no question. */
static bool assign(struct reading *r, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(r->partitions);
    for (int i = 0; i < r->partitions; i++) {
        if (r->ranges[i].first >= r->ranges[i].end) {
            finish_partition(r, i);
            continue;
        }
        rd_kafka_topic_partition_list_add(list, r->topic, i)->offset = r->ranges[i].first;
    }
    rd_kafka_resp_err_t code =
        list->cnt ? rd_kafka_assign(r->handle->client, list) : RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_partition_list_destroy(list);
    return !code || rdkafka_fail(r->handle, code, NULL, err, "reading topic %s", r->topic);
}

static bool give(const rd_kafka_message_t *message, consumer_visit *visit, void *context,
                 struct error *err)
{
    struct consumer_header headers[CONSUMER_HEADERS_MAX];
    struct consumer_record record = {
        .partition = message->partition,
        .offset = message->offset,
        .key = message->key,
        .key_len = message->key_len,
        .value = message->payload,
        .value_len = message->len,
        .headers = headers,
    };
    rd_kafka_headers_t *list;
    if (rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR)
        while (record.header_count < CONSUMER_HEADERS_MAX) {
            struct consumer_header *header = &headers[record.header_count];
            if (rd_kafka_header_get_all(list, record.header_count, &header->name,
                                        &header->value, &header->len))
                break;
            record.header_count++;
        }
    return visit(context, &record, err);
}

/* A record, the end of what is visible, or trouble. */
static bool take(struct reading *r, const rd_kafka_message_t *message, consumer_visit *visit,
                 void *context, struct error *err)
{
    int partition = message->partition;
    bool ours = message->rkt && partition >= 0 && partition < r->partitions;
    switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        if (!ours || message->offset >= r->ranges[partition].end) {
            if (ours)
                finish_partition(r, partition);
            return true;
        }
        if (!give(message, visit, context, err))
            return false;
        if (message->offset + 1 == r->ranges[partition].end)
            finish_partition(r, partition);
        return true;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        /* its offset is that of the next record: what an open transaction hides is before the
         * end, and another one of these comes when it has ended */
        if (ours && message->offset >= r->ranges[partition].end)
            finish_partition(r, partition);
        return true;
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: /* we join none */
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
        return true; /* it tries again by itself, until nothing came for too long */
    default:
        return rdkafka_fail(r->handle, message->err, rd_kafka_message_errstr(message), err,
                            "reading topic %s", r->topic);
    }
}

static bool read_all(struct reading *r, int64_t stall_ns, consumer_visit *visit, void *context,
                     struct error *err)
{
    int64_t deadline = clock_monotonic_ns() + stall_ns;
    while (r->remaining > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(r->handle->client, POLL_MS);
        if (message) {
            bool progress = !message->err;
            bool ok = take(r, message, visit, context, err);
            rd_kafka_message_destroy(message);
            if (!ok)
                return false;
            if (progress)
                deadline = clock_monotonic_ns() + stall_ns;
        } else if (clock_monotonic_ns() > deadline) {
            return rdkafka_fail(r->handle, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, err,
                                "topic %s cannot be read to its end: a broker is away, or a "
                                "transaction is open",
                                r->topic);
        } else if (stop_requested()) {
            return error_set(err, ERROR_STOPPED, "stopped while topic %s was read", r->topic);
        }
    }
    return true;
}

bool consumer_read(const struct cluster_options *options, const char *topic,
                   const struct topics_range *ranges, int partitions, int64_t stall_ns,
                   consumer_visit *visit, void *context, struct error *err)
{
    static const struct rdkafka_property properties[] = {
        {"group.id", "extract"},
        {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"},
        {"enable.auto.commit", "false"},
        {"auto.offset.reset", "earliest"}, /* where retention took the first ones meanwhile */
        {"check.crcs", "true"},
        {"queued.max.messages.kbytes", "16384"},
        {"fetch.message.max.bytes", "1048576"},
        {"fetch.wait.max.ms", "100"},
    };
    AUTO(cleanup_free) bool *done = calloc((size_t)partitions + 1, sizeof *done);
    AUTO(rdkafka_closep) struct rdkafka *handle = NULL;
    if (!done)
        return error_memory(err);
    if (!rdkafka_open(RD_KAFKA_CONSUMER, options, properties,
                      sizeof properties / sizeof *properties, NULL, NULL, &handle, err))
        return false;
    struct reading reading = {.handle = handle,
                              .topic = topic,
                              .ranges = ranges,
                              .partitions = partitions,
                              .done = done,
                              .remaining = partitions};
    return assign(&reading, err) && read_all(&reading, stall_ns, visit, context, err);
}
