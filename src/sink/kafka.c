/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/kafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "net/consumer.h"
#include "net/producer.h"
#include "net/topics.h"
#include "sink/kafka_settings.h"
#include "sink/marker.h"
#include "sink/message.h"
#include "sink/topic_plan.h"

/* Brokers look every 10 s for transactions that are open for too long. */
#define ABANDONED_NS (15 * CLOCK_SECOND_NS)

enum { MARKER_RECORD_MAX = 16 * 1024 * 1024 }; /* whatever it is that bears our key */

struct kafka {
    struct kafka_settings settings;
    struct topics *topics;
    struct topic_plan state;

    /* Of the stream in hand. */
    char id[MARKER_ID_SIZE]; /* its transactional id, and the key of its marker */
    struct topic_plan data;
    struct producer *producer; /* NULL: the fence is not ours */
    bool marker_is_known; /* since the fence was taken */
    struct marker marker;
    struct message message;
    struct buffer key;
    uint64_t written; /* in the transaction */
};

/* --- Opening ------------------------------------------------------------------------------ */

static void drop_fence(struct kafka *k)
{
    producer_close(k->producer);
    k->producer = NULL;
    k->marker_is_known = false;
}

static void kafka_close(void *connection)
{
    struct kafka *k = connection;
    if (!k)
        return;
    drop_fence(k);
    topics_close(k->topics);
    kafka_settings_done(&k->settings);
    buffer_done(&k->key);
    free(k);
}

static void kafka_closep(struct kafka **k)
{
    kafka_close(*k);
}

static bool kafka_open(const struct driver_options *options, void **ret_connection,
                       struct error *err)
{
    AUTO(kafka_closep) struct kafka *k = calloc(1, sizeof *k);
    if (!k)
        return error_memory(err);
    buffer_init(&k->key, MESSAGE_KEY_MAX);
    if (!kafka_settings_read(options, true, &k->settings, err) ||
        !topics_open(&k->settings.cluster, &k->topics, err))
        return false;
    topic_plan_state(&k->settings, &k->state);
    *ret_connection = steal(&k);
    return true;
}

static struct driver_limits kafka_limits(const void *connection)
{
    const struct kafka *k = connection;
    return k->settings.limits;
}

static bool make_id(const struct kafka_settings *s, const struct driver_stream *stream,
                    char ret_id[MARKER_ID_SIZE], struct error *err)
{
    int len = snprintf(ret_id, MARKER_ID_SIZE, "%s/%s/%s", s->deployment, stream->source,
                       stream->name);
    return len < MARKER_ID_SIZE || error_set(err, ERROR_CONFIG, "[kafka] deployment: too long");
}

/* Turns to a stream; another one's fence is given back. */
static bool use_stream(struct kafka *k, const struct driver_stream *stream, struct error *err)
{
    char id[MARKER_ID_SIZE];
    if (!make_id(&k->settings, stream, id, err) ||
        !topic_plan_data(&k->settings, stream, &k->data, err))
        return false;
    if (strcmp(id, k->id) != 0)
        drop_fence(k);
    memcpy(k->id, id, sizeof id);
    return true;
}

/* --- The marker --------------------------------------------------------------------------- */

/* The newest record of our key; what stood there before counts for nothing. */
struct newest {
    const char *id;
    struct buffer value;
    bool found;
};

static bool take_newest(void *context, const struct consumer_record *record, struct error *err)
{
    struct newest *n = context;
    if (record->key_len != strlen(n->id) || memcmp(record->key, n->id, record->key_len) != 0)
        return true;
    n->found = record->value != NULL; /* a tombstone: somebody took it back */
    buffer_clear(&n->value);
    return !record->value || buffer_append(&n->value, record->value, record->value_len) ||
           error_memory(err);
}

static void newest_done(struct newest *n)
{
    buffer_done(&n->value);
}

/* A marker that retention takes away, or that may be older than one of another partition, is
 * none. */
static bool check_state_topic(const struct kafka *k, const struct topics_shape *found,
                              struct error *err)
{
    const char *name = k->state.name;
    if (found->partitions > 1)
        return error_set(err, ERROR_SINK,
                         "topic %s has %d partitions, and markers need one that has a single "
                         "partition: name another [kafka] state_topic",
                         name, found->partitions);
    if (found->partitions == 1 && found->configured && strcmp(found->cleanup, "compact") != 0)
        return error_set(err, ERROR_SINK,
                         "topic %s has cleanup.policy=%s, which deletes markers: run "
                         "kafka-configs.sh --alter --topic %s --add-config "
                         "cleanup.policy=compact",
                         name, found->cleanup, name);
    return true;
}

