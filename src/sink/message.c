/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "crypto/digest.h"

enum value {
    SOURCE,
    STREAM,
    STAGE,
    SEQ,
    INDEX,
    TIME,
    SCHEMA,
    POLICY,
    CONTENT_TYPE,
    SPEC_VERSION,
    ID,
    ORIGIN,
    TYPE,
    BATCH,
    TRACE,
    VALUES
};

_Static_assert((int)VALUES == (int)MESSAGE_VALUES, "a text a value");

static const struct row {
    const char *name;
    enum value value;
} json_rows[] = {
    {"source", SOURCE},
    {"stream", STREAM},
    {"stage", STAGE},
    {"seq", SEQ},
    {"index", INDEX},
    {"time", TIME},
    {"schema", SCHEMA},
    {"policy", POLICY},
    {"batch", BATCH},
    {"traceparent", TRACE},
    {"content-type", CONTENT_TYPE},
};

static const struct row cloudevents_rows[] = {
    {"ce_specversion", SPEC_VERSION},
    {"ce_id", ID},
    {"ce_source", ORIGIN},
    {"ce_type", TYPE},
    {"ce_time", TIME},
    {"ce_stage", STAGE},
    {"ce_seq", SEQ},
    {"ce_index", INDEX},
    {"ce_schema", SCHEMA},
    {"ce_policy", POLICY},
    {"ce_batch", BATCH},
    {"traceparent", TRACE},
    {"content-type", CONTENT_TYPE},
};

static void __attribute__((format(printf, 3, 4)))
put(struct message *m, enum value value, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(m->values[value], MESSAGE_VALUE_SIZE, format, arguments);
    va_end(arguments);
    m->lengths[value] = len < MESSAGE_VALUE_SIZE ? (size_t)len : MESSAGE_VALUE_SIZE - 1;
}

void message_init(struct message *m, const struct driver_stream *stream, bool cloudevents)
{
    *m = (struct message){.stream = stream, .cloudevents = cloudevents};
    put(m, SOURCE, "%s", stream->source);
    put(m, STREAM, "%s", stream->name);
    put(m, STAGE, "%s", stream->stage_id);
    put(m, CONTENT_TYPE, "application/json");
    put(m, SPEC_VERSION, "1.0");
    put(m, ORIGIN, "/%s/%s", stream->source, stream->name);
    put(m, TYPE, "extract.%s.%s", stream->source, stream->name);
}

static void put_digest(struct message *m, enum value value, const uint8_t *digest)
{
    char text[HEX_SIZE(DIGEST_SIZE)];
    hex_encode(digest, DIGEST_SIZE, text);
    put(m, value, "%s", text);
}

