/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/kafka_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/reference.h"
#include "net/producer.h"

enum setting {
    BROKERS,
    DEPLOYMENT,
    PREFIX,
    STATE_TOPIC,
    FRAMING,
    COMPRESSION,
    PARTITIONS,
    REPLICATION,
    RETENTION,
    CLEANUP,
    TRANSACTION_RECORDS,
    TRANSACTION_BYTES,
    TRANSACTION_AGE,
    TRANSACTION_TIMEOUT,
    TIMEOUT,
    SECURITY,
    MECHANISM,
    USERNAME,
    PASSWORD,
    CA_FILE,
    CERTIFICATE,
    KEY,
    KEY_PASSWORD,
    SETTINGS
};

const struct driver_setting kafka_settings_table[KAFKA_SETTINGS_COUNT] = {
    [BROKERS] = {"brokers", DRIVER_TEXT, .help = "host:port, parted by commas; turns Kafka on"},
    [DEPLOYMENT] = {"deployment", DRIVER_TEXT, .fallback = "extract",
                    .help =
                        "our name in transactional ids and markers; another one begins anew"},
    [PREFIX] = {"prefix", DRIVER_TEXT, .help = "what topics are called before SOURCE.STREAM"},
    [STATE_TOPIC] = {"state_topic", DRIVER_TEXT, .fallback = "extract.state",
                     .help = "the topic of the markers; compacted, one partition"},
    [FRAMING] = {"framing", DRIVER_CHOICE, .choices = "json cloudevents", .fallback = "json",
                 .help = "headers of our own, or those of CloudEvents 1.0 in binary mode"},
    [COMPRESSION] = {"compression", DRIVER_CHOICE, .choices = "none gzip snappy lz4 zstd",
                     .fallback = "lz4", .help = "of what is sent"},
    [PARTITIONS] = {"partitions", DRIVER_INTEGER, .minimum = 1, .maximum = TOPIC_PARTITIONS_MAX,
                    .fallback = "3", .help = "of a topic that is made"},
    [REPLICATION] = {"replication", DRIVER_INTEGER, .minimum = 1,
                     .maximum = TOPIC_REPLICATION_MAX,
                     .help = "of a topic that is made (default: the cluster's)"},
    [RETENTION] = {"retention", DRIVER_DURATION, .fallback = "7d",
                   .help = "of a topic that is made; 0: for ever"},
    [CLEANUP] = {"cleanup", DRIVER_CHOICE, .choices = "delete compact", .fallback = "delete",
                 .help = "of a topic that is made"},
    [TRANSACTION_RECORDS] = {"transaction_records", DRIVER_INTEGER, .minimum = 1,
                             .maximum = 1000000, .fallback = "10000",
                             .help = "a transaction ends with the segment that reaches it"},
    [TRANSACTION_BYTES] = {"transaction_bytes", DRIVER_SIZE, .fallback = "16MiB",
                           .help = "the same in bytes"},
    [TRANSACTION_AGE] = {"transaction_age", DRIVER_DURATION, .fallback = "2s",
                         .help = "how long a transaction waits for more records"},
    [TRANSACTION_TIMEOUT] = {"transaction_timeout", DRIVER_DURATION, .fallback = "60s",
                             .help = "after which the brokers abort one that is open"},
    [TIMEOUT] = {"timeout", DRIVER_DURATION, .fallback = "30s",
                 .help = "how long to wait for an answer of the brokers"},
    [SECURITY] = {"security", DRIVER_CHOICE, .choices = "plaintext ssl sasl_plaintext sasl_ssl",
                  .fallback = "plaintext", .help = "without TLS only on this machine"},
    [MECHANISM] = {"mechanism", DRIVER_CHOICE, .choices = "PLAIN SCRAM-SHA-256 SCRAM-SHA-512",
                   .help = "of SASL (default: PLAIN)"},
    [USERNAME] = {"username", DRIVER_TEXT, .help = "of SASL"},
    [PASSWORD] = {"password", DRIVER_REFERENCE, .help = "of SASL"},
    [CA_FILE] = {"ca_file", DRIVER_TEXT,
                 .help = "PEM of the brokers' authority (default: the system's)"},
    [CERTIFICATE] = {"certificate", DRIVER_TEXT, .help = "PEM file of our own certificate"},
    [KEY] = {"key", DRIVER_REFERENCE, .help = "PEM of its key"},
    [KEY_PASSWORD] = {"key_password", DRIVER_REFERENCE, .help = "of that key"},
};

_Static_assert((int)SETTINGS == (int)KAFKA_SETTINGS_COUNT, "a row a setting");

