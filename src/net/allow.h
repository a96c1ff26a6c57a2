/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of hosts that a client may talk to, and who may stand behind each of them.
 *
 *     entry = host [":" port]       without a port: any
 *     host  = name | IPv4 | "[" IPv6 "]"
 *
 * Names are compared whole and without regard to case: no wildcards, no subdomains.
 */
#ifndef NET_ALLOW_H
#define NET_ALLOW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/error.h"

enum {
    ALLOW_HOSTS_MAX = 64,
    ALLOW_HOST_SIZE = 256, /* a name (at most 253 bytes) and its NUL */
};

struct allow;

/* entries is NULL-terminated and copied. ERROR_CONFIG names a bad entry. */
bool allow_new(const char *const *entries, struct allow **ret_allow, struct error *err);
void allow_free(struct allow *a);
CLEANUP_DEFINE(struct allow, allow_free)

/* host without brackets. */
bool allow_has(const struct allow *a, const char *host, uint16_t port);

/* "localhost", 127.0.0.0/8 or ::1: where plain http may go. */
bool allow_host_is_loopback(const char *host);

/* May a connection for `host` go to this address? A loopback host stays on loopback; another IP
 * literal is what somebody wrote on the list; a name must lead to the public internet. */
bool allow_peer(const char *host, const struct sockaddr *peer);

#endif
