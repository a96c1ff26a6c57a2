/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_entity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "sandbox/meta_metrics.h"
#include "sandbox/meta_name.h"
#include "sandbox/meta_out.h"
#include "sandbox/splitmix.h"

enum { DRAW_FIELD = 64, PLACE_MAX = 32, VALUE_MAX = 4096, NESTED_MAX = META_ENTITY_MAX / 4 };

/* JSON with places for what differs: "$name". One in `every` objects has the field; 0: none. */
struct field {
    const char *name;
    unsigned every;
    const char *needs; /* the permission, NULL: none */
    const char *json;
};

/* --- the fields of each kind --- */

static const struct field campaign_fields[] = {
    {.name = "account_id", .every = 1, .json = "\"$account\""},
    {.name = "adlabels",
     .every = 7,
     .json = "[{\"name\":\"Q4 \\/ "
             "brand\",\"id\":\"$page\",\"created_time\":\"$created\",\"updated_time\":\"$"
             "created\"}]"},
    {.name = "advantage_state_info"},
    {.name = "bid_strategy", .every = 1, .json = "\"LOWEST_COST_WITHOUT_CAP\""},
    {.name = "boosted_object_id"},
    {.name = "brand_lift_studies"},
    {.name = "budget_rebalance_flag", .every = 1, .json = "false"},
    {.name = "budget_remaining", .every = 1, .json = "\"$remaining\""},
    {.name = "buying_type", .every = 1, .json = "\"AUCTION\""},
    {.name = "campaign_group_active_time"},
    {.name = "can_create_brand_lift_study", .every = 1, .json = "false"},
    {.name = "can_use_spend_cap", .every = 1, .json = "true"},
    {.name = "configured_status", .every = 1, .json = "\"$status\""},
    {.name = "created_time", .every = 1, .json = "\"$created\""},
    {.name = "daily_budget", .every = 2, .json = "\"$budget\""},
    {.name = "effective_status", .every = 1, .json = "\"$effective\""},
    {.name = "has_secondary_skadnetwork_reporting"},
    {.name = "id", .every = 1, .json = "\"$id\""},
    {.name = "is_adset_budget_sharing_enabled", .every = 1, .json = "false"},
    {.name = "is_budget_schedule_enabled", .every = 1, .json = "false"},
    {.name = "is_direct_send_campaign"},
    {.name = "is_message_campaign"},
    {.name = "is_skadnetwork_attribution", .every = 1, .json = "false"},
    {.name = "issues_info",
     .every = 12,
     .json = "[{\"level\":\"CAMPAIGN\",\"error_code\":1815869,\"error_summary\":\"Spend cap "
             "reached\",\"error_message\":\"Your campaign hit its limit of "
             "5\\u00a0000\\u00a0\\u20ac\",\"error_type\":\"HARD_ERROR\"}]"},
    {.name = "last_budget_toggling_time"},
    {.name = "lifetime_budget", .every = 3, .json = "\"$lifetime\""},
    {.name = "name", .every = 1, .json = "\"$name\""},
    {.name = "objective", .every = 1, .json = "\"$objective\""},
    {.name = "pacing_type", .every = 1, .json = "[\"standard\"]"},
    {.name = "primary_attribution", .every = 1, .json = "\"omnichannel\""},
    {.name = "promoted_object", .every = 3, .json = "{\"product_catalog_id\":\"$page\"}"},
    {.name = "recommendations"},
    {.name = "smart_promotion_type", .every = 1, .json = "\"GUIDED_CREATION\""},
    {.name = "source_campaign"},
    {.name = "source_campaign_id", .every = 1, .json = "\"0\""},
    {.name = "source_recommendation_type"},
    {.name = "special_ad_categories", .every = 1, .json = "[]"},
    {.name = "special_ad_category", .every = 1, .json = "\"NONE\""},
    {.name = "special_ad_category_country", .every = 6, .json = "[\"US\",\"DE\"]"},
    {.name = "spend_cap", .every = 5, .json = "\"$lifetime\""},
    {.name = "start_time", .every = 1, .json = "\"$created\""},
    {.name = "status", .every = 1, .json = "\"$status\""},
    {.name = "stop_time", .every = 4, .json = "\"$end\""},
    {.name = "topline_id", .every = 1, .json = "\"0\""},
    {.name = "updated_time", .every = 1, .json = "\"$updated\""},
};

