/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/pagekey.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 32 * 1024, NUMBER_SIZE = 12 };

void pagekey_make(const char *seed, size_t len, uint32_t page, uint8_t ret_key[MDHASH_MD5_SIZE])
{
    char text[TEXT_MAX];
    if (len > sizeof text - NUMBER_SIZE)
        len = sizeof text - NUMBER_SIZE;
    if (len > 0)
        memcpy(text, seed, len);
    if (page != 1)
        len += (size_t)snprintf(text + len, NUMBER_SIZE, "%u", page);
    mdhash_md5(text, len, ret_key);
}
