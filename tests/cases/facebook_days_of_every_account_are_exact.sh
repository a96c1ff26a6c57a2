#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every account has its own calendar; what ads spent is exact, deleted and archived ones among them, and
# reading again changes nothing.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
NOW=2026-11-20T11:30:00Z # in Auckland it is the 21st, everywhere else the 20th
quick
meta accounts=4
days_of() { query "SELECT min(date_start) || ' ' || max(date_start) || ' ' || count(DISTINCT date_start)
    FROM facebook_insights_ad WHERE account_id = '$(account "$1")'"; }

facebook 0
equal "$(summary .quarantined)" 0 "records in quarantine"
equal "$(stream insights_ad .slices_complete)" 116 "days of four accounts"
truth insights_ad insights_account
equal "$(days_of 1)" "2026-10-22 2026-11-19 29" "days in Los Angeles"
equal "$(days_of 4)" "2026-10-23 2026-11-20 29" "days in Auckland"
equal "$(query "SELECT count(*) FROM facebook_ad_accounts")" 4 "accounts"
for table in campaigns:16 ad_sets:32 ads:96 ad_creatives:96; do
    equal "$(query "SELECT count(*) FROM facebook_${table%:*}")" "${table#*:}" "${table%:*}"
done

# what ads that are gone have spent is there, and makes up for what the account has spent, to the cent
for status in DELETED ARCHIVED; do
    spent=$(query "SELECT count(*) FROM facebook_insights_ad i JOIN facebook_ads a ON a.id = i.ad_id
        WHERE a.effective_status = '$status' AND i.spend + 0 > 0")
    [[ $spent -gt 0 ]] || fail "no $status ad has spent anything"
done
sums='CAST(round(sum(spend) * 100) AS INTEGER), sum(impressions), sum(clicks)'
equal "$(query "SELECT count(*) FROM (SELECT account_id, date_start, $sums FROM facebook_insights_ad GROUP BY 1, 2
    INTERSECT SELECT account_id, date_start, $sums FROM facebook_insights_account GROUP BY 1, 2)")" 116 "sums that agree"

# once more: nothing new
sound
asked=$(stats .facebook.insights)
before=$(query "SELECT count(*) FROM extract_ledger")
facebook 0
equal "$(summary '"\(.staged) \(.loaded)"')" "0 0" "what is new"
equal "$(stats .facebook.insights)" "$asked" "requests for days that are complete"
equal "$(query "SELECT count(*) FROM extract_ledger")" "$before" "loads"
truth insights_ad insights_account
sound

# today is not over, and only read when it is asked for
facebook 0 --until today --stream insights_ad --stream insights_account
equal "$(days_of 1)" "2026-10-22 2026-11-20 30" "days in Los Angeles with today"
equal "$(days_of 4)" "2026-10-23 2026-11-21 30" "days in Auckland with today"
sound

# days that may still change are read again when the account's day is a new one, and not before
calls() { stats ".facebook.limits[] | select(.account == \"$(account "$1")\") | .calls"; }
again() { # TIME LOS_ANGELES AUCKLAND: so many days are read
    local west east
    west=$(calls 1) east=$(calls 4)
    at "$1"
    facebook 0 --stream insights_ad
    equal "$(($(calls 1) - west)) $(($(calls 4) - east))" "$2 $3" "days read at $1, in Los Angeles and Auckland"
}
NOW=2026-11-20T10:30:00Z # 2:30 of the 20th, and 23:30 of the 20th
meta accounts=4 ads=6
rm -rf state
facebook 0 --stream insights_ad
again 2026-11-20T10:50:00Z 0 0
again 2026-11-20T11:10:00Z 0 29 # the 21st in Auckland alone
again 2026-11-21T02:00:00Z 0 0 # 18:00 of the 20th, and 15:00 of the 21st
again 2026-11-21T08:10:00Z 29 0