static const struct field adset_fields[] = {
    {.name = "account_id", .every = 1, .json = "\"$account\""},
    {.name = "adlabels"},
    {.name = "adset_schedule"},
    {.name = "anchor_event_attribution_window_days"},
    {.name = "asset_feed_id"},
    {.name = "attribution_count_type"},
    {.name = "attribution_spec",
     .every = 1,
     .json = "[{\"event_type\":\"CLICK_THROUGH\",\"window_days\":7},{\"event_type\":\"VIEW_"
             "THROUGH\",\"window_days\":1}]"},
    {.name = "automatic_manual_state"},
    {.name = "bid_adjustments"},
    {.name = "bid_amount", .every = 2, .json = "$bid"},
    {.name = "bid_constraints"},
    {.name = "bid_info", .every = 2, .json = "{\"ACTIONS\":$bid,\"REACH\":2}"},
    {.name = "bid_strategy", .every = 1, .json = "\"LOWEST_COST_WITH_BID_CAP\""},
    {.name = "billing_event", .every = 1, .json = "\"IMPRESSIONS\""},
    {.name = "brand_safety_config"},
    {.name = "budget_remaining", .every = 1, .json = "\"$remaining\""},
    {.name = "campaign", .every = 1, .json = "{\"id\":\"$campaign\"}"},
    {.name = "campaign_active_time"},
    {.name = "campaign_attribution"},
    {.name = "campaign_id", .every = 1, .json = "\"$campaign\""},
    {.name = "configured_status", .every = 1, .json = "\"$status\""},
    {.name = "created_time", .every = 1, .json = "\"$created\""},
    {.name = "creative_diversity_label"},
    {.name = "creative_diversity_score"},
    {.name = "creative_sequence"},
    {.name = "creative_sequence_repetition_pattern"},
    {.name = "daily_budget", .every = 1, .json = "\"$budget\""},
    {.name = "daily_min_spend_target"},
    {.name = "daily_spend_cap"},
    {.name = "destination_type", .every = 1, .json = "\"WEBSITE\""},
    {.name = "dsa_beneficiary"},
    {.name = "dsa_payor"},
    {.name = "effective_status", .every = 1, .json = "\"$effective\""},
    {.name = "end_time", .every = 4, .json = "\"$end\""},
    {.name = "existing_customer_budget_percentage"},
    {.name = "frequency_control_specs",
     .every = 5,
     .json = "[{\"event\":\"IMPRESSIONS\",\"interval_days\":7,\"max_frequency\":3}]"},
    {.name = "full_funnel_exploration_mode"},
    {.name = "id", .every = 1, .json = "\"$id\""},
    {.name = "instagram_user_id"},
    {.name = "is_ba_skip_delayed_eligible"},
    {.name = "is_budget_schedule_enabled"},
    {.name = "is_dynamic_creative", .every = 1, .json = "false"},
    {.name = "is_incremental_attribution_enabled", .every = 1, .json = "false"},
    {.name = "issues_info",
     .every = 14,
     .json =
         "[{\"level\":\"AD_SET\",\"error_code\":2490408,\"error_summary\":\"Below "
         "minimum\",\"error_message\":\"Budget is too low\",\"error_type\":\"SOFT_ERROR\"}]"},
    {.name = "learning_stage_info",
     .every = 1,
     .json = "{\"attribution_windows\":[\"1d_view\",\"7d_click\"],\"conversions\":$small,"
             "\"last_sig_edit_ts\":$updated_s,\"status\":\"SUCCESS\"}"},
    {.name = "lifetime_budget", .every = 1, .json = "\"0\""},
    {.name = "lifetime_imps", .every = 1, .json = "0"},
    {.name = "lifetime_min_spend_target"},
    {.name = "lifetime_spend_cap"},
    {.name = "low_creative_reach"},
    {.name = "max_budget_spend_percentage"},
    {.name = "min_budget_spend_percentage"},
    {.name = "multi_event_conversion_attribution_window_seconds"},
    {.name = "multi_optimization_goal_weight", .every = 1, .json = "\"UNDEFINED\""},
    {.name = "name", .every = 1, .json = "\"$name\""},
    {.name = "optimization_goal", .every = 1, .json = "\"OFFSITE_CONVERSIONS\""},
    {.name = "optimization_sub_event"},
    {.name = "pacing_type", .every = 1, .json = "[\"standard\"]"},
    {.name = "placement_soft_opt_out"},
    {.name = "promoted_object",
     .every = 1,
     .json = "{\"pixel_id\":\"$page\",\"custom_event_type\":\"PURCHASE\"}"},
    {.name = "recommendations"},
    {.name = "recurring_budget_semantics", .every = 1, .json = "false"},
    {.name = "regional_regulated_categories"},
    {.name = "regional_regulation_identities"},
    {.name = "review_feedback"},
    {.name = "rf_prediction_id"},
    {.name = "source_adset"},
    {.name = "source_adset_id", .every = 1, .json = "\"0\""},
    {.name = "special_ad_categories", .every = 1, .json = "[]"},
    {.name = "start_time", .every = 1, .json = "\"$created\""},
    {.name = "status", .every = 1, .json = "\"$status\""},
    {.name = "targeting",
     .every = 1,
     .json =
         "{\"age_max\":65,\"age_min\":18,\"custom_audiences\":[{\"id\":\"$audience\",\"name\":"
         "\"$person\"}],\"geo_locations\":{\"countries\":[\"US\",\"DE\"],\"cities\":[{\"key\":"
         "\"2418779\",\"name\":\"S\\u00e3o "
         "Paulo\",\"distance_unit\":\"mile\",\"radius\":25}],\"location_types\":[\"home\","
         "\"recent\"]},\"flexible_spec\":[{\"interests\":[{\"id\":\"6003107902433\",\"name\":"
         "\"Running \\/ trail\"}]}],\"targeting_automation\":{\"advantage_audience\":0}}"},
    {.name = "targeting_optimization_types",
     .every = 3,
     .json = "[{\"key\":\"detailed_targeting\",\"value\":1}]"},
    {.name = "time_based_ad_rotation_id_blocks"},
    {.name = "time_based_ad_rotation_intervals"},
    {.name = "trending_topics_spec"},
    {.name = "updated_time", .every = 1, .json = "\"$updated\""},
    {.name = "use_new_app_click", .every = 1, .json = "false"},
    {.name = "value_rule_set_id"},
    {.name = "value_rules_applied"},
};

