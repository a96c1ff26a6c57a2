/* SPDX-License-Identifier: Apache-2.0 */
#include "net/producer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/rdkafka.h"

const char producer_compressions[] = "none gzip snappy lz4 zstd";

enum {
    LINGER_MS_DEFAULT = 5,
    TRANSACTION_MS_DEFAULT = 60000,
    POLL_MS = 100,
    NUMBER_SIZE = 16,
};

struct producer {
    struct rdkafka *handle;
    bool in_transaction;
    bool broken;
    int64_t begun_ns;
    int64_t transaction_ns;
    uint64_t sent; /* of this transaction */
    uint64_t delivered;
    rd_kafka_resp_err_t failure; /* of the first message that did not arrive */
    int64_t ends[CLUSTER_PARTITIONS_MAX];
};

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    struct producer *p = ((struct rdkafka *)opaque)->context;
    (void)client;
    if (message->err) {
        if (!p->failure)
            p->failure = message->err;
        return;
    }
    p->delivered++;
    /* tracked ones bear their producer */
    if (message->_private == p && message->partition >= 0 &&
        message->partition < CLUSTER_PARTITIONS_MAX)
        p->ends[message->partition] = message->offset + 1;
}

/* --- Opening ------------------------------------------------------------------------------ */

static bool open_handle(const struct producer_options *o, struct producer *p, struct error *err)
{
    char linger[NUMBER_SIZE], timeout[NUMBER_SIZE], size[NUMBER_SIZE];
    int64_t linger_ms = o->linger_ns > 0 ? o->linger_ns / 1000000 : LINGER_MS_DEFAULT;
    int64_t timeout_ms = o->transaction_timeout_ns > 0 ? o->transaction_timeout_ns / 1000000
                                                       : TRANSACTION_MS_DEFAULT;
    snprintf(linger, sizeof linger, "%" PRId64, linger_ms);
    snprintf(timeout, sizeof timeout, "%" PRId64, timeout_ms);
    snprintf(size, sizeof size, "%d", CLUSTER_MESSAGE_MAX);
    p->transaction_ns = timeout_ms * 1000000;
    const struct rdkafka_property properties[] = {
        {"transactional.id", o->transactional_id},
        {"transaction.timeout.ms", timeout},
        {"message.timeout.ms", timeout},
        {"compression.type", o->compression ? o->compression : "lz4"},
        {"linger.ms", linger},
        {"message.max.bytes", size},
        /* what Java's clients do, so that a topic joins with others by partition */
        {"partitioner", "murmur2_random"},
        /* of what is queued, with its headers; keeps the process within 64 MiB */
        {"queue.buffering.max.messages", "5000"},
        {"queue.buffering.max.kbytes", "4096"},
    };
    return rdkafka_open(RD_KAFKA_PRODUCER, o->cluster, properties,
                        sizeof properties / sizeof *properties, on_delivery, p, &p->handle,
                        err);
}

static rd_kafka_resp_err_t ask_for_topic(struct producer *p, rd_kafka_topic_t *topic)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(p->handle->client, 0, topic, &metadata, p->handle->wait_ms);
    if (!code && metadata->topic_cnt == 1)
        code = metadata->topics[0].err;
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    return code;
}

static void free_topic(rd_kafka_topic_t **topic)
{
    if (*topic)
        rd_kafka_topic_destroy(*topic);
}

/* The nodes of a cluster learn of a new topic one after the other, and any of them may be the one
 * that is asked. */
