/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a Kafka cluster is reached: an allow-list of what can be set, and what holds for every
 * connection whatever is set. TLS always verifies the peer and its name; plain text never leaves
 * this machine, wherever a broker says it is; topics are never made by asking for them; the
 * queue and every wait have a maximum.
 *
 *     cluster ─▶ topics     what is there, and making it
 *             ├▶ producer   transactions
 *             └▶ consumer   reading back
 *
 * librdkafka is known to the files of this picture alone (net/rdkafka.h).
 *
 * Errors of all of them: ERROR_AUTH (credentials or permissions refused), ERROR_NETWORK (no
 * answer, or not in time: try again later), ERROR_CONFIG (an option), ERROR_SINK (anything else).
 * A wait that ended for nothing says why the connections failed, which librdkafka tells
 * elsewhere.
 */
#ifndef NET_CLUSTER_H
#define NET_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/secret.h"

enum {
    CLUSTER_TOPIC_MAX = 249, /* letters of a topic's name */
    CLUSTER_PARTITIONS_MAX = 1024, /* of a topic that we write or read */
    CLUSTER_MESSAGE_MAX = 1000000, /* bytes; what brokers take unless told otherwise */
};

/* Borrowed until the handles made of it are closed. */
struct cluster_options {
    const char *brokers; /* "host:port,host:port" */
    const char *security; /* plaintext ssl sasl_plaintext sasl_ssl; NULL: plaintext */
    const char *mechanism; /* PLAIN SCRAM-SHA-256 SCRAM-SHA-512; NULL: PLAIN */
    const char *username;
    const struct secret *password;
    const char *ca_file; /* PEM; NULL: the system's authorities */
    const char *certificate; /* PEM file of our own certificate, or NULL */
    const struct secret *key; /* PEM, of the certificate */
    const struct secret *key_password;
    int64_t wait_ns; /* for any one answer; 0: 30 s */
};

/* The words of security and mechanism, parted by blanks. */
extern const char cluster_securities[];
extern const char cluster_mechanisms[];

/* "2.0.2", of the librdkafka in use. *ret_sound false: one that may send a batch again otherwise
 * than it was (2.2.0 to 2.4.x, its issue 4750). */
const char *cluster_library(bool *ret_sound);

/* ERROR_CONFIG: brokers that are none, what does not fit together, or plain text to another
 * machine. Nothing is connected to. */
bool cluster_check(const struct cluster_options *options, struct error *err);

#endif
