/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ADDRESS_SANITIZER 1
#endif

struct secret {
    uint8_t *bytes; /* of sodium_malloc: guard pages, canary, locked if possible */
    size_t len;
};

/* What makes a library below us write keys to a file, load code or move files elsewhere.
 * Everything that begins with CURL_ goes too. Against LD_PRELOAD and the like it is too late
 * here: whoever sets those runs in our place. */
static const char *const hostile_names[] = {
    "SSLKEYLOGFILE",
    "SQLITE_TMPDIR",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    /* libpq's, behind the back of a URL */
    "PGHOSTADDR",
    "PGOPTIONS",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSYSCONFDIR",
    "PGLOCALEDIR",
    "PGPASSFILE",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGSSLCRL",
    "PGSSLCRLDIR",
};

static bool is_hostile(const char *name)
{
    for (size_t i = 0; i < sizeof hostile_names / sizeof *hostile_names; i++) {
        if (strcmp(name, hostile_names[i]) == 0)
            return true;
    }
    return text_starts_with(name, "CURL_");
}

static bool clear_environment(struct error *err)
{
    for (char **entry = environ; entry && *entry;) {
        AUTO(cleanup_free) char *name = strndup(*entry, strcspn(*entry, "="));
        if (!name)
            return error_memory(err);
        if (*name && is_hostile(name))
            unsetenv(name); /* the rest moves down: the same entry is the next one */
        else
            entry++;
    }
    return true;
}

static bool harden_process(struct error *err)
{
    struct rlimit none = {0};
    if (setrlimit(RLIMIT_CORE, &none) < 0)
        return error_errno(err, ERROR_CRYPTO, errno, "core dumps cannot be switched off");
#ifndef UNDER_ADDRESS_SANITIZER /* its leak check traces the process itself */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return error_errno(err, ERROR_CRYPTO, errno, "tracing cannot be switched off");
#endif
    return true;
}

bool secret_init(struct error *err)
{
    if (!clear_environment(err) || !harden_process(err))
        return false;
    if (sodium_init() < 0)
        return error_set(err, ERROR_CRYPTO, "libsodium does not start");
    return true;
}

bool secret_locked(void)
{
    AUTO(secret_freep) struct secret *probe = secret_new(1);
    return probe && sodium_mlock(probe->bytes, probe->len) == 0;
}

struct secret *secret_new(size_t len)
{
    AUTO(secret_freep) struct secret *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->bytes = sodium_malloc(len);
    if (!s->bytes)
        return NULL;
    s->len = len;
    secret_wipe(s->bytes, len);
    return steal(&s);
}

struct secret *secret_random(size_t len)
{
    struct secret *s = secret_new(len);
    if (s)
        randombytes_buf(s->bytes, len);
    return s;
}

struct secret *secret_copy(const void *data, size_t len)
{
    struct secret *s = secret_new(len);
    if (s && len)
        memcpy(s->bytes, data, len);
    return s;
}

void secret_free(struct secret *s)
{
    if (!s)
        return;
    sodium_free(s->bytes); /* wipes */
    free(s);
}

uint8_t *secret_bytes(struct secret *s)
{
    return s->bytes;
}

const uint8_t *secret_view(const struct secret *s)
{
    return s->bytes;
}

size_t secret_length(const struct secret *s)
{
    return s->len;
}

void secret_wipe(void *data, size_t len)
{
    sodium_memzero(data, len);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

void secret_fill_random(void *ret_data, size_t len)
{
    randombytes_buf(ret_data, len);
}
