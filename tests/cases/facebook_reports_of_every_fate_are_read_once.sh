#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reports that fail, expire, get stuck, are too large, late or forgotten: what they were for is asked for
# again or in parts, stuck ones are cancelled, and in the end every row is there, once.
. "$EXTRACT_SRCDIR/tests/lib.sh"
EXTRACT_CLOCK=120,$(date -u +%Y-%m-%dT%H:%M:%SZ),2026-11-20T12:00:00Z
export EXTRACT_CLOCK
sandbox --facebook accounts=2 --facebook ads=36 --facebook job_seconds=30 --facebook limits=off \
    --fault "fb-job=failed@2~/act_" --fault "fb-job=stuck@3~/act_" --fault "fb-job=skipped@4~/act_" \
    --fault "fb-job=large@5~/act_" --fault "fb-job=late@6~/act_" --fault "fb-job=gone@7~/act_" \
    --fault "fb-job=hundred@8~/act_" --fault "fb-job=zero@9~/act_" --fault "fb-job=failed-at-once@10~/act_" \
    --fault "fb-job=early@11~/act_"
printf EAASANDBOX >token
printf sandbox-secret >secret
chmod 600 token secret
configure '[facebook_ads]' "base_url = $SANDBOX" "access_token = file:$TMP_CASE/token" \
    "app_secret = file:$TMP_CASE/secret" 'app_id = 1234567890'
fates() { curl -fsS "$SANDBOX/_sandbox/facebook/jobs" | jq -r "$1"; }

expect 0 "$EXTRACT" --source facebook_ads --since 2026-11-14 --until 2026-11-19 --stream insights_ad
for said in 'slice.cut .*the report is too large' 'report.lost .*the report failed' 'report.lost .*expired before it was made' \
    'report.lost .*not done after 1h'; do
    says "$said"
done
equal "$(fates 'map(select(.fate != "good").fate) | sort | join(" ")')" \
    "early failed failed-at-once gone hundred large late skipped stuck zero"
equal "$(fates 'map(select(.status == "cancelled").fate) | sort | join(" ")')" "stuck zero" "what is cancelled"
equal "$(stats .facebook.jobs.unfinished)" 0 "no report is left running"
equal "$(stats .facebook.jobs.orphaned)" 0 "no report was made in vain"
# of an account and a query there is one report that was read
equal "$(fates 'map(select(.pages > 0)) | (length == (unique_by(.account, .query) | length))')" true

for account in $(curl -fsS "$SANDBOX/v26.0/me/adaccounts?access_token=EAASANDBOX" | jq -r '.data[].account_id'); do
    curl -fsS "$SANDBOX/_sandbox/facebook/truth?account=act_$account&since=2026-11-14&until=2026-11-19&fields=account_id,ad_id,date_start,impressions,spend&filtering=%5B%7B%22field%22%3A%22ad.effective_status%22%2C%22operator%22%3A%22IN%22%2C%22value%22%3A%5B%22ACTIVE%22%2C%22PAUSED%22%2C%22ARCHIVED%22%2C%22DELETED%22%2C%22CAMPAIGN_PAUSED%22%2C%22ADSET_PAUSED%22%2C%22DISAPPROVED%22%5D%7D%5D"
done | jq -r '[.account_id, .ad_id, .date_start, .impressions] | join("|")' | sort >truth
query "SELECT account_id, ad_id, date_start, impressions FROM facebook_insights_ad" | sort >rows
[[ $(wc -l <truth) -gt 100 ]] || fail "there is no truth"
cmp truth rows || fail "$(diff truth rows | head -n 5)"
