#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# All default streams with the manifest as it is: days by ad come from reports, and are exact; one report
# a day is made, and none is made for a day that is complete.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
EXTRACT_CLOCK="1000,$(date -u +%FT%TZ),$NOW" # a wait of 5 s takes 5 ms
export EXTRACT_CLOCK
sandbox --clock real --facebook accounts=2 --facebook job_seconds=20
set_up
facebook 0
equal "$(stream insights_ad .slices_complete)" 58 "days of two accounts"
equal "$(stats .facebook.jobs.created)" 58 "reports"
equal "$(stats '.statuses | keys | join(" ")')" 200 "answers"
NOW=$(stats .now)
truth insights_ad insights_account
facebook 0
equal "$(summary '"\(.staged) \(.loaded)"')" "0 0" "what is new"
equal "$(stats .facebook.jobs.created)" 58 "reports after the second run"
equal "$(stats '"\(.facebook.jobs.unfinished) \(.facebook.jobs.orphaned)"')" "0 0" "reports made in vain"
sound
