/* SPDX-License-Identifier: Apache-2.0 */
#include "net/allow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "net/address.h"

struct entry {
    char host[ALLOW_HOST_SIZE]; /* literals in their shortest form */
    uint16_t port; /* 0: any */
};

struct allow {
    struct entry entries[ALLOW_HOSTS_MAX];
    size_t count;
};

/* One spelling for each IP literal; names stay as they are. False: too long. */
static bool normalise(const char *host, size_t len, char ret_host[ALLOW_HOST_SIZE])
{
    if (len >= ALLOW_HOST_SIZE)
        return false;
    memcpy(ret_host, host, len);
    ret_host[len] = '\0';

    struct sockaddr_storage address;
    if (address_parse(ret_host, &address)) {
        char text[ADDRESS_TEXT_SIZE];
        address_format((const struct sockaddr *)&address, text);
        snprintf(ret_host, ALLOW_HOST_SIZE, "%s", text);
    }
    return true;
}

static bool is_host(const char *host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_";
    struct sockaddr_storage address;
    if (address_parse(host, &address))
        return true;
    return host[0] && host[strspn(host, allowed)] == '\0';
}

static bool parse_port(const char *text, uint16_t *ret_port)
{
    int64_t port;
    if (!text_parse_int64(text, strlen(text), &port) || port < 1 || port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

static bool parse_entry(const char *text, struct entry *ret_entry)
{
    const char *host = text;
    const char *end;
    const char *rest;
    if (*text == '[') {
        host++;
        end = strchr(host, ']');
        rest = end ? end + 1 : NULL;
    } else {
        rest = end = strchrnul(text, ':');
    }
    struct entry entry = {0};
    if (!end || !normalise(host, (size_t)(end - host), entry.host) || !is_host(entry.host))
        return false;
    if (*rest && (*rest != ':' || !parse_port(rest + 1, &entry.port)))
        return false;
    *ret_entry = entry;
    return true;
}

bool allow_new(const char *const *entries, struct allow **ret_allow, struct error *err)
{
    AUTO(allow_freep) struct allow *a = calloc(1, sizeof *a);
    if (!a)
        return error_memory(err);
    for (; *entries; entries++) {
        if (a->count == ALLOW_HOSTS_MAX)
            return error_set(err, ERROR_CONFIG, "more than %d hosts on the list",
                             ALLOW_HOSTS_MAX);
        if (!parse_entry(*entries, &a->entries[a->count]))
            return error_set(err, ERROR_CONFIG,
                             "\"%.80s\" is no host: write name, name:port or [IPv6]:port",
                             *entries);
        a->count++;
    }
    *ret_allow = steal(&a);
    return true;
}

void allow_free(struct allow *a)
{
    free(a);
}

bool allow_has(const struct allow *a, const char *host, uint16_t port)
{
    char wanted[ALLOW_HOST_SIZE];
    if (!normalise(host, strlen(host), wanted))
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct entry *entry = &a->entries[i];
        if (strcasecmp(entry->host, wanted) == 0 && (!entry->port || entry->port == port))
            return true;
    }
    return false;
}

bool allow_host_is_loopback(const char *host)
{
    struct sockaddr_storage address;
    if (address_parse(host, &address))
        return address_kind((const struct sockaddr *)&address) == ADDRESS_LOOPBACK;
    return strcasecmp(host, "localhost") == 0;
}

bool allow_peer(const char *host, const struct sockaddr *peer)
{
    struct sockaddr_storage literal;
    enum address_kind kind = address_kind(peer);
    if (allow_host_is_loopback(host))
        return kind == ADDRESS_LOOPBACK;
    return address_parse(host, &literal) || kind == ADDRESS_PUBLIC;
}
