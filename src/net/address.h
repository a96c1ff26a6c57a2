/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of place an IP address is. A name of the public internet must not lead to this
 * machine or its network (DNS rebinding), and plain http must not leave this machine.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

enum { ADDRESS_TEXT_SIZE = 48 };

enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_LOOPBACK,
    ADDRESS_PRIVATE, /* private, link-local, shared, multicast, reserved: not the internet */
};

/* By the special-purpose registries of RFC 6890. IPv4 inside IPv6 (mapped, NAT64) is judged as
 * the IPv4 address it leads to; anything that is not IP is private. */
enum address_kind address_kind(const struct sockaddr *address);

/* The address as text; "?" when it is not IP. */
void address_format(const struct sockaddr *address, char ret_text[ADDRESS_TEXT_SIZE]);

/* Reads an IPv4 or IPv6 literal, the latter without brackets; no names, no zones. The port is 0.
 */
bool address_parse(const char *text, struct sockaddr_storage *ret_address);

#endif