static const struct field ad_fields[] = {
    {.name = "account_id", .every = 1, .json = "\"$account\""},
    {.name = "ad_active_time", .every = 1, .json = "\"$small\""},
    {.name = "ad_review_feedback"},
    {.name = "ad_schedule_end_time"},
    {.name = "ad_schedule_start_time"},
    {.name = "adlabels"},
    {.name = "adset", .every = 1, .json = "{\"id\":\"$adset\"}"},
    {.name = "adset_id", .every = 1, .json = "\"$adset\""},
    {.name = "bid_amount", .every = 2, .json = "$bid"},
    {.name = "bid_info"},
    {.name = "bid_type", .every = 1, .json = "\"ABSOLUTE_OCPM\""},
    {.name = "campaign", .every = 1, .json = "{\"id\":\"$campaign\"}"},
    {.name = "campaign_id", .every = 1, .json = "\"$campaign\""},
    {.name = "configured_status", .every = 1, .json = "\"$status\""},
    {.name = "conversion_domain", .every = 2, .json = "\"shop.example\""},
    {.name = "conversion_specs",
     .every = 1,
     .json =
         "[{\"action.type\":[\"link_click\"],\"post\":[\"$post\"],\"post.wall\":[\"$page\"]}]"},
    {.name = "created_time", .every = 1, .json = "\"$created\""},
    {.name = "creative", .every = 1, .json = "{\"id\":\"$creative\"}"},
    {.name = "creative_asset_groups_spec"},
    {.name = "demolink_hash"},
    {.name = "display_sequence", .every = 1, .json = "0"},
    {.name = "effective_status", .every = 1, .json = "\"$effective\""},
    {.name = "engagement_audience", .every = 1, .json = "false"},
    {.name = "failed_delivery_checks"},
    {.name = "id", .every = 1, .json = "\"$id\""},
    {.name = "issues_info",
     .every = 20,
     .json = "[{\"level\":\"AD\",\"error_code\":1346001,\"error_summary\":\"Disapproved\","
             "\"error_message\":\"See \\\"Policies\\\"\",\"error_type\":\"HARD_ERROR\"}]"},
    {.name = "last_updated_by_app_id", .every = 1, .json = "\"119211728144504\""},
    {.name = "name", .every = 1, .json = "\"$name\""},
    {.name = "placement"},
    {.name = "preview_shareable_link", .every = 1, .json = "\"https:\\/\\/fb.me\\/$hash\""},
    {.name = "priority"},
    {.name = "recommendations",
     .every = 15,
     .json = "[{\"blame_field\":\"creative\",\"code\":1942001,\"confidence\":\"HIGH\","
             "\"importance\":\"MEDIUM\",\"message\":\"Try \\ud83d\\udca1 another "
             "image\",\"title\":\"Creative\"}]"},
    {.name = "source_ad"},
    {.name = "source_ad_id", .every = 1, .json = "\"0\""},
    {.name = "special_ad_categories"},
    {.name = "status", .every = 1, .json = "\"$status\""},
    {.name = "targeting"},
    {.name = "tracking_and_conversion_with_defaults"},
    {.name = "tracking_specs",
     .every = 1,
     .json = "[{\"action.type\":[\"offsite_conversion\"],\"fb_pixel\":[\"$page\"]},{\"action."
             "type\":[\"post_engagement\"],\"page\":[\"$page\"],\"post\":[\"$post\"]},{\"post."
             "wall\":[\"$page\"]}]"},
    {.name = "updated_time", .every = 1, .json = "\"$updated\""},
};

