#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# When clocks change, a day of an account has 23 or 25 hours: which days are over is decided by its own clock, to the
# minute and wherever the host is; the days and hours around a change are exact.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
# last ACCOUNT: the last day that is there
last() { query "SELECT max(date_start) FROM facebook_insights_account WHERE account_id = '$(account "$1")'"; }

# from TIME ZONE_OF_THE_HOST DAY_1 DAY_4: a run then ends with these days in Los Angeles and Auckland
from() {
    NOW=$1
    meta accounts=4 ads=6
    rm -rf state
    TZ=$2 facebook 0 --since 2d --stream insights_account
    equal "$(last 1) $(last 4)" "$3 $4" "last days at $1, read in $2"
}
# Los Angeles goes back an hour on 1 November: its day ends at 8, not at 7. Auckland went ahead in September
from 2026-11-01T06:59:00Z Asia/Kolkata 2026-10-30 2026-10-31
from 2026-11-01T07:01:00Z Pacific/Auckland 2026-10-31 2026-10-31
from 2026-11-02T07:01:00Z America/Los_Angeles 2026-10-31 2026-11-01
from 2026-11-02T07:59:00Z UTC 2026-10-31 2026-11-01
from 2026-11-02T08:01:00Z Asia/Kolkata 2026-11-01 2026-11-01
# ahead on 14 March; Auckland goes back on 4 April
from 2027-03-15T06:59:00Z UTC 2027-03-13 2027-03-14
from 2027-03-15T07:01:00Z UTC 2027-03-14 2027-03-14
from 2027-04-04T10:59:00Z UTC 2027-04-03 2027-04-03
from 2027-04-04T11:59:00Z UTC 2027-04-03 2027-04-03
from 2027-04-04T12:01:00Z America/Los_Angeles 2027-04-03 2027-04-04

# a lookback over a change of each, by ad and by hour; once more in another place, nothing is new
for change in 2026-10-31:2026-11-02:2026-11-20 2027-03-13:2027-03-15:2027-04-10 2027-04-03:2027-04-05:2027-04-10; do
    IFS=: read -r since until now <<<"$change"
    NOW=${now}T12:00:00Z
    meta accounts=4 ads=12
    rm -rf state
    TZ=America/Los_Angeles facebook 0 --since "$since" --until "$until" --stream insights_ad --stream insights_ad_hourly --stream insights_account
    truth --since "$since" --until "$until" insights_ad insights_ad_hourly insights_account
    equal "$(stream insights_ad .slices_complete)" 12 "days around $change"
    TZ=Pacific/Auckland facebook 0 --since "$since" --until "$until" --stream insights_ad --stream insights_ad_hourly --again
    equal "$(summary '"\(.staged) \(.loaded)"')" "0 0" "what is new in another zone"
done
