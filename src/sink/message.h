/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record is in a log: key, value and headers. Pure.
 *
 *     key      the masked values of the x-key columns, as the warehouse has them: of one column
 *              its text, of several a JSON array of texts and integers ("[17,\"eu\"]"); none
 *              without x-key
 *     value    the masked JSON line; none (a tombstone) where x-topic says so
 *     headers  where the record comes from, in one of two framings:
 *
 *         json          cloudevents 1.0 (binary mode)
 *         source        ce_source       "crm"            "/crm/customers"
 *         stream        ce_type         "customers"      "extract.crm.customers"
 *         stage         ce_stage        the stage, in hex
 *         seq           ce_seq          the segment's number
 *         index         ce_index        the record's place in it, from 0
 *         time          ce_time         when it was fetched
 *         schema        ce_schema       digest of the schema that it was staged under
 *         policy        ce_policy       digest of the masking policy
 *         batch         ce_batch        STAGE/SEQ of the first record of its transaction
 *         traceparent   traceparent     W3C trace context: the run that sent it, and the batch
 *         content-type  content-type    application/json
 *                       ce_specversion  1.0
 *                       ce_id           STAGE/SEQ/INDEX: the same however often it is sent
 *
 * The trace is the run: its id in hex, as in the audit log and the summary. The span is the
 * batch: what digests to it is STREAM/BATCH, so two streams of a run have two.
 */
#ifndef SINK_MESSAGE_H
#define SINK_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "net/consumer.h"
#include "net/producer.h"
#include "sink/driver.h"

enum {
    MESSAGE_KEY_MAX = CLUSTER_MESSAGE_MAX,
    MESSAGE_VALUES = 15, /* of the headers, in either framing */
    MESSAGE_VALUE_SIZE = 160,
    MESSAGE_HEADERS_MAX = 13,
};

/* The headers of one record after another in one transaction; those of the transaction and of a
 * segment are made once. */
struct message {
    const struct driver_stream *stream;
    bool cloudevents;
    int64_t seq; /* that the values are of; 0: none, and no batch either */
    char values[MESSAGE_VALUES][MESSAGE_VALUE_SIZE];
    size_t lengths[MESSAGE_VALUES];
    struct producer_header headers[MESSAGE_HEADERS_MAX];
};

void message_init(struct message *m, const struct driver_stream *stream, bool cloudevents);
/* Fills m->headers; returns how many. They are valid until the next call. */
size_t message_headers(struct message *m, const struct driver_record *record);

/* Puts the key in place of what was there; *ret_key is NULL when there is none, else its data.
 * False when memory is out or the key is longer than any message. */
bool message_key(const struct schema *schema, const struct columns_value *values,
                 struct buffer *key, const void **ret_key);
bool message_is_tombstone(const struct schema *schema, const struct columns_value *values);

/* Where a record that was read back comes from. What is not ours comes out as of stage "". */
void message_origin(const struct consumer_record *record, struct driver_content *ret_content);

#endif