static const struct field creative_fields[] = {
    {.name = "account_id", .every = 1, .json = "\"$account\""},
    {.name = "actor_id", .every = 1, .json = "\"$page\""},
    {.name = "ad_disclaimer_spec"},
    {.name = "adlabels"},
    {.name = "applink_treatment"},
    {.name = "asset_feed_spec",
     .every = 5,
     .json = "{\"images\":[{\"hash\":\"$hash\",\"adlabels\":[{\"name\":\"a\",\"id\":\"$page\"}]"
             "}],\"bodies\":[{\"text\":\"Made to "
             "last.\"}],\"ad_formats\":[\"SINGLE_IMAGE\"],\"optimization_type\":\"DEGREES_OF_"
             "FREEDOM\"}"},
    {.name = "authorization_category"},
    {.name = "auto_update"},
    {.name = "body",
     .every = 1,
     .json = "\"Hi $person,\\nsay \\\"yes\\\" \\u2013 reply to us.\""},
    {.name = "branded_content"},
    {.name = "branded_content_sponsor_page_id"},
    {.name = "bundle_folder_id"},
    {.name = "call_to_action"},
    {.name = "call_to_action_type", .every = 1, .json = "\"SHOP_NOW\""},
    {.name = "categorization_criteria"},
    {.name = "category_media_source"},
    {.name = "collaborative_ads_lsb_image_bank_id"},
    {.name = "contextual_multi_ads"},
    {.name = "creative_sourcing_spec"},
    {.name = "degrees_of_freedom_spec",
     .every = 1,
     .json = "{\"creative_features_spec\":{\"standard_enhancements\":{\"enroll_status\":\"OPT_"
             "OUT\"}}}"},
    {.name = "destination_set_id"},
    {.name = "destination_spec"},
    {.name = "dynamic_ad_voice"},
    {.name = "effective_authorization_category"},
    {.name = "effective_instagram_media_id", .every = 1, .json = "\"$post\""},
    {.name = "effective_object_story_id", .every = 1, .json = "\"$page_$post\""},
    {.name = "enable_direct_install", .every = 1, .json = "false"},
    {.name = "enable_launch_instant_app"},
    {.name = "existing_post_title"},
    {.name = "facebook_branded_content"},
    {.name = "format_transformation_spec"},
    {.name = "id", .every = 1, .json = "\"$id\""},
    {.name = "image_crops"},
    {.name = "image_hash", .every = 1, .json = "\"$hash\""},
    {.name = "image_url",
     .every = 1,
     .json = "\"https:\\/\\/scontent.cdn.example\\/v\\/t45.1600-4\\/"
             "$hash_n.jpg?stp=dst-jpg_q75&_nc_cat=$small&ccb=1-7&oh=$signed&oe=$signed\""},
    {.name = "instagram_branded_content"},
    {.name = "instagram_permalink_url",
     .every = 1,
     .json = "\"https:\\/\\/www.instagram.com\\/p\\/$hash\\/\""},
    {.name = "instagram_user_id", .every = 1, .json = "\"$ig\""},
    {.name = "interactive_components_spec"},
    {.name = "link_deep_link_url"},
    {.name = "link_destination_display_url"},
    {.name = "link_og_id"},
    {.name = "link_url", .every = 3, .json = "\"https:\\/\\/shop.example\\/?mail=$person\""},
    {.name = "marketing_message_structured_spec"},
    {.name = "media_sourcing_spec"},
    {.name = "messenger_sponsored_message"},
    {.name = "name", .every = 1, .json = "\"$name\""},
    {.name = "object_id"},
    {.name = "object_store_url"},
    {.name = "object_story_id", .every = 2, .json = "\"$page_$post\""},
    {.name = "object_story_spec",
     .every = 1,
     .json = "{\"page_id\":\"$page\",\"instagram_user_id\":\"$ig\",\"link_data\":{\"link\":"
             "\"https:\\/\\/shop.example\\/\",\"message\":\"Hi "
             "$person\",\"image_hash\":\"$hash\",\"call_to_action\":{\"type\":\"SHOP_NOW\","
             "\"value\":{\"link\":\"https:\\/\\/shop.example\\/\"}}}}"},
    {.name = "object_type", .every = 1, .json = "\"SHARE\""},
    {.name = "object_url", .every = 9, .json = "\"https:\\/\\/shop.example\\/\""},
    {.name = "omnichannel_link_spec"},
    {.name = "page_welcome_message"},
    {.name = "photo_album_source_object_story_id"},
    {.name = "place_page_set_id"},
    {.name = "platform_customizations"},
    {.name = "playable_asset_id"},
    {.name = "portrait_customizations"},
    {.name = "product_data"},
    {.name = "product_set_id", .every = 6, .json = "\"$page\""},
    {.name = "product_suggestion_settings"},
    {.name = "recommender_settings"},
    {.name = "regional_regulation_disclaimer_spec"},
    {.name = "source_facebook_post_id"},
    {.name = "source_instagram_media_id", .every = 8, .json = "\"$post\""},
    {.name = "status", .every = 1, .json = "\"ACTIVE\""},
    {.name = "template_url",
     .every = 6,
     .json = "\"https:\\/\\/shop.example\\/{{product.id}}\""},
    {.name = "template_url_spec"},
    {.name = "thumbnail_id"},
    {.name = "thumbnail_url",
     .every = 1,
     .json = "\"https:\\/\\/external.cdn.example\\/emg1\\/v\\/t13\\/"
             "$hash?url=$signed&fb_obo=1&utld=shop.example&stp=c0.5000x0.5000f_dst-emg0_p64x64_"
             "q75&ccb=13-1&oh=$signed&oe=$signed\""},
    {.name = "title", .every = 2, .json = "\"50\\u00a0% off \\ud83e\\udde5 \\/ today\""},
    {.name = "url_tags",
     .every = 1,
     .json = "\"utm_source=fb&utm_campaign={{campaign.name}}\""},
    {.name = "use_page_actor_override", .every = 1, .json = "false"},
    {.name = "video_id", .every = 4, .json = "\"$post\""},
};

