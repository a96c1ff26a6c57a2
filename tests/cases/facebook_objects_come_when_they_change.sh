#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Campaigns, ad sets and ads are asked for what has changed since the last run began, and an hour before;
# what has changed replaces its row.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=1 --verbose
id=$(account 1)
of=(--stream campaigns --stream ad_sets --stream ads)
states=$(jq -rn '["ACTIVE","PAUSED","DELETED","ARCHIVED","CAMPAIGN_PAUSED","ADSET_PAUSED","DISAPPROVED"] | tojson | @uri')
# all: what Meta has now, and when it was changed
all() {
    curl -fsS -H "Authorization: Bearer EAASANDBOX" \
        "$SANDBOX/v26.0/act_$id/ads?limit=100&fields=id,updated_time,effective_status&effective_status=$states" |
        jq -r '.data[] | "\(.id) \(.updated_time | sub("(?<h>..)(?<m>..)$"; "\(.h):\(.m)")) \(.effective_status)"' |
        while read -r ad time status; do echo "$ad $(date -u -d "$time" +%FT%TZ) $status"; done | sort
}
there() { query "SELECT id || ' ' || updated_time || ' ' || effective_status FROM facebook_ads" | sort; }
# since: of the last request for ads, in Unix seconds
since() { sed -nE 's/.*act_[0-9]+\/ads\?.*ad\.updated_time.*%22value%22%3A([0-9]+)%7D.*/\1/p' sandbox.log | tail -n 1; }

facebook 0 "${of[@]}"
equal "$(since)" "" "a first run asks for everything"
equal "$(there)" "$(all)" "ads"
at 2026-11-21T12:00:00Z
facebook 0 "${of[@]}"
hour=$(date -u -d 2026-11-20T11:00:00Z +%s)
[[ $(since) -ge $hour && $(since) -lt $((hour + 60)) ]] || fail "asked since $(since), not since $hour"
equal "$(stream ads .records)" 0 "ads that have not changed"

at 2026-12-01T12:00:00Z
facebook 0 "${of[@]}"
changed=$(all | awk '$2 > "2026-11-21T11:00:00Z"' | wc -l)
[[ $changed -gt 0 ]] || fail "no ad has changed"
equal "$(stream ads '"\(.records) \(.loaded)"')" "$changed $changed" "ads that have changed"
equal "$(there)" "$(all)" "ads, each once and as it is now"
sound
