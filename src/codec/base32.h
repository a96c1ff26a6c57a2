/* SPDX-License-Identifier: Apache-2.0 */
/* Lower-case base32 without padding, RFC 4648 section 6 alphabet: the text of pseudonyms. */
#ifndef CODEC_BASE32_H
#define CODEC_BASE32_H

#include <stddef.h>
#include <stdint.h>

#define BASE32_LENGTH(bytes) (((bytes)*8 + 4) / 5)

/* Writes BASE32_LENGTH(len) characters, no NUL; returns how many. */
size_t base32_encode(const uint8_t *data, size_t len, char *ret_text);

#endif