static const struct field account_fields[] = {
    {.name = "account_id", .every = 1, .json = "\"$id\""},
    {.name = "account_status", .every = 1, .json = "$account_status"},
    {.name = "ad_account_promotable_objects"},
    {.name = "age", .every = 1, .json = "$age"},
    {.name = "agency_client_declaration"},
    {.name = "all_capabilities"},
    {.name = "amount_spent", .every = 1, .json = "\"$lifetime\""},
    {.name = "attribution_spec"},
    {.name = "balance", .every = 1, .json = "\"$budget\""},
    {.name = "brand_safety_content_filter_levels"},
    {.name = "business",
     .every = 1,
     .needs = "business_management",
     .json = "{\"id\":\"$page\",\"name\":\"Shop \\/ $person\"}"},
    {.name = "business_city", .every = 1, .json = "\"\""},
    {.name = "business_country_code", .every = 1, .json = "\"DE\""},
    {.name = "business_name", .every = 1, .json = "\"$person\""},
    {.name = "business_state", .every = 1, .json = "\"\""},
    {.name = "business_street", .every = 1, .json = "\"\""},
    {.name = "business_street2", .every = 1, .json = "\"\""},
    {.name = "business_zip", .every = 1, .json = "\"\""},
    {.name = "can_create_brand_lift_study"},
    {.name = "capabilities",
     .every = 1,
     .json = "[\"CAN_CREATE_CALL_ADS\",\"CAN_USE_REACH_AND_FREQUENCY\",\"CUSTOM_AUDIENCES_OPT_"
             "OUT_LINK\",\"HAS_VALID_PAYMENT_METHODS\"]"},
    {.name = "created_time", .every = 1, .json = "\"$created\""},
    {.name = "currency", .every = 1, .json = "\"$currency\""},
    {.name = "custom_audience_info"},
    {.name = "default_dsa_beneficiary"},
    {.name = "default_dsa_payor"},
    {.name = "disable_reason", .every = 1, .json = "0"},
    {.name = "end_advertiser", .every = 1, .json = "\"$page\""},
    {.name = "end_advertiser_name", .every = 1, .json = "\"$person\""},
    {.name = "existing_customers"},
    {.name = "expired_funding_source_details"},
    {.name = "extended_credit_invoice_group"},
    {.name = "failed_delivery_checks"},
    {.name = "fb_entity", .every = 1, .json = "85"},
    {.name = "funding_source", .every = 1, .json = "\"$post\""},
    {.name = "funding_source_details",
     .every = 1,
     .needs = "MANAGE",
     .json = "{\"id\":\"$post\",\"display_string\":\"Visa *4242\",\"type\":1}"},
    {.name = "has_migrated_permissions", .every = 1, .json = "true"},
    {.name = "has_page_authorized_adaccount"},
    {.name = "id", .every = 1, .json = "\"act_$id\""},
    {.name = "io_number", .every = 1, .json = "\"0\""},
    {.name = "is_attribution_spec_system_default", .every = 1, .json = "true"},
    {.name = "is_ba_skip_delayed_eligible"},
    {.name = "is_direct_deals_enabled", .every = 1, .json = "false"},
    {.name = "is_in_3ds_authorization_enabled_market"},
    {.name = "is_notifications_enabled", .every = 1, .json = "true"},
    {.name = "is_personal", .every = 1, .json = "0"},
    {.name = "is_prepay_account", .every = 1, .needs = "MANAGE", .json = "false"},
    {.name = "is_tax_id_required", .every = 1, .json = "false"},
    {.name = "liable_address"},
    {.name = "line_numbers"},
    {.name = "marketing_messages_settings"},
    {.name = "media_agency", .every = 1, .json = "\"NONE\""},
    {.name = "min_campaign_group_spend_cap", .every = 1, .json = "\"10000\""},
    {.name = "min_daily_budget", .every = 1, .json = "100"},
    {.name = "name", .every = 1, .json = "\"$name\""},
    {.name = "offsite_clo_signal_status"},
    {.name = "offsite_pixels_tos_accepted", .every = 1, .json = "true"},
    {.name = "opportunity_score"},
    {.name = "owner", .every = 1, .needs = "business_management", .json = "\"$page\""},
    {.name = "owner_business",
     .every = 1,
     .needs = "business_management",
     .json = "{\"id\":\"$page\",\"name\":\"Shop\"}"},
    {.name = "partner", .every = 1, .json = "\"NONE\""},
    {.name = "rf_spec",
     .every = 1,
     .json = "{\"countries\":[\"US\",\"DE\"],\"min_reach_limits\":{\"US\":1000000,\"DE\":"
             "200000},\"min_campaign_duration\":{\"US\":1,\"DE\":1}}"},
    {.name = "send_bill_to_address"},
    {.name = "show_checkout_experience"},
    {.name = "sold_to_address"},
    {.name = "spend_cap", .every = 1, .json = "\"0\""},
    {.name = "tax_id"},
    {.name = "tax_id_status", .every = 1, .json = "0"},
    {.name = "tax_id_type"},
    {.name = "timezone_id", .every = 1, .json = "$zone_id"},
    {.name = "timezone_name", .every = 1, .json = "\"$zone\""},
    {.name = "timezone_offset_hours_utc", .every = 1, .json = "$offset"},
    {.name = "tos_accepted",
     .every = 1,
     .needs = "business_management",
     .json = "{\"web_custom_audience_tos\":1}"},
    {.name = "user_access_expire_time"},
    {.name = "user_tasks", .every = 1, .json = "[\"ANALYZE\"]"},
    {.name = "user_tos_accepted",
     .every = 1,
     .needs = "business_management",
     .json = "{\"1\":1}"},
    {.name = "viewable_business"},
};

static const struct field audience_fields[] = {
    {.name = "account_id", .every = 1, .json = "\"$account\""},
    {.name = "approximate_count_lower_bound", .every = 1, .json = "$audience_low"},
    {.name = "approximate_count_upper_bound", .every = 1, .json = "$audience_high"},
    {.name = "customer_file_source", .every = 2, .json = "\"USER_PROVIDED_ONLY\""},
    {.name = "data_source",
     .every = 1,
     .json = "{\"type\":\"EVENT_BASED\",\"sub_type\":\"ANYTHING\",\"creation_params\":\"[]\"}"},
    {.name = "dataset_id"},
    {.name = "delete_time", .every = 1, .json = "0"},
    {.name = "delivery_status",
     .every = 1,
     .json = "{\"code\":200,\"description\":\"This audience is ready for use.\"}"},
    {.name = "description", .every = 1, .json = "\"Uploaded by $person\""},
    {.name = "excluded_custom_audiences"},
    {.name = "external_event_source"},
    {.name = "household_audience"},
    {.name = "id", .every = 1, .json = "\"$id\""},
    {.name = "included_custom_audiences"},
    {.name = "is_value_based", .every = 1, .json = "false"},
    {.name = "lookalike_audience_ids"},
    {.name = "lookalike_spec"},
    {.name = "name", .every = 1, .json = "\"$name\""},
    {.name = "operation_status",
     .every = 1,
     .json = "{\"code\":200,\"description\":\"Normal\"}"},
    {.name = "opt_out_link", .every = 1, .json = "\"\""},
    {.name = "page_deletion_marked_delete_time"},
    {.name = "permission_for_actions",
     .every = 1,
     .json = "{\"can_edit\":\"True\",\"can_see_insight\":\"True\",\"can_share\":\"False\","
             "\"subtype_supports_lookalike\":true}"},
    {.name = "pixel_id"},
    {.name = "retention_days", .every = 1, .json = "180"},
    {.name = "rule",
     .every = 2,
     .json = "\"{\\\"inclusions\\\":{\\\"operator\\\":\\\"or\\\",\\\"rules\\\":[]}}\""},
    {.name = "rule_aggregation"},
    {.name = "seed_audience"},
    {.name = "sharing_status"},
    {.name = "subtype", .every = 1, .json = "\"CUSTOM\""},
    {.name = "time_content_updated", .every = 1, .json = "$updated_s"},
    {.name = "time_created", .every = 1, .json = "$created_s"},
    {.name = "time_updated", .every = 1, .json = "$updated_s"},
};

