#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What queries weigh, for an account or the app, Meta tells in one header alone, and other tools weigh with us: a run
# stops before it would be refused, of that account or of all, and goes on when there is room again.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
days=(--since 2026-10-20 --until 2026-11-19)
of=(--stream insights_ad --stream campaigns)
later() { echo $(($(date -d "$1" +%s) - $(date -d "$NOW" +%s))); }
calls() { stats ".facebook.limits[] | select(.account == \"$1\") | .insights"; }
# 40 queries at once and one a second more; another tool has had 25 of them
begins() {
    NOW=2026-11-20T12:00:00Z
    meta accounts=2 ads=6 "$1=1" load_window=40
    rm -rf state
    A=$(account 1) B=$(account 2)
    for _ in $(seq 25); do
        curl -fsS -H "Authorization: Bearer EAASANDBOX" "$SANDBOX/v26.0/act_$A/insights?date_preset=yesterday" >/dev/null
    done
    facebook 75 "${days[@]}" "${of[@]}" --max-wait 1s
    equal "$(stats '"\(.refused) \(.during_block)"')" "0 0" "refusals for $1"
    resume_at=$(summary .resume_at)
    [[ $(later "$resume_at") -ge 20 && $(later "$resume_at") -le 600 ]] || fail "to be resumed in $(later "$resume_at") s"
    equal "$(stream campaigns .slices_complete)" 2 "lists of campaigns, which weigh nothing"
}
# goes_on: not before it is time, and then to the end
goes_on() {
    local asked
    asked=$(stats .facebook.insights)
    facebook 75 "${days[@]}" "${of[@]}" --max-wait 1s
    equal "$(stats .facebook.insights)" "$asked" "queries before there is room"
    for _ in $(seq 8); do
        at "$resume_at"
        "$EXTRACT" --source facebook_ads --output json "${days[@]}" "${of[@]}" --max-wait 1s >out 2>err && break
        resume_at=$(summary .resume_at)
        [[ $resume_at != null ]] || fail "it ended otherwise: $(cat err)"
    done
    facebook 0 "${days[@]}" "${of[@]}"
    truth "${days[@]}" insights_ad
    equal "$(stats '"\(.refused) \(.during_block)"')" "0 0" "refusals"
    sound
}

begins account_load
says "stream.parked stream=insights_ad kind=quota facebook_ads insights_ad $A 2026-..-..: page 1: the service says that 9[0-9] % of insights_account_load is used"
[[ $(calls "$A") -ge 36 && $(calls "$A") -le 40 ]] || fail "$(calls "$A") queries of account A"
equal "$(calls "$B")" 31 "queries of account B, which nothing weighs on"
expect 0 "$EXTRACT" status --source facebook_ads
prints "insights_account_load quota of $A: 9[0-9] % used, next request at 20.*Z"
goes_on

begins app_load
says 'stream.parked stream=insights_ad kind=quota .*the service says that 9[0-9] % of insights_load is used'
[[ $(($(calls "$A") + $(calls "$B"))) -ge 36 && $(($(calls "$A") + $(calls "$B"))) -le 40 ]] || fail "$(calls "$A") and $(calls "$B") queries"
goes_on

# reports that run weigh as well: one that is refused is waited for, and nothing is sent meanwhile
export EXTRACT_DATA="$EXTRACT_SRCDIR"
fast 120
meta accounts=1 ads=6 job_limit=3 job_seconds=60
rm -rf state
facebook 0 --since 2026-11-12 --until 2026-11-19 --stream insights_ad --max-wait 1h
says 'quota.wait until=.* why=.*"There have been too many calls for this ad account'
truth --since 2026-11-12 --until 2026-11-19 insights_ad
equal "$(stats .facebook.jobs.created)" 8 "reports of eight days"
