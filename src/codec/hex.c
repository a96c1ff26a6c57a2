/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void hex_encode(const uint8_t *data, size_t len, char *ret_text)
{
    for (size_t i = 0; i < len; i++) {
        *ret_text++ = digits[data[i] >> 4];
        *ret_text++ = digits[data[i] & 15];
    }
    *ret_text = '\0';
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_decode(const char *text, uint8_t *ret_data, size_t len)
{
    /* all is checked before anything is written: outputs stay untouched on failure */
    if (strnlen(text, 2 * len + 1) != 2 * len)
        return false;
    for (size_t i = 0; i < 2 * len; i++) {
        if (digit_value(text[i]) < 0)
            return false;
    }
    for (size_t i = 0; i < len; i++)
        ret_data[i] = (uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
    return true;
}
