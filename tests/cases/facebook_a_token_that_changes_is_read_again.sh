#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A token that ends in the middle of a run is read again from where it is: another one that was put there
# goes on with the run, its proof with it, and every row comes once; the same one, or none, ends it with 77
# and leaves the reports. Neither token is told.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
EXTRACT_CLOCK="120,$(date -u +%FT%TZ),$NOW" && export EXTRACT_CLOCK
days=(--since 2026-11-18 --until 2026-11-19)
jobs() { curl -fsS "$SANDBOX/_sandbox/facebook/jobs" | jq -r "$1"; }
expire() { curl -fsS -X POST -G --data-urlencode "token=$1" "$SANDBOX/_sandbox/facebook/expire" >/dev/null; }
put() { install -m 600 /dev/stdin token.new <<<"$1" && mv token.new token; }
secretless() {
    ! grep -raqE 'EAASANDBOX|sandbox-secret' state out err || fail "a secret was told: $(grep -raoE '.{80}(EAASANDBOX|sandbox-secret)' state out err)"
}
starts() {
    put EAASANDBOX-monday
    sandbox --facebook ads=36 --facebook job_seconds=120 --facebook limits=off
    set_up "access_token = file:$TMP_CASE/token" "app_secret = env:FB_SECRET"
    sed -i '/^access_token = env:/d' .config/extract/extract.conf
    rm -rf state
}
# while reports are made, the orders are done
meanwhile() {
    local status=0 tries
    "$EXTRACT" --source facebook_ads --output json "${days[@]}" --stream insights_ad >out 2>err &
    for tries in $(seq 400); do
        [[ $(jobs length) -lt 4 ]] || break
        sleep 0.05
    done
    [[ $(jobs length) -eq 4 ]] || fail "$(jobs length) reports after $tries looks"
    "$@"
    wait $! || status=$?
    equal "$status" "$wanted" "status: $(cat err)"
}

starts
rotated() { put EAASANDBOX-tuesday && expire EAASANDBOX-monday; }
wanted=0 meanwhile rotated
equal "$(grep -c 'warning credentials.renewed secrets="access_token"' err)" 1 "messages of the new token"
[[ $(stats '.statuses["400"]') -ge 1 ]] || fail "the old token was never refused"
equal "$(jobs 'map(.pages) | join(" ")')" "1 1 1 1" "pages that were read of each report"
truth "${days[@]}" insights_ad
expect 0 "$EXTRACT" audit export --source facebook_ads
equal "$(grep -ac '"kind":"credentials.renewed"' out)" 1 "audit events of it"
secretless
sound

# nobody has put another one there
starts
wanted=77 meanwhile expire EAASANDBOX-monday
says 'kind=auth .*the access token is refused: ".*\(HTTP 400\); the secrets of \[facebook_ads\] were read again and have not changed; check the credentials'
jobs '.[].id' | sort >made
secretless
put EAASANDBOX-tuesday
facebook 0 "${days[@]}" --stream insights_ad
equal "$(jobs '.[].id' | sort | comm -13 - made)" "" "reports that the first run made and the second does not have"
equal "$(jobs length)" 4 "reports that were made in both runs"
truth "${days[@]}" insights_ad

# the file is gone
starts
gone() { rm token && expire EAASANDBOX-monday; }
wanted=77 meanwhile gone
says 'the access token is refused: .*; its secrets cannot be read again: \[facebook_ads\] access_token: file:.*No such file'

# another one that is refused, too: no third attempt
starts
both() { put EAASANDBOX_PASSWORD && expire EAASANDBOX-monday; }
wanted=77 meanwhile both
says 'kind=auth .*changed their password.*(have not changed| 2 attempts)' # whichever thread met it first
[[ $(stats '.statuses["400"]') -le 8 ]] || fail "more than two attempts of four threads: $(stats .statuses)"
secretless
