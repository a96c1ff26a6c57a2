/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a page is drawn from: MD5 of the seed for page 1, of seed and decimal page otherwise. So
 * pages do not depend on one another, and page 12 of "abc" is page 2 of "abc1".
 */
#ifndef SANDBOX_PAGEKEY_H
#define SANDBOX_PAGEKEY_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox/mdhash.h"

/* Of a longer seed the first 32 KiB count; no request can hold one. */
void pagekey_make(const char *seed, size_t len, uint32_t page,
                  uint8_t ret_key[MDHASH_MD5_SIZE]);

#endif
