#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A token that is refused ends the run with 77 and Meta's words; an account or a field that a token may
# not see fails alone; no secret is in anything that is written or said.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=3
days=(--since 2026-11-18 --until 2026-11-19)
secretless() {
    ! grep -raqE 'EAASANDBOX|sandbox-secret' state out err || fail "a secret was told: $(grep -raoE '.{80}(EAASANDBOX|sandbox-secret)' state out err)"
}

refused() {
    asked=$(stats .requests)
    FB_TOKEN=$1 facebook 77 "${days[@]}"
    says "error stream.failed stream=ad_accounts,campaigns,ad_sets,ads,ad_creatives,insights_ad,insights_account kind=$2 .*$3"
    equal "$(grep -c ' error ' err)" 1 "$1: messages of the same trouble"
    equal "$(summary .error_kind)" "$2" "$1: kind of error"
    equal "$(summary .staged)" 0 "$1: records"
    equal $(($(stats .requests) - asked)) 1 "$1: requests; a token that is refused is not tried again"
    secretless
}
refused EAASANDBOX_EXPIRED auth 'the access token is refused: "Error validating access token: Session has expired'
refused EAASANDBOX_PASSWORD auth 'the access token is refused: ".* changed their password'
refused EAASANDBOX_LOGGEDOUT auth 'the access token is refused: ".* the user logged out'
refused EAASANDBOX_NOAPP auth 'the access token is refused: ".*has not authorized application'
refused EAASANDBOX_NOSCOPE account 'the list of accounts: a permission is missing: "\(#100\) Missing permissions" \(HTTP 400\); let the credentials read accounts'

# an account that was named and is not seen: the others are complete
set_up "accounts = $(account 1), $(account 2), $(account 3)"
FB_TOKEN=EAASANDBOX_HIDDEN facebook 1 "${days[@]}"
says "account.failed account=$(account 3) the account or object is not there, or may not be seen: \"Unsupported get request"
truth "${days[@]}" --except "$(account 3)" insights_ad insights_account
equal "$(query "SELECT count(*) FROM facebook_ads WHERE account_id = '$(account 2)'")" 24 "ads of an account that is seen"
secretless
facebook 0 "${days[@]}"
truth "${days[@]}" insights_ad insights_account

# fields that want a permission more are left out, and nothing else
set_up
rm -rf state
FB_TOKEN=EAASANDBOX_NOBUSINESS facebook 0 "${days[@]}"
equal "$(grep -c 'warning fields.withheld stream=ad_accounts account=' err)" 3 "accounts with fields that were withheld"
says 'fields.withheld .*Requires business_management permission'
equal "$(stream ad_accounts .withheld)" 3 "slices with fields that were withheld, in the summary"
[[ $(stream ad_accounts .withheld_why) == *"Requires business_management"* ]] || fail "the summary does not say why"
equal "$(stream ads .withheld)" 0 "slices of a stream that nothing was withheld from"
expect 0 "$EXTRACT" audit export --source facebook_ads
equal "$(jq -r '.entry | select(.kind? == "fields.withheld") | .object + " " + .outcome' out | sort | uniq -c | xargs)" "3 ad_accounts done" "audit events of it"
equal "$(query 'SELECT count(*), count(currency), count(business_id), count(owner) FROM facebook_ad_accounts')" "3|3|0|0" \
    "accounts, and what is known of them"
truth "${days[@]}" insights_ad insights_account
secretless
sound

# a token that is over in the middle of a run: what was read stays, what was not comes later
before=$(stats '.statuses["400"]')
fault 'fb-error=190/463@30-'
rm -rf state
facebook 77
says 'stream.failed .*facebook_ads [a-z_]+ [0-9]+ [0-9a-z-]+: page [0-9]+: the access token is refused'
equal "$(grep -c 'the access token is refused' err)" 1 "lines that tell it"
[[ $(summary .loaded) -gt 0 ]] || fail "nothing was loaded of what was read before"
# eight requests are under way at most; none follows
[[ $(stats '.statuses["400"]') -le $((before + 8)) ]] || fail "it went on asking with a token that is refused"
secretless
fault
facebook 0
truth insights_ad insights_account
sound

# the proof
meta accounts=1 proof=required
rm -rf state
facebook 77 "${days[@]}"
says 'the proof of the app.s secret is missing or wrong: set app_secret: "API calls from the server require an appsecret_proof'
set_up "app_secret = env:FB_SECRET"
FB_SECRET=another facebook 77 "${days[@]}"
says 'set app_secret: "Invalid appsecret_proof'
facebook 0 "${days[@]}"
secretless
