/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last value of a column that is redacted, and what was written for it: the name of an account
 * is the same in each row of a page, that of a campaign in many that follow one another, and to
 * look for addresses in it takes longer than to see that it is the same.
 *
 * Plain storage, all zero at first. Holds clear values: wipe it.
 */
#ifndef RECORD_RECALL_H
#define RECORD_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    RECALL_RAW_MAX = 128, /* bytes of a value, as it came; a longer one is not kept */
    RECALL_OUT_MAX = 256, /* bytes that were written for it, with the column's name */
};

struct recall {
    uint16_t raw_len; /* 0: nothing is kept */
    uint16_t out_len;
    char raw[RECALL_RAW_MAX];
    char out[RECALL_OUT_MAX];
};

static inline bool recall_holds(const struct recall *c, const char *raw, size_t len)
{
    return len > 0 && c->raw_len == len && memcmp(c->raw, raw, len) == 0;
}

static inline void recall_keep(struct recall *c, const char *raw, size_t len, const char *out,
                               size_t out_len)
{
    c->raw_len = 0;
    if (len > RECALL_RAW_MAX || out_len > RECALL_OUT_MAX)
        return;
    memcpy(c->raw, raw, len);
    memcpy(c->out, out, out_len);
    c->raw_len = (uint16_t)len;
    c->out_len = (uint16_t)out_len;
}

#endif