static bool is_young(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

static bool wait_for_topic(struct producer *p, const char *name, struct error *err)
{
    AUTO(free_topic)
    rd_kafka_topic_t *topic = rd_kafka_topic_new(p->handle->client, name, NULL);
    if (!topic)
        return error_memory(err);
    int64_t deadline = clock_monotonic_ns() + p->handle->wait_ms * (CLOCK_SECOND_NS / 1000);
    for (;;) {
        rd_kafka_resp_err_t code = ask_for_topic(p, topic);
        if (!code)
            return true;
        if (!is_young(code) || clock_monotonic_ns() > deadline)
            return rdkafka_fail(p->handle, code, NULL, err, "topic %s", name);
        if (!clock_sleep_ns(POLL_MS * (CLOCK_SECOND_NS / 1000)))
            return error_set(err, ERROR_STOPPED, "stopped while topic %s comes up", name);
    }
}

/* A first commit takes a second, unless the topics are known before it: then milliseconds. */
static bool ask_for_topics(struct producer *p, const char *const *topics, struct error *err)
{
    for (size_t i = 0; topics[i]; i++)
        if (!wait_for_topic(p, topics[i], err))
            return false;
    return true;
}

static void free_error(rd_kafka_error_t **error)
{
    if (*error)
        rd_kafka_error_destroy(*error);
}

/* The brokers answer the same to both. Which one it was decides what to do next: make way, or
 * begin anew. */
static bool fail_fenced(const struct producer *p, const char *what, struct error *err)
{
    bool young = clock_monotonic_ns() - p->begun_ns < p->transaction_ns;
    return error_set(err, young ? ERROR_BUSY : ERROR_NETWORK,
                     "Kafka: %s: fenced: another run delivers this stream, or our own "
                     "transaction timed out (after %" PRId64 " s)",
                     what, p->transaction_ns / CLOCK_SECOND_NS);
}

static bool is_fencing(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
           code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

/* Messages are given up with these codes when the transaction has failed, for its reason. */
static bool is_purge(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

/* Puts *err for a step of the transaction that failed. */
static bool fail_step(struct producer *p, const rd_kafka_error_t *error, const char *what,
                      struct error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    if (is_fencing(code) || is_fencing(p->failure))
        return fail_fenced(p, what, err);
    /* why a message was refused is told to its delivery report alone */
    if (p->failure && !is_purge(p->failure))
        return rdkafka_fail(p->handle, p->failure, NULL, err, "%s", what);
    return rdkafka_fail(p->handle, code, rd_kafka_error_string(error), err, "%s", what);
}

static bool take_fence(struct producer *p, struct error *err)
{
    for (int tries = 1;; tries++) {
        AUTO(free_error)
        rd_kafka_error_t *error =
            rd_kafka_init_transactions(p->handle->client, p->handle->wait_ms);
        if (!error)
            return true;
        if (!rd_kafka_error_is_retriable(error) || tries == 2)
            return fail_step(p, error, "taking the fence", err);
    }
}

bool producer_open(const struct producer_options *options, struct producer **ret_producer,
                   struct error *err)
{
    AUTO(producer_closep) struct producer *p = calloc(1, sizeof *p);
    if (!p)
        return error_memory(err);
    p->begun_ns = clock_monotonic_ns();
    if (!open_handle(options, p, err) || !ask_for_topics(p, options->topics, err) ||
        !take_fence(p, err))
        return false;
    *ret_producer = steal(&p);
    return true;
}

void producer_close(struct producer *p)
{
    if (!p)
        return;
    if (p->handle)
        rd_kafka_purge(p->handle->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rdkafka_close(p->handle);
    free(p);
}

bool producer_is_broken(const struct producer *p)
{
    return p->broken;
}

/* --- A transaction ------------------------------------------------------------------------ */

bool producer_begin(struct producer *p, struct error *err)
{
    if (p->broken || p->in_transaction)
        return error_set(err, ERROR_BUG, "producer_begin out of order");
    AUTO(free_error) rd_kafka_error_t *error = rd_kafka_begin_transaction(p->handle->client);
    p->begun_ns = clock_monotonic_ns();
    p->sent = p->delivered = 0;
    p->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error) {
        p->broken = true;
        return fail_step(p, error, "beginning a transaction", err);
    }
    p->in_transaction = true;
    return true;
}

static rd_kafka_headers_t *make_headers(const struct producer_message *m)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(m->header_count);
    for (size_t i = 0; headers && i < m->header_count; i++)
        if (rd_kafka_header_add(headers, m->headers[i].name, -1, m->headers[i].value,
                                (ssize_t)m->headers[i].len)) {
            rd_kafka_headers_destroy(headers);
            return NULL;
        }
    return headers;
}

static rd_kafka_resp_err_t enqueue(struct producer *p, const struct producer_message *m)
{
    rd_kafka_headers_t *headers = make_headers(m);
    if (!headers)
        return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
    rd_kafka_resp_err_t code = rd_kafka_producev(
        p->handle->client, RD_KAFKA_V_TOPIC(m->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(m->key, m->key_len), RD_KAFKA_V_VALUE((void *)m->value, m->value_len),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(m->tracked ? p : NULL), RD_KAFKA_V_END);
    if (code) /* else they are the message's */
        rd_kafka_headers_destroy(headers);
    return code;
}

bool producer_send(struct producer *p, const struct producer_message *m,
                   const char **ret_refused, struct error *err)
{
    if (p->broken || !p->in_transaction)
        return error_set(err, ERROR_BUG, "producer_send out of order");
    int64_t deadline = clock_monotonic_ns() + p->transaction_ns;
    for (;;) {
        rd_kafka_resp_err_t code = enqueue(p, m);
        switch (code) {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            p->sent++;
            *ret_refused = NULL;
            if (p->sent % 256 == 0)
                rd_kafka_poll(p->handle->client, 0);
            return true;
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
            *ret_refused = "is larger than a message of Kafka may be (1000000 bytes)";
            return true;
        case RD_KAFKA_RESP_ERR__QUEUE_FULL:
            if (clock_monotonic_ns() > deadline)
                return rdkafka_fail(p->handle, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, err,
                                    "sending to topic %s: the queue stays full", m->topic);
            rd_kafka_poll(p->handle->client, POLL_MS);
            break;
        default: /* the transaction cannot be committed any more */
            if (p->failure)
                code = p->failure;
            if (is_fencing(code))
                return fail_fenced(p, "sending", err);
            return rdkafka_fail(p->handle, code, NULL, err, "sending to topic %s", m->topic);
        }
    }
}

bool producer_flush(struct producer *p, struct error *err)
{
    if (p->broken || !p->in_transaction)
        return error_set(err, ERROR_BUG, "producer_flush out of order");
    int64_t wait_ms = p->transaction_ns / 1000000;
    rd_kafka_resp_err_t code = rd_kafka_flush(p->handle->client, (int)wait_ms);
    if (!code && !p->failure && p->delivered == p->sent)
        return true;
    if (p->failure)
        code = p->failure;
    if (is_fencing(code))
        return fail_fenced(p, "sending", err);
    if (is_purge(code)) {
        char text[256];
        rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(p->handle->client, text, sizeof text);
        if (is_fencing(fatal))
            return fail_fenced(p, "sending", err);
        if (fatal)
            return rdkafka_fail(p->handle, fatal, text, err, "sending");
    }
    return rdkafka_fail(p->handle, code ? code : RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, err,
                        "%" PRIu64 " of %" PRIu64 " messages did not arrive",
                        p->sent - p->delivered, p->sent);
}

int64_t producer_end(const struct producer *p, int partition)
{
    return partition >= 0 && partition < CLUSTER_PARTITIONS_MAX ? p->ends[partition] : 0;
}

/* The brokers said no; anything else may have happened or not. */
static bool is_refusal(const rd_kafka_error_t *error)
{
    return rd_kafka_error_txn_requires_abort(error) &&
           rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__TIMED_OUT;
}

bool producer_commit(struct producer *p, struct error *err)
{
    if (p->broken || !p->in_transaction)
        return error_set(err, ERROR_BUG, "producer_commit out of order");
    /* longer than the brokers keep it open: when this wait ends they have decided */
    int wait_ms = (int)(p->transaction_ns / 1000000) + p->handle->wait_ms;
    AUTO(free_error)
    rd_kafka_error_t *error = rd_kafka_commit_transaction(p->handle->client, wait_ms);
    p->in_transaction = false;
    if (!error)
        return true;
    p->broken = true;
    fail_step(p, error, "committing", err);
    if (!is_refusal(error) && err->kind == ERROR_SINK)
        err->kind = ERROR_NETWORK;
    return false;
}

void producer_abort(struct producer *p)
{
    if (!p->in_transaction)
        return;
    p->in_transaction = false;
    if (p->broken)
        return;
    AUTO(free_error)
    rd_kafka_error_t *error = rd_kafka_abort_transaction(p->handle->client, p->handle->wait_ms);
    p->broken = error != NULL;
}
