#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ids of 18 digits, slashes that came escaped, surrogate pairs and narrow blanks: what a policy keeps
# lands as it was sent, on SQLite and PostgreSQL.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
postgres_start
quick
meta accounts=3
days=(--since 2026-11-10 --until 2026-11-19)
policy=("[policy facebook_ads/insights_ad]" "account_name = keep" "campaign_name = keep" "adset_name = keep" "ad_name = keep"
    "[policy facebook_ads/ads]" "name = keep")
for warehouse in "$TMP_CASE/state/warehouse.db" "$PG_URL?ads"; do
    rm -rf state
    sink=("[warehouse]" "driver = sqlite")
    [[ $warehouse != postgres* ]] || sink=("[warehouse]" "driver = postgres" "url = $PG_URL" "schema = ads")
    set_up "${policy[@]}" "${sink[@]}"
    facebook 0 "${days[@]}" --stream insights_ad --stream ads
    TRUE_WAREHOUSE=$warehouse truth "${days[@]}" --names insights_ad
done
# the names that this is about are among them
for kind in 'emoji 1F469' 'narrow 202F' 'slash 2F'; do
    found=$(pg "SELECT count(*) FROM ads.facebook_insights_ad WHERE
        position(chr(x'$(printf %08X "0x${kind#* }")'::int) IN concat(account_name, campaign_name, adset_name, ad_name)) > 0")
    [[ $found -gt 0 ]] || fail "no name has one: ${kind% *}"
done
equal "$(pg "SELECT count(*) FROM ads.facebook_insights_ad WHERE length(ad_id) <> 18")" 0 "ids of other lengths"
ads=$(for number in 1 2 3; do
    curl -fsS -H "Authorization: Bearer EAASANDBOX" "$SANDBOX/v26.0/act_$(account $number)/ads?limit=100&fields=id,name"
done | jq -r '.data[] | "\(.id) \(.name | @json)"' | sort)
there=$(pg "SELECT id || ' ' || to_json(name) FROM ads.facebook_ads" | sort)
equal "$(comm -23 <(echo "$ads" | jq -Rr 'capture("(?<id>[0-9]+) (?<name>.*)") | "\(.id) \(.name | fromjson | @json)"' | sort) \
    <(echo "$there" | jq -Rr 'capture("(?<id>[0-9]+) (?<name>.*)") | "\(.id) \(.name | fromjson | @json)"' | sort))" "" \
    "names of ads that are not there as they are"
