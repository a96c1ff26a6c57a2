/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/fields.h"

#include <assert.h>
#include <string.h>

enum { MAGIC_SIZE = 8 };

void fields_init(struct fields *f, const char *magic)
{
    assert(strlen(magic) == MAGIC_SIZE);
    f->len = 0;
    fields_bytes(f, magic, MAGIC_SIZE);
}

void fields_number(struct fields *f, uint64_t value)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    fields_bytes(f, bytes, sizeof bytes);
}

void fields_text(struct fields *f, const char *text)
{
    size_t len = strlen(text);
    fields_number(f, len);
    fields_bytes(f, text, len);
}

void fields_bytes(struct fields *f, const void *data, size_t len)
{
    assert(len <= sizeof f->data - f->len);
    memcpy(f->data + f->len, data, len);
    f->len += len;
}
