#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A day later, the days of the lookback are read again; those that Meta has changed are replaced as a
# whole, rows that it took back vanish, and the others cost nothing.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
of=(--stream insights_ad --stream insights_account)

# begins DRIVER: an empty warehouse, and the same API from its first day on.
begins() {
    local warehouse=("driver = $1")
    NOW=2026-11-20T12:00:00Z
    [[ $1 == sqlite ]] || warehouse+=("url = $PG_URL" "schema = ads")
    meta accounts=2 restate=3
    set_up "[warehouse]" "${warehouse[@]}"
    rm -rf state
    TRUE_WAREHOUSE=$TMP_CASE/state/warehouse.db
    [[ $1 == sqlite ]] || TRUE_WAREHOUSE="$PG_URL?ads"
}
ids="SELECT date_start || ' ' || ad_id FROM"
rows() { if [[ $driver == sqlite ]]; then query "$ids facebook_insights_ad"; else pg "$ids ads.facebook_insights_ad"; fi | sort; }
# events KIND: of insights by ad, in the last run.
events() {
    jq -r --arg run "$(summary .run)" --arg kind "$1" '.entry | select(.run == $run and .kind == $kind
        and .object == "insights_ad") | .details.slice' audit
}

for driver in sqlite postgres; do
    [[ $driver == sqlite ]] || postgres_start
    begins $driver
    facebook 0 "${of[@]}"
    truth insights_ad insights_account
    vanished=0
    for day in 21 22; do
        rows >before
        at "2026-11-${day}T12:00:00Z"
        asked=$(stats .facebook.insights)
        facebook 0 "${of[@]}"
        truth --since 2026-10-22 insights_ad insights_account
        equal "$(($(stats .facebook.insights) - asked))" 116 "requests: 29 days of two accounts at two levels"
        equal "$(stream insights_ad '.staged + .unchanged')" "$(stream insights_ad .records)" "what became of the rows"
        "$EXTRACT" audit export --source facebook_ads >audit 2>/dev/null
        equal "$(events slice.unchanged | wc -l)" 50 "days that are as they were"
        equal "$(events slice.completed | wc -l)" 8 "days that are new (one of each account) or changed (three)"
        equal "$(events slice.completed | grep -c "2026-11-$((day - 1))")" 2 "days that are new"
        vanished=$((vanished + $(rows | comm -23 before - | wc -l)))
    done
    [[ $vanished -gt 0 ]] || fail "no row was taken back"
    sound
done