/* Whoever holds the fence has seen the topic: a node that does not know it is behind the others. */
static bool is_behind(const struct kafka *k, const struct topics_shape *found)
{
    return k->producer && found->partitions == 0;
}

static bool fail_behind(const char *topic, struct error *err)
{
    return error_set(err, ERROR_NETWORK, "Kafka: a broker does not know topic %s", topic);
}

static bool read_marker(struct kafka *k, struct marker *ret_marker, struct error *err)
{
    struct topics_shape state;
    struct topics_range range;
    ret_marker->found = false;
    if (!topics_describe(k->topics, k->state.name, &state, err) ||
        !check_state_topic(k, &state, err))
        return false;
    if (is_behind(k, &state))
        return fail_behind(k->state.name, err);
    if (state.partitions == 0)
        return true;
    AUTO(newest_done) struct newest newest = {.id = k->id, .value = {.max = MARKER_RECORD_MAX}};
    if (!topics_ends(k->topics, k->state.name, 1, &range, err) ||
        !consumer_read(&k->settings.cluster, k->state.name, &range, 1,
                       k->settings.transaction_timeout_ns + ABANDONED_NS, take_newest, &newest,
                       err))
        return false;
    return !newest.found || marker_read(newest.value.data, newest.value.len, ret_marker, err) ||
           error_prefix(err, "topic %s, key %s", k->state.name, k->id);
}

static bool check_partitions(const struct kafka *k, const struct topics_shape *found,
                             struct error *err)
{
    return found->partitions <= CLUSTER_PARTITIONS_MAX ||
           error_set(err, ERROR_SINK, "topic %s has more than %d partitions", k->data.name,
                     CLUSTER_PARTITIONS_MAX);
}

/* Is the topic still the one that the marker is of? */
static bool check_marker(struct kafka *k, const struct driver_stream *stream,
                         const struct topics_shape *found, const struct marker *marker,
                         struct error *err)
{
    struct topics_range ranges[CLUSTER_PARTITIONS_MAX];
    return !marker->found ||
           (check_partitions(k, found, err) &&
            topics_ends(k->topics, k->data.name, found->partitions, ranges, err) &&
            marker_check(marker, stream->name, k->data.name, ranges, found->partitions, err));
}

static bool learn_marker(struct kafka *k, const struct driver_stream *stream, struct error *err)
{
    struct topics_shape found;
    k->marker_is_known = false;
    if (!read_marker(k, &k->marker, err) ||
        !topics_describe(k->topics, k->data.name, &found, err))
        return false;
    if (is_behind(k, &found))
        return fail_behind(k->data.name, err);
    if (!check_marker(k, stream, &found, &k->marker, err))
        return false;
    k->marker_is_known = k->producer != NULL;
    return true;
}

static bool kafka_position(void *connection, const struct driver_stream *stream,
                           struct ledger_marker *ret_marker, struct error *err)
{
    struct kafka *k = connection;
    struct ledger_marker found = {0};
    if (!use_stream(k, stream, err) || (!k->marker_is_known && !learn_marker(k, stream, err)))
        return false;
    if (k->marker.found && strcmp(k->marker.stage_id, stream->stage_id) == 0) {
        found.found = true;
        found.last = k->marker.entry;
    } else if (k->marker.found) {
        snprintf(found.other_stage, sizeof found.other_stage, "%s", k->marker.stage_id);
        snprintf(found.other_stream, sizeof found.other_stream, "%s", stream->name);
    }
    *ret_marker = found;
    return true;
}

/* --- Topics ------------------------------------------------------------------------------- */

static bool kafka_script(const struct driver_options *options,
                         const struct driver_stream *stream, struct buffer *ret_script,
                         struct error *err)
{
    struct kafka_settings s;
    struct topic_plan state, data;
    char id[MARKER_ID_SIZE];
    if (!kafka_settings_read(options, false, &s, err) || !make_id(&s, stream, id, err) ||
        !topic_plan_data(&s, stream, &data, err))
        return false;
    topic_plan_state(&s, &state);
    return (topic_plan_create(&s, &state, ret_script) &&
            topic_plan_create(&s, &data, ret_script) &&
            topic_plan_permissions(&s, &data, id, ret_script)) ||
           error_memory(err);
}

/* What is there of the stream's two topics. A topic that is gone although its marker is there
 * is not made again. */
