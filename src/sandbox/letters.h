/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letters as random-user's e-mail addresses need them: small, and then in ASCII. Latin and
 * Persian letters of our word lists, nothing else.
 */
#ifndef SANDBOX_LETTERS_H
#define SANDBOX_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* The bytes of the UTF-8 character that text begins with (1 to 4; text is valid UTF-8). */
size_t letters_width(const char *text);

/* Appends text in small letters. */
bool letters_append_lower(struct buffer *out, const char *text, size_t len);
/* Appends text transliterated to a-z, 0-9, dots and hyphens; everything else is left out. */
bool letters_append_ascii(struct buffer *out, const char *text, size_t len);

#endif
