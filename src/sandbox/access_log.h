/* SPDX-License-Identifier: Apache-2.0 */
/* The line of --verbose for a request, without what would let its reader in. */
#ifndef SANDBOX_ACCESS_LOG_H
#define SANDBOX_ACCESS_LOG_H

#include <stddef.h>

enum { ACCESS_LOG_URI_MAX = 2048 };

/* A copy of the URI in which tokens and secrets are three stars; cut when it is too long. */
void access_log_uri(const char *uri, char ret_text[ACCESS_LOG_URI_MAX]);

#endif
