#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An account's calls of an hour are counted for insights and for the rest apart: a run stops before either is used up,
# goes on with the other, and when Meta says in how many minutes a block is over, that is when it is to go on.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
days=(--since 2026-10-20 --until 2026-11-19)
of=(--stream insights_ad --stream ads)
later() { echo $(($(date -d "$1" +%s) - $(date -d "$NOW" +%s))); }
used() { stats ".facebook.limits[] | select(.account == \"$1\") | .$2"; }
other_tool() { curl -sS -o /dev/null -H "Authorization: Bearer EAASANDBOX" "$SANDBOX/v26.0/act_$A/$1"; }
begins() {
    NOW=2026-11-20T12:00:00Z
    meta accounts=2 ads=6 "$@"
    rm -rf state
    A=$(account 1) B=$(account 2)
}
# ends: with the calls of every hour, and no refusal more than those before
ends() {
    local refused hour
    refused=$(stats '"\(.refused) \(.during_block)"')
    for hour in 13:30 14:40 15:50; do
        at 2026-11-20T$hour:00Z
        "$EXTRACT" --source facebook_ads --output json "${days[@]}" "${of[@]}" --max-wait 1s >out 2>err && break
        equal "$(summary .status)" resumable "how it ends at $hour"
    done
    equal "$(summary .status)" "done" "how it ends"
    truth "${days[@]}" insights_ad
    equal "$(query 'SELECT count(*) FROM facebook_ads')" 12 "ads"
    equal "$(stats '"\(.refused) \(.during_block)"')" "$refused" "refusals"
    sound
}

begins buc_insights=25
facebook 75 "${days[@]}" "${of[@]}" --max-wait 1s
says 'stream.parked stream=insights_ad kind=quota .*the service says that 9[0-9] % of insights is used'
equal "$(stats '"\(.refused) \(.during_block)"')" "0 0" "refusals"
for one in "$A" "$B"; do
    [[ $(used "$one" insights) -ge 22 && $(used "$one" insights) -le 25 ]] || fail "$(used "$one" insights) calls for insights of $one"
done
equal "$(stream ads .slices_complete)" 2 "lists of ads"
ends

# other tools have used it up, and were refused: the minutes are Meta's
begins buc_insights=25
for _ in $(seq 26); do other_tool "insights?date_preset=yesterday"; done
at 2026-11-20T12:20:00Z
facebook 75 "${days[@]}" "${of[@]}" --max-wait 1s
says "stream.parked stream=insights_ad kind=quota facebook_ads insights_ad $A .*(insights is blocked by the service until|the account's insights take no more calls)"
[[ $(later "$(summary .resume_at)") -ge 2340 && $(later "$(summary .resume_at)") -le 2520 ]] ||
    fail "to be resumed in $(later "$(summary .resume_at)") s, and not in 40 minutes"
[[ $(used "$A" insights) -le 27 ]] || fail "$(used "$A" insights) calls for insights of A: one may find out"
[[ $(used "$B" insights) -ge 22 ]] || fail "$(used "$B" insights) calls for insights of B"
equal "$(stream ads .slices_complete)" 2 "lists of ads"
ends

begins buc_management=4
for _ in $(seq 5); do other_tool "campaigns?limit=1"; done
facebook 75 "${days[@]}" "${of[@]}" --max-wait 1s
says "stream.parked stream=ads kind=quota facebook_ads ads $A .*(management is blocked by the service until|the service says that [0-9]+ % of management|the account's campaigns and ads take no more calls)"
equal "$(stream insights_ad .slices_complete)" 62 "days of insights"
equal "$(stream ads .slices_complete)" 1 "lists of ads"
ends

# neither hides the other: an account that waits for its minutes, and one that may not be read
begins buc_insights=25
for _ in $(seq 26); do other_tool "insights?date_preset=yesterday"; done
at 2026-11-20T12:20:00Z
fault "fb-error=10~$B/insights?level=ad"
facebook 1 "${days[@]}" "${of[@]}" --max-wait 1s
says 'warning stream.parked stream=insights_ad kind=quota ' "error stream.failed stream=insights_ad kind=account .*$B"
[[ $(later "$(summary .resume_at)") -ge 2340 && $(later "$(summary .resume_at)") -le 2520 ]] ||
    fail "to be resumed in $(later "$(summary .resume_at)") s, and not in 40 minutes"
