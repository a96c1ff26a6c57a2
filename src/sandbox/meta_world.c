/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/splitmix.h"

enum { BLOCK_ADS = 12, BLOCK_ADSETS = 4, BLOCK_CAMPAIGNS = 2, CHECK = 100000 };

enum draws { DRAW_CHECK = 1, DRAW_CREATED, DRAW_REVISION };

#define ID_BASE UINT64_C(120000000000000000)
#define ID_KIND UINT64_C(1000000000000000)
#define ID_ACCOUNT UINT64_C(1000000000000)
#define ID_INDEX UINT64_C(100000)

/* the first ad of each ad set of a block, and the end of the last */
static const uint32_t adset_starts[BLOCK_ADSETS + 1] = {0, 1, 3, 7, BLOCK_ADS};

uint64_t meta_world_draw(const struct meta_world *w, struct meta_node node, uint64_t what)
{
    uint64_t place = (uint64_t)node.kind << 56 | (uint64_t)node.account << 40 | node.index;
    return splitmix_mix(splitmix_mix(w->seed + place * SPLITMIX_STEP) + what * SPLITMIX_STEP);
}

/* --- ids --- */

uint64_t meta_world_id(const struct meta_world *w, struct meta_node node)
{
    return ID_BASE + node.kind * ID_KIND + node.account * ID_ACCOUNT + node.index * ID_INDEX +
           meta_world_draw(w, node, DRAW_CHECK) % CHECK;
}

void meta_world_write_id(const struct meta_world *w, struct meta_node node,
                         char ret_text[META_WORLD_ID_SIZE])
{
    snprintf(ret_text, META_WORLD_ID_SIZE, "%" PRIu64, meta_world_id(w, node));
}

static bool is_there(const struct meta_world *w, struct meta_node node)
{
    if (node.account >= w->accounts)
        return false;
    if (node.kind == META_RUN)
        return true;
    return node.index < meta_world_count(w, node.kind);
}

bool meta_world_find_number(const struct meta_world *w, uint64_t id, struct meta_node *ret_node)
{
    if (id < ID_BASE || id >= ID_BASE + META_KIND_COUNT * ID_KIND)
        return false;
    struct meta_node node = {
        .kind = (enum meta_kind)((id - ID_BASE) / ID_KIND),
        .account = (uint32_t)(id % ID_KIND / ID_ACCOUNT),
        .index = (uint32_t)(id % ID_ACCOUNT / ID_INDEX),
    };
    if (node.kind == META_NOTHING || !is_there(w, node) || meta_world_id(w, node) != id)
        return false;
    *ret_node = node;
    return true;
}

bool meta_world_find(const struct meta_world *w, const char *text, struct meta_node *ret_node)
{
    bool account = text_starts_with(text, "act_");
    if (account)
        text += strlen("act_");
    int64_t id;
    struct meta_node node;
    if (!text_parse_int64(text, strlen(text), &id) || id < 0 ||
        !meta_world_find_number(w, (uint64_t)id, &node) ||
        account != (node.kind == META_ACCOUNT))
        return false;
    *ret_node = node;
    return true;
}

/* --- the tree --- */

static uint32_t adset_of_ad(uint32_t ad)
{
    uint32_t within = ad % BLOCK_ADS;
    uint32_t adset = 0;
    while (within >= adset_starts[adset + 1])
        adset++;
    return ad / BLOCK_ADS * BLOCK_ADSETS + adset;
}

static uint32_t first_ad_of_adset(uint32_t adset)
{
    return adset / BLOCK_ADSETS * BLOCK_ADS + adset_starts[adset % BLOCK_ADSETS];
}

uint32_t meta_world_count(const struct meta_world *w, enum meta_kind kind)
{
    switch (kind) {
    case META_ACCOUNT:
        return 1;
    case META_AD:
    case META_CREATIVE:
        return w->ads;
    case META_ADSET:
        return adset_of_ad(w->ads - 1) + 1;
    case META_CAMPAIGN:
        return adset_of_ad(w->ads - 1) / BLOCK_CAMPAIGNS + 1;
    case META_AUDIENCE:
        return META_WORLD_AUDIENCES;
    default:
        return 0;
    }
}

struct meta_node meta_world_parent(struct meta_node node, enum meta_kind kind)
{
    struct meta_node parent = {.kind = kind, .account = node.account, .index = node.index};
    if (kind == META_ACCOUNT)
        parent.index = 0;
    else if (node.kind == META_AD && kind == META_ADSET)
        parent.index = adset_of_ad(node.index);
    else if (node.kind == META_AD && kind == META_CAMPAIGN)
        parent.index = adset_of_ad(node.index) / BLOCK_CAMPAIGNS;
    else if (node.kind == META_ADSET && kind == META_CAMPAIGN)
        parent.index = node.index / BLOCK_CAMPAIGNS;
    return parent;
}

static struct meta_range adsets_below(const struct meta_world *w, struct meta_node node)
{
    uint32_t count = meta_world_count(w, META_ADSET);
    struct meta_range r = {0, count};
    if (node.kind == META_CAMPAIGN)
        r = (struct meta_range){node.index * BLOCK_CAMPAIGNS,
                                node.index * BLOCK_CAMPAIGNS + BLOCK_CAMPAIGNS};
    else if (node.kind == META_ADSET)
        r = (struct meta_range){node.index, node.index + 1};
    else if (node.kind == META_AD)
        r = (struct meta_range){adset_of_ad(node.index), adset_of_ad(node.index) + 1};
    r.end = r.end < count ? r.end : count;
    return r;
}

