/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameters of /api/, by the service's rules: what it does not understand is never an
 * error, it silently means something else.
 */
#ifndef SANDBOX_PEOPLE_QUERY_H
#define SANDBOX_PEOPLE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/person_json.h"
#include "sandbox/rendering.h"
#include "sandbox/server.h"

enum { PEOPLE_QUERY_RESULTS_MAX = 5000, PEOPLE_QUERY_PAGE_MAX = 10000 };

struct people_query {
    struct person_source source; /* lexicon and canary are the caller's to set */
    uint32_t fields; /* bits of enum person_field */
    uint32_t results;
    uint32_t page;
    struct buffer seed; /* valid UTF-8 */
    bool seeded; /* it was given */
    bool hangs; /* a seed the service chokes on */
    const struct rendering *format;
    bool no_info;
    bool download;
    struct buffer callback;
};

/* minor: of the version in the path. fresh_seed: 16 digits, for a request without a seed. False
 * when memory is out. */
bool people_query_parse(const struct server_request *request, int minor, const char *fresh_seed,
                        struct people_query *ret_query);
void people_query_done(struct people_query *q);

/* JavaScript's Number(text), for whole numbers: false for anything that is none, or not within
 * 0 to 2^53. */
bool people_query_number(const char *text, size_t len, uint64_t *ret_value);

#endif
