#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Along the way of reports, with parts that are cut and runs that are killed in the middle, no personal text and no
# secret is in a file that the program leaves, or in anything that it says.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-18 --until 2026-11-19)
of=(--source facebook_ads)
run=("$EXTRACT" "${of[@]}" --verbose --output json "${days[@]}" --stream insights_ad --stream insights_ad_country)
fast 600
mkdir left
export FB_TOKEN=EAASANDBOX-$RANDOM$RANDOM
# left NAME COMMAND...: what it says is kept
left() { "${@:2}" >"left/$1.out" 2>"left/$1.err" || :; }
singing() {
    local mark found
    for mark in CANARY canary.example "$(printf CANARY | od -An -tx1 | tr -d ' \n')" Q0FOQVJZ "$FB_TOKEN" "$FB_SECRET" appsecret_proof=; do
        found=$(grep -rail -- "$mark" state left || :)
        [[ -z $found ]] || fail "$1: $mark is in $found: $(grep -aioE -m 1 -- ".{200}$mark.{40}" left/* | head -n 5)"
    done
}
starts() {
    rm -rf state
    meta accounts=1 ads=12 limits=off job_seconds=20 --canary "$@"
    set_up "app_secret = env:FB_SECRET" "insights_page_size = 50"
}

# parts, fields that do not fit, reports that come to nothing
starts async_rows=40
fault fb-job=failed@2~/insights fb-scalar-to-list=ad_name@2~/insights?limit fb-extra-field@3~/insights?limit \
    fb-error=2601/1815107@4~/insights?limit truncate@5~/insights?limit fb-entry-error=190@9
left run "${run[@]}"
grep -q slice.cut left/run.err || fail "nothing was cut: $(cat left/run.err)"
fault
left again "${run[@]}"
left show "$EXTRACT" show "${of[@]}" --limit 0
left quarantine "$EXTRACT" show "${of[@]}" --quarantine
left audit "$EXTRACT" audit export "${of[@]}"
left verify "$EXTRACT" verify "${of[@]}"
left status "$EXTRACT" status "${of[@]}" --output json
sqlite3 -readonly state/warehouse.db .dump >left/dump
singing "a run in parts"
[[ $(query "SELECT count(ad_name) FROM facebook_insights_ad WHERE ad_name LIKE '%[email]%'") -gt 0 ]] || fail "no address was taken out"

# killed where reports are made, read and handed on
killed=0
for place in report.created note.committed fetch.page page.commit page.committed sink.commit; do
    starts
    status=0
    EXTRACT_CRASH_AT=$place "${run[@]}" >"left/$place.out" 2>"left/$place.err" || status=$?
    killed=$((killed + (status == 137)))
    singing "killed at $place"
    left "$place.again" "${run[@]}"
    singing "after it was killed at $place"
    truth "${days[@]}" insights_ad
done
[[ $killed -ge 5 ]] || fail "killed only $killed times"