static bool look(struct kafka *k, const struct driver_stream *stream,
                 struct topics_shape *ret_state, struct topics_shape *ret_data,
                 struct error *err)
{
    struct marker marker;
    if (!use_stream(k, stream, err) ||
        !topics_describe(k->topics, k->state.name, ret_state, err) ||
        !check_state_topic(k, ret_state, err) ||
        !topics_describe(k->topics, k->data.name, ret_data, err) ||
        !check_partitions(k, ret_data, err))
        return false;
    return ret_data->partitions > 0 || ret_state->partitions == 0 ||
           (read_marker(k, &marker, err) && check_marker(k, stream, ret_data, &marker, err));
}

static bool note_difference(const struct kafka *k, const struct topics_shape *found,
                            struct ddl_change *change, struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, sizeof change->note);
    if (!topic_plan_difference(&k->data, found, &text))
        return error_memory(err);
    if (text.len > 0)
        snprintf(change->note, sizeof change->note, "topic %s has %.*s", k->data.name,
                 (int)text.len, (const char *)text.data);
    return true;
}

static bool kafka_plan(void *connection, const struct driver_stream *stream,
                       struct buffer *ret_script, struct ddl_change *ret_change,
                       struct error *err)
{
    struct kafka *k = connection;
    struct topics_shape state, data;
    if (!look(k, stream, &state, &data, err))
        return false;
    struct ddl_change change = {.creates = data.partitions == 0};
    if ((state.partitions == 0 && !topic_plan_create(&k->settings, &k->state, ret_script)) ||
        (data.partitions == 0 && !topic_plan_create(&k->settings, &k->data, ret_script)) ||
        (data.partitions > 0 && !topic_plan_alter(&k->settings, &k->data, &data, ret_script)))
        return error_memory(err);
    if (data.partitions > 0 && !note_difference(k, &data, &change, err))
        return false;
    *ret_change = change;
    return true;
}

static bool kafka_prepare(void *connection, const struct driver_stream *stream,
                          struct ddl_change *ret_change, struct error *err)
{
    struct kafka *k = connection;
    struct topics_shape state, data;
    if (!look(k, stream, &state, &data, err))
        return false;
    struct ddl_change change = {.creates = data.partitions == 0};
    if (state.partitions == 0 && !topics_create(k->topics, k->state.name, &k->state.shape, err))
        return false;
    crashpoint("kafka.prepare");
    if (data.partitions == 0 && !topics_create(k->topics, k->data.name, &k->data.shape, err))
        return false;
    if (data.partitions > 0 && !note_difference(k, &data, &change, err))
        return false;
    crashpoint("kafka.prepared");
    *ret_change = change;
    return true;
}

/* --- A transaction ------------------------------------------------------------------------ */

static bool take_fence(struct kafka *k, struct error *err)
{
    const char *const topics[] = {k->data.name, k->state.name, NULL};
    const struct producer_options options = {
        .cluster = &k->settings.cluster,
        .transactional_id = k->id,
        .compression = k->settings.compression,
        .transaction_timeout_ns = k->settings.transaction_timeout_ns,
        .topics = topics,
    };
    k->marker_is_known = false;
    return producer_open(&options, &k->producer, err);
}

static bool kafka_begin(void *connection, const struct driver_stream *stream, struct error *err)
{
    struct kafka *k = connection;
    if (!use_stream(k, stream, err))
        return false;
    if (k->producer && producer_is_broken(k->producer))
        drop_fence(k);
    if (!k->producer && !take_fence(k, err))
        return false;
    if (!producer_begin(k->producer, err)) {
        drop_fence(k);
        return false;
    }
    message_init(&k->message, stream, k->settings.cloudevents);
    k->written = 0;
    return true;
}

static bool kafka_write(void *connection, const struct driver_stream *stream,
                        const struct driver_record *record, const char **ret_refused,
                        struct error *err)
{
    struct kafka *k = connection;
    struct producer_message message = {.topic = k->data.name, .tracked = true};
    if (!message_key(stream->schema, record->values, &k->key, &message.key)) {
        *ret_refused = "has a key that is longer than a message of Kafka may be";
        return true;
    }
    message.key_len = k->key.len;
    if (!message_is_tombstone(stream->schema, record->values)) {
        message.value = record->line;
        message.value_len = record->len;
    }
    message.header_count = message_headers(&k->message, record);
    message.headers = k->message.headers;
    if (!producer_send(k->producer, &message, ret_refused, err))
        return false;
    k->written += !*ret_refused;
    return true;
}

static bool kafka_finish(void *connection, const struct driver_stream *stream,
                         struct driver_outcome *ret_outcome, struct error *err)
{
    struct kafka *k = connection;
    (void)stream;
    if (!producer_flush(k->producer, err))
        return false;
    *ret_outcome =
        (struct driver_outcome){.verdict = DRIVER_DONE, .record = -1, .changed = k->written};
    return true;
}