#define ROWS(table) table, sizeof table / sizeof *table

static const struct {
    const char *type; /* as errors call it */
    const struct field *fields;
    size_t count;
    const char *defaults;
} kinds[META_KIND_COUNT] = {
    [META_CAMPAIGN] = {"Campaign", ROWS(campaign_fields), "id"},
    [META_ADSET] = {"AdSet", ROWS(adset_fields), "id"},
    [META_AD] = {"Ad", ROWS(ad_fields), "id"},
    [META_CREATIVE] = {"AdCreative", ROWS(creative_fields), "id"},
    [META_AUDIENCE] = {"CustomAudience", ROWS(audience_fields), "id"},
    [META_ACCOUNT] = {"AdAccount", ROWS(account_fields), "account_id,id"},
};

static int compare_names(const void *key, const void *element)
{
    return strcmp(key, ((const struct field *)element)->name);
}

static const struct field *find_field(enum meta_kind kind, const char *name)
{
    return bsearch(name, kinds[kind].fields, kinds[kind].count, sizeof *kinds[kind].fields,
                   compare_names);
}

/* --- the places --- */

struct place {
    const struct meta_entity *e;
    struct meta_node node;
    uint64_t drawn; /* for the field */
};

static char *put_id_of(const struct place *p, struct meta_node node, char *out)
{
    return meta_out_number(out, (int64_t)meta_world_id(p->e->world, node));
}

static char *put_id(const struct place *p, char *out)
{
    return put_id_of(p, p->node, out);
}

static char *put_account(const struct place *p, char *out)
{
    return put_id_of(p, meta_world_parent(p->node, META_ACCOUNT), out);
}

static char *put_campaign(const struct place *p, char *out)
{
    return put_id_of(p, meta_world_parent(p->node, META_CAMPAIGN), out);
}

static char *put_adset(const struct place *p, char *out)
{
    return put_id_of(p, meta_world_parent(p->node, META_ADSET), out);
}

static char *put_creative(const struct place *p, char *out)
{
    return put_id_of(p, (struct meta_node){META_CREATIVE, p->node.account, p->node.index}, out);
}

static char *put_audience(const struct place *p, char *out)
{
    return put_id_of(p,
                     (struct meta_node){META_AUDIENCE, p->node.account,
                                        p->node.index % META_WORLD_AUDIENCES},
                     out);
}

static char *put_name(const struct place *p, char *out)
{
    return meta_name_json(p->e->world, p->node, out);
}

static char *put_person(const struct place *p, char *out)
{
    return meta_name_person(p->e->world, p->node, out);
}

static char *put_status(const struct place *p, char *out)
{
    return stpcpy(out, meta_world_status_text(meta_world_own_status(p->node)));
}

static char *put_effective(const struct place *p, char *out)
{
    return stpcpy(out, meta_world_status_text(meta_world_effective_status(p->node)));
}

/* "2024-03-12T15:02:47-0700" */
static char *put_local(const struct place *p, int64_t unix_s, char *out)
{
    const struct meta_zone *zone = meta_world_zone(p->e->world, p->node.account);
    int32_t second;
    int64_t day = meta_zone_day(zone, unix_s, &second);
    int32_t offset = meta_zone_offset_s(zone, unix_s) / 60;
    char date[META_OUT_DIGITS];
    meta_out_date(date, day);
    out = mempcpy(out, date + 1, strlen("2024-03-12"));
    return out + snprintf(out, PLACE_MAX, "T%02d:%02d:%02d%c%02d%02d", second / 3600,
                          second / 60 % 60, second % 60, offset < 0 ? '-' : '+',
                          abs(offset) / 60, abs(offset) % 60);
}

static int64_t updated_of(const struct place *p)
{
    return meta_world_updated(p->e->world, p->node, p->e->now_s);
}

static char *put_created(const struct place *p, char *out)
{
    return put_local(p, meta_world_created(p->e->world, p->node), out);
}

static char *put_updated(const struct place *p, char *out)
{
    return put_local(p, updated_of(p), out);
}

static char *put_end(const struct place *p, char *out)
{
    return put_local(p, meta_world_created(p->e->world, p->node) + 5 * 365 * 86400LL, out);
}

static char *put_created_s(const struct place *p, char *out)
{
    return meta_out_number(out, meta_world_created(p->e->world, p->node));
}

static char *put_updated_s(const struct place *p, char *out)
{
    return meta_out_number(out, updated_of(p));
}

