/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cluster.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "net/address.h"

const char cluster_securities[] = "plaintext ssl sasl_plaintext sasl_ssl";
const char cluster_mechanisms[] = "PLAIN SCRAM-SHA-256 SCRAM-SHA-512";

enum { HOST_SIZE = 256 };

static bool is_loopback(const char *host)
{
    struct sockaddr_storage address;
    return strcmp(host, "localhost") == 0 ||
           (address_parse(host, &address) &&
            address_kind((const struct sockaddr *)&address) == ADDRESS_LOOPBACK);
}

/* Takes "host:port" or "[::1]:port" apart. */
static bool read_host(const char *broker, size_t len, char host[HOST_SIZE])
{
    const char *colon = memrchr(broker, ':', len);
    int64_t port;
    if (!colon || colon == broker ||
        !text_parse_int64(colon + 1, len - (size_t)(colon + 1 - broker), &port) || port < 1 ||
        port > 65535)
        return false;
    size_t host_len = (size_t)(colon - broker);
    if (broker[0] == '[' && colon[-1] == ']') {
        broker++;
        host_len -= 2;
    }
    if (host_len == 0 || host_len >= HOST_SIZE || memchr(broker, '/', host_len) ||
        memchr(broker, ' ', host_len))
        return false;
    memcpy(host, broker, host_len);
    host[host_len] = '\0';
    return true;
}

static bool check_brokers(const struct cluster_options *o, bool encrypted, struct error *err)
{
    const char *rest = o->brokers;
    char host[HOST_SIZE];
    if (!rest || *rest == '\0')
        return error_set(err, ERROR_CONFIG, "brokers: none is named");
    for (;;) {
        size_t len = strcspn(rest, ",");
        if (!read_host(rest, len, host))
            return error_set(err, ERROR_CONFIG,
                             "brokers: \"%.*s\" is not host:port; several are parted by commas",
                             (int)len, rest);
        if (!encrypted && !is_loopback(host))
            return error_set(
                err, ERROR_CONFIG,
                "brokers: %s is another machine, and security is %s: records would cross "
                "the network in clear. Set security to ssl or sasl_ssl",
                host, o->security ? o->security : "plaintext");
        if (rest[len] == '\0')
            return true;
        rest += len + 1;
    }
}

bool cluster_check(const struct cluster_options *o, struct error *err)
{
    const char *security = o->security ? o->security : "plaintext";
    if (!text_is_word_of(security, cluster_securities))
        return error_set(err, ERROR_CONFIG, "security: \"%s\" is none of %s", security,
                         cluster_securities);
    if (o->mechanism && !text_is_word_of(o->mechanism, cluster_mechanisms))
        return error_set(err, ERROR_CONFIG, "mechanism: \"%s\" is none of %s", o->mechanism,
                         cluster_mechanisms);
    bool sasl = text_starts_with(security, "sasl_");
    bool encrypted = text_ends_with(security, "ssl");
    if (sasl && (!o->username || !o->password))
        return error_set(err, ERROR_CONFIG, "security %s needs a username and a password",
                         security);
    if (!sasl && (o->username || o->password || o->mechanism))
        return error_set(
            err, ERROR_CONFIG,
            "mechanism, username and password are for sasl_ssl, and security is %s", security);
    if (!encrypted && (o->ca_file || o->certificate || o->key))
        return error_set(err, ERROR_CONFIG,
                         "ca_file, certificate and key are for ssl and sasl_ssl, and security "
                         "is %s",
                         security);
    if (!o->certificate != !o->key || (o->key_password && !o->key))
        return error_set(err, ERROR_CONFIG, "certificate and key come together");
    return check_brokers(o, encrypted, err);
}
