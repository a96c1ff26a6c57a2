/* SPDX-License-Identifier: Apache-2.0 */
#include "net/rdkafka.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/address.h"

enum {
    WAIT_MS_DEFAULT = 30000,
    SECRET_TEXT_MAX = 64 * 1024,
};

/* Whatever is set. The waits between attempts to connect would otherwise grow to 10 s. */
static const struct rdkafka_property always[] = {
    {"client.id", "extract"},
    {"enable.ssl.certificate.verification", "true"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "500"},
    {"socket.keepalive.enable", "true"},
    {"allow.auto.create.topics", "false"},
    {"topic.metadata.propagation.max.ms", "10000"},
    {"log_level", "6"},
};

/* --- Why connections fail -----------------------------------------------------------------
 *
 * By what librdkafka and the brokers write. The first row that is found in the text counts. */
static const struct advice {
    const char *text;
    enum error_kind kind;
    const char *advice;
} advices[] = {
    {"invalid credentials", ERROR_AUTH,
     "username or password are wrong, or are not for this mechanism"},
    {"Authentication failed", ERROR_AUTH,
     "username or password are wrong, or are not for this mechanism"},
    {"Unsupported SASL mechanism", ERROR_AUTH,
     "the brokers do not offer this mechanism: set another one"},
    /* librdkafka's guesses: a broker that goes away reads the same */
    {"connecting to a SSL", ERROR_NETWORK,
     "if the brokers speak TLS there, set security to ssl or sasl_ssl"},
    {"Disconnected while requesting ApiVersion", ERROR_NETWORK,
     "if the brokers expect TLS or SASL, set security"},
    {"connecting to a PLAINTEXT", ERROR_NETWORK,
     "if the brokers speak no TLS there, name their TLS port"},
    {"wrong version number", ERROR_SINK, "the brokers speak no TLS there: name their TLS port"},
    {"certificate verify failed", ERROR_SINK,
     "the brokers' certificate is of an authority that is not trusted, or for another name: "
     "look at ca_file and brokers"},
    {"certificate required", ERROR_AUTH,
     "the brokers want a certificate of ours: set certificate and key"},
    {"bad certificate", ERROR_AUTH,
     "the brokers want a certificate of ours, or another one: set certificate and key"},
    {"certificate unknown", ERROR_AUTH, "the brokers do not trust our certificate"},
    {"unknown ca", ERROR_AUTH, "the brokers do not trust our certificate"},
};

static const struct advice *find_advice(const char *text)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (strstr(text, advices[i].text))
            return &advices[i];
    return NULL;
}

/* "[thrd:x]: y: text": what comes before the text names threads and addresses again. */
static const char *without_thread(const char *text)
{
    const char *end = text_starts_with(text, "[thrd:") ? strstr(text, "]: ") : NULL;
    return end ? end + 3 : text;
}

/* Keeps what is worth telling: a refusal is not forgotten for the "connection closed" that
 * follows it. */
static void keep_cause(struct rdkafka *h, const char *text)
{
    text = without_thread(text);
    pthread_mutex_lock(&h->lock);
    if (find_advice(text) || !find_advice(h->cause)) {
        snprintf(h->cause, sizeof h->cause, "%s", text);
        text_make_utf8(h->cause);
    }
    pthread_mutex_unlock(&h->lock);
}

/* Why a connection fails is told with this facility, at whatever level. */
static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    (void)level;
    if (client && strcmp(facility, "FAIL") == 0)
        keep_cause(rd_kafka_opaque(client), text);
}

static void on_error(rd_kafka_t *client, int code, const char *text, void *opaque)
{
    (void)client;
    if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        keep_cause(opaque, text);
}

/* --- Connections -------------------------------------------------------------------------- */

/* The brokers' own answers say where to connect next; plain text stays on this machine. */
static int on_connect(int socket_fd, const struct sockaddr *address, int len, const char *id,
                      void *opaque)
{
    struct rdkafka *h = opaque;
    (void)id;
    if (h->loopback_only && address_kind(address) != ADDRESS_LOOPBACK) {
        char text[ADDRESS_TEXT_SIZE];
        char cause[RDKAFKA_CAUSE_SIZE];
        address_format(address, text);
        snprintf(cause, sizeof cause,
                 "a broker says that it is at %s, another machine, and security has no TLS",
                 text);
        keep_cause(h, cause);
        return EACCES;
    }
    return connect(socket_fd, address, (socklen_t)len) == 0 || errno == EINPROGRESS ? 0 : errno;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *err)
{
    char text[256];
    if (!value || rd_kafka_conf_set(conf, name, value, text, sizeof text) == RD_KAFKA_CONF_OK)
        return true;
    /* its text would quote the value */
    return error_set(err, ERROR_CONFIG, "librdkafka %s does not take our %s",
                     rd_kafka_version_str(), name);
}

static bool set_secret(rd_kafka_conf_t *conf, const char *name, const struct secret *secret,
                       struct error *err)
{
    if (!secret)
        return true;
    size_t len = secret_length(secret);
    struct secret *text = len < SECRET_TEXT_MAX ? secret_new(len + 1) : NULL;
    if (!text)
        return error_memory(err);
    memcpy(secret_bytes(text), secret_view(secret), len);
    bool ok = set(conf, name, (const char *)secret_view(text), err);
    secret_free(text);
    return ok;
}

