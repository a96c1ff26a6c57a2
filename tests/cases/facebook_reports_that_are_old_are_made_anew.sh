#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A run that goes on within hours reads the reports it has; after more than six it has new ones made, for what the old
# ones say may not hold any more.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-18 --until 2026-11-19)
for later in 17:50 18:10; do
    FACTOR=
    NOW=2026-11-20T12:00:00Z
    meta accounts=1 # its clock stands still: reports are done at once
    fast 600
    shows
    rm -rf state
    status=0
    { EXTRACT_CRASH_AT=fetch.page "$EXTRACT" --source facebook_ads "${days[@]}" --stream insights_ad; } >/dev/null 2>&1 || status=$?
    equal "$status" 137 "how it ended"
    made=$(stats .facebook.jobs.created)
    [[ $made -ge 1 ]] || fail "no report was made before"
    at "2026-11-20T$later:00Z"
    facebook 0 "${days[@]}" --stream insights_ad
    truth "${days[@]}" insights_ad
    [[ $later == 18:10 ]] || made=0
    equal "$(stats .facebook.jobs.created)" "$((made + 2))" "reports, when it goes on at $later"
    sound
done
