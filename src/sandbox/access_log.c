/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/access_log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const secrets[] = {
    "access_token",  "input_token",     "token", "fb_exchange_token",
    "client_secret", "appsecret_proof", "batch",
};

static bool is_secret(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (strlen(secrets[i]) == len && memcmp(secrets[i], name, len) == 0)
            return true;
    return false;
}

void access_log_uri(const char *uri, char ret_text[ACCESS_LOG_URI_MAX])
{
    size_t len = 0;
    for (const char *p = uri; *p && len + 1 < ACCESS_LOG_URI_MAX;) {
        size_t piece = strcspn(p, "?&"); /* the path, or a parameter */
        size_t name = strcspn(p, "=?&");
        bool hidden = name < piece && is_secret(p, name);
        int written =
            snprintf(ret_text + len, ACCESS_LOG_URI_MAX - len, "%.*s%s%.1s",
                     (int)(hidden ? name + 1 : piece), p, hidden ? "***" : "", p + piece);
        len += written > 0 ? (size_t)written : 0;
        p += piece + (p[piece] != '\0');
    }
    if (len == 0)
        ret_text[0] = '\0';
}
