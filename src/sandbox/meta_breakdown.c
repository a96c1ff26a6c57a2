/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_breakdown.h"

#include <string.h>

#include "base/text.h"
#include "sandbox/splitmix.h"

struct meta_dimension {
    const char *name;
    bool object; /* values are JSON objects, not texts */
    bool hourly;
    bool optin;
    uint32_t count;
    const char *const *values; /* as JSON has them between the quotes */
};

#define LIST(...)                                                                        \
    (sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)), (const char *const[]) \
    {                                                                                    \
        __VA_ARGS__                                                                      \
    }

static const struct meta_dimension dimensions[] = {
    {"age", false, false, false,
     LIST("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+", "Unknown")},
    {"gender", false, false, false, LIST("female", "male", "unknown")},
    {"country", false, false, false,
     LIST("US", "DE", "GB", "IN", "NZ", "BR", "FR", "CA", "AU", "JP", "CI", "unknown")},
    {"region", false, false, false,
     LIST("California", "Bayern", "\\u00cele-de-France", "S\\u00e3o Paulo (state)",
          "M\\u0101noa", "Texas", "England", "Maharashtra", "Auckland Region", "Ontario",
          "Nordrhein-Westfalen", "Dnipropetrovs'k", "\\u6771\\u4eac\\u90fd", "Unknown")},
    {"publisher_platform", false, false, false,
     LIST("facebook", "instagram", "audience_network", "messenger")},
    {"platform_position", false, false, false,
     LIST("feed", "facebook_stories", "marketplace", "video_feeds", "search")},
    {"impression_device", false, false, true,
     LIST("desktop", "iphone", "android_smartphone", "ipad", "android_tablet", "other")},
    {"device_platform", false, false, false, LIST("desktop", "mobile_app", "mobile_web")},
    {"product_id", false, false, false,
     LIST("5983858725075630", "6023934044385671", "6023934044385672, Wool \\/ Coat",
          "6023934044385673, Caf\\u00e9 \\\"Set\\\"", "6023934044385674", "6023934044385675")},
    {"hourly_stats_aggregated_by_advertiser_time_zone", false, true, false, 24, NULL},
    {"hourly_stats_aggregated_by_audience_time_zone", false, true, true, 24, NULL},
    {"frequency_value", false, false, true, LIST("1", "2", "3", "4", "5", "6-10", "11+")},
    {"image_asset", true, false, false,
     LIST("{\"hash\":\"0a1b2c3d4e5f60718293a4b5c6d7e8f9\",\"id\":\"23850000000000101\"}",
          "{\"hash\":\"f9e8d7c6b5a4938271605f4e3d2c1b0a\",\"id\":\"23850000000000102\"}",
          "{\"hash\":\"00112233445566778899aabbccddeeff\",\"id\":\"23850000000000103\"}")},
    {"title_asset", true, false, false,
     LIST("{\"text\":\"Only today\",\"id\":\"23850000000000201\"}",
          "{\"text\":\"50\\u00a0% off \\/ all \\ud83e\\udde5\",\"id\":\"23850000000000202\"}")},
    {"body_asset", true, false, false,
     LIST("{\"text\":\"Made to last.\",\"id\":\"23850000000000301\"}",
          "{\"text\":\"Say \\\"hi\\\"\",\"id\":\"23850000000000302\"}")},
};

enum { DIMENSIONS = sizeof dimensions / sizeof *dimensions };

/* What may be asked for together; the order of asking does not matter. */
static const char *const sets[][META_BREAKDOWNS_MAX] = {
    {"age"},
    {"gender"},
    {"age", "gender"},
    {"country"},
    {"region"},
    {"publisher_platform"},
    {"publisher_platform", "impression_device"},
    {"publisher_platform", "platform_position"},
    {"publisher_platform", "platform_position", "impression_device"},
    {"device_platform"},
    {"product_id"},
    {"hourly_stats_aggregated_by_advertiser_time_zone"},
    {"hourly_stats_aggregated_by_audience_time_zone"},
    {"frequency_value"},
    {"image_asset"},
    {"title_asset"},
    {"body_asset"},
};

