/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/base32.h"

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

size_t base32_encode(const uint8_t *data, size_t len, char *ret_text)
{
    char *out = ret_text;
    uint32_t bits = 0;
    unsigned pending = 0; /* bits not written yet, at the low end of `bits` */

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | data[i];
        pending += 8;
        while (pending >= 5) {
            pending -= 5;
            *out++ = alphabet[bits >> pending & 31];
        }
    }
    if (pending > 0)
        *out++ = alphabet[bits << (5 - pending) & 31];
    return (size_t)(out - ret_text);
}