static bool fail_value(enum setting setting, struct error *err)
{
    return error_set(err, ERROR_CONFIG, "[kafka] %s has a value that is none",
                     kafka_settings_table[setting].key);
}

static bool read_integer(const char *const *values, enum setting setting, int64_t unset,
                         int64_t *ret_value, struct error *err)
{
    const struct driver_setting *row = &kafka_settings_table[setting];
    int64_t value = unset;
    if (values[setting] &&
        (!text_parse_int64(values[setting], strlen(values[setting]), &value) ||
         value < row->minimum || value > row->maximum))
        return fail_value(setting, err);
    *ret_value = value;
    return true;
}

static bool read_duration(const char *const *values, enum setting setting, int64_t minimum_ns,
                          int64_t *ret_ns, struct error *err)
{
    int64_t value;
    if (!values[setting] || !text_parse_duration(values[setting], &value) || value < minimum_ns)
        return fail_value(setting, err);
    *ret_ns = value;
    return true;
}

static bool read_numbers(const char *const *v, struct kafka_settings *s, struct error *err)
{
    const int64_t second_ns = 1000000000;
    int64_t records;
    if (!read_integer(v, PARTITIONS, 1, &s->partitions, err) ||
        !read_integer(v, REPLICATION, -1, &s->replication, err) ||
        !read_integer(v, TRANSACTION_RECORDS, 1, &records, err) ||
        !read_duration(v, RETENTION, 0, &s->retention_ns, err) ||
        !read_duration(v, TRANSACTION_AGE, 0, &s->limits.age_ns, err) ||
        !read_duration(v, TRANSACTION_TIMEOUT, second_ns, &s->transaction_timeout_ns, err) ||
        !read_duration(v, TIMEOUT, second_ns, &s->cluster.wait_ns, err))
        return false;
    if (!v[TRANSACTION_BYTES] || !text_parse_size(v[TRANSACTION_BYTES], &s->limits.bytes))
        return fail_value(TRANSACTION_BYTES, err);
    s->limits.records = (uint64_t)records;
    return true;
}

static bool read_secret(const char *reference, struct secret **ret_secret, struct error *err)
{
    return !reference || reference_read_again(reference, ret_secret, err);
}

static bool read_secrets(const char *const *v, struct kafka_settings *s, struct error *err)
{
    if (!read_secret(v[PASSWORD], &s->password, err) || !read_secret(v[KEY], &s->key, err) ||
        !read_secret(v[KEY_PASSWORD], &s->key_password, err))
        return error_prefix(err, "[kafka]");
    s->cluster.password = s->password;
    s->cluster.key = s->key;
    s->cluster.key_password = s->key_password;
    return cluster_check(&s->cluster, err) || error_prefix(err, "[kafka]");
}

static bool read_all(const struct driver_options *options, bool secrets,
                     struct kafka_settings *s, struct error *err)
{
    const char *const *v = options->values;
    s->cluster = (struct cluster_options){
        .brokers = v[BROKERS] ? v[BROKERS] : "",
        .security = v[SECURITY],
        .mechanism = v[MECHANISM],
        .username = v[USERNAME],
        .ca_file = v[CA_FILE],
        .certificate = v[CERTIFICATE],
    };
    s->deployment = v[DEPLOYMENT];
    s->prefix = v[PREFIX] ? v[PREFIX] : "";
    s->state_topic = v[STATE_TOPIC];
    s->compression = v[COMPRESSION];
    s->cloudevents = v[FRAMING] && strcmp(v[FRAMING], "cloudevents") == 0;
    s->cleanup =
        v[CLEANUP] && strcmp(v[CLEANUP], "compact") == 0 ? TOPIC_COMPACT : TOPIC_DELETE;
    if (!s->deployment || !topic_is_name(s->deployment))
        return fail_value(DEPLOYMENT, err);
    if (!s->state_topic || !topic_is_name(s->state_topic))
        return fail_value(STATE_TOPIC, err);
    return read_numbers(v, s, err) && (!secrets || read_secrets(v, s, err));
}

bool kafka_settings_read(const struct driver_options *options, bool secrets,
                         struct kafka_settings *ret_settings, struct error *err)
{
    struct kafka_settings s = {0};
    if (!read_all(options, secrets, &s, err)) {
        kafka_settings_done(&s);
        return false;
    }
    *ret_settings = s;
    return true;
}

void kafka_settings_done(struct kafka_settings *s)
{
    secret_free(s->password);
    secret_free(s->key);
    secret_free(s->key_password);
    s->password = s->key = s->key_password = NULL;
}