struct meta_range meta_world_below(const struct meta_world *w, struct meta_node node,
                                   enum meta_kind kind)
{
    uint32_t count = meta_world_count(w, kind);
    if (node.kind == kind)
        return (struct meta_range){node.index, node.index + 1};
    if (node.kind == META_ACCOUNT)
        return (struct meta_range){0, count};
    struct meta_range adsets = adsets_below(w, node);
    if (kind == META_ADSET)
        return adsets;
    if (kind == META_CAMPAIGN)
        return (struct meta_range){adsets.first / BLOCK_CAMPAIGNS,
                                   adsets.first / BLOCK_CAMPAIGNS + 1};
    if (node.kind == META_AD)
        return (struct meta_range){node.index, node.index + 1};
    uint32_t end = first_ad_of_adset(adsets.end);
    return (struct meta_range){first_ad_of_adset(adsets.first), end < count ? end : count};
}

/* --- status --- */

/* Every how many of a kind one is archived, or deleted, and which: together 8 in 100 ads are
 * archived and 4 are deleted, by themselves or with what they are in. */
static const struct {
    uint32_t archived_every;
    uint32_t archived;
    uint32_t deleted_every;
    uint32_t deleted;
} gone[META_KIND_COUNT] = {
    [META_CAMPAIGN] = {100, 3, 100, 6},
    [META_ADSET] = {100, 10, 100, 21},
    [META_AD] = {17, 7, 40, 11},
};

enum { PAUSED_EVERY = 7, DISAPPROVED_EVERY = 31 };

enum meta_status meta_world_own_status(struct meta_node node)
{
    if (gone[node.kind].archived_every == 0)
        return META_ACTIVE;
    if (node.index % gone[node.kind].deleted_every == gone[node.kind].deleted)
        return META_DELETED;
    if (node.index % gone[node.kind].archived_every == gone[node.kind].archived)
        return META_ARCHIVED;
    return (node.index + node.account) % PAUSED_EVERY == PAUSED_EVERY - 1 ? META_PAUSED
                                                                          : META_ACTIVE;
}

static enum meta_status worse(enum meta_status a, enum meta_status b)
{
    return a == META_DELETED || b == META_DELETED ? META_DELETED : META_ARCHIVED;
}

enum meta_status meta_world_effective_status(struct meta_node node)
{
    if (node.kind != META_AD && node.kind != META_ADSET)
        return meta_world_own_status(node);
    enum meta_status own = meta_world_own_status(node);
    enum meta_status campaign = meta_world_own_status(meta_world_parent(node, META_CAMPAIGN));
    enum meta_status adset =
        node.kind == META_AD ? meta_world_own_status(meta_world_parent(node, META_ADSET)) : own;
    enum meta_status above = campaign >= META_ARCHIVED && adset >= META_ARCHIVED
                                 ? worse(campaign, adset)
                             : campaign >= META_ARCHIVED ? campaign
                                                         : adset;
    if (above >= META_ARCHIVED && own < META_ARCHIVED)
        return above;
    if (own != META_ACTIVE)
        return own >= META_ARCHIVED && above >= META_ARCHIVED ? worse(own, above) : own;
    if (campaign == META_PAUSED)
        return META_CAMPAIGN_PAUSED;
    if (adset == META_PAUSED)
        return META_ADSET_PAUSED;
    return node.kind == META_AD && node.index % DISAPPROVED_EVERY == DISAPPROVED_EVERY - 1
               ? META_DISAPPROVED
               : META_ACTIVE;
}

static const struct {
    const char *status;
    const char *delivery;
} status_texts[META_STATUS_COUNT] = {
    [META_ACTIVE] = {"ACTIVE", "active"},
    [META_PAUSED] = {"PAUSED", "inactive"},
    [META_ARCHIVED] = {"ARCHIVED", "archived"},
    [META_DELETED] = {"DELETED", "deleted"},
    [META_CAMPAIGN_PAUSED] = {"CAMPAIGN_PAUSED", "not_delivering"},
    [META_ADSET_PAUSED] = {"ADSET_PAUSED", "not_delivering"},
    [META_DISAPPROVED] = {"DISAPPROVED", "rejected"},
};

const char *meta_world_status_text(enum meta_status status)
{
    return status_texts[status].status;
}

const char *meta_world_delivery_text(enum meta_status status)
{
    return status_texts[status].delivery;
}

/* --- times --- */

#define CREATED_FROM INT64_C(1640995200) /* 2022-01-01: before all metrics of 37 months */
#define CREATED_SPAN (UINT64_C(540) * 86400)
#define REVISION_DAYS_LEAST 9
#define REVISION_DAYS_SPAN 40

int64_t meta_world_created(const struct meta_world *w, struct meta_node node)
{
    return CREATED_FROM + (int64_t)(meta_world_draw(w, node, DRAW_CREATED) % CREATED_SPAN);
}

int64_t meta_world_updated(const struct meta_world *w, struct meta_node node, int64_t now_s)
{
    uint64_t drawn = meta_world_draw(w, node, DRAW_REVISION);
    int64_t period = (REVISION_DAYS_LEAST + (int64_t)(drawn % REVISION_DAYS_SPAN)) * 86400;
    int64_t created = meta_world_created(w, node);
    int64_t phase = created + (int64_t)(drawn >> 20) % period;
    return now_s <= phase ? created : now_s - (now_s - phase) % period;
}

/* --- accounts --- */

const struct meta_zone *meta_world_zone(const struct meta_world *w, uint32_t account)
{
    return &w->zones.zones[account % META_ZONE_COUNT];
}

const char *meta_world_currency(const struct meta_world *w, uint32_t account)
{
    (void)w;
    static const char *const currencies[META_ZONE_COUNT] = {"USD", "EUR", "INR",
                                                            "NZD", "GBP", "BRL"};
    return currencies[account % META_ZONE_COUNT];
}
