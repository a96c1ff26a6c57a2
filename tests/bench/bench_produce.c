/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a transactional producer does: bench_produce BROKERS TOPIC FILE PER_TRANSACTION.
 * Sends each line of FILE with a key and headers as long as ours, and a marker in each
 * transaction, with the settings of net/producer.c. What `extract publish` is compared with.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS = 11, KEY_MAX = 64 };

static long failed;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    (void)client;
    (void)opaque;
    failed += message->err != 0;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char text[256];
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }
}

static void check(rd_kafka_error_t *error)
{
    if (!error)
        return;
    fprintf(stderr, "%s\n", rd_kafka_error_string(error));
    exit(1);
}

/* Asked for before the first transaction: without it that one takes a second. */
static void ask_for(rd_kafka_t *client, const char *name)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    if (rd_kafka_metadata(client, 0, topic, &metadata, 30000) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
}

static rd_kafka_t *make(const char *brokers, const char *topic)
{
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", brokers);
    set(conf, "transactional.id", "bare");
    set(conf, "compression.type", "lz4");
    set(conf, "linger.ms", "5");
    set(conf, "partitioner", "murmur2_random");
    set(conf, "queue.buffering.max.messages", "20000");
    set(conf, "queue.buffering.max.kbytes", "16384");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (!client) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }
    ask_for(client, topic);
    check(rd_kafka_init_transactions(client, 30000));
    return client;
}

static void produce(rd_kafka_t *client, const char *topic, const char *line, size_t len,
                    long number)
{
    static const struct {
        const char *name;
        const char *value;
    } rows[HEADERS] = {
        {"source", "random_user"},
        {"stream", "users"},
        {"stage", "00112233445566778899aabbccddeeff"},
        {"seq", "1234"},
        {"index", "123"},
        {"time", "2026-11-20T09:30:00.123456789Z"},
        {"schema", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"},
        {"policy", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"},
        {"batch", "00112233445566778899aabbccddeeff/1234"},
        {"traceparent", "00-00112233445566778899aabbccddeeff-0011223344556677-01"},
        {"content-type", "application/json"},
    };
    char key[KEY_MAX];
    int key_len = snprintf(key, sizeof key, "uuid_1_%026ld", number);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(HEADERS);
    for (int i = 0; i < HEADERS; i++)
        rd_kafka_header_add(headers, rows[i].name, -1, rows[i].value, -1);
    while (rd_kafka_producev(
               client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, (size_t)key_len),
               RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE((void *)line, len),
               RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(client, 100);
    if (number % 256 == 0)
        rd_kafka_poll(client, 0);
}

int main(int argc, char *argv[])
{
    if (argc != 5) {
        fprintf(stderr, "usage: bench_produce BROKERS TOPIC FILE PER_TRANSACTION\n");
        return 64;
    }
    FILE *file = fopen(argv[3], "r");
    long per_transaction = atol(argv[4]), number = 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    if (!file || per_transaction < 1)
        return 1;
    rd_kafka_t *client = make(argv[1], argv[2]);
    while ((len = getline(&line, &room, file)) > 0) {
        if (number % per_transaction == 0)
            check(rd_kafka_begin_transaction(client));
        produce(client, argv[2], line, (size_t)len - 1, number++);
        if (number % per_transaction == 0) {
            produce(client, argv[2], "{\"marker\":true}", 15, number);
            check(rd_kafka_commit_transaction(client, -1));
        }
    }
    if (number % per_transaction != 0)
        check(rd_kafka_commit_transaction(client, -1));
    rd_kafka_destroy(client);
    free(line);
    fclose(file);
    printf("%ld records, %ld failed\n", number, failed);
    return failed > 0;
}
