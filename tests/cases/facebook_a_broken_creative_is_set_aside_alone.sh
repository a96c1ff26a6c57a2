#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One broken creative spoils every page that it is on: it alone is missing, with Meta's words; and lists
# whose pages are too big are read in smaller ones.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
edges=(--stream campaigns --stream ad_sets --stream ads --stream ad_creatives)
meta accounts=1 ads=120 poison=71
id=$(account 1)
everything=$(curl -fsS -H "Authorization: Bearer EAASANDBOX" "$SANDBOX/v26.0/act_$id/ads?limit=500&fields=id&effective_status=$(
    jq -rn '["ACTIVE","PAUSED","DELETED","ARCHIVED","CAMPAIGN_PAUSED","ADSET_PAUSED","DISAPPROVED"] | tojson | @uri')" |
    jq -r '.data[].id' | sort | sha256sum)
ads() { query "SELECT id FROM facebook_ads" | sort | sha256sum; }

facebook 1 "${edges[@]}"
equal "$(summary .status)" "partly failed" "word of the summary"
says "warning record.isolated stream=ad_creatives account=$id slice=all page=[0-9]+ an object of the page cannot be read: \"Invalid parameter\", \"The post you selected"
equal "$(stream ad_creatives '"\(.quarantined) \(.staged) \(.slices_complete)"')" "1 119 1" "creatives"
equal "$(query 'SELECT count(*) FROM facebook_ad_creatives')" 119 "creatives in the warehouse"
expect 0 "$EXTRACT" show --source facebook_ads --quarantine
equal "$(wc -l <out)" 1 "records in quarantine"
equal "$(query "SELECT count(*) FROM facebook_ad_creatives WHERE id = '$(jq -r .record.id out)'")" 0 "the one that is missing"
prints '"reason":"an object of the page cannot be read: .*The post you selected for your ad is not available'
# halves of 100 down to one that is it, and pages of 100 again behind it
[[ $(stats .facebook.edge) -lt 40 ]] || fail "$(stats .facebook.edge) requests"
equal "$(ads)" "$everything" "ads"
sound

# Meta mends it: the next run has it
meta accounts=1 ads=120
facebook 0 "${edges[@]}"
equal "$(query 'SELECT count(*) FROM facebook_ad_creatives')" 120 "creatives"

# pages of 100 are too big for it, and nothing is lost
meta accounts=1 ads=120 edge_rows=30
rm -rf state
facebook 0 "${edges[@]}"
says "warning page.shrunk stream=ads account=$id slice=changes page=1 times=2"
equal "$(ads)" "$everything" "ads of smaller pages"
equal "$(query 'SELECT count(*) FROM facebook_ad_creatives')" 120 "creatives of smaller pages"
sound
