#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A field more is counted, a list in the place of a number sets its record aside, and nothing else is
# touched; what was set aside comes when the day is read again.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
begin

for path in /insights:insights_ad:6 /ads:ads:6; do
    IFS=: read -r path name pages <<<"$path"
    goes "fb-extra-field~$path" 0
    equal "$(stream "$name" '"\(.unknown_fields) \(.drift)"')" "$pages /sandbox_extra" "fields that nobody asked for"
    is_whole "a field more"
done

# set_aside RULE STREAM REASON: the first record of each of six pages, and no other
set_aside() {
    goes "$1" 1
    equal "$(summary .status)" "partly failed" "$1: word of the summary"
    local records
    records=$(stream "$2" .records)
    equal "$(stream "$2" .quarantined)" 6 "$1: records in quarantine"
    equal "$(stream "$2" '.staged, .loaded' | sort -u)" $((records - 6)) "$1: records staged and loaded"
    expect 0 "$EXTRACT" show --source facebook_ads --stream "$2" --quarantine
    equal "$(jq -r .reason out | sort -u)" "$3" "$1: reasons"
    equal "$(jq -r .position out | sort -u)" 0 "$1: places"
    sound
    few 0 --again
    is_whole "$1, read again"
}
set_aside fb-missing-field=ad_id~/insights insights_ad '/ad_id: is required, and missing'
set_aside fb-number-to-list=spend~/insights insights_ad '/spend: expected number or string, found array'
set_aside fb-scalar-to-list=objective~/insights insights_ad '/objective: expected string, found array'
set_aside fb-scalar-to-list=id~/ads ads '/id: expected integer or string, found array'

# a number that is gone is no error of its row, but the day does not add up without it
for field in spend impressions; do
    goes "fb-missing-field=$field~/insights?level=ad" 1
    equal "$(stream insights_ad '"\(.differing) of \(.compared): \(.error_kind)"')" "2 of 2: null" "$field is gone: days"
    equal "$(stream insights_ad '.difference | test("2026-11-1[89].*'$field'")')" true "$field is gone: $(stream insights_ad .difference)"
    expect 0 "$EXTRACT" audit export --source facebook_ads
    equal "$(jq -r '.entry | select(.kind == "slice.differs") | .details.slice' out | sort | xargs)" "2026-11-18 2026-11-19" "$field is gone: events"
    equal "$(query "SELECT count(*), count($field) FROM facebook_insights_ad")" "220|214" "$field is gone: rows, and those that have it"
    few 0 --again
    is_whole "$field is back"
done
