#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A day that Meta still changes, whose reading was broken off before midnight of the account and gone on with
# behind it: some of it is a day old, so the next run reads it once more, and only that settles it. A day is as old
# as its first page, and as the reports that its pages come of; not as its last page.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
day=(--since 2026-11-17 --until 2026-11-17 --stream insights_ad)
# api WORD...: one account, just before its midnight
api() {
    local zone
    NOW=2026-11-20T12:00:00Z
    meta accounts=1 limits=off "$@"
    zone=$(curl -fsS -H "Authorization: Bearer EAASANDBOX" "$SANDBOX/v26.0/me/adaccounts?fields=timezone_name" |
        jq -r '.data[0].timezone_name')
    at "$(date -u -d "TZ=\"$zone\" 2026-11-20 23:50" +%FT%TZ)"
    behind=$(date -u -d "TZ=\"$zone\" 2026-11-21 00:10" +%FT%TZ)
}
# broken_off POINT RULE...: killed there, with these faults, and gone on with behind midnight
broken_off() {
    rm -rf "$TMP_CASE/state"
    fault "${@:2}"
    EXTRACT_CRASH_AT=$1 facebook 137 "${day[@]}"
    fault
    at "$behind"
    facebook 0 "${day[@]}"
}
is_open() {
    expect 0 "$EXTRACT" plan --source facebook_ads "${day[@]}" --output json
    equal "$(tail -n 1 "$TMP_CASE/out" | jq '.streams[0].open')" "$1" "$2: slices that are open"
}
# settles: one more reading does
settles() {
    is_open 1 "$1"
    facebook 0 "${day[@]}"
    [[ $(stream insights_ad .records) -gt 0 ]] || fail "$1: nothing was read"
    is_open 0 "$1, and read once more"
}

quick 'del(.streams[].split) | (.streams[] | .. | strings) |= sub("{part.filter}"; "")'
api ads=120
set_up "insights_page_size = 50"
broken_off page.committed "hang@2~/insights?level=ad" # the first page alone is durable
equal "$(stream insights_ad .pages)" 2 "pages of the reading that is gone on with"
settles "pages of two days"
truth --since 2026-11-17 --until 2026-11-17 insights_ad

jq '(.streams[].report | values).every = {"base": "20ms", "cap": "80ms"}' "$EXTRACT_SRCDIR/sources/facebook_ads.json" \
    >"$EXTRACT_DATA/sources/facebook_ads.json"
api ads=24 job_seconds=0
broken_off fetch.page
equal "$(stats .facebook.jobs.created)" 1 "reports"
settles "a report of the day before"
