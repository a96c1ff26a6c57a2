/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_route.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/meta_batch.h"
#include "sandbox/meta_debug.h"
#include "sandbox/meta_edge.h"
#include "sandbox/meta_entity.h"
#include "sandbox/meta_insights.h"
#include "sandbox/meta_report.h"
#include "sandbox/meta_rule.h"
#include "sandbox/meta_throttle.h"
#include "sandbox/splitmix.h"

enum { PROOF_MESSAGE_MAX = 4096, EDGE_MAX = 64 };

#define ON(kind) (1U << (kind))
#define REPORTING (ON(META_ACCOUNT) | ON(META_CAMPAIGN) | ON(META_ADSET) | ON(META_AD))

/* --- headers --- */

static bool add_headers(struct meta_call *call)
{
    uint64_t number = atomic_fetch_add(&call->meta->replies, 1);
    uint64_t drawn = splitmix_mix(call->meta->world.seed ^ (number + 1));
    struct reply *reply = call->reply;
    if (call->version.upgraded &&
        !reply_header(reply, "X-Ad-Api-Version-Warning",
                      "The call has been auto-upgraded to %s as %s has been deprecated",
                      call->version.served ? call->version.served : META_VERSION_NEWEST,
                      call->version.asked))
        return false;
    return reply_header(reply, "facebook-api-version", "%s",
                        call->version.served ? call->version.served : META_VERSION_NEWEST) &&
           reply_header(reply, "x-fb-trace-id", "%.11" PRIx64, drawn) &&
           reply_header(reply, "x-fb-rev", "1032%06" PRIu64,
                        call->meta->world.seed % 1000000) &&
           reply_header(reply, "x-fb-request-id", "A%016" PRIx64, splitmix_mix(drawn)) &&
           reply_header(reply, "x-fb-debug", "%016" PRIx64 "%016" PRIx64 "==", drawn,
                        splitmix_mix(drawn + 1)) &&
           reply_header(reply, "cache-control",
                        "private, no-cache, no-store, must-revalidate") &&
           reply_header(reply, "pragma", "no-cache") &&
           reply_header(reply, "expires", "Sat, 01 Jan 2000 00:00:00 GMT") &&
           reply_header(reply, "strict-transport-security", "max-age=15552000; preload") &&
           reply_header(reply, "vary", "Accept-Encoding") &&
           reply_header(reply, "access-control-allow-origin", "*");
}

/* --- the token --- */

static bool answer_auth(struct meta_call *call, enum meta_error what)
{
    if (!meta_error_answer(call->reply, what))
        return false;
    if (meta_error_code(what) != 190)
        return true;
    call->reply->status = (int)call->meta->keys.settings.auth_status;
    return reply_header(call->reply, "WWW-Authenticate",
                        "OAuth \"Facebook Platform\" \"invalid_token\" \"%s\"",
                        "Error validating access token");
}

static enum meta_error check_proof(const struct meta_call *call, const char *token)
{
    const char *proof = meta_call_param(call, "appsecret_proof");
    const char *time = meta_call_param(call, "appsecret_time");
    if (!proof)
        return call->meta->keys.settings.proof == META_PROOF_REQUIRED ? META_ERROR_PROOF_NEEDED
                                                                      : META_ERROR_NONE;
    char message[PROOF_MESSAGE_MAX];
    char wanted[META_AUTH_PROOF_SIZE];
    snprintf(message, sizeof message, "%s%s%s", token, time ? "|" : "", time ? time : "");
    meta_auth_proof(META_AUTH_SECRET, message, wanted);
    return strcmp(proof, wanted) == 0 ? META_ERROR_NONE : META_ERROR_PROOF_WRONG;
}

static enum meta_error check_token(struct meta_call *call)
{
    const char *token = meta_call_param(call, "access_token");
    if (!token)
        return META_ERROR_NO_TOKEN;
    call->token = meta_call_token(call, token);
    enum meta_error what = check_proof(call, token);
    return what != META_ERROR_NONE ? what : call->token.error;
}

/* --- routes --- */

typedef bool route_answer(struct meta_call *call, struct meta_node node);

/* What is behind an id. "" is the node itself. */
static const struct edge_route {
    const char *method;
    const char *edge;
    unsigned kinds; /* of the node, as ON() */
    enum meta_counter counter;
    route_answer *answer;
} edge_routes[] = {
    {"GET", "", ~ON(META_RUN), META_COUNT_NODE, meta_entity_answer},
    {"GET", "campaigns", ON(META_ACCOUNT), META_COUNT_EDGE, meta_edge_campaigns},
    {"GET", "adsets", ON(META_ACCOUNT) | ON(META_CAMPAIGN), META_COUNT_EDGE, meta_edge_adsets},
    {"GET", "ads", ON(META_ACCOUNT) | ON(META_CAMPAIGN) | ON(META_ADSET), META_COUNT_EDGE,
     meta_edge_ads},
    {"GET", "adcreatives", ON(META_ACCOUNT) | ON(META_ADSET) | ON(META_AD), META_COUNT_EDGE,
     meta_edge_creatives},
    {"GET", "customaudiences", ON(META_ACCOUNT), META_COUNT_EDGE, meta_edge_audiences},
    {"GET", "insights", REPORTING, META_COUNT_INSIGHTS, meta_insights_answer},
    {"POST", "insights", REPORTING, META_COUNT_JOB_CREATE, meta_report_create},
    {"GET", "", ON(META_RUN), META_COUNT_JOB_POLL, meta_report_poll},
    {"GET", "insights", ON(META_RUN), META_COUNT_JOB_RESULT, meta_report_result},
    {"DELETE", "", ON(META_RUN), META_COUNT_JOB_CANCEL, meta_report_cancel},
};

