#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A row of a breakdown replaces no other one: every hour, region, position and device of an ad's day is there, once,
# at once and as reports; and a row that came without its breakdown is no less a row.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-18 --until 2026-11-19)
names=(age_gender country region platform device hourly)
streams=("${names[@]/#/insights_ad_}")
of=("${streams[@]/#/--stream=}")

quick
meta accounts=2 ads=24 optin=on
facebook 0 "${days[@]}" "${of[@]}"
truth "${days[@]}" "${streams[@]}"
for name in "${names[@]}"; do
    several=$(query "SELECT count(*) FROM (SELECT 1 FROM facebook_insights_ad_$name GROUP BY ad_id, date_start HAVING count(*) > 1)")
    [[ $several -gt 10 ]] || fail "$name: $several ads have several rows of a day"
done
for column in publisher_platform platform_position impression_device; do
    several=$(query "SELECT max(n) FROM (SELECT count(DISTINCT $column) n FROM facebook_insights_ad_device GROUP BY ad_id, date_start)")
    [[ $several -gt 1 ]] || fail "no ad has several values of $column on a day"
done
sound
whole=$(digest state)
cp -R state undisturbed
facebook 0 "${days[@]}" "${of[@]}" --again
equal "$(summary '"\(.staged) \(.loaded)"')" "0 0" "what is new when it is read again"
equal "$(digest state)" "$whole" "rows that were read again"

# the first row of a page lacks what it was broken down by
for lost in hourly:hourly_stats_aggregated_by_advertiser_time_zone country:country region:region device:impression_device; do
    IFS=: read -r name column <<<"$lost"
    rows=$(WAREHOUSE=undisturbed/warehouse.db query "SELECT count(*) FROM facebook_insights_ad_$name WHERE date_start = '2026-11-18'")
    rm -rf state
    fault "fb-missing-field=$column@1~/insights"
    facebook 0 --since 2026-11-18 --until 2026-11-18 --stream "insights_ad_$name"
    fault
    equal "$(query "SELECT count(*), sum($column = '') FROM facebook_insights_ad_$name")" "$rows|1" "rows of $name, and those without $column"
    facebook 0 --since 2026-11-18 --until 2026-11-18 --stream "insights_ad_$name" --again
    truth --since 2026-11-18 --until 2026-11-18 "insights_ad_$name"
    equal "$(query "SELECT count(*) FROM facebook_insights_ad_$name WHERE $column = ''")" 0 "rows without $column when it is back"
done

# as installed: reports
export EXTRACT_DATA="$EXTRACT_SRCDIR"
fast 1000
meta accounts=2 ads=24 job_seconds=20
rm -rf state
facebook 0 "${days[@]}" "${of[@]}"
equal "$(stats .facebook.jobs.created)" 24 "reports of six breakdowns, two accounts and two days"
equal "$(digest state)" "$whole" "rows of reports"
sound
