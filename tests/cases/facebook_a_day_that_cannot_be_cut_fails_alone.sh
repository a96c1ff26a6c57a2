#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A day of which Meta can make no report, however small, fails alone and in Meta's own words: the other days
# of its stream, its own days of other streams and other accounts are complete, and it is read when Meta can.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-17 --until 2026-11-19)
of=(--stream insights_ad --stream insights_account --stream campaigns)
fast 600
meta accounts=2 ads=6 limits=off job_seconds=5
facebook 0 "${days[@]}" "${of[@]}"
equal "$(stream insights_ad .slices_complete)" 6 "days of two accounts"
truth "${days[@]}" insights_ad insights_account
mv state whole
cp -R whole without
sqlite3 without/warehouse.db "DELETE FROM facebook_insights_ad WHERE date_start = '2026-11-18'"

# the 18th, as a whole and in whatever parts
fault "fb-job=large~%22since%22%3A%222026-11-18%22"
facebook 1 "${days[@]}" "${of[@]}"
equal "$(summary .status)" "partly failed" "word of the summary"
says 'error stream.failed stream=insights_ad kind=too_big facebook_ads insights_ad [0-9]{18} 2026-11-18: part [0-9.]+: .*cannot be made smaller: the report is too large: "Your report has too much data'
equal "$(stream insights_ad '"\(.slices_complete) of \(.slices): \(.error_kind)"')" "4 of 6: too_big" "days by ad"
equal "$(digest state)" "$(digest without)" "rows of all other days and streams"
equal "$(stream insights_account .slices_complete)" 6 "days by account"
[[ $(stats '.facebook.jobs.created') -gt 30 ]] || fail "it was not tried in parts: $(stats .facebook.jobs)"
equal "$(stats '"\(.facebook.jobs.unfinished) \(.facebook.jobs.orphaned)"')" "0 0" "reports in vain"
sound

# Meta can: the next run asks for the whole day again
made=$(stats .facebook.jobs.created)
fault
facebook 0 "${days[@]}" "${of[@]}"
equal "$(($(stats .facebook.jobs.created) - made))" 2 "reports of two days"
equal "$(stream insights_ad .slices_complete)" 2 "days that were missing"
equal "$(digest state)" "$(digest whole)" "rows in the end"
sound