static void put_segment(struct message *m, const struct driver_segment *segment)
{
    char time[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(segment->created_ns, time);
    put(m, TIME, "%s", time);
    put(m, SEQ, "%" PRId64, segment->seq);
    put_digest(m, SCHEMA, segment->schema_digest);
    put_digest(m, POLICY, segment->policy_digest);
    m->seq = segment->seq;
}

/* Version 00, and 01: the trace was recorded (in the audit log). */
static void put_batch(struct message *m, int64_t first_seq)
{
    enum { SPAN_SIZE = 8 };
    struct digest_blake2b of;
    uint8_t digest[DIGEST_SIZE];
    char span[HEX_SIZE(SPAN_SIZE)];
    put(m, BATCH, "%s/%" PRId64, m->stream->stage_id, first_seq);
    digest_blake2b_init(&of);
    digest_blake2b_update(&of, m->values[STREAM], m->lengths[STREAM]);
    digest_blake2b_update(&of, "/", 1);
    digest_blake2b_update(&of, m->values[BATCH], m->lengths[BATCH]);
    digest_blake2b_finish(&of, digest);
    hex_encode(digest, SPAN_SIZE, span);
    put(m, TRACE, "00-%s-%s-01", m->stream->run, span);
}

size_t message_headers(struct message *m, const struct driver_record *record)
{
    if (m->seq == 0)
        put_batch(m, record->segment->seq);
    if (m->seq != record->segment->seq)
        put_segment(m, record->segment);
    put(m, INDEX, "%" PRIu32, record->index);
    if (m->cloudevents)
        put(m, ID, "%s/%" PRId64 "/%" PRIu32, m->stream->stage_id, m->seq, record->index);

    const struct row *rows = m->cloudevents ? cloudevents_rows : json_rows;
    size_t count = m->cloudevents ? sizeof cloudevents_rows / sizeof *cloudevents_rows
                                  : sizeof json_rows / sizeof *json_rows;
    for (size_t i = 0; i < count; i++)
        m->headers[i] = (struct producer_header){rows[i].name, m->values[rows[i].value],
                                                 m->lengths[rows[i].value]};
    return count;
}

/* --- Key and value ------------------------------------------------------------------------ */

static bool append_plain(struct buffer *key, const struct columns_value *value)
{
    return value->kind == COLUMNS_INTEGER ? buffer_printf(key, "%" PRId64, value->integer)
                                          : buffer_append(key, value->text, value->len);
}

static bool append_element(struct buffer *key, const struct columns_value *value)
{
    return value->kind == COLUMNS_INTEGER ? buffer_printf(key, "%" PRId64, value->integer)
                                          : json_append_quoted(key, value->text, value->len);
}

bool message_key(const struct schema *schema, const struct columns_value *values,
                 struct buffer *key, const void **ret_key)
{
    int columns[SCHEMA_KEY_MAX];
    size_t count = schema_key(schema, columns);
    buffer_clear(key);
    *ret_key = NULL;
    if (count == 0)
        return true;
    bool ok = buffer_reserve(key, 1); /* an empty text is a key, too */
    if (count == 1) {
        ok = ok && append_plain(key, &values[columns[0]]);
    } else {
        for (size_t i = 0; i < count && ok; i++)
            ok = buffer_append_byte(key, i ? ',' : '[') &&
                 append_element(key, &values[columns[i]]);
        ok = ok && buffer_append_byte(key, ']');
    }
    if (ok)
        *ret_key = key->data;
    return ok;
}

/* Booleans and integers are compared by how the line writes them. */
static bool has_text(const struct schema_column *column, const struct columns_value *value,
                     const char *wanted)
{
    char text[24];
    switch (value->kind) {
    case COLUMNS_NULL:
        return false;
    case COLUMNS_TEXT:
        return value->len == strlen(wanted) && memcmp(value->text, wanted, value->len) == 0;
    case COLUMNS_INTEGER:
        if (column->type == SCHEMA_BOOLEAN)
            return strcmp(wanted, value->integer ? "true" : "false") == 0;
        snprintf(text, sizeof text, "%" PRId64, value->integer);
        return strcmp(wanted, text) == 0;
    }
    return false;
}

bool message_is_tombstone(const struct schema *schema, const struct columns_value *values)
{
    const struct topic_wish *wish = schema_topic(schema);
    int column = wish->tombstone_column;
    return column >= 0 &&
           has_text(&schema_columns(schema)[column], &values[column], wish->tombstone_equals);
}

/* --- Reading back ------------------------------------------------------------------------- */

static bool read_number(const struct consumer_record *record, const char *name,
                        const char *event_name, int64_t maximum, int64_t *ret_number)
{
    const char *text = consumer_header(record, name);
    if (!text)
        text = consumer_header(record, event_name);
    return text && text_parse_int64(text, strlen(text), ret_number) && *ret_number >= 0 &&
           *ret_number <= maximum;
}

void message_origin(const struct consumer_record *record, struct driver_content *ret_content)
{
    int64_t seq, index;
    const char *stage = consumer_header(record, "stage");
    if (!stage)
        stage = consumer_header(record, "ce_stage");
    *ret_content = (struct driver_content){
        .stage_id = "", .value = record->value, .len = record->value_len};
    if (!stage || !read_number(record, "seq", "ce_seq", INT64_MAX, &seq) ||
        !read_number(record, "index", "ce_index", UINT32_MAX, &index))
        return;
    ret_content->stage_id = stage;
    ret_content->seq = seq;
    ret_content->index = (uint32_t)index;
}
