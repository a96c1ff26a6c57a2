/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Associated data of a seal, or what a digest is of: fields joined without anything between them,
 * numbers as 64 bits little-endian, texts behind their length. src/record/FORMAT.md has the lists
 * of the seals.
 */
#ifndef STAGE_FIELDS_H
#define STAGE_FIELDS_H

#include <stddef.h>
#include <stdint.h>

enum { FIELDS_MAX = 1024 }; /* more than the names of a row can fill */

struct fields {
    uint8_t data[FIELDS_MAX];
    size_t len;
};

/* magic: 8 characters, the kind and version of the list that follows. */
void fields_init(struct fields *f, const char *magic);
void fields_number(struct fields *f, uint64_t value);
void fields_text(struct fields *f, const char *text);
void fields_bytes(struct fields *f, const void *data, size_t len);

#endif