static bool answer_edge(struct meta_call *call, struct meta_node node,
                        const struct edge_route *route)
{
    bool allowed;
    meta_call_count(call, route->counter);
    if (!meta_throttle_admit(call, &node, route->counter, &allowed))
        return false;
    if (!allowed)
        return true;
    bool answered = route->answer(call, node);
    if (answered)
        meta_throttle_settle(call, node);
    return answered;
}

static bool route_edge(struct meta_call *call, struct meta_node node, const char *edge)
{
    bool known = false;
    for (size_t i = 0; i < sizeof edge_routes / sizeof *edge_routes; i++) {
        const struct edge_route *r = &edge_routes[i];
        if (strcmp(r->edge, edge) != 0 || !(r->kinds & ON(node.kind)))
            continue;
        known = true;
        if (strcmp(r->method, call->method) != 0)
            continue;
        return answer_edge(call, node, r);
    }
    meta_call_count(call, META_COUNT_OTHER);
    return known ? meta_error_answer(call->reply, META_ERROR_METHOD, call->method)
                 : meta_error_answer(call->reply, META_ERROR_PATH, call->path);
}

static bool route_node(struct meta_call *call)
{
    char id[META_PATH_MAX];
    snprintf(id, sizeof id, "%s", call->path);
    char *slash = strchr(id, '/');
    const char *edge = slash ? slash + 1 : "";
    if (slash)
        *slash = '\0';
    struct meta_node node;
    if (!meta_world_find(&call->meta->world, id, &node) ||
        !meta_auth_sees(&call->token, &call->meta->world, node)) {
        meta_call_count(call, META_COUNT_OTHER);
        return meta_error_answer(call->reply, META_ERROR_UNSEEN, id);
    }
    return route_edge(call, node, edge);
}

/* Of several objects at once: gone with v26, and never served here. */
static bool answer_ids(struct meta_call *call)
{
    if (meta_call_param(call, "ids") && call->version.major >= 26)
        return meta_error_answer(call->reply, META_ERROR_IDS_GONE);
    return meta_error_answer(call->reply, META_ERROR_PATH, "");
}

/* Paths of their own. */
static const struct path_route {
    const char *method;
    const char *path;
    bool open; /* needs no token of a user, and no limit counts it */
    enum meta_counter counter;
    bool (*answer)(struct meta_call *call);
} path_routes[] = {
    {"GET", "me", false, META_COUNT_NODE, meta_debug_me},
    {"GET", "me/adaccounts", false, META_COUNT_EDGE, meta_edge_accounts},
    {"POST", "", false, META_COUNT_BATCH, meta_batch_answer},
    {"GET", "", false, META_COUNT_OTHER, answer_ids},
    {"GET", "debug_token", true, META_COUNT_DEBUG_TOKEN, meta_debug_token},
    {"GET", "oauth/access_token", true, META_COUNT_OAUTH, meta_debug_exchange},
};

static const struct path_route *find_path(const struct meta_call *call)
{
    for (size_t i = 0; i < sizeof path_routes / sizeof *path_routes; i++)
        if (strcmp(path_routes[i].path, call->path) == 0 &&
            strcmp(path_routes[i].method, call->method) == 0)
            return &path_routes[i];
    return NULL;
}

static bool answer_path(struct meta_call *call, const struct path_route *route)
{
    bool allowed = true;
    meta_call_count(call, route->counter);
    if (!route->open && route->counter != META_COUNT_BATCH &&
        !meta_throttle_admit(call, NULL, route->counter, &allowed))
        return false;
    return !allowed || route->answer(call);
}

bool meta_route(struct meta_call *call)
{
    if (!add_headers(call))
        return false;
    struct meta_error_wish wish;
    if (meta_rule_error(call, &wish))
        return meta_error_answer_wish(call->reply, &wish);
    if (!call->version.served)
        return meta_error_answer(call->reply, META_ERROR_VERSION, META_VERSION_NEWEST);
    const struct path_route *route = find_path(call);
    enum meta_error what = route && route->open ? META_ERROR_NONE : check_token(call);
    if (what != META_ERROR_NONE) {
        meta_call_count(call, META_COUNT_OTHER);
        return answer_auth(call, what);
    }
    return route ? answer_path(call, route) : route_node(call);
}
