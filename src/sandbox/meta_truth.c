/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_truth.h"

#include <stdio.h>

#include "sandbox/meta_insights.h"

enum { RANGE_MAX = 128 };

static const char every_state[] =
    "[{\"field\":\"ad.effective_status\",\"operator\":\"IN\",\"value\":[\"ACTIVE\",\"PAUSED\","
    "\"ARCHIVED\",\"DELETED\",\"CAMPAIGN_PAUSED\",\"ADSET_PAUSED\",\"DISAPPROVED\"]}]";

static const char usual_fields[] =
    "account_id,campaign_id,adset_id,ad_id,impressions,clicks,spend,reach,actions,date_start,"
    "date_stop";

static bool set_default(struct meta_params *params, const char *name, const char *value)
{
    return meta_params_get(params, name) || meta_params_set(params, name, value);
}

bool meta_truth_answer(struct reply *reply, const struct meta_world *world,
                       struct meta_params *params, int64_t now_s)
{
    const char *account = meta_params_get(params, "account");
    const char *since = meta_params_get(params, "since");
    const char *until = meta_params_get(params, "until");
    struct meta_node node;
    char range[RANGE_MAX];
    if (!account || !since || !until || !meta_world_find(world, account, &node))
        return meta_error_answer(reply, META_ERROR_PARAMETER,
                                 "account, since and until are needed");
    snprintf(range, sizeof range, "{\"since\":\"%s\",\"until\":\"%s\"}", since, until);
    return set_default(params, "time_range", range) &&
           set_default(params, "time_increment", "1") && set_default(params, "level", "ad") &&
           set_default(params, "fields", usual_fields) &&
           set_default(params, "filtering", every_state) &&
           meta_insights_truth(reply, world, params, node, now_s);
}
