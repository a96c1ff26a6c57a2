/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose certificates vouch for a server: the system's, and those of a file of the operator's.
 *
 * The system's are a bundle of 140 that is parsed for each connection, a megabyte that stays with
 * it; mostly they are in a folder as well, where the one that is needed is found by its name. Then
 * the bundle waits until a server is not trusted without it: who trusts it is the same.
 *
 *     trust_init ─▶ first attempt ─▶ not trusted: trust_widen ─▶ second attempt
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

enum { TRUST_MAX = 4 * 1024 * 1024 }; /* bytes of certificates */

struct trust {
    struct buffer pem; /* in place of the bundle; empty: nothing is */
    const char *bundle; /* the system's, which waits; NULL: none does */
};

/* ca_file: PEM, NULL: none. bundle: the system's file, NULL: it has none; kept. folder: what it
 * holds is found without it. ERROR_CONFIG: no certificate in ca_file; ERROR_IO: a file cannot be
 * read. */
bool trust_init(struct trust *t, const char *ca_file, const char *bundle, bool folder,
                struct error *err);
void trust_done(struct trust *t); /* also after an init that failed */

/* From now on the bundle is asked as well. False: it was already, or cannot be. */
bool trust_widen(struct trust *t);

#endif
