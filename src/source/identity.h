/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets of a source as its references gave them at one time, and what requests carry of
 * them: headers and the proof. In guarded memory, wiped when freed; never changed once read, so
 * any thread may use it. Which one is in force is for source/credentials to know.
 */
#ifndef SOURCE_IDENTITY_H
#define SOURCE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "net/http.h"
#include "source/auth.h"
#include "source/settings.h"

enum { IDENTITY_SECRET_MAX = 4096 };

struct identity;

/* ERROR_CONFIG when a reference that is needed is not set, ERROR_AUTH when a secret cannot be
 * read or no request could carry it. Both name the key and never the value. The manifest must live
 * longer. */
bool identity_read(const struct settings *s, struct identity **ret_identity, struct error *err);
void identity_free(struct identity *id);
CLEANUP_DEFINE(struct identity, identity_free)

/* By position in the manifest; NULL: it is not set. */
const char *identity_secret(const struct identity *id, size_t secret);
/* Whether both hold the same there; both are of the same manifest. */
bool identity_same(const struct identity *a, const struct identity *b, size_t secret);
/* What requests carry: headers, and the value of the manifest's proof, "" for none. */
size_t identity_headers(const struct identity *id, const struct http_header **ret_headers);
const char *identity_proof(const struct identity *id);
/* Puts `*` in place of every secret that text holds. */
void identity_hide(const struct identity *id, char *text, size_t len);

#endif
