/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver of Kafka decides without a broker: settings, keys, headers, markers, topics. */
#include <inttypes.h>
#include <stdlib.h>

#include "net/cluster.h"
#include "record/columns.h"
#include "schema_fixture.h"
#include "sink/kafka.h"
#include "sink/kafka_settings.h"
#include "sink/marker.h"
#include "sink/message.h"
#include "sink/topic_plan.h"

#define STAGE "00112233445566778899aabbccddeeff"
#define RUN "ffeeddccbbaa99887766554433221100"

static const struct driver_segment segment = {
    .seq = 7,
    .created_ns = 1760000000000000000,
    .schema_digest = (const uint8_t[DIGEST_SIZE]){1},
    .policy_digest = (const uint8_t[DIGEST_SIZE]){2},
};

static struct kafka_settings settings_of(const char *key, const char *value)
{
    const char *values[KAFKA_SETTINGS_COUNT];
    for (int i = 0; i < KAFKA_SETTINGS_COUNT; i++) {
        const struct driver_setting *row = &kafka_settings_table[i];
        values[i] = strcmp(row->key, key) == 0 ? value : row->fallback;
        if (strcmp(row->key, "brokers") == 0)
            values[i] = "localhost:9092";
    }
    const struct driver_options options = {.values = values};
    struct kafka_settings s;
    struct error err;
    if (!kafka_settings_read(&options, false, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

static void plain_text_stays_on_this_machine(void **state)
{
    (void)state;
    static const struct {
        struct cluster_options options;
        const char *refusal; /* NULL: taken */
    } rows[] = {
        {{.brokers = "localhost:9092"}, NULL},
        {{.brokers = "127.0.0.1:9092,[::1]:9093"}, NULL},
        {{.brokers = "127.0.0.1:9092,b.example:9092"}, "b.example is another machine"},
        {{.brokers = "10.0.0.1:9092", .security = "plaintext"}, "another machine"},
        {{.brokers = "localhost.example:9092"}, "another machine"},
        {{.brokers = "b.example:9092", .security = "ssl"}, NULL},
        {{.brokers = "b.example:9092", .security = "SSL"}, "is none of"},
        {{.brokers = ""}, "none is named"},
        {{.brokers = "b.example", .security = "ssl"}, "not host:port"},
        {{.brokers = "b.example:0", .security = "ssl"}, "not host:port"},
        {{.brokers = "a:1,,b:1", .security = "ssl"}, "not host:port"},
        {{.brokers = "ssl://b:1", .security = "ssl"}, "not host:port"},
        {{.brokers = "b:1", .security = "sasl_ssl"}, "needs a username"},
        {{.brokers = "b:1", .security = "ssl", .username = "u"}, "are for sasl_ssl"},
        {{.brokers = "b:1", .security = "ssl", .certificate = "c"}, "come together"},
        {{.brokers = "localhost:1", .ca_file = "c"}, "are for ssl"},
        {{.brokers = "b:1", .security = "ssl", .mechanism = "GSSAPI"}, "is none of"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        bool taken = cluster_check(&rows[i].options, &err);
        if (taken != !rows[i].refusal ||
            (!taken && (err.kind != ERROR_CONFIG || !strstr(err.text, rows[i].refusal))))
            fail_msg("row %zu: %s", i, err.text);
    }
}

static void keys_are_the_values_of_the_key_columns(void **state)
{
    (void)state;
    static const struct {
        const char *columns, *key, *line, *wanted;
    } rows[] = {
        {"id bigint, t text", "id", "{\"id\":17}", "17"},
        {"id bigint, t text", "t", "{\"id\":1,\"t\":\"a\\\"b\"}", "a\"b"},
        {"id bigint, t text", "t", "{\"id\":1,\"t\":\"\"}", ""},
        {"id bigint, t text", "id, t", "{\"id\":17,\"t\":\"a\\\"b\"}", "[17,\"a\\\"b\"]"},
        {"id bigint, t text", "t, id", "{\"t\":\"\",\"id\":-1}", "[\"\",-1]"},
        {"id bigint, t text", "", "{\"id\":17}", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct schema *schema = schema_fixture("t", *rows[i].key ? "merge" : "append",
                                               rows[i].columns, rows[i].key);
        struct columns *columns = columns_new(schema);
        const struct columns_value *values;
        struct error err;
        if (!columns_parse(columns, rows[i].line, strlen(rows[i].line), &values, &err))
            fail_msg("%s", err.text);
        struct buffer key;
        buffer_init(&key, 100);
        const void *found = NULL;
        assert_true(message_key(schema, values, &key, &found));
        if (!rows[i].wanted) {
            assert_null(found);
        } else {
            assert_non_null(found);
            assert_string_equal(buffer_text(&key), rows[i].wanted);
        }
        buffer_done(&key);
        buffer_init(&key, 1); /* a key that does not fit is none */
        if (rows[i].wanted && strlen(rows[i].wanted) > 1)
            assert_false(message_key(schema, values, &key, &found));
        buffer_done(&key);
        columns_free(columns);
        schema_free(schema);
    }
}

static void both_framings_say_where_a_record_comes_from(void **state)
{
    (void)state;
    const struct driver_stream stream = {STAGE, "crm", "people", NULL, RUN};
    for (int cloudevents = 0; cloudevents < 2; cloudevents++) {
        struct message m;
        message_init(&m, &stream, cloudevents);
        const struct driver_record record = {.segment = &segment, .index = 3};
        size_t count = message_headers(&m, &record);
        assert_int_equal(count, cloudevents ? 13 : 11);
        struct consumer_header headers[MESSAGE_HEADERS_MAX];
        for (size_t i = 0; i < count; i++)
            headers[i] = (struct consumer_header){m.headers[i].name, m.headers[i].value,
                                                  m.headers[i].len};
        const struct consumer_record back = {.headers = headers, .header_count = count};
        if (cloudevents)
            assert_string_equal(consumer_header(&back, "ce_id"), STAGE "/7/3");
        struct driver_content content;
        message_origin(&back, &content);
        assert_string_equal(content.stage_id, STAGE);
        assert_int_equal(content.seq, 7);
        assert_int_equal(content.index, 3);
    }
    const struct consumer_record foreign = {0};
    struct driver_content content;
    message_origin(&foreign, &content);
    assert_string_equal(content.stage_id, "");
}

/* The value of a header, which ends with a zero byte. */
static const char *header_of(struct message *m, const struct driver_record *record,
                             const char *name)
{
    size_t count = message_headers(m, record);
    for (size_t i = 0; i < count; i++)
        if (strcmp(m->headers[i].name, name) == 0)
            return m->headers[i].value;
    fail_msg("no header %s", name);
    return NULL;
}

static void all_records_of_a_transaction_bear_its_batch_and_trace(void **state)
{
    (void)state;
    const struct driver_stream people = {STAGE, "crm", "people", NULL, RUN};
    const struct driver_stream deals = {STAGE, "crm", "deals", NULL, RUN};
    struct driver_segment next = segment;
    const struct driver_record first = {.segment = &segment}, second = {.segment = &next};
    next.seq = 8;
    for (int cloudevents = 0; cloudevents < 2; cloudevents++) {
        const char *batch = cloudevents ? "ce_batch" : "batch";
        struct message m, again, other;
        message_init(&m, &people, cloudevents);
        assert_string_equal(header_of(&m, &first, batch), STAGE "/7");
        assert_string_equal(header_of(&m, &second, batch), STAGE "/7");
        const char *trace = header_of(&m, &second, "traceparent");
        assert_int_equal(strlen(trace), 55);
        assert_memory_equal(trace, "00-" RUN "-", 36);
        assert_string_equal(trace + 52, "-01");

        message_init(&again, &people, cloudevents);
        assert_string_equal(header_of(&again, &first, "traceparent"), trace);
        message_init(&again, &people, cloudevents);
        assert_string_equal(header_of(&again, &second, batch), STAGE "/8");
        assert_string_not_equal(header_of(&again, &second, "traceparent"), trace);
        message_init(&other, &deals, cloudevents);
        assert_string_not_equal(header_of(&other, &first, "traceparent"), trace);
    }
}

static struct marker some_marker(void)
{
    struct marker m = {
        .found = true, .stage_id = STAGE, .topic = "crm.people", .partitions = 3};
    m.entry = (struct ledger_entry){
        .first_seq = 5, .last_seq = 7, .rows = 900, .loaded_ns = 1760000000000000000};
    memset(m.entry.digest, 0xab, DIGEST_SIZE);
    m.ends[0] = 12;
    m.ends[2] = INT64_C(9000000000000000000);
    return m;
}

static void a_marker_is_read_as_it_was_written(void **state)
{
    (void)state;
    const struct marker m = some_marker();
    struct marker back;
    struct buffer value;
    struct error err;
    buffer_init(&value, MARKER_VALUE_MAX);
    assert_true(marker_write(&m, &value));
    if (!marker_read(value.data, value.len, &back, &err))
        fail_msg("%s", err.text);
    assert_memory_equal(&m, &back, sizeof m);
    for (size_t len = 0; len < value.len; len++)
        assert_false(marker_read(value.data, len, &back, &err));
    buffer_done(&value);
}

static void a_topic_that_is_another_one_is_found(void **state)
{
    (void)state;
    const struct marker m = some_marker();
    const int64_t last = m.ends[2];
    const struct {
        const char *topic;
        struct topics_range ranges[3];
        int partitions;
        const char *alarm; /* NULL: the same topic */
    } rows[] = {
        {"crm.people", {{0, 12}, {0, 0}, {0, last}}, 3, NULL},
        {"crm.people", {{12, 14}, {0, 5}, {last, last}}, 3, NULL},
        {"crm.people", {{0, 11}, {0, 0}, {0, last}}, 3, "partition 0 ends at 11"},
        {"crm.people", {{0, 12}, {0, 0}}, 2, "partition 2 ends at 0"},
        {"crm.people", {{0, 0}}, 0, "is gone"},
        {"crm.others", {{0, 12}, {0, 0}, {0, last}}, 3, "its topic is now crm.others"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        bool same =
            marker_check(&m, "people", rows[i].topic, rows[i].ranges, rows[i].partitions, &err);
        if (same != !rows[i].alarm ||
            (!same && (err.kind != ERROR_SINK || !strstr(err.text, rows[i].alarm))))
            fail_msg("row %zu: %s", i, err.text);
    }
}

static void a_topic_is_compared_with_what_is_wished(void **state)
{
    (void)state;
    const struct kafka_settings s = settings_of("retention", "1d");
    struct schema *schema = schema_fixture("t", "merge", "id bigint", "id");
    const struct driver_stream stream = {
        .stage_id = STAGE, .source = "crm", .name = "people", .schema = schema};
    struct topic_plan plan;
    struct error err;
    if (!topic_plan_data(&s, &stream, &plan, &err))
        fail_msg("%s", err.text);
    assert_string_equal(plan.name, "crm.people");
    const struct {
        struct topics_shape found;
        const char *wanted;
    } rows[] = {
        {{3, 1, 86400000, "delete", true}, ""},
        {{3, 1, 0, "", false}, ""},
        {{2, 1, 86400000, "delete", true}, "partitions 2 instead of 3"},
        {{2, 1, -1, "compact", true},
         "partitions 2 instead of 3, retention.ms -1 instead of 86400000, cleanup.policy "
         "compact "
         "instead of delete"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer text;
        buffer_init(&text, 1000);
        assert_true(topic_plan_difference(&plan, &rows[i].found, &text));
        assert_string_equal(text.len ? buffer_text(&text) : "", rows[i].wanted);
        buffer_done(&text);
    }
    schema_free(schema);
}

static void a_name_that_is_none_is_refused(void **state)
{
    (void)state;
    struct schema *schema = schema_fixture("t", "append", "id bigint", "");
    const struct driver_stream stream = {
        .stage_id = STAGE, .source = "crm", .name = "people", .schema = schema};
    struct topic_plan plan;
    struct error err;
    struct kafka_settings s = settings_of("prefix", "a b/");
    assert_false(topic_plan_data(&s, &stream, &plan, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    s = settings_of("cleanup", "compact");
    assert_false(topic_plan_data(&s, &stream, &plan, &err));
    assert_non_null(strstr(err.text, "has no x-key"));
    s = settings_of("state_topic", "crm.people");
    assert_false(topic_plan_data(&s, &stream, &plan, &err));
    schema_free(schema);
}

static void commands_quote_what_comes_from_outside(void **state)
{
    (void)state;
    struct kafka_settings s = settings_of("username", "it's; rm");
    struct topic_plan plan;
    struct buffer out;
    buffer_init(&out, 10000);
    topic_plan_state(&s, &plan);
    assert_true(topic_plan_permissions(&s, &plan, "extract/crm/people", &out));
    assert_non_null(strstr(buffer_text(&out), "--allow-principal 'User:it'\\''s; rm'"));
    buffer_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_on_this_machine),
        cmocka_unit_test(keys_are_the_values_of_the_key_columns),
        cmocka_unit_test(both_framings_say_where_a_record_comes_from),
        cmocka_unit_test(all_records_of_a_transaction_bear_its_batch_and_trace),
        cmocka_unit_test(a_marker_is_read_as_it_was_written),
        cmocka_unit_test(a_topic_that_is_another_one_is_found),
        cmocka_unit_test(a_topic_is_compared_with_what_is_wished),
        cmocka_unit_test(a_name_that_is_none_is_refused),
        cmocka_unit_test(commands_quote_what_comes_from_outside),
    };
    return cmocka_run_group_tests_name("kafka", tests, NULL, NULL);
}
