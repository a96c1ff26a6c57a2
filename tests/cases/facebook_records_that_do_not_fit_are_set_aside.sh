#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A field more is counted, a list in the place of a number or a row of another day or account sets its record aside,
# and nothing else is touched; what was set aside comes when the day is read again.
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
set_aside fb-other-value=date_start~/insights insights_ad 'date_start: is not that of the slice that was asked for'
set_aside fb-other-value=account_id~/insights insights_ad 'account_id: is not that of the slice that was asked for'
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

# days add up, or do not, whichever run reads which side of them
of=(--stream insights_ad --stream insights_account)
# compared WHAT DIFFERING COMPARED
compared() { equal "$(stream insights_ad '"\(.differing) of \(.compared)"')" "$2 of $3" "$1: days"; }
for first in account ad; do
    goes "html-503~/insights?level=$([[ $first == ad ]] && echo account || echo 'ad&')" 1 "${of[@]}"
    compared "$first alone" 0 0
    few 0 "${of[@]}"
    compared "$first first" 0 2
done
few 0 "${of[@]}"
compared "nothing to read" 0 0
few 0 "${of[@]}" --again
compared "both once more" 0 2
few 0 --stream insights_account --again
compared "one side, as an earlier run has read the other" 0 2

goes "html-503~/insights?level=ad&" 1 "${of[@]}"
fault "fb-missing-field=spend~/insights?level=ad&"
few 1 "${of[@]}"
compared "hidden" 2 2
fault
expect 0 "$EXTRACT" audit export --source facebook_ads
equal "$(jq -r '.entry | select(.kind == "slice.differs") | .details.slice' out | sort | xargs)" "2026-11-18 2026-11-19" "days told to differ"
expect 1 "$EXTRACT" --source facebook_ads --since 2026-11-18 --until 2026-11-19 --stream insights_account --again
says 'facebook_ads/insights_ad: .*2 of 2 days do not add up'
few 0 --stream insights_ad --again
compared "read again alone" 0 2

# what was read under other settings is no other side
set_up "attribution_windows = 1d_click"
few 0 --stream insights_account
compared "other settings" 0 0
set_up "page_size = 20" "insights_page_size = 50"
few 0 --stream insights_account
compared "the same settings" 0 2

# what a day said yesterday it may say no more
at 2026-11-21T12:00:00Z
few 0 --stream insights_ad
compared "a day later" 0 0
