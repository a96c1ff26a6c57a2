/* SPDX-License-Identifier: Apache-2.0 */
/* What `--facebook KEY=VALUE` sets: how large the world is and how Meta's API behaves. */
#ifndef SANDBOX_META_SETTINGS_H
#define SANDBOX_META_SETTINGS_H

#include "sandbox/api_settings.h"

enum { META_EXPIRED_UPGRADE, META_EXPIRED_REFUSE };
enum { META_PROOF_OPTIONAL, META_PROOF_REQUIRED };
enum { META_TIER_LIMITED, META_TIER_FULL };
enum { META_OFF, META_ON };

struct meta_settings {
    int64_t accounts;
    int64_t ads;
    int64_t history;
    int64_t page;
    int64_t page_max;
    int64_t restate;
    int64_t sync_rows;
    int64_t too_many_rows;
    int64_t time_rows;
    int64_t edge_rows;
    int64_t optin;
    int64_t poison;
    int64_t expired;
    int64_t default_version;
    int64_t proof;
    int64_t auth_status;
    int64_t tier;
    int64_t limits;
};

struct settings_group meta_settings_group(struct meta_settings *values);

#endif
