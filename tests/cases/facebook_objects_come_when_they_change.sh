#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Campaigns, ad sets and ads are asked for what has changed since the last run began, and an hour before;
# what has changed replaces its row.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=1 ads=120 --verbose
id=$(account 1)
of=(--stream campaigns --stream ad_sets --stream ads)
states=$(jq -rn '["ACTIVE","PAUSED","DELETED","ARCHIVED","CAMPAIGN_PAUSED","ADSET_PAUSED","DISAPPROVED"] | tojson | @uri')
# all STREAM: what Meta has now, and when it was changed
all() {
    local edge=${1/ad_sets/adsets}
    curl -fsS -H "Authorization: Bearer EAASANDBOX" \
        "$SANDBOX/v26.0/act_$id/$edge?limit=500&fields=id,updated_time,effective_status&effective_status=$states" |
        jq -r '.data[] | "\(.id) \(.updated_time | sub("(?<h>..)(?<m>..)$"; "\(.h):\(.m)")) \(.effective_status)"' |
        while read -r object time status; do echo "$object $(date -u -d "$time" +%FT%TZ) $status"; done | sort
}
there() { query "SELECT id || ' ' || updated_time || ' ' || effective_status FROM facebook_$1" | sort; }
# since STREAM: of the last request, in Unix seconds
since() {
    local edge=${1/ad_sets/adsets}
    sed -nE "s/.*act_[0-9]+\/$edge\?.*(campaign|adset|ad)\.updated_time.*%22value%22%3A([0-9]+)%7D.*/\2/p" sandbox.log | tail -n 1
}

facebook 0 "${of[@]}"
for name in campaigns ad_sets ads; do
    equal "$(since $name)" "" "a first run asks for everything: $name"
    equal "$(there $name)" "$(all $name)" "$name"
    for status in ARCHIVED DELETED; do
        [[ $(query "SELECT count(*) FROM facebook_$name WHERE effective_status = '$status'") -gt 0 ]] || fail "no $status among $name"
    done
done
at 2026-11-21T12:00:00Z
facebook 0 "${of[@]}"
hour=$(date -u -d 2026-11-20T11:00:00Z +%s)
for name in campaigns ad_sets ads; do
    [[ $(since $name) -ge $hour && $(since $name) -lt $((hour + 60)) ]] || fail "$name: asked since $(since $name), not since $hour"
    equal "$(stream $name .records)" "$(all $name | awk '$2 > "2026-11-20T11:00:00Z"' | wc -l)" "$name that have changed within a day"
done

# ten days on, and then as many weeks: campaigns change less often than ads
gone=0
last=2026-11-21
for day in 2026-12-01 2027-02-10 2027-04-20; do
    at ${day}T12:00:00Z
    facebook 0 "${of[@]}"
    for name in campaigns ad_sets ads; do
        all $name | awk -v since=${last}T11:00:00Z '$2 > since' >changed
        gone=$((gone + $(grep -cE 'ARCHIVED|DELETED' changed || :)))
        equal "$(stream $name '"\(.records) \(.loaded)"')" "$(wc -l <changed) $(wc -l <changed)" "$name that have changed until $day"
        equal "$(there $name)" "$(all $name)" "$name, each once and as it is on $day"
        [[ $day != 2027-* || -s changed ]] || fail "nothing of $name has changed"
    done
    last=$day
done
[[ $gone -gt 0 ]] || fail "nothing that is archived or deleted has changed"

# what is read whole by every run is new when it is another one
whole=(--stream ad_accounts --stream ad_creatives --skip-exit-code)
facebook 0 "${whole[@]}"
[[ $(stream ad_creatives .staged) -gt 0 ]] || fail "no creative was staged"
facebook 99 "${whole[@]}"
equal "$(stream ad_creatives '"\(.slices) \(.staged)"')" "1 0" "slices and staged creatives of a run without any news"
facebook 0 "${of[@]}" "${whole[@]}" --since 2026-11-01 --until 2026-11-01 --stream insights_ad
facebook 99 "${of[@]}" "${whole[@]}"
sound

# what changed cannot take the place of all there is
jq '.["x-write"] = "replace" | .["x-table"] = "whole_ads"' "$EXTRACT_SRCDIR/schemas/facebook_ads/ads.json" \
    >"$EXTRACT_DATA/schemas/facebook_ads/ads.json"
facebook 78 "${of[@]}"
says 'stream ads: x-write replace would leave only what changed last'
