#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without an opt-in Meta answers some breakdowns with no rows: where the account has spent that is a
# failure of the stream, and rows that were read before stay.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
days=(--since 2026-11-18 --until 2026-11-19)
of=(--stream insights_ad_device --stream insights_ad)
meta accounts=1 ads=12 optin=on
facebook 0 "${days[@]}" "${of[@]}"
truth "${days[@]}" insights_ad_device insights_ad
cp -R state opted_in

meta accounts=1 ads=12 optin=off
facebook 1 "${days[@]}" "${of[@]}" --again
says "error stream.failed stream=insights_ad_device kind=data slices=2 facebook_ads insights_ad_device $(account 1) 2026-11-18: no records, but the account was active on that day: has it opted in to this breakdown in Ads Manager"
equal "$(stream insights_ad_device '"\(.slices_complete) \(.staged)"')" "0 0" "days of the breakdown"
equal "$(stream insights_ad .slices_complete)" 2 "days of the other stream"
equal "$(digest state)" "$(digest opted_in)" "rows that were read before"

rm -rf state
facebook 65 "${days[@]}" --stream insights_ad_device
equal "$(stream insights_ad_device .slices_complete)" 0 "days that are done"
meta accounts=1 ads=12 optin=on
facebook 0 "${days[@]}" --stream insights_ad_device
truth "${days[@]}" insights_ad_device
sound

# as it is installed the program has Meta make reports of it, and those have the rows without the opt-in,
# however few they are
export EXTRACT_DATA="$EXTRACT_SRCDIR"
EXTRACT_CLOCK="120,$(date -u +%FT%TZ),$NOW" && export EXTRACT_CLOCK
sandbox --facebook accounts=1 --facebook ads=3 --facebook optin=off --facebook job_seconds=20
set_up
rm -rf state
facebook 0 "${days[@]}" "${of[@]}"
facebook 0 "${days[@]}" "${of[@]}" --again
equal "$(stats .facebook.jobs.created)" 6 "reports: of the breakdown each time, of few rows without one the first time"
truth "${days[@]}" insights_ad_device insights_ad
