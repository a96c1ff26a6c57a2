#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 in every phase of a report: the next run takes it up. The rows are the truth, and at most the one
# report that was asked for in the moment of death was made in vain.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--source facebook_ads --since 2026-11-18 --until 2026-11-19 --stream insights_ad --stream insights_account)
export EXTRACT_CLOCK="120,$(date -u +%FT%TZ),$NOW"
starts() {
    rm -rf "$TMP_CASE/state"
    sandbox --facebook accounts=1 --facebook ads=24 --facebook limits=off --facebook job_seconds=20
    set_up
}
killed=0
for place in report.created note.commit note.committed fetch.page page.commit page.committed; do
    starts
    status=0
    { EXTRACT_CRASH_AT=$place "$EXTRACT" "${days[@]}"; } >/dev/null 2>&1 || status=$?
    [[ $status -eq 0 || $status -eq 137 ]] || fail "$place: status $status"
    killed=$((killed + (status == 137)))
    expect 0 "$EXTRACT" "${days[@]}"
    NOW=2026-11-20T12:00:00Z truth --since 2026-11-18 --until 2026-11-19 insights_ad insights_account
    made=$(stats .facebook.jobs.created)
    [[ $made -ge 2 && $made -le 3 ]] || fail "$place: $made reports for two days"
    sound
done
equal "$killed" 6 "places at which it was killed"
