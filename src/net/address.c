/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct block {
    uint8_t prefix[16];
    int bits;
    enum address_kind kind;
};

static const struct block blocks4[] = {
    {{127}, 8, ADDRESS_LOOPBACK},
    {{0}, 8, ADDRESS_PRIVATE}, /* this network */
    {{10}, 8, ADDRESS_PRIVATE},
    {{100, 64}, 10, ADDRESS_PRIVATE}, /* shared by carriers */
    {{169, 254}, 16, ADDRESS_PRIVATE}, /* link-local: the clouds' metadata services */
    {{172, 16}, 12, ADDRESS_PRIVATE},
    {{192, 0, 0}, 24, ADDRESS_PRIVATE}, /* protocol assignments */
    {{192, 168}, 16, ADDRESS_PRIVATE},
    {{198, 18}, 15, ADDRESS_PRIVATE}, /* benchmarks */
    {{224}, 3, ADDRESS_PRIVATE}, /* multicast, reserved, broadcast */
};

static const struct block blocks6[] = {
    {{[15] = 1}, 128, ADDRESS_LOOPBACK},
    {{0}, 96, ADDRESS_PRIVATE}, /* unspecified, IPv4-compatible */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, ADDRESS_PRIVATE}, /* local NAT64 */
    {{0x01}, 64, ADDRESS_PRIVATE}, /* discard */
    {{0x20, 0x01, 0x00}, 23, ADDRESS_PRIVATE}, /* protocol assignments, Teredo */
    {{0x20, 0x02}, 16, ADDRESS_PRIVATE}, /* 6to4 */
    {{0xfc}, 7, ADDRESS_PRIVATE}, /* unique local */
    {{0xfe, 0x80}, 9, ADDRESS_PRIVATE}, /* link-local, site-local */
    {{0xff}, 8, ADDRESS_PRIVATE}, /* multicast */
};

/* Prefixes of 96 bits that are followed by an IPv4 address. */
static const uint8_t embeddings[][12] = {
    {[10] = 0xff, [11] = 0xff}, /* mapped */
    {0x00, 0x64, 0xff, 0x9b}, /* NAT64 */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool within(const uint8_t *address, const struct block *block)
{
    int bytes = block->bits / 8;
    int rest = block->bits % 8;
    if (memcmp(address, block->prefix, (size_t)bytes) != 0)
        return false;
    return rest == 0 || (address[bytes] ^ block->prefix[bytes]) >> (8 - rest) == 0;
}

static enum address_kind look_up(const uint8_t *address, const struct block *blocks,
                                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (within(address, &blocks[i]))
            return blocks[i].kind;
    return ADDRESS_PUBLIC;
}

static enum address_kind kind6(const uint8_t *address)
{
    for (size_t i = 0; i < COUNT(embeddings); i++)
        if (memcmp(address, embeddings[i], sizeof embeddings[i]) == 0)
            return look_up(address + sizeof embeddings[i], blocks4, COUNT(blocks4));
    return look_up(address, blocks6, COUNT(blocks6));
}

/* The bytes of the address within its socket address; NULL: not IP. */
static const uint8_t *bytes_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return (const uint8_t *)address + offsetof(struct sockaddr_in, sin_addr);
    if (address->sa_family == AF_INET6)
        return (const uint8_t *)address + offsetof(struct sockaddr_in6, sin6_addr);
    return NULL;
}

enum address_kind address_kind(const struct sockaddr *address)
{
    const uint8_t *bytes = bytes_of(address);
    if (!bytes)
        return ADDRESS_PRIVATE;
    return address->sa_family == AF_INET ? look_up(bytes, blocks4, COUNT(blocks4))
                                         : kind6(bytes);
}

void address_format(const struct sockaddr *address, char ret_text[ADDRESS_TEXT_SIZE])
{
    const uint8_t *bytes = bytes_of(address);
    if (!bytes || !inet_ntop(address->sa_family, bytes, ret_text, ADDRESS_TEXT_SIZE))
        snprintf(ret_text, ADDRESS_TEXT_SIZE, "?");
}

bool address_parse(const char *text, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_storage address = {0};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(&address, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(&address, &v6, sizeof v6);
    else
        return false;
    *ret_address = address;
    return true;
}
