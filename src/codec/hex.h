/* SPDX-License-Identifier: Apache-2.0 */
/* Lower-case hexadecimal: the text of digests and ids. */
#ifndef CODEC_HEX_H
#define CODEC_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEX_SIZE(bytes) ((bytes)*2 + 1)

/* Writes 2 * len digits and a NUL. */
void hex_encode(const uint8_t *data, size_t len, char *ret_text);
/* Exactly 2 * len digits of either case, then a NUL. */
bool hex_decode(const char *text, uint8_t *ret_data, size_t len);

#endif
