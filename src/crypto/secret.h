/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for what must not leak: guarded pages, locked where the system allows, wiped on free,
 * and a type that cannot be printed by accident.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct secret;

/* Hardens the process and starts libsodium. Call once, first, before threads and before any
 * other library starts: no core dumps; not dumpable (nobody traces it, /proc/<pid>/mem and
 * environ are closed); and these variables are removed from the environment, because they make
 * a library log TLS keys, load code, or take files from or put them into other places:
 * SSLKEYLOGFILE, SQLITE_TMPDIR, OPENSSL_CONF, OPENSSL_MODULES, OPENSSL_ENGINES, SSL_CERT_FILE,
 * SSL_CERT_DIR, those of libpq that lead elsewhere than a URL says, and all that begin with
 * CURL_. ERROR_CRYPTO. */
bool secret_init(struct error *err);
/* Whether the system lets us lock memory, so that secrets are never swapped out (ulimit -l).
 * Secrets work without. */
bool secret_locked(void);

/* len zero bytes; NULL when memory is out. */
struct secret *secret_new(size_t len);
struct secret *secret_random(size_t len);
struct secret *secret_copy(const void *data, size_t len);
void secret_free(struct secret *s);
CLEANUP_DEFINE(struct secret, secret_free)

uint8_t *secret_bytes(struct secret *s);
const uint8_t *secret_view(const struct secret *s);
size_t secret_length(const struct secret *s);

/* Wipes memory of any kind; comparison in constant time. */
void secret_wipe(void *data, size_t len);
bool secret_equal(const void *a, const void *b, size_t len);
/* Random bytes that need no guarding: nonces, ids. */
void secret_fill_random(void *ret_data, size_t len);

#endif
