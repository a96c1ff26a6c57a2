/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place of librdkafka's header; for cluster, topics, producer and consumer alone. A
 * handle is a librdkafka instance together with what its threads last said about failing: the
 * calls themselves only answer that they timed out.
 */
#ifndef NET_RDKAFKA_H
#define NET_RDKAFKA_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "net/cluster.h"

enum { RDKAFKA_CAUSE_SIZE = 320 };

struct rdkafka {
    rd_kafka_t *client;
    void *context; /* the owner's, in callbacks */
    int wait_ms;
    bool loopback_only;
    bool scram;
    pthread_mutex_t lock;
    char cause[RDKAFKA_CAUSE_SIZE]; /* under lock; "" when nothing failed yet */
};

/* A property of this kind of handle; the rest is the cluster's. */
struct rdkafka_property {
    const char *name;
    const char *value; /* NULL: not set */
};

/* on_delivery: of a producer, else NULL; its opaque is the handle. */
bool rdkafka_open(rd_kafka_type_t type, const struct cluster_options *options,
                  const struct rdkafka_property *properties, size_t count,
                  void (*on_delivery)(rd_kafka_t *client, const rd_kafka_message_t *message,
                                      void *opaque),
                  void *context, struct rdkafka **ret_handle, struct error *err);
/* Drops what was not delivered. NULL is accepted. */
void rdkafka_close(struct rdkafka *handle);
CLEANUP_DEFINE(struct rdkafka, rdkafka_close)

/* Puts *err from a code and librdkafka's own text for it (NULL: its usual one); what names the
 * step ("describe topic x"). Returns false. */
bool rdkafka_fail(struct rdkafka *handle, rd_kafka_resp_err_t code, const char *text,
                  struct error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
