#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An app of the lower tier: an account takes 60 calls in five minutes. Whether the program is told, or
# learns it from what Meta says in its headers: nothing is refused, no request is sent during a block.
. "$EXTRACT_SRCDIR/tests/lib.sh"
EXTRACT_CLOCK="30,$(date -u +%FT%TZ),2026-11-20T12:00:00Z"
export EXTRACT_CLOCK
sandbox --clock real --facebook accounts=2 --facebook tier=limited --facebook ads=40
export EXTRACT_FACEBOOK_ADS_BASE_URL=$SANDBOX EXTRACT_FACEBOOK_ADS_APP_ID=1234567890
export EXTRACT_FACEBOOK_ADS_ACCESS_TOKEN=file:$TMP_CASE/token EXTRACT_FACEBOOK_ADS_APP_SECRET=file:$TMP_CASE/secret
umask 077
printf EAASANDBOX >token
printf sandbox-secret >secret

# proven: more calls than that for every account, and not one too many
unrefused() {
    curl -s "$SANDBOX/_sandbox/stats" >stats
    [[ $(jq '[.facebook.limits[].calls] | min' stats) -gt 60 ]] || fail "too few calls: $(cat stats)"
    equal "$(jq .refused stats)" 0 "refusals ($(cat stats))"
    equal "$(jq .during_block stats)" 0 "requests during a block"
    grep -Eq "quota\.wait until=[^ ]+ why=.*$1" err || fail "nothing was waited for: $(cat err)"
}

# nobody told
EXTRACT_FACEBOOK_ADS_PAGE_SIZE=1 expect 0 "$EXTRACT" --source facebook_ads --max-wait 2h \
    --stream campaigns --stream ad_sets --stream ads --stream ad_creatives
unrefused 'the service says that 9[0-9] % of account is used'

# told: batches of polls fit, too
curl -s -X POST "$SANDBOX/_sandbox/reset" >/dev/null
rm -rf "$TMP_CASE/.state"
export EXTRACT_FACEBOOK_ADS_LIMIT_ACCOUNT=60/5m
expect 0 "$EXTRACT" --source facebook_ads --max-wait 2h --stream insights_campaign --since 2026-10-12 --until 2026-11-19
unrefused 'of account is used|the limit of 60 account per 5m is used up'

expect 0 "$EXTRACT" status --source facebook_ads --output json
equal "$(jq '[.sources[0].quotas[] | select(.bucket == "account") | .account] | unique | length' out)" 2 \
    "accounts whose score is told"
equal "$(jq -c '[.sources[0].quotas[] | select(.bucket == "app") | .account]' out)" '[null]' "whose the app's limit is"
