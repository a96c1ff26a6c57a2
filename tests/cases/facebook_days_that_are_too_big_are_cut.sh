#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Meta says that a day is too much, as a report or at once: it is read in parts, down to ads and halves of
# their fields, and the rows are the truth. What cannot be made smaller fails alone, in Meta's own words.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-18 --until 2026-11-19)
export EXTRACT_CLOCK="60,$(date -u +%FT%TZ),$NOW"
# reports of so many rows of ten fields: campaigns (deleted ones among them), single ads, halves of the fields
for size in 60:120 9:24 3:24; do
    IFS=: read -r rows ads <<<"$size"
    rm -rf "$TMP_CASE/state"
    sandbox --facebook accounts=1 --facebook ads=$ads --facebook limits=off --facebook async_rows=$rows
    set_up
    facebook 0 "${days[@]}" --stream insights_ad --stream insights_account
    says 'slice.cut stream=insights_ad .*'
    equal "$(stream insights_ad '"\(.compared) \(.differing)"')" "2 0" "days of $rows, and those that do not add up"
    NOW=2026-11-20T12:00:00Z truth --since 2026-11-18 --until 2026-11-19 insights_ad
    equal "$(stats .facebook.jobs.orphaned)" 0 "reports in vain"
    sound
done

# rows of one ad that only their breakdown tells apart
rm -rf "$TMP_CASE/state"
sandbox --facebook accounts=1 --facebook ads=4 --facebook limits=off --facebook async_rows=20
set_up
facebook 0 --since 2026-11-18 --until 2026-11-18 --stream insights_ad_age_gender --stream insights_ad_hourly
says 'slice.cut stream=insights_ad_age_gender .* part=[0-9]{4}([.][0-9]{4}){2} '
NOW=2026-11-20T12:00:00Z truth --since 2026-11-18 --until 2026-11-18 insights_ad_age_gender insights_ad_hourly
sound

# small accounts are asked at once: what Meta refuses there is cut as well
shipped=$EXTRACT_DATA
for limit in too_many_rows=60 time_rows=60; do
    rm -rf "$TMP_CASE/state"
    sandbox --facebook accounts=1 --facebook ads=24 --facebook limits=off --facebook $limit
    set_up
    quick
    facebook 0 "${days[@]}" --stream insights_ad --stream insights_account
    equal "$(stream insights_ad '"\(.compared) \(.differing)"')" "2 0" "$limit: days, and those that do not add up"
    says 'slice.cut stream=insights_ad .*'
    NOW=2026-11-20T12:00:00Z truth --since 2026-11-18 --until 2026-11-19 insights_ad
    sound
done
export EXTRACT_DATA=$shipped

# no report is small enough: the stream fails, loudly and alone
rm -rf "$TMP_CASE/state"
sandbox --facebook accounts=1 --facebook ads=2 --facebook limits=off --facebook async_rows=1 --facebook sync_rows=1
set_up
expect 1 "$EXTRACT" --source facebook_ads --output json "${days[@]}" --stream insights_ad --stream campaigns
says 'stream.failed stream=insights_ad kind=too_big .*"'
equal "$(query 'SELECT count(*) FROM facebook_insights_ad')" 0 "rows of days that are not whole"
equal "$(query 'SELECT count(*) > 0 FROM facebook_campaigns')" 1 "the other stream"