/* What an update changes. */
static int64_t revised(const struct place *p, int64_t least, int64_t span)
{
    uint64_t mixed = splitmix_mix(p->drawn + (uint64_t)updated_of(p));
    return least + (int64_t)(mixed % (uint64_t)span);
}

static char *put_budget(const struct place *p, char *out)
{
    return meta_out_number(out, revised(p, 500, 20000));
}

static char *put_lifetime(const struct place *p, char *out)
{
    return meta_out_number(out, 100000 + (int64_t)(p->drawn % 5000000));
}

static char *put_remaining(const struct place *p, char *out)
{
    return meta_out_number(out, revised(p, 0, 500));
}

static char *put_bid(const struct place *p, char *out)
{
    return meta_out_number(out, revised(p, 50, 900));
}

static char *put_small(const struct place *p, char *out)
{
    return meta_out_number(out, (int64_t)(p->drawn % 110));
}

static char *put_objective(const struct place *p, char *out)
{
    static const char *const objectives[] = {"OUTCOME_SALES", "OUTCOME_TRAFFIC",
                                             "OUTCOME_LEADS", "PRODUCT_CATALOG_SALES"};
    /* the draw of insights: both say the same */
    return stpcpy(out, objectives[meta_world_draw(p->e->world, p->node, 48) % 4]);
}

static char *put_page(const struct place *p, char *out)
{
    struct meta_node account = meta_world_parent(p->node, META_ACCOUNT);
    return meta_out_number(out, 100000000000000 +
                                    (int64_t)(meta_world_id(p->e->world, account) % 100000));
}

static char *put_post(const struct place *p, char *out)
{
    return meta_out_number(
        out, 700000000000000 +
                 (int64_t)(meta_world_draw(p->e->world, p->node, DRAW_FIELD) % 1000000000000));
}

static char *put_ig(const struct place *p, char *out)
{
    return meta_out_number(out, 17841400000000000 + p->node.account);
}

static char *put_hash(const struct place *p, char *out)
{
    uint64_t drawn = meta_world_draw(p->e->world, p->node, DRAW_FIELD + 1);
    return out + snprintf(out, PLACE_MAX, "%016" PRIx64, drawn);
}

static char *put_signed(const struct place *p, char *out)
{
    for (uint64_t i = 0; i < 4; i++)
        out += snprintf(out, PLACE_MAX, "%016" PRIx64,
                        splitmix_mix(p->drawn + p->e->read * 8 + i));
    return out;
}

static char *put_currency(const struct place *p, char *out)
{
    return stpcpy(out, meta_world_currency(p->e->world, p->node.account));
}

static char *put_zone(const struct place *p, char *out)
{
    for (const char *c = meta_world_zone(p->e->world, p->node.account)->name; *c; c++) {
        if (*c == '/')
            *out++ = '\\';
        *out++ = *c;
    }
    return out;
}

static char *put_zone_id(const struct place *p, char *out)
{
    return meta_out_number(out, meta_world_zone(p->e->world, p->node.account)->number);
}

static char *put_offset(const struct place *p, char *out)
{
    int32_t offset =
        meta_zone_offset_s(meta_world_zone(p->e->world, p->node.account), p->e->now_s);
    return out + snprintf(out, PLACE_MAX, "%g", offset / 3600.0);
}

static char *put_age(const struct place *p, char *out)
{
    int64_t seconds = p->e->now_s - meta_world_created(p->e->world, p->node);
    return out + snprintf(out, PLACE_MAX, "%.10f", (double)seconds / 86400);
}

static char *put_account_status(const struct place *p, char *out)
{
    static const int states[] = {1, 1, 1, 9, 1, 3, 2, 101};
    return meta_out_number(out, states[p->node.account % (sizeof states / sizeof *states)]);
}

static char *put_audience_low(const struct place *p, char *out)
{
    return meta_out_number(out, 1000 + (int64_t)p->node.index * 900);
}

static char *put_audience_high(const struct place *p, char *out)
{
    return meta_out_number(out, 1200 + (int64_t)p->node.index * 1000);
}

/* a longer name before one that it begins with */
static const struct {
    const char *name;
    char *(*put)(const struct place *p, char *out);
} places[] = {
    {"account_status", put_account_status},
    {"account", put_account},
    {"adset", put_adset},
    {"age", put_age},
    {"audience_high", put_audience_high},
    {"audience_low", put_audience_low},
    {"audience", put_audience},
    {"bid", put_bid},
    {"budget", put_budget},
    {"campaign", put_campaign},
    {"created_s", put_created_s},
    {"created", put_created},
    {"creative", put_creative},
    {"currency", put_currency},
    {"effective", put_effective},
    {"end", put_end},
    {"hash", put_hash},
    {"id", put_id},
    {"ig", put_ig},
    {"lifetime", put_lifetime},
    {"name", put_name},
    {"objective", put_objective},
    {"offset", put_offset},
    {"page", put_page},
    {"person", put_person},
    {"post", put_post},
    {"remaining", put_remaining},
    {"signed", put_signed},
    {"small", put_small},
    {"status", put_status},
    {"updated_s", put_updated_s},
    {"updated", put_updated},
    {"zone_id", put_zone_id},
    {"zone", put_zone},
};

/* The place whose name a text begins with. */
static size_t find_place(const char *text)
{
    size_t i = 0;
    while (i < sizeof places / sizeof *places &&
           strncmp(places[i].name, text, strlen(places[i].name)) != 0)
        i++;
    return i;
}

