/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transactional producer. Opening it is a fence: any other producer with the same
 * transactional id can commit nothing from then on, and what it had open is ended.
 *
 *     open ─▶ (begin ─▶ send … ─▶ flush ─▶ commit | abort) … ─▶ close
 *
 * A record counts when its delivery was reported, never when it was queued. When the outcome of
 * a commit or of anything else is unknown, the producer is broken: it answers nothing but
 * errors, and close is the only way on. A new one (whose fence ends the old one's transaction
 * for good) can then find out what became of it. Nothing is ever committed twice "to be sure":
 * the protocol lets a late commit end a transaction that is not its own.
 *
 * One thread. Errors: net/cluster.h, and ERROR_BUSY when another producer took the fence.
 */
#ifndef NET_PRODUCER_H
#define NET_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "net/cluster.h"

enum { PRODUCER_HEADERS_MAX = 24 };

/* The words of compression, parted by blanks. */
extern const char producer_compressions[];

struct producer_options {
    const struct cluster_options *cluster;
    const char *transactional_id;
    const char *compression; /* NULL: lz4 */
    int64_t linger_ns; /* 0: 5 ms */
    int64_t transaction_timeout_ns; /* 0: 60 s; the brokers abort what is open for longer */
    const char *const *topics; /* NULL-terminated: all that will be written to */
};

struct producer_header {
    const char *name;
    const char *value;
    size_t len;
};

/* Copied when sent. */
struct producer_message {
    const char *topic;
    const void *key; /* NULL: none */
    size_t key_len;
    const void *value; /* NULL: a tombstone */
    size_t value_len;
    const struct producer_header *headers; /* at most PRODUCER_HEADERS_MAX */
    size_t header_count;
    bool tracked; /* producer_end knows where it came to lie; for one topic */
};

struct producer;

bool producer_open(const struct producer_options *options, struct producer **ret_producer,
                   struct error *err);
void producer_close(struct producer *p);
CLEANUP_DEFINE(struct producer, producer_close)

bool producer_is_broken(const struct producer *p);

bool producer_begin(struct producer *p, struct error *err);
/* Queues; waits while the queue is full. *ret_refused: NULL, or why this message can never be
 * sent (static text); it is not part of the transaction then, and all others are. */
bool producer_send(struct producer *p, const struct producer_message *message,
                   const char **ret_refused, struct error *err);
/* True when every message of the transaction has arrived. */
bool producer_flush(struct producer *p, struct error *err);
/* The offset behind the last tracked message of a partition, 0: none yet. */
int64_t producer_end(const struct producer *p, int partition);
/* After flush. After a failure nobody knows whether it happened, and the producer is broken;
 * ERROR_AUTH and ERROR_SINK are refusals, which a repetition would meet again. */
bool producer_commit(struct producer *p, struct error *err);
/* Ends the transaction without its messages, if one is open. Never fails: a producer that
 * cannot is broken. */
void producer_abort(struct producer *p);

#endif
