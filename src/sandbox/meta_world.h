/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ad accounts there are, and what is in them. Nothing is stored: an object is a kind, an
 * account and a number, and everything about it follows from these and the seed. So do the ids,
 * 18 digits of which the last five are drawn, which keeps guessed ones from being found.
 *
 *     account ── campaign ── adset ── ad ── creative         a creative for every ad
 *             └─ audience
 *
 * Twelve ads in a row are four ad sets (of 1, 2, 4 and 5 ads) in two campaigns.
 */
#ifndef SANDBOX_META_WORLD_H
#define SANDBOX_META_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sandbox/meta_zone.h"

enum {
    META_WORLD_ACCOUNTS_MAX = 200,
    META_WORLD_ADS_MAX = 10000,
    META_WORLD_AUDIENCES = 7,
    META_WORLD_ID_SIZE = 24, /* "act_", 18 digits, NUL */
};

enum meta_kind {
    META_NOTHING,
    META_CAMPAIGN,
    META_ADSET,
    META_AD,
    META_CREATIVE,
    META_AUDIENCE,
    META_ACCOUNT,
    META_RUN, /* report runs: their numbers are given by whoever makes them */
    META_KIND_COUNT
};

enum meta_status {
    META_ACTIVE,
    META_PAUSED,
    META_ARCHIVED,
    META_DELETED,
    META_CAMPAIGN_PAUSED, /* effective only, as the ones below */
    META_ADSET_PAUSED,
    META_DISAPPROVED,
    META_STATUS_COUNT
};

struct meta_node {
    enum meta_kind kind;
    uint32_t account;
    uint32_t index; /* 0 for an account itself */
};

/* Numbers from `first` up to, not including, `end`. */
struct meta_range {
    uint32_t first;
    uint32_t end;
};

struct meta_world {
    uint64_t seed;
    uint32_t accounts;
    uint32_t ads; /* of every account */
    int64_t first_day; /* of metrics, as days since 1970 */
    uint32_t restated; /* days that a new day changes */
    bool canary; /* personal texts hold CANARY */
    struct meta_zones zones;
};

/* A number drawn for a node; `what` tells draws apart. */
uint64_t meta_world_draw(const struct meta_world *w, struct meta_node node, uint64_t what);

uint64_t meta_world_id(const struct meta_world *w, struct meta_node node);
/* "120…"; of an account without "act_". */
void meta_world_write_id(const struct meta_world *w, struct meta_node node,
                         char ret_text[META_WORLD_ID_SIZE]);
/* The node of an id, of accounts with "act_" before it. A META_RUN is found by its shape. */
bool meta_world_find(const struct meta_world *w, const char *text, struct meta_node *ret_node);
bool meta_world_find_number(const struct meta_world *w, uint64_t id,
                            struct meta_node *ret_node);

/* How many of a kind an account has. */
uint32_t meta_world_count(const struct meta_world *w, enum meta_kind kind);
/* The campaign or ad set of an ad, the campaign of an ad set, the account of all. */
struct meta_node meta_world_parent(struct meta_node node, enum meta_kind kind);
/* Objects of a kind below a node (itself, when it is of that kind). */
struct meta_range meta_world_below(const struct meta_world *w, struct meta_node node,
                                   enum meta_kind kind);

enum meta_status meta_world_own_status(struct meta_node node);
enum meta_status meta_world_effective_status(struct meta_node node);
const char *meta_world_status_text(enum meta_status status);
/* What filters on `delivery_info` compare with. */
const char *meta_world_delivery_text(enum meta_status status);

/* Unix seconds. What is updated moves with the clock, a little every few weeks. */
int64_t meta_world_created(const struct meta_world *w, struct meta_node node);
int64_t meta_world_updated(const struct meta_world *w, struct meta_node node, int64_t now_s);

const struct meta_zone *meta_world_zone(const struct meta_world *w, uint32_t account);
const char *meta_world_currency(const struct meta_world *w, uint32_t account);

#endif
