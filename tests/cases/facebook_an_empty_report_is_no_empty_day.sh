#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A report that is complete and has no rows, though the account has spent on that day, is a failure: of its day
# alone, and rows that were read before stay. On a day without spend there are none, and that is right.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-17 --until 2026-11-19)
of=(--stream insights_ad --stream insights_account)
fast 600
jq '(.streams[] | select(.name == "insights_ad") | .report.sync_under) = 0' "$EXTRACT_SRCDIR/sources/facebook_ads.json" >manifest
quick
mv manifest "$EXTRACT_DATA/sources/facebook_ads.json" # a report every time
meta accounts=1 ads=12 job_seconds=20
facebook 0 "${days[@]}" "${of[@]}"
truth "${days[@]}" insights_ad
cp -R state whole
cp -R whole without
sqlite3 without/warehouse.db "DELETE FROM facebook_insights_ad WHERE date_start = '2026-11-18'"

empty() {
    fault "fb-job=empty~%22since%22%3A%222026-11-18%22"
    facebook "$1" "${days[@]}" "${of[@]}" "${@:2}"
    says "error stream.failed stream=insights_ad kind=data facebook_ads insights_ad $(account 1) 2026-11-18: no records, but the account has spent or was seen on that day"
    equal "$(stream insights_ad '"\(.slices_complete) of \(.slices)"')" "2 of 3" "days"
    fault
}
empty 1 --again
equal "$(digest state)" "$(digest whole)" "rows that were there"
sound
rm -rf state
empty 1
equal "$(digest state)" "$(digest without)" "rows of the other days"
facebook 0 "${days[@]}" "${of[@]}"
equal "$(digest state)" "$(digest whole)" "rows when there is a good report"
sound

# nobody was shown anything before the account was there
rm -rf state
facebook 0 --since 2026-07-01 --until 2026-07-02 "${of[@]}"
equal "$(stream insights_ad '"\(.records) \(.slices_complete) of \(.slices)"')" "0 2 of 2" "rows and days before there were any"
sound

# a report whose pages go wrong behind its first is made anew as well, and read from the first
meta accounts=1 ads=120 job_seconds=20
set_up "insights_page_size = 50"
rm -rf state
fault "fb-same-cursor@3-~/insights?limit"
facebook 1 --since 2026-11-18 --until 2026-11-19 "${of[@]}"
says "insights_ad $(account 1) 2026-11-1[89]: page [0-9]: the answer gives a cursor that came before"
fault
made=$(stats .facebook.jobs.created)
facebook 0 --since 2026-11-18 --until 2026-11-19 "${of[@]}"
equal "$(($(stats .facebook.jobs.created) - made))" 1 "reports made anew"
truth --since 2026-11-18 --until 2026-11-19 insights_ad
sound
