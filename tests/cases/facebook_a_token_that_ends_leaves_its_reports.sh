#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A token that ends while reports are made ends the run with 77; with a token that is good the same
# command reads the reports that there are, and pays for none twice. Every call of a report has the
# proof of the app's secret, and none of the secrets is told.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
# the sandbox goes as fast as the program, or no report would ever be ready
EXTRACT_CLOCK="120,$(date -u +%FT%TZ),$NOW" && export EXTRACT_CLOCK
days=(--since 2026-11-18 --until 2026-11-19)
jobs() { curl -fsS "$SANDBOX/_sandbox/facebook/jobs" | jq -r "$1"; }
secretless() {
    ! grep -raqE 'EAASANDBOX|sandbox-secret' state out err || fail "a secret was told: $(grep -raoE '.{80}(EAASANDBOX|sandbox-secret)' state out err)"
}
starts() {
    sandbox --facebook ads=36 --facebook job_seconds=20 --facebook limits=off "$@"
    set_up "app_secret = env:FB_SECRET"
    rm -rf state
}

# the list of accounts, and reports of two accounts and two days: five calls, if none is delayed
starts
fault 'fb-error=190/463@6-'
facebook 77 "${days[@]}" --stream insights_ad
says 'error stream.failed stream=insights_ad kind=auth .*the access token is refused: "Error validating access token'
jobs '.[].id' | sort >made
[[ -s made ]] || fail "no report was made before the token ended"
secretless
fault
facebook 0 "${days[@]}" --stream insights_ad
equal "$(jobs 'map(.pages) | join(" ")')" "1 1 1 1" "pages that were read of each report"
equal "$(jobs '.[].id' | sort | comm -13 - made)" "" "reports that the first run made and the second does not have"
truth "${days[@]}" insights_ad
secretless
sound

starts --facebook proof=required
facebook 0 "${days[@]}" --stream insights_ad
equal "$(jobs 'map(select(.pages > 0)) | length')" 4 "reports that were made and read with the proof"
equal "$(stats '.statuses | keys | join(" ")')" 200 "answers"
[[ $(query 'SELECT count(*) FROM facebook_insights_ad') -gt 100 ]] || fail "rows are missing"
secretless