static char *fill(const struct place *p, const char *json, char *out)
{
    while (*json) {
        if (*json != '$') {
            *out++ = *json++;
            continue;
        }
        size_t i = find_place(json + 1);
        if (i == sizeof places / sizeof *places)
            break; /* a mistake in a table */
        out = places[i].put(p, out);
        json += 1 + strlen(places[i].name);
    }
    return out;
}

/* --- objects --- */

/* The object within an object that a field names, when it may have fields of its own. */
static bool find_nested(struct meta_node node, const char *name, struct meta_node *ret_node)
{
    if (node.kind == META_AD && strcmp(name, "creative") == 0)
        *ret_node = (struct meta_node){META_CREATIVE, node.account, node.index};
    else if (node.kind == META_AD && strcmp(name, "adset") == 0)
        *ret_node = meta_world_parent(node, META_ADSET);
    else if ((node.kind == META_AD || node.kind == META_ADSET) && strcmp(name, "campaign") == 0)
        *ret_node = meta_world_parent(node, META_CAMPAIGN);
    else
        return false;
    return true;
}

static char *write_nested(const struct meta_entity *e, struct meta_node node, const char *below,
                          char *out)
{
    AUTO(meta_fields_done) struct meta_fields fields = {0};
    return meta_fields_parse(below, &fields) ? meta_entity_write(e, node, &fields, out) : out;
}

static char *write_field(const struct meta_entity *e, struct meta_node node, const char *name,
                         const char *below, char *out)
{
    const struct field *f = find_field(node.kind, name);
    struct place p = {.e = e, .node = node};
    struct meta_node nested;
    if (!f || f->every == 0)
        return out;
    p.drawn =
        meta_world_draw(e->world, node, DRAW_FIELD + (uint64_t)(f - kinds[node.kind].fields));
    if (p.drawn % f->every != 0)
        return out;
    *out++ = ',';
    out = meta_out_quoted(out, name);
    *out++ = ':';
    if (below && find_nested(node, name, &nested))
        return write_nested(e, nested, below, out);
    return fill(&p, f->json, out);
}

char *meta_entity_write(const struct meta_entity *e, struct meta_node node,
                        const struct meta_fields *fields, char *out)
{
    char *start = out;
    bool with_id = false;
    size_t most = node.kind == META_AD || node.kind == META_ADSET
                      ? META_ENTITY_MAX - NESTED_MAX - VALUE_MAX
                      : NESTED_MAX - VALUE_MAX;
    for (size_t i = 0; i < fields->count && (size_t)(out - start) < most; i++) {
        with_id |= strcmp(fields->names[i], "id") == 0;
        out = write_field(e, node, fields->names[i], fields->below[i], out);
    }
    if (!with_id)
        out = write_field(e, node, "id", NULL, out);
    *start = '{';
    *out++ = '}';
    return out;
}

/* --- asking for them --- */

static bool check_nested(struct meta_call *call, enum meta_kind kind, const char *name,
                         const char *below, bool *ret_answered)
{
    struct meta_node nested;
    AUTO(meta_fields_done) struct meta_fields fields = {0};
    if (!find_nested((struct meta_node){.kind = kind}, name, &nested))
        return true;
    if (!meta_fields_parse(below, &fields)) {
        *ret_answered = true;
        return meta_error_answer(call->reply, META_ERROR_PARAMETER, "Syntax error in fields");
    }
    return meta_entity_check(call, nested.kind, &fields, ret_answered);
}

bool meta_entity_check(struct meta_call *call, enum meta_kind kind,
                       const struct meta_fields *fields, bool *ret_answered)
{
    *ret_answered = false;
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *f = find_field(kind, fields->names[i]);
        *ret_answered = true;
        if (!f)
            return meta_error_answer(call->reply, META_ERROR_FIELD, fields->names[i],
                                     kinds[kind].type);
        if (f->needs && !call->token.business)
            return meta_error_answer(call->reply, META_ERROR_GATED, f->needs);
        *ret_answered = false;
        if (fields->below[i] &&
            !check_nested(call, kind, fields->names[i], fields->below[i], ret_answered))
            return false;
        if (*ret_answered)
            return true;
    }
    return true;
}

struct meta_entity meta_entity_for(const struct meta_call *call)
{
    return (struct meta_entity){
        .world = &call->meta->world,
        .now_s = call->now_s,
        .read = atomic_load(&call->meta->replies),
    };
}

bool meta_entity_fields(const struct meta_call *call, enum meta_kind kind,
                        struct meta_fields *ret_fields)
{
    const char *text = meta_call_param(call, "fields");
    return meta_fields_parse(text ? text : kinds[kind].defaults, ret_fields);
}

bool meta_entity_answer(struct meta_call *call, struct meta_node node)
{
    AUTO(meta_fields_done) struct meta_fields fields = {0};
    AUTO(cleanup_free) char *body = malloc(META_ENTITY_MAX);
    bool answered;
    if (!body)
        return false;
    if (!meta_entity_fields(call, node.kind, &fields))
        return meta_error_answer(call->reply, META_ERROR_PARAMETER, "Syntax error in fields");
    if (!meta_entity_check(call, node.kind, &fields, &answered) || answered)
        return answered;
    if (node.kind == META_CREATIVE &&
        node.index + 1 == (uint64_t)call->meta->keys.settings.poison)
        return meta_error_answer(call->reply, META_ERROR_CREATIVE);
    struct meta_entity e = meta_entity_for(call);
    char *end = meta_entity_write(&e, node, &fields, body);
    return reply_text(call->reply, 200, META_JSON_TYPE, body, (size_t)(end - body));
}
