/* SPDX-License-Identifier: Apache-2.0 */
/* The versions of Meta's API: which are served, and what becomes of a call of another one. */
#ifndef SANDBOX_META_VERSION_H
#define SANDBOX_META_VERSION_H

#include <stdbool.h>

#define META_VERSION_NEWEST "v26.0"
#define META_VERSION_CHOICES "v26.0|v25.0" /* live ones, the newest first */

enum { META_VERSION_SIZE = 12 };

struct meta_version {
    char asked[META_VERSION_SIZE]; /* "" when the path has none */
    const char *served; /* "v26.0"; NULL: the call is refused as of an expired version */
    int major; /* of the served one */
    bool upgraded; /* an expired one was asked for */
};

/* Takes "/v26.0" off the front of the path and returns what is behind it. choice: which of
 * META_VERSION_CHOICES a version of the future, or none, is answered with. */
const char *meta_version_route(const char *path, bool refuse_expired, int choice,
                               struct meta_version *ret_version);

#endif