static const char *const names[] = {
    "ad_extension_domain",
    "ad_extension_url",
    "ad_format_asset",
    "age",
    "app_id",
    "body_asset",
    "breakdown_ad_objective",
    "breakdown_reporting_ad_id",
    "call_to_action_asset",
    "coarse_conversion_value",
    "comscore_market",
    "conversion_destination",
    "country",
    "creative_automation_asset_id",
    "creative_relaxation_asset_type",
    "crm_advertiser_l12_territory_ids",
    "crm_advertiser_subvertical_id",
    "crm_advertiser_vertical_id",
    "crm_ult_advertiser_id",
    "description_asset",
    "device_platform",
    "dma",
    "existing_post_id",
    "fidelity_type",
    "flexible_format_asset_type",
    "frequency_value",
    "gen_ai_asset_type",
    "gender",
    "hourly_stats_aggregated_by_advertiser_time_zone",
    "hourly_stats_aggregated_by_audience_time_zone",
    "hsid",
    "image_asset",
    "impression_device",
    "impression_view_time_advertiser_hour_v2",
    "instagram_ads_follow_type",
    "instagram_ads_instagram_media_product_type",
    "instagram_ads_time_since_creation_bucket",
    "internal_campaign_id",
    "is_auto_advance",
    "is_conversion_id_modeled",
    "is_rendered_as_delayed_skip_ad",
    "landing_destination",
    "link_url_asset",
    "marketing_messages_btn_name",
    "mdsa_landing_destination",
    "media_asset_url",
    "media_creator",
    "media_destination_url",
    "media_format",
    "media_origin_url",
    "media_text_content",
    "media_type",
    "mmm",
    "overlap_segment",
    "pa_creator_ig_handle",
    "place_page_id",
    "platform_position",
    "postback_sequence_index",
    "product_brand_breakdown",
    "product_category_breakdown",
    "product_custom_label_0_breakdown",
    "product_custom_label_1_breakdown",
    "product_custom_label_2_breakdown",
    "product_custom_label_3_breakdown",
    "product_custom_label_4_breakdown",
    "product_group_content_id_breakdown",
    "product_id",
    "publisher_platform",
    "redownload",
    "reels_trending_topic",
    "region",
    "rta_ugc_topic",
    "rule_set_id",
    "rule_set_name",
    "signal_source_bucket",
    "skan_campaign_id",
    "skan_conversion_id",
    "skan_version",
    "sot_attribution_model_type",
    "sot_attribution_window",
    "sot_channel",
    "sot_event_type",
    "sot_source",
    "standard_event_content_type",
    "title_asset",
    "user_persona_id",
    "user_persona_name",
    "video_asset",
    "zip",
    NULL,
};

bool meta_breakdown_is_name(const char *name)
{
    return text_find(name, names) >= 0;
}

static const struct meta_dimension *find(const char *name)
{
    for (size_t i = 0; i < DIMENSIONS; i++)
        if (strcmp(dimensions[i].name, name) == 0)
            return &dimensions[i];
    return NULL;
}

static bool is_set(const char *const *set, const char *const *asked, size_t count)
{
    size_t members = 0;
    while (members < META_BREAKDOWNS_MAX && set[members])
        members++;
    if (members != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        for (size_t k = 0; k < count; k++)
            same += strcmp(asked[i], set[k]) == 0;
        for (size_t k = 0; k < i; k++)
            same += strcmp(asked[i], asked[k]) == 0;
        if (same != 1)
            return false;
    }
    return true;
}

static void add(struct meta_breakdown *b, const struct meta_dimension *d)
{
    b->dimensions[b->count++] = d;
    b->cells *= d->count;
    b->hourly |= d->hourly;
    b->optin |= d->optin;
    b->salt = b->salt * DIMENSIONS + (uint64_t)(d - dimensions) + 1;
}

bool meta_breakdown_choose(const char *const *asked, size_t count,
                           struct meta_breakdown *ret_breakdown)
{
    struct meta_breakdown b = {.cells = 1};
    bool allowed = count == 0;
    for (size_t i = 0; i < sizeof sets / sizeof *sets && !allowed; i++)
        allowed = is_set(sets[i], asked, count);
    if (!allowed)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct meta_dimension *d = find(asked[i]);
        if (!d)
            return false;
        add(&b, d);
    }
    *ret_breakdown = b;
    return true;
}

/* --- cells --- */

/* An ad has the same weights every day: about a third of its cells are empty. */
static uint32_t weigh(const struct meta_breakdown *b, uint64_t key,
                      uint32_t ret_until[META_CELLS_MAX])
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < b->cells; i++) {
        uint64_t drawn = splitmix_mix(key + (b->salt << 8 | i) * SPLITMIX_STEP);
        sum += drawn % 3 == 0 ? 0 : 1 + (uint32_t)(drawn >> 32) % 40;
        ret_until[i] = sum;
    }
    if (sum == 0)
        ret_until[b->cells - 1] = sum = 1;
    return sum;
}

void meta_breakdown_spread(const struct meta_breakdown *b, uint64_t key,
                           const struct meta_metrics *day, struct meta_metrics *cells)
{
    if (b->count == 0) {
        meta_metrics_add(&cells[0], day);
        return;
    }
    uint32_t until[META_CELLS_MAX];
    uint32_t all = weigh(b, key, until);
    for (uint32_t i = 0, from = 0; i < b->cells; from = until[i++]) {
        struct meta_metrics part;
        if (until[i] == from)
            continue;
        meta_metrics_part(day, from, until[i], all, &part);
        if (part.rows > 0)
            meta_metrics_add(&cells[i], &part);
    }
}

/* --- texts --- */

static char *put(char *out, const char *text)
{
    return stpcpy(out, text);
}

static char *put_hour(char *out, uint32_t hour)
{
    char text[] = "\"00:00:00 - 00:59:59\"";
    text[1] = text[12] = (char)('0' + hour / 10);
    text[2] = text[13] = (char)('0' + hour % 10);
    return put(out, text);
}

static char *put_value(const struct meta_dimension *d, uint32_t value, char *out)
{
    if (d->hourly)
        return put_hour(out, value);
    if (d->object)
        return put(out, d->values[value]);
    *out++ = '"';
    out = put(out, d->values[value]);
    *out++ = '"';
    return out;
}

char *meta_breakdown_write(const struct meta_breakdown *b, uint32_t cell, char *out)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct meta_dimension *d = b->dimensions[i];
        out = put(out, ",\"");
        out = put(out, d->name);
        out = put(out, "\":");
        out = put_value(d, cell % d->count, out);
        cell /= d->count;
    }
    return out;
}
