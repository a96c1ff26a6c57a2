/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that were made before: names, postcodes and the ids of campaigns come again and again,
 * and making a token of one costs more than all else that is done to it.
 *
 *     token = memo_find(m, class, text)    NULL           not kept: make it elsewhere
 *                                          len is 0       make it here
 *                                          otherwise      here it is
 *
 * A value gets its place when it is seen a second time, so that the many that come once (e-mail
 * addresses, telephone numbers) drive nothing out. Found is what is equal byte by byte. The size
 * is fixed, 0.4 MiB. Holds clear values; they are wiped with it.
 */
#ifndef RECORD_MEMO_H
#define RECORD_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "crypto/pseudonym.h"

enum { MEMO_TEXT_MAX = 32 }; /* bytes of a value that is kept */

struct memo_token {
    uint8_t len;
    char text[PSEUDONYM_TEXT_MAX];
};

/* For the tokens of one pseudonym key. */
struct memo;

struct memo *memo_new(void); /* NULL when memory is out */
void memo_free(struct memo *m);
CLEANUP_DEFINE(struct memo, memo_free)

/* kind: tells equal texts apart that have different tokens; compared as an address. The token is
 * valid until the next call. m: NULL finds nothing. */
struct memo_token *memo_find(struct memo *m, const void *kind, const char *text, size_t len);

#endif