static bool set_cluster(rd_kafka_conf_t *conf, const struct cluster_options *o,
                        struct error *err)
{
    bool sasl = o->security && text_starts_with(o->security, "sasl_");
    return set(conf, "bootstrap.servers", o->brokers, err) &&
           set(conf, "security.protocol", o->security, err) &&
           set(conf, "sasl.mechanism", !sasl || o->mechanism ? o->mechanism : "PLAIN", err) &&
           set(conf, "sasl.username", o->username, err) &&
           set_secret(conf, "sasl.password", o->password, err) &&
           set(conf, "ssl.ca.location", o->ca_file, err) &&
           set(conf, "ssl.certificate.location", o->certificate, err) &&
           set_secret(conf, "ssl.key.password", o->key_password, err) &&
           set_secret(conf, "ssl.key.pem", o->key, err);
}

static bool set_all(rd_kafka_conf_t *conf, const struct rdkafka_property *properties,
                    size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!set(conf, properties[i].name, properties[i].value, err))
            return false;
    return true;
}

static bool make_client(struct rdkafka *h, rd_kafka_type_t type, rd_kafka_conf_t *conf,
                        struct error *err)
{
    char text[256];
    h->client = rd_kafka_new(type, conf, text, sizeof text);
    if (h->client)
        return true;
    rd_kafka_conf_destroy(conf); /* on success it is the client's */
    return error_set(err, ERROR_CONFIG, "librdkafka: %s", text);
}

bool rdkafka_open(rd_kafka_type_t type, const struct cluster_options *options,
                  const struct rdkafka_property *properties, size_t count,
                  void (*on_delivery)(rd_kafka_t *client, const rd_kafka_message_t *message,
                                      void *opaque),
                  void *context, struct rdkafka **ret_handle, struct error *err)
{
    if (!cluster_check(options, err))
        return false;
    AUTO(rdkafka_closep) struct rdkafka *h = calloc(1, sizeof *h);
    if (!h)
        return error_memory(err);
    pthread_mutex_init(&h->lock, NULL);
    h->context = context;
    h->wait_ms = options->wait_ns > 0 ? (int)(options->wait_ns / 1000000 + 1) : WAIT_MS_DEFAULT;
    h->loopback_only = !options->security || !text_ends_with(options->security, "ssl");
    h->scram = options->mechanism && text_starts_with(options->mechanism, "SCRAM");

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(conf, h);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_connect_cb(conf, on_connect);
    if (on_delivery)
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    if (!set_all(conf, always, sizeof always / sizeof *always, err) ||
        !set_cluster(conf, options, err) || !set_all(conf, properties, count, err)) {
        rd_kafka_conf_destroy(conf);
        return false;
    }
    if (!make_client(h, type, conf, err))
        return false;
    *ret_handle = steal(&h);
    return true;
}

void rdkafka_close(struct rdkafka *h)
{
    if (!h)
        return;
    if (h->client)
        rd_kafka_destroy_flags(h->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

const char *cluster_library(bool *ret_sound)
{
    int version = rd_kafka_version();
    *ret_sound = version < 0x020200ff || version >= 0x020500ff;
    return rd_kafka_version_str();
}

/* --- Errors ------------------------------------------------------------------------------- */

static const struct code {
    rd_kafka_resp_err_t code;
    enum error_kind kind;
    const char *advice;
} codes[] = {
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ERROR_AUTH,
     "our user needs Write and Describe on this transactional id"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERROR_AUTH,
     "our user needs Write and Describe on the topic, on the state topic Read, too"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERROR_AUTH,
     "our user may not do this in the cluster"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ERROR_AUTH, NULL},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ERROR_AUTH, NULL},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, ERROR_AUTH, NULL},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR__TRANSPORT, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR__RESOLVE, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR__WAIT_COORD, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_NOT_CONTROLLER, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ERROR_NETWORK, NULL},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, ERROR_NETWORK, NULL},
};

static const struct code *find_code(rd_kafka_resp_err_t code)
{
    static const struct code other = {.kind = ERROR_SINK};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return &codes[i];
    return &other;
}

/* librdkafka before 2.6.1 repeats a nonce that brokers from 4.0 on check (its issue 4895). */
static const char *scram_advice(const struct rdkafka *h, const struct advice *found)
{
    return h->scram && found && found->kind == ERROR_AUTH && rd_kafka_version() < 0x020601ff
               ? ". SCRAM of this librdkafka (before 2.6.1) is refused by Kafka 4 even with "
                 "the "
                 "right password: use PLAIN over TLS, a certificate, or a newer librdkafka"
               : "";
}

bool rdkafka_fail(struct rdkafka *h, rd_kafka_resp_err_t code, const char *text,
                  struct error *err, const char *format, ...)
{
    char what[ERROR_TEXT_MAX / 4];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);

    const struct code *known = find_code(code);
    if (!text)
        text = rd_kafka_err2str(code);
    if (known->advice)
        return error_set(err, known->kind, "Kafka: %s: %s: %s", what, text, known->advice);

    /* only a failed wait is explained by failed connections */
    char cause[RDKAFKA_CAUSE_SIZE] = "";
    if (known->kind == ERROR_NETWORK || known->kind == ERROR_AUTH) {
        pthread_mutex_lock(&h->lock);
        memcpy(cause, h->cause, sizeof cause);
        pthread_mutex_unlock(&h->lock);
    }
    const struct advice *found = find_advice(cause);
    return error_set(err, found ? found->kind : known->kind, "Kafka: %s: %s%s%s%s%s%s", what,
                     text, *cause ? ": " : "", cause, found ? ": " : "",
                     found ? found->advice : "", scram_advice(h, found));
}
