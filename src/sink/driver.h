/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver of a sink does: sink/sink without the checks that are the same for all. One
 * constant a driver, a row of the table in registry.c; nothing else in the tree knows its name.
 * A driver works on one connection and one stream at a time:
 *
 *     open, prepare, (begin, position, [slice, clear,] write …, finish, commit or abort) …, close
 *
 * Errors say what the one who delivers is to do:
 *
 *     ERROR_NETWORK   the connection broke, or the sink is out of order for a while: close, open
 *                     anew, take the fence, read the marker, go on behind it. After a commit that
 *                     failed this way nobody knows whether it happened; the marker tells.
 *     ERROR_BUSY      somebody else holds the fence for longer than wait_ns
 *     ERROR_AUTH      the credentials were refused
 *     anything else   stop; safe to run again
 *
 * None of them holds row content.
 */
#ifndef SINK_DRIVER_H
#define SINK_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/columns.h"
#include "record/schema.h"
#include "sink/ddl.h"
#include "sink/ledger.h"

enum { DRIVER_SETTINGS_MAX = 40, DRIVER_REASON_SIZE = 256 };

/* Why the second record of a key is not taken into a slice that was cleared for its rows. */
#define DRIVER_KEY_TWICE "its key was in this slice already"

enum driver_setting_type {
    DRIVER_TEXT,
    DRIVER_INTEGER, /* of 64 bits, between minimum and maximum */
    DRIVER_DURATION, /* text_parse_duration */
    DRIVER_SIZE, /* text_parse_size */
    DRIVER_BOOLEAN, /* "true" or "false" */
    DRIVER_CHOICE, /* one of choices, which blanks part */
    DRIVER_REFERENCE, /* a secret: crypto/reference.h, read when the driver connects */
};

/* A key of the sink's section in the configuration. The driver gets its value as the text that
 * is in force, checked against the type. */
struct driver_setting {
    const char *key;
    enum driver_setting_type type;
    const char *choices;
    int64_t minimum;
    int64_t maximum;
    const char *fallback; /* NULL: unset */
    const char *help;
};

/* Borrowed by the connection until it is closed. */
struct driver_options {
    const char *const *values; /* by the driver's settings; NULL: unset */
    const char *state; /* the state folder */
    bool read_only; /* for plan, position, next and contents alone; nothing is made */
    int64_t wait_ns; /* for locks of others */
};

/* What is delivered where. Borrowed by the driver from prepare to close. */
struct driver_stream {
    const char *stage_id; /* in hex */
    const char *source;
    const char *name;
    const struct schema *schema;
    const char *run; /* of ours, who delivers: 32 letters of hex */
};

/* The segment that records come from. */
struct driver_segment {
    int64_t seq;
    int64_t created_ns;
    const uint8_t *schema_digest; /* DIGEST_SIZE bytes */
    const uint8_t *policy_digest;
};

struct driver_record {
    const struct driver_segment *segment;
    uint32_t index; /* in its segment, from 0 */
    const char *line; /* masked JSON, without newline */
    size_t len;
    const struct columns_value *values; /* the same by the schema's columns */
};

enum driver_verdict {
    DRIVER_DONE, /* everything that was written can be committed */
    DRIVER_AGAIN, /* abort and write the batch again: the driver will go another way */
    DRIVER_REFUSED, /* the same, without a record that the sink does not take */
};

struct driver_outcome {
    enum driver_verdict verdict;
    int64_t record; /* DRIVER_REFUSED: which one, counted from 0 since begin; -1: not known */
    char reason[DRIVER_REASON_SIZE]; /* DRIVER_REFUSED: why, without any value */
    uint64_t changed; /* DRIVER_DONE: rows that are not what they were before */
};

/* A batch ends with the segment that reaches one of these. */
struct driver_limits {
    uint64_t records;
    uint64_t bytes; /* of masked JSON */
    int64_t age_ns; /* how long to wait for more before what is there is committed */
};

/* A record that is in the sink, as somebody else reads it. */
struct driver_content {
    const char *stage_id;
    int64_t seq;
    uint32_t index;
    const void *value; /* NULL: a tombstone */
    size_t len;
};

/* What a log as a whole tells of records that are not there. */
struct driver_log {
    bool trimmed; /* its beginning is gone: retention, or somebody, deleted it */
    bool compacted; /* a record may go when a later one has its key */
};

typedef bool driver_visit(void *context, const struct driver_content *content,
                          struct error *err);

struct driver {
    const char *name; /* what [section] driver says */
    const char *sink; /* its section, and what the stage calls it in its positions */
    const char *enabled_by; /* the key that turns it on when set; NULL: [section] driver does */
    const struct driver_setting *settings;
    size_t setting_count;

    bool (*open)(const struct driver_options *options, void **ret_connection,
                 struct error *err);
    void (*close)(void *connection); /* aborts what is open; NULL is accepted */
    struct driver_limits (*limits)(const void *connection);

    /* Appends, without a connection, all that the stream needs there: to be reviewed and run by
     * somebody who may. */
    bool (*script)(const struct driver_options *options, const struct driver_stream *stream,
                   struct buffer *ret_script, struct error *err);
    /* Appends what prepare would run. */
    bool (*plan)(void *connection, const struct driver_stream *stream,
                 struct buffer *ret_script, struct ddl_change *ret_change, struct error *err);
    /* Makes what is missing, in a transaction where the sink has them. */
    bool (*prepare)(void *connection, const struct driver_stream *stream,
                    struct ddl_change *ret_change, struct error *err);

    /* Takes the fence of the stream: nobody else can deliver it until commit or abort. */
    bool (*begin)(void *connection, const struct driver_stream *stream, struct error *err);
    bool (*position)(void *connection, const struct driver_stream *stream,
                     struct ledger_marker *ret_marker, struct error *err);
    /* Where slices are replaced (x-write replace), after begin: what is written in this
     * transaction are rows of this slice (tablecolumn_slice). clear removes those that are there;
     * *ret_rows: how many there were. What is written behind it is all that the slice has: a
     * second record of a key is refused. NULL for a log, which gets all there is. */
    bool (*slice)(void *connection, const struct driver_stream *stream, const char *slice,
                  struct error *err);
    bool (*clear)(void *connection, const struct driver_stream *stream, int64_t *ret_rows,
                  struct error *err);
    /* *ret_refused is NULL, or why the sink does not take this record: a constant, without any
     * value; the batch goes on without it. */
    bool (*write)(void *connection, const struct driver_stream *stream,
                  const struct driver_record *record, const char **ret_refused,
                  struct error *err);
    /* Everything short of the commit. */
    bool (*finish)(void *connection, const struct driver_stream *stream,
                   struct driver_outcome *ret_outcome, struct error *err);
    /* Records and marker become durable together. entry NULL: without a marker, for records
     * that were delivered before. */
    bool (*commit)(void *connection, const struct driver_stream *stream,
                   const struct ledger_entry *entry, struct error *err);
    void (*abort)(void *connection); /* nothing to undo is no error */

    /* The first entry of the ledger whose last_seq is above after_seq. NULL: the sink keeps its
     * newest one only. */
    bool (*next)(void *connection, const struct driver_stream *stream, int64_t after_seq,
                 bool *ret_found, struct ledger_entry *ret_entry, struct error *err);
    /* Every record that is there, of whatever stage. NULL: rows do not tell where they are from. */
    bool (*contents)(void *connection, const struct driver_stream *stream, driver_visit *visit,
                     void *context, struct driver_log *ret_log, struct error *err);
};

#endif
