/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a stream wants its topic: the annotation x-topic of a schema (record/schema.h). Whatever it
 * leaves out is the sink's to say.
 *
 *     "x-topic": {"name": "crm.customers", "partitions": 6, "replication": 3,
 *                 "retention": "30d", "cleanup": "compact",
 *                 "tombstone": {"column": "deleted", "equals": "true"}}
 *
 * retention "0" is for ever. A record whose tombstone column has that text (as the line has it,
 * a string without its quotes) is published as a tombstone: its key, and no value.
 */
#ifndef RECORD_TOPIC_H
#define RECORD_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/place.h"
#include "record/column.h"

enum {
    TOPIC_NAME_MAX = 249, /* Kafka's */
    TOPIC_PARTITIONS_MAX = 1024,
    TOPIC_REPLICATION_MAX = 100,
    TOPIC_EQUALS_MAX = 256,
};

enum topic_cleanup { TOPIC_DELETE, TOPIC_COMPACT };

/* "delete", "compact"; NULL-terminated. */
extern const char *const topic_cleanup_names[];

struct topic_wish {
    char *name; /* NULL: made of source and stream */
    int64_t partitions; /* 0: not said */
    int64_t replication; /* 0: not said */
    int64_t retention_ns; /* -1: not said; 0: for ever */
    int cleanup; /* enum topic_cleanup; -1: not said */
    int tombstone_column; /* -1: none */
    char *tombstone_equals;
};

/* Nothing is said. */
void topic_init(struct topic_wish *wish);
void topic_done(struct topic_wish *wish);

/* Reads the annotation at its place into an initialised wish. ERROR_MANIFEST. */
bool topic_read(struct topic_wish *wish, struct place *at, const json_t *json,
                const struct column_list *columns, struct error *err);

/* [a-zA-Z0-9._-]{1,249}, neither "." nor "..". */
bool topic_is_name(const char *text);

#endif
