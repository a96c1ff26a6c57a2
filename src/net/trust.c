/* SPDX-License-Identifier: Apache-2.0 */
#include "net/trust.h"

#include <string.h>

#include "base/file.h"

static bool append_file(struct buffer *content, const char *path, struct error *err)
{
    if (!file_read(path, content, err))
        return false;
    return buffer_append_byte(content, '\n') || error_memory(err);
}

static bool append_own(struct trust *t, const char *ca_file, struct error *err)
{
    static const char mark[] = "-----BEGIN CERTIFICATE-----";
    if (!append_file(&t->pem, ca_file, err))
        return error_prefix(err, "ca_file");
    return memmem(t->pem.data, t->pem.len, mark, strlen(mark)) ||
           error_set(err, ERROR_CONFIG, "ca_file: %s: no certificate in PEM form in it",
                     ca_file);
}

/* Whoever takes certificates of ours takes one set: the bundle's are put behind them. */
static bool append_bundle(struct trust *t, const char *bundle, struct error *err)
{
    return t->pem.len == 0 || !bundle || !file_exists(bundle) ||
           append_file(&t->pem, bundle, err);
}

bool trust_init(struct trust *t, const char *ca_file, const char *bundle, bool folder,
                struct error *err)
{
    buffer_init(&t->pem, TRUST_MAX);
    t->bundle = folder ? bundle : NULL;
    return (!ca_file || append_own(t, ca_file, err)) &&
           (t->bundle || append_bundle(t, bundle, err));
}

void trust_done(struct trust *t)
{
    buffer_done(&t->pem);
}

bool trust_widen(struct trust *t)
{
    struct error ignored; /* the server is not trusted, and that is told */
    const char *bundle = t->bundle;
    t->bundle = NULL;
    return bundle && append_bundle(t, bundle, &ignored);
}
