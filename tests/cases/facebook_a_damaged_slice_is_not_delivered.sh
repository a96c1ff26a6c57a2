#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which segments a day is made of is written down twice. Where one of the two was changed, or a segment does not
# say any more that it is of its day, the day would be replaced by less than was read of it: nothing is delivered,
# and `verify` finds it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=1 ads=120
set_up "insights_page_size = 50"
days=(--since 2026-11-18 --until 2026-11-19 --stream insights_ad)
facebook 0 "${days[@]}" --stage-only
rows() { WAREHOUSE="$1/warehouse.db" query 'SELECT count(*) FROM facebook_insights_ad'; }

# damaged SQL: nothing is loaded, and what there is to find is found
damaged() {
    rm -rf damaged
    cp -a state damaged
    sqlite3 damaged/facebook_ads.stage "$1" >/dev/null
    expect 74 "$EXTRACT" load --source facebook_ads --state damaged
    says 'insights_ad, account "[0-9]+", slice "2026-11-18"'
    equal "$(rows damaged)" 0 "rows after: $1"
    expect 65 "$EXTRACT" verify --source facebook_ads --state damaged
    says 'verify.fault'
}
damaged "DELETE FROM generation WHERE slice = '2026-11-18'"
damaged "UPDATE generation SET slice = '2026-11-08' WHERE slice = '2026-11-18'"
damaged "UPDATE generation SET first_seq = first_seq + 1 WHERE slice = '2026-11-18'"
damaged "UPDATE generation SET last_seq = last_seq - 1 WHERE slice = '2026-11-18'"
damaged "UPDATE newest_generation SET last_seq = last_seq - 1 WHERE slice = '2026-11-18'"
damaged "UPDATE segment SET slice = '2026-11-08' WHERE page = 2 AND slice = '2026-11-18'"
damaged "UPDATE segment SET account = '7' WHERE page = 2 AND slice = '2026-11-18'"

# nor does a replay deliver less than there is
expect 0 "$EXTRACT" load --source facebook_ads
whole=$(rows state)
[[ $whole -gt 100 ]] || fail "$whole rows"
rm -rf damaged
cp -a state damaged
sqlite3 damaged/facebook_ads.stage "DELETE FROM generation WHERE slice = '2026-11-18'"
expect 74 "$EXTRACT" replay --source facebook_ads --sink warehouse --since 2026-11-18 --until 2026-11-19 --state damaged
says 'slice "2026-11-18"'
equal "$(rows damaged)" "$whole" "rows after the replay that was refused"