/* The marker that this transaction leaves behind. */
static void advance_marker(const struct kafka *k, const struct driver_stream *stream,
                           const struct ledger_entry *entry, struct marker *next)
{
    bool same = k->marker.found && strcmp(k->marker.topic, k->data.name) == 0;
    *next = same ? k->marker : (struct marker){0};
    next->found = true;
    next->entry = *entry;
    snprintf(next->stage_id, sizeof next->stage_id, "%s", stream->stage_id);
    snprintf(next->topic, sizeof next->topic, "%s", k->data.name);
    for (int i = 0; i < CLUSTER_PARTITIONS_MAX; i++) {
        int64_t end = producer_end(k->producer, i);
        if (end > next->ends[i])
            next->ends[i] = end;
        if (next->ends[i] > 0 && i >= next->partitions)
            next->partitions = i + 1;
    }
}

static bool send_marker(struct kafka *k, const struct marker *marker, struct error *err)
{
    const char *refused;
    AUTO(buffer_done) struct buffer value;
    buffer_init(&value, MARKER_VALUE_MAX);
    if (!marker_write(marker, &value))
        return error_memory(err);
    const struct producer_message message = {
        .topic = k->state.name,
        .key = k->id,
        .key_len = strlen(k->id),
        .value = value.data,
        .value_len = value.len,
    };
    if (!producer_send(k->producer, &message, &refused, err))
        return false;
    return !refused || error_set(err, ERROR_SINK, "the marker %s", refused);
}

static bool kafka_commit(void *connection, const struct driver_stream *stream,
                         const struct ledger_entry *entry, struct error *err)
{
    struct kafka *k = connection;
    struct marker next = k->marker;
    if (entry) {
        if (!k->marker_is_known)
            return error_set(err, ERROR_BUG, "stream %s: the marker was not read",
                             stream->name);
        advance_marker(k, stream, entry, &next);
        if (!send_marker(k, &next, err) || !producer_flush(k->producer, err))
            return false;
    }
    crashpoint("kafka.marked");
    if (!producer_commit(k->producer, err)) {
        drop_fence(k);
        return false;
    }
    crashpoint("kafka.committed");
    k->marker = next;
    return true;
}

static void kafka_abort(void *connection)
{
    struct kafka *k = connection;
    if (!k->producer)
        return;
    producer_abort(k->producer);
    if (producer_is_broken(k->producer))
        drop_fence(k);
}

/* --- Reading back ------------------------------------------------------------------------- */

struct visitor {
    driver_visit *visit;
    void *context;
};

static bool give_content(void *context, const struct consumer_record *record, struct error *err)
{
    const struct visitor *v = context;
    struct driver_content content;
    message_origin(record, &content);
    return v->visit(v->context, &content, err);
}

static bool kafka_contents(void *connection, const struct driver_stream *stream,
                           driver_visit *visit, void *context, struct driver_log *ret_log,
                           struct error *err)
{
    struct kafka *k = connection;
    struct topics_shape data;
    struct topics_range ranges[CLUSTER_PARTITIONS_MAX];
    struct visitor visitor = {.visit = visit, .context = context};
    if (!use_stream(k, stream, err) || !topics_describe(k->topics, k->data.name, &data, err) ||
        !check_partitions(k, &data, err))
        return false;
    *ret_log = (struct driver_log){.compacted = strstr(data.cleanup, "compact") != NULL};
    if (data.partitions == 0)
        return true;
    if (!topics_ends(k->topics, k->data.name, data.partitions, ranges, err))
        return false;
    for (int i = 0; i < data.partitions; i++)
        ret_log->trimmed |= ranges[i].first > 0;
    return consumer_read(&k->settings.cluster, k->data.name, ranges, data.partitions,
                         k->settings.transaction_timeout_ns + ABANDONED_NS, give_content,
                         &visitor, err);
}

const struct driver kafka_driver = {
    .name = "kafka",
    .sink = "kafka",
    .enabled_by = "brokers",
    .settings = kafka_settings_table,
    .setting_count = KAFKA_SETTINGS_COUNT,
    .open = kafka_open,
    .close = kafka_close,
    .limits = kafka_limits,
    .script = kafka_script,
    .plan = kafka_plan,
    .prepare = kafka_prepare,
    .begin = kafka_begin,
    .position = kafka_position,
    .write = kafka_write,
    .finish = kafka_finish,
    .commit = kafka_commit,
    .abort = kafka_abort,
    .contents = kafka_contents,
};
