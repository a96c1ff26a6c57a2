/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_settings.h"

#include "sandbox/meta_metrics.h"
#include "sandbox/meta_version.h"
#include "sandbox/meta_world.h"

enum { DAYS_MAX = 4000, ROWS_MAX = 1000000000 };

#define AT(member) offsetof(struct meta_settings, member)

static const struct setting rows[] = {
    {"accounts", NULL, 1, META_WORLD_ACCOUNTS_MAX, 2, AT(accounts), "ad accounts"},
    {"ads", NULL, 1, META_WORLD_ADS_MAX, 24, AT(ads), "ads of each account"},
    {"history", NULL, 1, DAYS_MAX, 90, AT(history), "days before today that have metrics"},
    {"page", NULL, 1, 100000, 25, AT(page), "rows of a page when limit is not given"},
    {"page_max", NULL, 1, 100000, 500, AT(page_max), "rows of a page, whatever limit is given"},
    {"restate", NULL, 0, META_METRICS_AGES, 2, AT(restate),
     "days of the last 28 that each new day changes"},
    {"sync_rows", NULL, 0, ROWS_MAX, 0, AT(sync_rows),
     "rows of 10 fields beyond which a sync report is to reduce its data; 0: no limit"},
    {"too_many_rows", NULL, 0, ROWS_MAX, 0, AT(too_many_rows),
     "the same for too many rows (1487534)"},
    {"time_rows", NULL, 0, ROWS_MAX, 0, AT(time_rows),
     "the same for a sync report that times out (1504018)"},
    {"edge_rows", NULL, 0, ROWS_MAX, 0, AT(edge_rows),
     "limit beyond which an edge is to reduce its data; 0: none"},
    {"optin", "off|on", 0, 0, META_OFF, AT(optin),
     "breakdowns that need an opt-in: off leaves sync reports empty"},
    {"poison", NULL, 0, META_WORLD_ADS_MAX, 0, AT(poison),
     "the creative, from 1, that fails whatever page it is in; 0: none"},
    {"expired", "upgrade|refuse", 0, 0, META_EXPIRED_UPGRADE, AT(expired),
     "what a call of an expired version gets"},
    {"default_version", META_VERSION_CHOICES, 0, 0, 0, AT(default_version),
     "what a version that does not exist yet is answered with"},
    {"proof", "optional|required", 0, 0, META_PROOF_OPTIONAL, AT(proof), "appsecret_proof"},
    {"auth_status", NULL, 400, 401, 400, AT(auth_status), "HTTP status of token errors"},
    {"tier", "limited|full", 0, 0, META_TIER_FULL, AT(tier), "the access tier of the app"},
    {"limits", "off|on", 0, 0, META_ON, AT(limits),
     "rate limits, and the headers that tell of them"},
};

struct settings_group meta_settings_group(struct meta_settings *values)
{
    return (struct settings_group){rows, sizeof rows / sizeof *rows, values};
}
