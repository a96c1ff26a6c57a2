/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `fields` parameter: names parted by commas, or a JSON array of them. A name may have
 * fields of its own in braces: "id,creative{id,name}".
 */
#ifndef SANDBOX_META_FIELDS_H
#define SANDBOX_META_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum { META_FIELDS_MAX = 256, META_FIELDS_BYTES_MAX = 64 * 1024 };

struct meta_fields {
    size_t count;
    const char *names[META_FIELDS_MAX]; /* in text */
    const char *below[META_FIELDS_MAX]; /* what is between its braces, or NULL */
    struct buffer text;
};

/* Repeated names are taken once. False: it is no such list, or too long. */
bool meta_fields_parse(const char *text, struct meta_fields *ret_fields);
void meta_fields_done(struct meta_fields *f);

#endif
