/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys seen so far in every object that is open: what duplicate keys are found with.
 *
 *     object opens   mark = keyset_mark(k)
 *     key            keyset_add(k, depth, …)
 *     object closes  keyset_release(k, mark)
 *
 * One hash table holds the keys of all open objects. Objects close in the reverse order of
 * their opening, so taking the newest entries out again leaves the table as it was before them
 * (linear probing allows that), and neither a small object nor a wide one needs a table of its
 * own. A key is kept as 64 bits of a hash under a random key of the set: whoever writes the
 * document cannot aim at a collision, and by chance one of 4 billion objects of KEYSET_MAX keys
 * has one.
 */
#ifndef RECORD_KEYSET_H
#define RECORD_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

enum { KEYSET_MAX = 64 * 1024 }; /* keys at once; 1.25 MiB */

enum keyset_verdict {
    KEYSET_NEW,
    KEYSET_SEEN, /* this text was added at this depth since the mark */
    KEYSET_FULL, /* not seen, and not kept: KEYSET_MAX is reached or memory is out */
};

struct keyset;

struct keyset *keyset_new(void); /* NULL when memory is out */
void keyset_free(struct keyset *k);
CLEANUP_DEFINE(struct keyset, keyset_free)

/* How many keys are held: what is added from here on belongs to the object that opens now. */
size_t keyset_mark(const struct keyset *k);
/* Adds a key of the innermost open object; depth tells the open objects apart. */
enum keyset_verdict keyset_add(struct keyset *k, size_t depth, const char *text, size_t len);
/* Forgets all that was added since mark. */
void keyset_release(struct keyset *k, size_t mark);

#endif
