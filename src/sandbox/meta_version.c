/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_version.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int major;
} live[] = {{"v26.0", 26}, {"v25.0", 25}};

enum { LIVE = sizeof live / sizeof *live, DIGITS_MAX = 4 };

/* The length of "v26.0" at the start of a text, 0 for anything else. */
static size_t version_length(const char *text)
{
    if (*text != 'v')
        return 0;
    size_t major = strspn(text + 1, "0123456789");
    if (major == 0 || major > DIGITS_MAX || text[1 + major] != '.')
        return 0;
    size_t minor = strspn(text + 2 + major, "0123456789");
    if (minor == 0 || minor > DIGITS_MAX)
        return 0;
    size_t len = 2 + major + minor;
    return text[len] == '\0' || text[len] == '/' ? len : 0;
}

static void serve(struct meta_version *v, size_t i)
{
    v->served = live[i].name;
    v->major = live[i].major;
}

const char *meta_version_route(const char *path, bool refuse_expired, int choice,
                               struct meta_version *ret_version)
{
    struct meta_version v = {0};
    size_t len = *path == '/' ? version_length(path + 1) : 0;
    serve(&v, (size_t)choice);
    if (len > 0 && len < META_VERSION_SIZE) {
        memcpy(v.asked, path + 1, len);
        long major = strtol(v.asked + 1, NULL, 10);
        bool expired = major < live[LIVE - 1].major;
        for (size_t i = 0; i < LIVE; i++)
            if (strcmp(live[i].name, v.asked) == 0)
                serve(&v, i);
        if (expired) {
            serve(&v, LIVE - 1);
            v.upgraded = true;
            if (refuse_expired)
                v.served = NULL;
        }
    }
    *ret_version = v;
    path += len > 0 ? 1 + len : 0;
    return path + strspn(path, "/");
}
