/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an API says in the headers of its answers about its limits: rules of the manifest that
 * turn the JSON text of a header into a reading of a bucket (quota/usage.h). Pure.
 *
 *     {"header": "x-ad-account-usage", "used": ["/acc_id_util_pct"],
 *      "reset": {"at": "/reset_time_duration", "unit": "seconds"}, "bucket": "account"}
 *
 *     select   the objects that count: a JSON Pointer in which an asterisk is any key or element;
 *              absent: the whole. A key that an object has twice counts twice
 *     where    {"at": "/type", "equals": "…"}: of these only those that have this text here
 *     used     percent; the most of all of them in all objects counts
 *     regain   nothing is answered for that long; 0: the API is open
 *     reset    what is used is forgotten after that long
 *     capacity {"at": "/tier", "is": {"basic": 60, …}}: what the whole limit is, by the text here;
 *              a text that is not listed says nothing
 *
 * Numbers may be floats, or texts that hold one. Lines of one header that were joined with commas
 * count like one document each.
 */
#ifndef SOURCE_USAGE_HEADER_H
#define SOURCE_USAGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/place.h"
#include "quota/usage.h"
#include "source/unit.h"

enum {
    USAGE_HEADERS_MAX = 16, /* rules of a manifest */
    USAGE_HEADER_COUNTS_MAX = 8, /* of one rule */
    USAGE_HEADER_TIERS_MAX = 16,
    USAGE_HEADER_TEXT_MAX = 16 * 1024, /* bytes of a header that is looked at */
    USAGE_HEADER_DEPTH_MAX =
        8, /* containers within each other; what is deeper does not count */
};

/* Where a span of time is. */
struct usage_header_span {
    struct pointer *at; /* NULL: nowhere */
    enum unit unit;
};

/* What a text says the capacity is. */
struct usage_header_tier {
    const char *text;
    uint64_t capacity;
};

struct usage_header {
    const char *name; /* of the header, any case */
    struct pointer *select;
    struct pointer *where; /* NULL: all */
    const char *equals;
    struct pointer *used[USAGE_HEADER_COUNTS_MAX];
    size_t used_count;
    struct usage_header_span regain;
    struct usage_header_span reset;
    struct pointer *tier; /* NULL: nothing says it */
    struct usage_header_tier tiers[USAGE_HEADER_TIERS_MAX];
    size_t tier_count;
    size_t bucket; /* by position in the manifest's */
};

/* Reads the rule at p. buckets is the NULL-terminated list of the manifest's. The rule is to be
 * done with even if this fails. */
bool usage_header_read(struct place *p, const json_t *value, const char *const *buckets,
                       struct usage_header *ret_rule, struct error *err);
void usage_header_done(struct usage_header *rule);

/* What the header's text says at now_ns; all zeros: nothing of this bucket. False: it is not what
 * the rule expects, and nothing of it counts: ERROR_DATA says why and quotes nothing. */
bool usage_header_parse(const struct usage_header *rule, const char *text, int64_t now_ns,
                        struct usage_reading *ret_reading, struct error *err);

#endif
