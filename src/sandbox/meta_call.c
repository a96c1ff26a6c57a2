/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_call.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

bool meta_call_take_path(struct meta_call *call, const char *path, const char *version)
{
    const struct meta_settings *s = &call->meta->keys.settings;
    char whole[2 * META_PATH_MAX];
    bool refuse = s->expired == META_EXPIRED_REFUSE;
    struct meta_version own;
    const char *rest = meta_version_route(path, refuse, (int)s->default_version, &own);
    if (*version && !*own.asked) {
        snprintf(whole, sizeof whole, "/%s/%s", version, rest);
        rest = meta_version_route(whole, refuse, (int)s->default_version, &own);
    }
    size_t len = strlen(rest);
    while (len > 0 && rest[len - 1] == '/')
        len--;
    if (len >= sizeof call->path)
        return false;
    memmove(call->path, rest, len);
    call->path[len] = '\0';
    call->version = own;
    return true;
}

void meta_call_count(struct meta_call *call, enum meta_counter what)
{
    atomic_fetch_add(&call->meta->counters[what], 1);
}

struct meta_token meta_call_token(struct meta_call *call, const char *text)
{
    struct meta_token token = meta_auth_token(text);
    if (meta_ended_has(&call->meta->ended, text))
        token.error = META_ERROR_EXPIRED;
    return token;
}

const char *meta_call_param(const struct meta_call *call, const char *name)
{
    const char *value = meta_params_get(&call->params, name);
    return value && *value ? value : NULL;
}
