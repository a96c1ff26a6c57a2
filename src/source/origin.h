/* SPDX-License-Identifier: Apache-2.0 */
/* Where an API lives: scheme, host and port of its base_url. */
#ifndef SOURCE_ORIGIN_H
#define SOURCE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORIGIN_HOST_MAX = 255, ORIGIN_URL_MAX = 1024 };

struct origin {
    bool tls;
    char host[ORIGIN_HOST_MAX + 1]; /* lower case; an IPv6 address with its brackets */
    uint16_t port;
    size_t url_len; /* of base_url without slashes at its end */
};

/* "https://host[:port][/path]", or http for a loopback host. NULL when it is one; otherwise
 * what is wrong with it, as the rest of a sentence: "has no host". */
const char *origin_parse(const char *url, struct origin *ret_origin);

#endif
