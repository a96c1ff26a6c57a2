/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_debug.h"

#include <inttypes.h>
#include <string.h>

enum { BODY_MAX = 16 * 1024, DAY_S = 86400, LONG_LIVED_DAYS = 60 };

#define USER "122100000000000001"

static bool answer(struct meta_call *call, const struct buffer *body)
{
    return reply_text(call->reply, 200, META_JSON_TYPE, body->data, body->len);
}

bool meta_debug_me(struct meta_call *call)
{
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, BODY_MAX);
    return buffer_append_text(&body, "{\"name\":\"Sandbox User\",\"id\":\"" USER "\"}") &&
           answer(call, &body);
}

static const char *scopes_of(const struct meta_token *token)
{
    if (!token->scope)
        return "\"public_profile\"";
    return token->business ? "\"ads_read\",\"business_management\",\"public_profile\""
                           : "\"ads_read\",\"public_profile\"";
}

static bool append_known(const struct meta_call *call, const struct meta_token *token,
                         struct buffer *out)
{
    bool valid = token->error == META_ERROR_NONE || !token->scope;
    int64_t issued = call->now_s - 5 * DAY_S;
    int64_t expires = valid ? issued + LONG_LIVED_DAYS * DAY_S : call->now_s - DAY_S;
    return buffer_printf(out,
                         "{\"data\":{\"app_id\":\"" META_AUTH_APP "\",\"type\":\"USER\","
                         "\"application\":\"Sandbox\",\"data_access_expires_at\":%" PRId64
                         ",\"expires_at\":%" PRId64 ",\"is_valid\":%s,\"issued_at\":%" PRId64
                         ",\"scopes\":[%s],\"granular_scopes\":[{\"scope\":\"ads_read\"}],"
                         "\"user_id\":\"" USER "\"}}",
                         issued + 90 * DAY_S, expires, valid ? "true" : "false", issued,
                         scopes_of(token));
}

bool meta_debug_token(struct meta_call *call)
{
    const char *asked = meta_call_param(call, "input_token");
    const char *app = meta_call_param(call, "access_token");
    if (!app)
        return meta_error_answer(call->reply, META_ERROR_NO_TOKEN);
    if (!meta_auth_is_app(app))
        return meta_error_answer(call->reply, META_ERROR_PARAMETER,
                                 "You must provide an app access token, or a user access token "
                                 "that is an owner or developer of the app");
    if (!asked)
        return meta_error_answer(call->reply, META_ERROR_PARAMETER,
                                 "The parameter input_token is required");
    struct meta_token token = meta_call_token(call, asked);
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, BODY_MAX);
    bool done =
        token.name ? append_known(call, &token, &body)
                   : buffer_append_text(&body, "{\"data\":{\"error\":{\"code\":190,\"message\":"
                                               "\"Invalid OAuth access token - Cannot parse "
                                               "access token\"},\"is_valid\":false,"
                                               "\"scopes\":[]}}");
    return done && answer(call, &body);
}

bool meta_debug_exchange(struct meta_call *call)
{
    const char *id = meta_call_param(call, "client_id");
    const char *secret = meta_call_param(call, "client_secret");
    const char *kind = meta_call_param(call, "grant_type");
    const char *old = meta_call_param(call, "fb_exchange_token");
    if (!id || !secret || strcmp(id, META_AUTH_APP) != 0 ||
        strcmp(secret, META_AUTH_SECRET) != 0)
        return meta_error_answer(call->reply, META_ERROR_CLIENT_SECRET);
    if (!kind || strcmp(kind, "fb_exchange_token") != 0 || !old)
        return meta_error_answer(call->reply, META_ERROR_PARAMETER,
                                 "The parameter fb_exchange_token is required");
    struct meta_token token = meta_call_token(call, old);
    if (token.error != META_ERROR_NONE)
        return meta_error_answer(call->reply, token.error);
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, BODY_MAX);
    return buffer_printf(&body,
                         "{\"access_token\":\"" META_AUTH_TOKEN "-long-%" PRId64
                         "\",\"token_type\":\"bearer\",\"expires_in\":%d}",
                         call->now_s, LONG_LIVED_DAYS * DAY_S) &&
           answer(call, &body);
}
